"""What the generator's properties are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from openapi_python_client.parser.properties import AnyProperty
from openapi_python_client.parser.properties.const import ConstProperty
from openapi_python_client.parser.properties.file import FileProperty
from openapi_python_client.parser.properties.none import NoneProperty
from openapi_python_client.parser.properties.union import UnionProperty

from .document import ContractError
from .names import wire


def kind(prop: Any) -> str:
    """The class of a property in one word: `String`, `List`, `Model`, …"""
    if isinstance(prop, FileProperty):
        raise ContractError(f"{wire(prop)}: binary content is not supported")
    if isinstance(prop, ConstProperty):
        return {str: "String", int: "Int", float: "Float", bool: "Boolean"}[type(prop.value.raw_value)]
    return type(prop).__name__.removesuffix("Property")


def members(prop: UnionProperty) -> list[Any]:
    """The members of a union, without null."""
    return [inner for inner in prop.inner_properties if not isinstance(inner, NoneProperty)]


def single(prop: Any) -> Any:
    """What a nullable property is when it is not null; any other property itself."""
    if isinstance(prop, UnionProperty) and len(members(prop)) == 1:
        return single(members(prop)[0])
    return prop


def nullable(prop: Any) -> bool:
    """Whether null is one of a property's values."""
    if isinstance(prop, UnionProperty):
        return any(isinstance(inner, NoneProperty) for inner in prop.inner_properties)
    return isinstance(prop, NoneProperty | AnyProperty)


def flattened(prop: Any) -> Iterator[Any]:
    """The members of a union and of the unions in it, null included; any other property itself."""
    if not isinstance(prop, UnionProperty):
        yield prop
        return
    for inner in prop.inner_properties:
        yield from flattened(inner)
