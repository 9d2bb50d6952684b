"""The arguments of a method: an operation's parameters, and its body or the body's fields."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from openapi_python_client import strings
from openapi_python_client.parser.openapi import Endpoint
from openapi_python_client.parser.properties import ModelProperty

from .document import ContractError, RawOperation
from .models import Models
from .names import METHOD_NAMES, plain_name, wire
from .nodes import Argument
from .properties import flattened, kind

#: The kinds of properties that are one piece of text, as paths need it.
_PLAIN = {"Int", "LiteralEnum", "String", "Uuid"}
_SCALAR = _PLAIN | {"Boolean", "Date", "DateTime", "Float", "None"}
#: What parameters can be, and the only style in which they travel, by their place.
_KINDS = {"path": _PLAIN, "query": _SCALAR | {"List"}, "header": _SCALAR}
_STYLES = {"path": "simple", "query": "form", "header": "simple"}


def read_arguments(raw: RawOperation, endpoint: Endpoint, models: Models, where: str) -> tuple[Argument, ...]:
    """The arguments of an operation in signature order; `where` tells it apart in errors."""
    arguments: dict[str, Argument] = {}
    for argument in [*_parameters(raw, endpoint, models, where), *_body(raw, endpoint, models, where)]:
        if argument.name in arguments:
            argument = replace(argument, name=f"{argument.name}_{argument.place}")
        if argument.name in arguments:
            raise ContractError(f"{where}: two arguments called {argument.name}")
        arguments[argument.name] = argument
    return tuple(sorted(arguments.values(), key=lambda argument: not argument.required))


def _parameters(raw: RawOperation, endpoint: Endpoint, models: Models, where: str) -> Iterator[Argument]:
    """The parameters: those in the path as they stand there, then the others in the document's order."""
    in_path = re.findall(r"{(.*?)}", raw.path)
    if {parameter["name"] for parameter in raw.parameters if parameter["in"] == "path"} != set(in_path):
        raise ContractError(f"{where}: the path parameters are not those of {raw.path}")
    groups = {
        "path": endpoint.path_parameters,
        "query": endpoint.query_parameters,
        "header": endpoint.header_parameters,
    }
    props = {(place, wire(prop)): prop for place, group in groups.items() for prop in group}

    def rank(parameter: dict[str, Any]) -> int:
        return in_path.index(parameter["name"]) if parameter["in"] == "path" else len(in_path)

    for parameter in sorted(raw.parameters, key=rank):
        place, name = parameter["in"], parameter["name"]
        prop = props.get((place, name))
        _check_parameter(parameter, prop, f"{where}: {name}")
        yield _argument(name, place, bool(parameter.get("required")), prop, parameter, models)


def _check_parameter(parameter: dict[str, Any], prop: Any, where: str) -> None:
    """Refuse a parameter that travels in a way the client does not know."""
    place = parameter["in"]
    if place == "cookie":
        raise ContractError(f"{where}: cookie parameters are not supported")
    if prop is None:
        raise ContractError(f"{where}: a parameter without a schema is not supported")
    for part in flattened(prop):
        if kind(part) not in _KINDS[place]:
            raise ContractError(f"{where}: a {place} parameter cannot be of the kind {kind(part)}")
    if parameter.get("style", _STYLES[place]) != _STYLES[place] or not parameter.get("explode", True):
        raise ContractError(f"{where}: style and explode are not supported but for their defaults")


def _body(raw: RawOperation, endpoint: Endpoint, models: Models, where: str) -> Iterator[Argument]:
    """The fields of a body that is an object, each an argument; any other body as one."""
    if raw.body is None:
        return
    content = raw.body.get("content", {})
    if list(content) != ["application/json"] or not endpoint.bodies:
        raise ContractError(f"{where}: a body of the type {', '.join(content)}; only application/json is supported")
    prop = endpoint.bodies[0].prop
    required = bool(raw.body.get("required"))
    if not isinstance(prop, ModelProperty) or models.is_map(prop):
        described = content["application/json"] | {"description": raw.body.get("description")}
        yield _argument("body", "body", required, prop, described, models)
        return
    for name, schema in models.field_schemas(prop).items():
        field = models.field(prop, name)
        yield _argument(name, "field", required and field.required, field, {"schema": schema}, models)


def _argument(name: str, place: str, required: bool, prop: Any, described: dict[str, Any], models: Models) -> Argument:
    """An argument that the document describes by a `schema` and, maybe, a `description` beside it."""
    schema = models.document.schema(described["schema"])
    return Argument(
        name=plain_name(strings.PythonIdentifier(name, "field_"), METHOD_NAMES),
        wire=name,
        place=place,
        required=required,
        prop=prop,
        schema=schema,
        description=described.get("description") or models.document.description(schema),
    )
