"""Methods: an operation's parameters and body as arguments, its result, how it pages, what it raises."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from openapi_python_client import strings
from openapi_python_client.parser.openapi import Endpoint
from openapi_python_client.parser.properties import ModelProperty
from openapi_python_client.parser.properties.list_property import ListProperty

from memsy_client import exceptions

from .document import ContractError, RawOperation
from .models import Models
from .names import CLASS_NAMES, METHOD_NAMES, attribute, plain_name, wire
from .nodes import Argument, ClientMethod, Paging, Polling
from .properties import kind, members, single

#: The methods that RFC 9110 calls idempotent; `x-repeatable` overrides.
IDEMPOTENT = {"get", "head", "put", "delete", "options"}
#: The kinds of properties that are one piece of text, as paths need it.
_PLAIN = {"Int", "LiteralEnum", "String", "Uuid"}
_SCALAR = _PLAIN | {"Boolean", "Date", "DateTime", "Float", "None"}
#: What parameters can be, by their location.
_KINDS = {"path": _PLAIN, "query": _SCALAR | {"List"}, "header": _SCALAR}


def read_method(raw: RawOperation, endpoint: Endpoint, models: Models, tag: str, prefix: str) -> ClientMethod:
    """One operation as a method of the tag `tag`; `prefix` is what users write before the method's name.

    Raises `ContractError`, which does not say of which operation.
    """
    short = str(endpoint.name).removeprefix(f"{strings.snake_case(tag)}_")
    python_name = plain_name(short if short.isidentifier() else endpoint.name, CLASS_NAMES)
    result, schema, success = _result(raw, endpoint, models)
    arguments = _arguments(raw, endpoint, models)
    return ClientMethod(
        name=prefix + python_name,
        python_name=python_name,
        module=str(endpoint.name),
        raw=raw,
        arguments=arguments,
        result=result,
        result_schema=schema,
        result_description=success,
        repeatable=raw.node.get("x-repeatable", raw.method in IDEMPOTENT),
        raises=_raises(raw),
        paging=_paging(raw, arguments, result, models),
        polling=_polling(raw),
    )


def _arguments(raw: RawOperation, endpoint: Endpoint, models: Models) -> tuple[Argument, ...]:
    """The arguments of an operation in signature order."""
    arguments: dict[str, Argument] = {}
    for argument in [*_parameters(raw, endpoint, models), *_body(raw, endpoint, models)]:
        if argument.name in arguments:
            argument = replace(argument, name=f"{argument.name}_{argument.location}")
        if argument.name in arguments:  # pragma: no cover – in no contract of the tests
            raise ContractError(f"two arguments called {argument.name}")
        arguments[argument.name] = argument
    return tuple(sorted(arguments.values(), key=lambda argument: (not argument.positional, not argument.required)))


def _parameters(raw: RawOperation, endpoint: Endpoint, models: Models) -> Iterator[Argument]:
    """The parameters: those in the path in the order that they have there, then the others in the document's order."""
    in_path = re.findall(r"{(.*?)}", raw.path)
    if {parameter["name"] for parameter in raw.parameters if parameter["in"] == "path"} != set(in_path):
        raise ContractError(f"the path parameters are not those of {raw.path}")
    groups = ((location, getattr(endpoint, f"{location}_parameters")) for location in _KINDS)
    props = {(location, wire(prop)): prop for location, group in groups for prop in group}

    def rank(parameter: dict[str, Any]) -> int:
        return in_path.index(parameter["name"]) if parameter["in"] == "path" else len(in_path)

    for parameter in sorted(raw.parameters, key=rank):
        location, name = parameter["in"], parameter["name"]
        prop = props.get((location, name))
        for part in members(prop):
            if kind(part) not in _KINDS[location]:
                raise ContractError(f"{name}: a {location} parameter cannot be of the kind {kind(part)}")
        yield _argument(name, location, bool(parameter.get("required")), prop, parameter, models)


def _body(raw: RawOperation, endpoint: Endpoint, models: Models) -> Iterator[Argument]:
    """The fields of a body that is an object, each an argument; any other body as one."""
    if not raw.body:
        return
    content = raw.body["content"]
    prop = endpoint.bodies[0].prop
    required = bool(raw.body.get("required"))
    if not isinstance(prop, ModelProperty) or models.is_map(prop):
        described = content["application/json"] | {"description": raw.body.get("description")}
        yield _argument("body", "body", required, prop, described, models)
        return
    for name, schema in models.field_schemas(prop).items():
        if schema.get("readOnly"):
            continue
        field = models.field(prop, name)
        yield _argument(name, "field", required and field.required, field, {"schema": schema}, models)


