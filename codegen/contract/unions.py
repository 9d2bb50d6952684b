"""Unions of models: the field that says which of them an object is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from openapi_python_client.parser.properties import ModelProperty
from openapi_python_client.parser.properties.const import ConstProperty

from .document import ContractError
from .names import class_name, wire

if TYPE_CHECKING:
    from .models import Models


class Variants(NamedTuple):
    """The field of a union's models that tells them apart, and the class that each of its values stands for."""

    field: str
    classes: dict[Any, str]


class Unions:
    """The unions of the contract: those with a `discriminator`, which the generator drops, and all others."""

    def __init__(self, models: Models) -> None:
        self._models = models
        self._declared: dict[frozenset[str], Variants] = {}
        for union in models.document.find("discriminator"):
            names, variants = _declared(union)
            if self._declared.setdefault(names, variants) != variants:  # pragma: no cover – in no contract of the tests
                raise ContractError(f"two unions of {', '.join(sorted(names))} have different discriminators")

    def variants(self, parts: list[Any]) -> Variants | None:
        """How the members of a union are told apart: by its `discriminator`, or by a required field that is a constant
        in each of them; None where there is neither.
        """
        if len(parts) < 2 or not all(isinstance(part, ModelProperty) for part in parts):
            return None
        names = [str(part.class_info.name) for part in parts]
        return self._declared.get(frozenset(names)) or next(self._by_constants(parts, names), None)

    def _by_constants(self, parts: list[Any], names: list[str]) -> Iterator[Variants]:
        for field in self._models.fields(parts[0]):
            same = [self._models.field(part, wire(field)) for part in parts]
            values = [part.value.raw_value for part in same if isinstance(part, ConstProperty) and part.required]
            if len(set(values)) == len(parts):
                yield Variants(wire(field), dict(zip(values, names, strict=True)))


def _declared(union: dict[str, Any]) -> tuple[frozenset[str], Variants]:
    """The classes of a union, and how its `discriminator` tells them apart."""
    parts = [part.get("$ref", "") for part in [*union.get("oneOf", []), *union.get("anyOf", [])]]
    schemas = [reference.rsplit("/", 1)[-1] for reference in parts if reference]
    discriminator = union["discriminator"]
    mapping = discriminator.get("mapping") or dict(zip(schemas, schemas, strict=True))
    classes = {value: class_name(reference.rsplit("/", 1)[-1]) for value, reference in mapping.items()}
    return frozenset(map(class_name, schemas)), Variants(discriminator["propertyName"], classes)
