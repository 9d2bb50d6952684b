"""Whether a value keeps to a schema."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .places import Place
from .shapes import Schema, Shape, is_of, note, shapes


@dataclass(frozen=True)
class Acceptance:
    """The rule.

    Attributes:
        hidden: The keyword of fields that do not travel: `readOnly` in requests, `writeOnly` in responses.
        is_strict: Whether a schema with fields takes no others, though it says nothing of them.
        is_cleaned: Whether values are without what a schema calls a password: logs leave it out.
    """

    hidden: str
    is_strict: bool = False
    is_cleaned: bool = False

    def takes(self, schema: Schema, value: Any) -> bool:
        """Whether a value is one of a schema's."""
        return any(self.fits(shape, value) for shape in shapes(schema))

    def fits(self, shape: Shape, value: Any) -> bool:
        """Whether a value is one of an alternative's."""
        if not is_of(value, shape.type) or (shape.listed is not None and value not in shape.listed):
            return False
        if not keeps_limits(shape, value):
            return False
        if isinstance(value, list):
            return self._items_fit(shape, value)
        return self._fields_fit(shape, value) if isinstance(value, dict) else True

    def _items_fit(self, shape: Shape, value: list[Any]) -> bool:
        first, rest = first_items(shape), shape.schema("items") or ()
        schemas = [*first, *([rest] * len(value))]
        return all(self.takes(schema, item) for schema, item in zip(schemas, value, strict=False))

    def _fields_fit(self, shape: Shape, value: dict[str, Any]) -> bool:
        fields, others = shape.properties(self.hidden), shape.place("additionalProperties")
        is_known = value.keys() <= fields.keys()
        if not is_known and (is_closed(others) or (self.is_strict and fields and others is None)):
            return False
        rest = shape.schema("additionalProperties") or ()
        inside = all(self.takes(fields.get(name, rest), inner) for name, inner in value.items())
        return inside and self.needed(shape) <= value.keys()

    def needed(self, shape: Shape) -> set[str]:
        """The names of the fields that an object has to have."""
        fields = shape.properties(self.hidden)
        secrets = {name for name in fields if self.is_cleaned and note(fields[name], "format") == "password"}
        return shape.required(self.hidden) - secrets


def keeps_limits(shape: Shape, value: Any) -> bool:
    """Whether a value is within the limits of an alternative, as far as they are about the value itself."""
    return all(
        _RULES[keyword](value, limit)
        for keyword in _RULES.keys() & shape.keywords.keys()
        for limit in shape.values(keyword)
    )


def first_items(shape: Shape) -> list[Schema]:
    """The schemas of a list's first items, where each has its own."""
    return [(place,) for group in shape.keywords.get("prefixItems", ())[:1] for place in group.children()]


def is_closed(others: Place | None) -> bool:
    """Whether what a schema says of other fields is that there are none."""
    return others is not None and others.value is False


def is_multiple(value: float, step: float) -> bool:
    """Whether a number is a multiple of another, up to what floats can tell."""
    return math.isclose(math.remainder(value, step), 0, abs_tol=1e-9)


#: Formats are not looked at: what is sent was made by a client that knows them.
_RULES: dict[str, Callable[[Any, Any], bool]] = {
    "minimum": lambda value, limit: value >= limit,
    "maximum": lambda value, limit: value <= limit,
    "exclusiveMinimum": lambda value, limit: isinstance(limit, bool) or value > limit,
    "exclusiveMaximum": lambda value, limit: isinstance(limit, bool) or value < limit,
    "minLength": lambda value, limit: len(value) >= limit,
    "maxLength": lambda value, limit: len(value) <= limit,
    "minItems": lambda value, limit: len(value) >= limit,
    "maxItems": lambda value, limit: len(value) <= limit,
    "minProperties": lambda value, limit: len(value) >= limit,
    "maxProperties": lambda value, limit: len(value) <= limit,
    "multipleOf": is_multiple,
    "pattern": lambda value, pattern: re.search(pattern, value) is not None,
}