def _argument(name: str, location: str, required: bool, prop: Any, node: dict[str, Any], models: Models) -> Argument:
    """An argument that the document describes by a `schema` and, maybe, a `description` beside it."""
    schema = models.document.schema(node["schema"])
    if node.get("deprecated"):
        schema["deprecated"] = True
    accepts = schema.get("x-accepts")
    return Argument(
        name=plain_name(strings.PythonIdentifier(name, "field_"), METHOD_NAMES),
        wire=name,
        location=location,
        required=required,
        prop=prop,
        schema=schema,
        description=node.get("description") or models.document.description(schema),
        positional=_is_positional(name, required, schema | node),
        item_model=models.item_model(single(prop)),
        accepts=None if accepts is None else models.convertible(accepts, single(prop), name),
    )


def _is_positional(argument: str, required: bool, node: dict[str, Any]) -> bool:
    """Whether an argument may be given by its position, as the document has it for required ones."""
    for name, makes_sense in (("x-positional", not required), ("x-keyword-only", required)):
        if name in node and not (node[name] is True and makes_sense):
            kind_of = "an optional" if name == "x-positional" else "a required"
            raise ContractError(f"{argument}: {name} can only be true, and of {kind_of} argument")
    return "x-positional" in node if not required else "x-keyword-only" not in node


def _result(raw: RawOperation, endpoint: Endpoint, models: Models) -> tuple[Any, dict[str, Any], str]:
    """The property of what the method returns, its schema if it is a field, and the description of the success."""
    successes = {code: response for code, response in raw.responses.items() if code.startswith("2")}
    if not successes:
        raise ContractError("describes no success, such as 200")
    _check_successes(successes)
    props = {str(response.status_code.pattern): response.prop for response in endpoint.responses}
    bodies = {code: props[code] if response.get("content") else None for code, response in successes.items()}
    if len({str(prop and prop.get_type_string()) for prop in bodies.values()}) > 1:
        raise ContractError(f"its successes have different bodies: {', '.join(bodies)}")
    code, prop = next(iter(bodies.items()))
    description = successes[code].get("description", "")
    unwrap = raw.node.get("x-unwrap")
    return (*_unwrapped(prop, unwrap, models), description) if unwrap is not None else (prop, {}, description)


def _unwrapped(prop: Any, unwrap: Any, models: Models) -> tuple[Any, dict[str, Any]]:
    """The field of a response that the method returns, and its schema."""
    field = models.field(prop, unwrap)
    if field is None or not isinstance(prop, ModelProperty):
        raise ContractError(f"x-unwrap names {unwrap}, which is not a field of the response")
    return field, models.field_schema(prop, field)


def _check_successes(successes: dict[str, dict[str, Any]]) -> None:
    """Refuse a success whose content has no schema."""
    for code, response in successes.items():
        if any("schema" not in content for content in response.get("content", {}).values()):
            raise ContractError(f"a {code} without a schema")


def _raises(raw: RawOperation) -> tuple[str, ...]:
    """The exceptions that responses name (`x-raises`), each once, without that of every failed response."""
    names: dict[str, None] = {}
    for code, response in raw.responses.items():
        for name in response.get("x-raises", []):
            exception = getattr(exceptions, name, None) if name in exceptions.__all__ else None
            if not (isinstance(exception, type) and issubclass(exception, exceptions.MemsyError)):
                raise ContractError(f"x-raises of {code} names {name!r}, not an exception of the client")
            names[name] = None
    names.pop("MemsyAPIError", None)
    return tuple(names)


def _paging(raw: RawOperation, arguments: tuple[Argument, ...], result: Any, models: Models) -> Paging | None:
    """How an operation pages: through a list, or through the `items` of an object."""
    identity = raw.node.get("x-item-id")
    wrapped = models.field(result, "items")
    items = wrapped or result
    if not _takes_steps(arguments) or not isinstance(items, ListProperty):
        if identity is not None:
            raise ContractError("x-item-id of an operation that does not page")
        return None
    item = items.inner_property
    if identity is not None:
        found = models.field(item, identity)
        if found is None or not found.required:
            raise ContractError(f"x-item-id names {identity}, which is not a required field of an item")
        identity = attribute(found)
    return Paging("items" if wrapped else None, models.field(result, "total") is not None, item, identity)


def _polling(raw: RawOperation) -> Polling | None:
    """The further method that repeats an operation until it no longer fails with a status."""
    node = raw.node.get("x-poll")
    if node is None:
        return None
    try:
        name, status, timeout, interval = (node[key] for key in ("method", "while", "timeout", "interval"))
        description = node["description"]
    except (KeyError, TypeError):
        raise ContractError("x-poll takes method, while, timeout, interval and description") from None
    if str(status) not in raw.responses:
        raise ContractError(f"x-poll goes on while {status}, which is not among the responses")
    return Polling(plain_name(name, CLASS_NAMES), int(status), float(timeout), float(interval), description)


def _takes_steps(arguments: tuple[Argument, ...]) -> bool:
    """Whether a `limit` and an `offset` are part of each request."""
    query = {argument.wire: argument for argument in arguments if argument.location == "query"}
    steps = [query[name] for name in ("limit", "offset") if name in query]
    return len(steps) == 2 and all(
        kind(step.prop) == "Int" and (step.required or step.default is not None) for step in steps
    )
