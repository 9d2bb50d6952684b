"""What the generator's properties are."""

from __future__ import annotations

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
    if isinstance(prop, FileProperty):  # pragma: no cover – in no contract of the tests
        raise ContractError(f"{wire(prop)}: binary content is not supported")
    if isinstance(prop, ConstProperty):
        return {str: "String", int: "Int", float: "Float", bool: "Boolean"}[type(prop.value.raw_value)]
    return type(prop).__name__.removesuffix("Property")


def members(prop: Any) -> list[Any]:
    """The members of a union, which the generator never nests; of any other property only itself."""
    return list(prop.inner_properties) if isinstance(prop, UnionProperty) else [prop]


def single(prop: Any) -> Any:
    """What a nullable property is when it is not null; any other property itself."""
    others = [member for member in members(prop) if not isinstance(member, NoneProperty)]
    return others[0] if len(others) == 1 else prop


def nullable(prop: Any) -> bool:
    """Whether null is one of a property's values."""
    return isinstance(prop, AnyProperty) or any(isinstance(member, NoneProperty) for member in members(prop))
