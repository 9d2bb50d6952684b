"""A method: its arguments and result, how it pages, what it raises."""

from __future__ import annotations

import re
from typing import Any

from openapi_python_client import strings
from openapi_python_client.parser.openapi import Endpoint
from openapi_python_client.parser.properties.list_property import ListProperty

from memsy_client import exceptions

from .arguments import read_arguments
from .document import ContractError, RawOperation
from .models import Models
from .names import attribute, plain_name
from .nodes import Argument, Operation, Paging
from .properties import kind

#: The methods that RFC 9110 calls idempotent; `x-repeatable` overrides.
IDEMPOTENT = {"get", "head", "put", "delete", "options"}


def read_operation(raw: RawOperation, endpoint: Endpoint, models: Models, tag: str, prefix: str) -> Operation:
    """One operation as a method of the tag `tag`; `prefix` is what users write before the method's name."""
    short = str(endpoint.name).removeprefix(f"{strings.snake_case(tag)}_")
    python_name = plain_name(short if short.isidentifier() else endpoint.name, {"datetime"})
    where = prefix + python_name
    repeatable = raw.node.get("x-repeatable", raw.method in IDEMPOTENT)
    if not isinstance(repeatable, bool):
        raise ContractError(f"{where}: x-repeatable is neither true nor false")
    result, success = _result(raw, endpoint, models, where)
    arguments = read_arguments(raw, endpoint, models, where)
    return Operation(
        name=where,
        python_name=python_name,
        module=str(endpoint.name),
        method=raw.method.upper(),
        path=raw.path,
        summary=raw.node.get("summary", ""),
        description=raw.node.get("description", ""),
        arguments=arguments,
        result=result,
        result_description=success,
        unwrap=raw.node.get("x-unwrap"),
        repeatable=repeatable,
        needs_body=bool(raw.body and raw.body.get("required")),
        raises=_raises(raw, where),
        paging=_paging(raw, arguments, result, models, where),
    )


def _result(raw: RawOperation, endpoint: Endpoint, models: Models, where: str) -> tuple[Any, str]:
    """The property of what the method returns, and what the document says of the success."""
    successes = {code: response for code, response in raw.responses.items() if code.startswith("2")}
    if not successes:
        raise ContractError(f"{where}: describes no success, such as 200")
    for code, response in successes.items():
        _check_success(code, response, where)
    props = {str(response.status_code.pattern): response.prop for response in endpoint.responses}
    bodies = {code: props[code] if response.get("content") else None for code, response in successes.items()}
    if len({str(prop and prop.get_type_string()) for prop in bodies.values()}) > 1:
        raise ContractError(f"{where}: its successes have different bodies: {', '.join(bodies)}")
    code, prop = next(iter(bodies.items()))
    description = successes[code].get("description", "")
    unwrap = raw.node.get("x-unwrap")
    if unwrap is None:
        return prop, description
    field = models.field(prop, unwrap)
    if field is None:
        raise ContractError(f"{where}: x-unwrap names {unwrap}, which is no field of the response")
    return field, description


def _check_success(code: str, response: dict[str, Any], where: str) -> None:
    """Refuse a success that is not JSON, or of which nobody knows what is in it."""
    for media_type, content in response.get("content", {}).items():
        if not re.fullmatch(r"application/([^;]+\+)?json", media_type):
            raise ContractError(f"{where}: a {code} of the type {media_type}; only JSON is supported")
        if "schema" not in content:
            raise ContractError(f"{where}: a {code} without a schema")


def _raises(raw: RawOperation, where: str) -> tuple[str, ...]:
    """The exceptions that responses name (`x-raises`), each once; that of every failed answer goes without saying."""
    names: dict[str, None] = {}
    for code, response in raw.responses.items():
        for name in response.get("x-raises", []):
            exception = getattr(exceptions, name, None) if name in exceptions.__all__ else None
            if not (isinstance(exception, type) and issubclass(exception, exceptions.MemsyError)):
                raise ContractError(f"{where}: x-raises of {code} names {name!r}, no exception of the client")
            names[name] = None
    names.pop("MemsyAPIError", None)
    return tuple(names)


def _paging(
    raw: RawOperation, arguments: tuple[Argument, ...], result: Any, models: Models, where: str
) -> Paging | None:
    """How an operation pages: by a `limit` and an `offset` that are always sent, through a list or its `items`."""
    sent = {argument.wire: argument for argument in arguments if argument.place == "query"}
    steps = [sent[name] for name in ("limit", "offset") if name in sent]
    pages = len(steps) == 2 and all(
        kind(step.prop) == "Int" and (step.required or step.default is not None) for step in steps
    )
    identity = raw.node.get("x-item-id")
    inside = models.field(result, "items")
    items = inside or result
    if not pages or not isinstance(items, ListProperty):
        if identity is not None:
            raise ContractError(f"{where}: x-item-id stands on an operation that does not page")
        return None
    item = items.inner_property
    if identity is not None:
        found = models.field(item, identity)
        if found is None or not found.required:
            raise ContractError(f"{where}: x-item-id names {identity}, which is no required field of an item")
        identity = attribute(found)
    return Paging("items" if inside else None, models.field(result, "total") is not None, item, identity)
