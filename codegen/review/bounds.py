"""Limits of schemas, compared: which of two is the narrower one."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from .acceptance import is_multiple
from .shapes import Shape

#: Patterns that every text matches.
_EVERYTHING = {"", ".*", "^.*$", "^", "$"}
#: Formats that leave every text as it is, and those that are within others.
_FREE_FORMATS = {None, "password"}
_WITHIN = {("int32", "int64"), ("float", "double")}


def _lower(inclusive: str, exclusive: str) -> Callable[[Shape], tuple[float, bool]]:
    """The lower bound that a shape sets, and whether it is itself excluded; a greater one is narrower."""

    def bound(shape: Shape) -> tuple[float, bool]:
        strict = True in shape.values(exclusive)  # as OpenAPI 3.0 writes it
        limits = [(float(value), strict) for value in shape.values(inclusive)]
        limits += [(float(value), True) for value in shape.values(exclusive) if not isinstance(value, bool)]
        return max(limits, default=(-math.inf, False))

    return bound


def _upper(inclusive: str, exclusive: str) -> Callable[[Shape], tuple[float, bool]]:
    """The upper bound in the same way, negated."""

    def bound(shape: Shape) -> tuple[float, bool]:
        strict = True in shape.values(exclusive)
        limits = [(-float(value), strict) for value in shape.values(inclusive)]
        limits += [(-float(value), True) for value in shape.values(exclusive) if not isinstance(value, bool)]
        return max(limits, default=(-math.inf, False))

    return bound


def _least(keyword: str) -> Callable[[Shape], tuple[float, bool]]:
    return lambda shape: (max([0.0, *map(float, shape.values(keyword))]), False)


#: The bounds of a shape by the keywords that set them, each as a number that is greater the narrower it is.
BOUNDS: dict[tuple[str, ...], Callable[[Shape], tuple[float, bool]]] = {
    ("minimum", "exclusiveMinimum"): _lower("minimum", "exclusiveMinimum"),
    ("maximum", "exclusiveMaximum"): _upper("maximum", "exclusiveMaximum"),
    **{(keyword,): _least(keyword) for keyword in ("minLength", "minItems", "minProperties")},
    **{(keyword,): _upper(keyword, "") for keyword in ("maxLength", "maxItems", "maxProperties")},
}


#: Whether the values of a keyword in the narrower schema imply one in the wider one.
ASSERTIONS: dict[str, Callable[[list[Any], Any], bool]] = {
    "pattern": lambda ours, theirs: theirs in _EVERYTHING or theirs in ours,
    "format": lambda ours, theirs: (
        theirs in _FREE_FORMATS or theirs in ours or any((each, theirs) in _WITHIN for each in ours)
    ),
    "uniqueItems": lambda ours, theirs: not theirs or True in ours,
    "multipleOf": lambda ours, theirs: any(is_multiple(each, theirs) for each in ours),
}
