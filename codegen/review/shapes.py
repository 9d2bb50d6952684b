"""Schemas as alternatives, each of one JSON type with the keywords that its values have to keep.

References are followed, `allOf` is put together and `anyOf`, `oneOf`, lists of types and null are taken apart, so that
two ways to write the same thing are the same.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from .places import Place

#: A schema: all of these have to be kept. None of them: anything goes.
Schema = tuple[Place, ...]

TYPES = ("null", "boolean", "number", "integer", "string", "array", "object")
#: Keywords that are taken apart here, or say nothing about values.
_STRUCTURE = {"$ref", "allOf", "anyOf", "oneOf", "type", "nullable"}
#: Extensions that say which values a client takes.
_TOLERANT = {"x-open", "x-number-as-text"}
WORDS = {"title", "description", "summary", "example", "examples", "externalDocs", "$comment"}
_NOTES = WORDS | {"default", "deprecated", "readOnly", "writeOnly", "xml"}
_NUMBER, _STRING = ("number", "integer"), ("string",)
#: The types that keywords are about, where those are not all.
_ABOUT: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"], _NUMBER),
    **dict.fromkeys(["minLength", "maxLength", "pattern"], _STRING),
    "format": (*_NUMBER, *_STRING),
    **dict.fromkeys(["items", "prefixItems", "minItems", "maxItems", "uniqueItems", "contains"], ("array",)),
    **dict.fromkeys(["properties", "required", "additionalProperties", "minProperties", "maxProperties"], ("object",)),
}
_IMPLIED = {"properties": "object", "additionalProperties": "object", "required": "object", "items": "array"}


@dataclass(frozen=True)
class Shape:
    """Values of one type.

    Attributes:
        type: A type of JSON; `integer` is one of its own, within `number`.
        source: Where it stands.
        keywords: The nodes of each keyword; all have to be kept.
    """

    type: str
    source: Place
    keywords: dict[str, tuple[Place, ...]] = field(default_factory=dict)

    def values(self, keyword: str) -> list[Any]:
        """The values of a keyword, wherever it stands."""
        return [place.value for place in self.keywords.get(keyword, ())]

    def place(self, keyword: str) -> Place | None:
        """Where a keyword stands first, or None."""
        return next(iter(self.keywords.get(keyword, ())), None)

    def schema(self, keyword: str) -> Schema | None:
        """The schema that a keyword holds; None where it holds none."""
        return self.keywords.get(keyword)

    def properties(self, hidden: str) -> dict[str, Schema]:
        """The schemas of an object's fields, without those that the keyword `hidden` marks."""
        merged: dict[str, Schema] = {}
        for group in self.keywords.get("properties", ()):
            for name, place in group.items():
                merged[name] = (*merged.get(name, ()), place)
        return {name: schema for name, schema in merged.items() if not note(schema, hidden)}

    def required(self, hidden: str) -> set[str]:
        """The names of the fields that an object has to have, without those that `hidden` marks."""
        listed = {name for names in self.values("required") for name in names}
        marked = {name for group in self.keywords.get("properties", ()) for name, _ in group.items()}
        return listed - (marked - self.properties(hidden).keys())

    @property
    def listed(self) -> list[Any] | None:
        """The only values there are, or None: those of `enum` and `const`."""
        groups = [*self.values("enum"), *([value] for value in self.values("const"))]
        if not groups:
            return None
        return [value for value in groups[0] if all(value in group for group in groups) and is_of(value, self.type)]


def note(schema: Schema, keyword: str) -> Any:
    """What a keyword that is about no value, such as `default`, says; None when it is not there."""
    for place in schema:
        parts = [part for part in (place.resolved(), *all_of(place)) if part is not place]
        found = place.get(keyword)
        if found is None and parts:
            found = note(tuple(parts), keyword)
        if found is not None:
            return found
    return None


def all_of(place: Place) -> list[Place]:
    """The parts of an `allOf`."""
    listed = place.get("allOf", [])
    return Place(place.document, f"{place.pointer}/allOf", listed).children()


def is_of(value: Any, kind: str) -> bool:
    """Whether a value of JSON is of a type."""
    if isinstance(value, bool) or value is None:
        return kind == ("null" if value is None else "boolean")
    if kind == "integer":
        return isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    kinds = {"number": (int, float), "string": str, "array": list, "object": dict}
    return kind in kinds and isinstance(value, kinds[kind])  # type: ignore[arg-type]


def shapes(schema: Schema) -> list[Shape]:
    """The alternatives of a schema."""
    if not schema:
        anything = Place({}, "", {})
        return [Shape(kind, anything) for kind in TYPES if kind != "integer"]
    return functools.reduce(_both, (list(_expanded(place)) for place in schema))


def _both(left: Iterable[Shape], right: Iterable[Shape]) -> list[Shape]:
    return [both for one in left for other in right if (both := _merged(one, other))]


def _merged(one: Shape, other: Shape) -> Shape | None:
    """The values that are in both, or None when the types say that there are none."""
    kinds = {one.type, other.type}
    if len(kinds) > 1 and kinds != {"integer", "number"}:
        return None
    keywords = dict(one.keywords)
    for keyword, places in other.keywords.items():
        keywords[keyword] = (*keywords.get(keyword, ()), *places)
    return Shape(
        "integer" if "integer" in kinds else one.type, other.source if other.keywords else one.source, keywords
    )


def _expanded(place: Place) -> Iterator[Shape]:
    if not isinstance(place.value, dict):
        yield from [] if place.value is False else shapes(())
        return
    parts = [list(_own(place))]
    if "$ref" in place.value:
        parts.append(list(_expanded(place.resolved())))
    parts += [list(_expanded(part)) for part in all_of(place)]
    for keyword in ("anyOf", "oneOf"):
        if keyword in place.value:
            variants = Place(place.document, f"{place.pointer}/{keyword}", place.value[keyword]).children()
            parts.append([shape for variant in variants for shape in _expanded(variant)])
    alternatives = functools.reduce(_both, parts)
    yield from alternatives
    if place.value.get("nullable") is True and all(shape.type != "null" for shape in alternatives):
        yield Shape("null", place)


def _own(place: Place) -> Iterator[Shape]:
    """The alternatives that a schema's own keywords leave."""
    keywords = {
        keyword: (child,)
        for keyword, child in place.items()
        if keyword not in _STRUCTURE | _NOTES and (keyword in _TOLERANT or not keyword.startswith("x-"))
    }
    for kind in _types(place.value):
        shape = Shape(kind, place, {word: found for word, found in keywords.items() if kind in _ABOUT.get(word, TYPES)})
        if shape.listed != []:  # none of the values listed is of this type
            yield shape


def _types(value: dict[str, Any]) -> list[str]:
    given = value.get("type")
    if given is None:
        implied = next((kind for keyword, kind in _IMPLIED.items() if keyword in value), None)
        kinds = [implied] if implied else [kind for kind in TYPES if kind != "integer"]
    else:
        kinds = [given] if isinstance(given, str) else list(given)
    if "integer" in kinds and "number" in kinds:
        kinds.remove("integer")
    return kinds
