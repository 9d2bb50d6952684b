"""Whether all values of one schema are values of another: the one rule by which a change is judged on the wire.

Fields that a schema does not name are not sent by those who keep to it, so that a new optional field of a request is
safe. What cannot be decided counts as not contained.

Where the narrower schema is a response of today and the wider one what clients were made for (`lenient`), clients take
more than the schema says: fields that they do not know, values that an enum does not list, null where a field may be
absent, and a field that is absent or null where it has a `default`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from .acceptance import Acceptance, first_items, is_closed, keeps_limits
from .bounds import ASSERTIONS, BOUNDS
from .places import Place
from .shapes import Schema, Shape, note, shapes

_Key = tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class Difference:
    """What the narrower schema allows and the wider one does not.

    Attributes:
        subject: The value concerned, such as `events[].content`; empty for the whole.
        narrow, wide: Where either schema speaks of it; None where it does not.
        what: The keyword, or what else differs.
    """

    subject: str
    narrow: Place | None
    wide: Place | None
    what: str


@dataclass(frozen=True)
class Containment:
    """The rule, for one direction.

    Attributes:
        hidden: The keyword of fields that do not travel: `readOnly` in requests, `writeOnly` in responses.
        lenient: Whether the wider schema is what clients of ours were made for, and the narrower one what they get.
        is_text: Whether values travel as text, as parameters do: every scalar is within a string.
    """

    hidden: str
    lenient: bool = False
    is_text: bool = False
    _under_way: frozenset[tuple[_Key, _Key]] = field(default=frozenset(), repr=False)

    def differences(self, narrow: Schema, wide: Schema, subject: str = "") -> list[Difference]:
        """What keeps `narrow` from being contained in `wide`; nothing when it is."""
        pair = (_key(narrow), _key(wide))
        if pair in self._under_way:  # a schema that holds itself: what is compared already decides
            return []
        inner = replace(self, _under_way=self._under_way | {pair})
        candidates = shapes(wide)
        if self.lenient and any(shape.values("x-open") for shape in candidates):
            return []
        missing: list[Shape] = []
        found: list[Difference] = []
        within: list[list[Difference]]
        for shape in shapes(narrow):
            within = [inner._shape(shape, other, subject) for other in candidates if self._same_type(shape, other)]
            if not within:
                missing.append(shape)
            elif all(within) and not self._each_value(shape, candidates):
                nearest = min(within, key=len)
                found += nearest
        if missing:
            found.insert(0, Difference(subject, _source(missing, narrow), _source(candidates, wide), _types(missing)))
        return found

    @property
    def _acceptance(self) -> Acceptance:
        return Acceptance(self.hidden)

    def _same_type(self, narrow: Shape, wide: Shape) -> bool:
        if narrow.type == wide.type or (narrow.type, wide.type) == ("integer", "number"):
            return True
        if self.is_text and wide.type == "string" and narrow.type in ("integer", "number", "boolean"):
            return not wide.keywords
        return self.lenient and narrow.type == "string" and "x-number-as-text" in wide.keywords

    def _each_value(self, narrow: Shape, candidates: list[Shape]) -> bool:
        """Whether each of the values listed is within some alternative."""
        listed = narrow.listed
        return listed is not None and all(
            any(self._acceptance.fits(shape, value) for shape in candidates) for value in listed
        )

    def _shape(self, narrow: Shape, wide: Shape, subject: str) -> list[Difference]:
        rules = (self._limits, self._values, self._items, self._object, self._variants, self._others)
        return [difference for rule in rules for difference in rule(narrow, wide, subject)]

    def _limits(self, narrow: Shape, wide: Shape, subject: str) -> Iterator[Difference]:
        if narrow.listed is not None:
            return  # the values themselves are compared
        for keywords, bound in BOUNDS.items():
            if bound(narrow) < bound(wide):
                keyword = next((word for word in keywords if wide.values(word)), keywords[0])
                old = next((word for word in keywords if narrow.values(word)), keyword)
                yield Difference(subject, narrow.place(old), wide.place(keyword), keyword)
        for keyword, holds in ASSERTIONS.items():
            if not all(holds(narrow.values(keyword), value) for value in wide.values(keyword)):
                yield Difference(subject, narrow.place(keyword), wide.place(keyword), keyword)

    def _values(self, narrow: Shape, wide: Shape, subject: str) -> Iterator[Difference]:
        listed, source = narrow.listed, narrow.place("enum") or narrow.place("const")
        if not all(keeps_limits(wide, value) for value in listed or ()):
            yield Difference(subject, source, wide.source, "values")
        keyword = "const" if wide.values("const") else "enum"
        is_open = self.lenient and keyword == "enum"
        if keyword in wide.keywords and not is_open and not _is_listed(listed, wide.listed):
            yield Difference(subject, narrow.place(keyword) or source, wide.place(keyword), keyword)

    def _items(self, narrow: Shape, wide: Shape, subject: str) -> Iterator[Difference]:
        if narrow.type != "array":
            return
        ours, theirs = first_items(narrow), first_items(wide)
        rest, their_rest = narrow.schema("items") or (), wide.schema("items") or ()
        for number in range(max(len(ours), len(theirs))):
            one = ours[number] if number < len(ours) else rest
            other = theirs[number] if number < len(theirs) else their_rest
            yield from self.differences(one, other, f"{subject}[{number}]")
        yield from self.differences(rest, their_rest, f"{subject}[]")

    def _object(self, narrow: Shape, wide: Shape, subject: str) -> Iterator[Difference]:
        if narrow.type == "object":
            yield from self._fields(narrow, wide, subject)
            if not self.lenient or "properties" not in wide.keywords:  # clients keep what they do not know as it is
                yield from self._map(narrow, wide, subject)

    def _fields(self, narrow: Shape, wide: Shape, subject: str) -> Iterator[Difference]:
        ours, theirs = narrow.properties(self.hidden), wide.properties(self.hidden)
        needed, always = wide.required(self.hidden), narrow.required(self.hidden)
        for name in dict.fromkeys([*ours, *theirs, *sorted(needed)]):
            inner = f"{subject}.{name}" if subject else name
            yield from self._field(_Field(inner, ours.get(name), theirs.get(name), name in always, name in needed))

    def _field(self, pair: _Field) -> Iterator[Difference]:
        if pair.narrow is None or pair.wide is None:
            yield from self._one_sided(pair)
            return
        has_default = self.lenient and note(pair.wide, "default") is not None  # what it reads as, when absent or null
        if pair.is_needed and not pair.is_always and not has_default:
            yield Difference(pair.subject, _first(pair.narrow), _first(pair.wide), "required")
        found = self.differences(pair.narrow, pair.wide, pair.subject)
        if self.lenient and (has_default or not pair.is_needed):
            found = [each for each in found if (each.subject, each.what) != (pair.subject, "null")]
        yield from found

    def _one_sided(self, pair: _Field) -> Iterator[Difference]:
        """A field that only one of the schemas names."""
        ours, theirs = _first(pair.narrow), _first(pair.wide)
        if pair.narrow is not None:
            if not self.lenient:
                yield Difference(pair.subject, ours, None, "field")
        elif self.lenient:
            yield Difference(pair.subject, None, theirs, "field")
        elif pair.is_needed and not pair.is_always:
            yield Difference(pair.subject, None, theirs, "required")

    def _map(self, narrow: Shape, wide: Shape, subject: str) -> Iterator[Difference]:
        """The fields that a schema does not name."""
        ours, theirs = (shape.place("additionalProperties") for shape in (narrow, wide))
        if theirs is None or is_closed(ours):
            return
        if is_closed(theirs):
            yield from [] if self.lenient else [Difference(subject, ours, theirs, "additionalProperties")]
            return
        named = {} if "properties" in wide.keywords else narrow.properties(self.hidden)
        for schema in [narrow.schema("additionalProperties") or (), *named.values()]:
            yield from self.differences(schema, (theirs,), f"{subject}.*" if subject else "*")

    def _variants(self, narrow: Shape, wide: Shape, subject: str) -> Iterator[Difference]:
        """Discriminators: each value has to choose what it chose before."""
        for place in wide.keywords.get("discriminator", ()):
            ours = narrow.place("discriminator")
            if ours is None:
                continue
            if ours.get("propertyName") != place.get("propertyName"):
                yield Difference(subject, ours, place, "discriminator")
                continue
            theirs = place.get("mapping", {})
            for value, target in ours.get("mapping", {}).items():
                if value not in theirs:
                    yield Difference(subject, ours, place, f"discriminator value {value}")
                elif found := self.differences((_target(ours, target),), (_target(place, theirs[value]),), subject):
                    yield replace(found[0], what=f"discriminator value {value}")

    def _others(self, narrow: Shape, wide: Shape, subject: str) -> Iterator[Difference]:
        """Keywords without a rule of their own: what is not the same is not contained."""
        for keyword, places in wide.keywords.items():
            if keyword not in _UNDERSTOOD and any(place.value not in narrow.values(keyword) for place in places):
                yield Difference(subject, narrow.place(keyword), places[0], keyword)


@dataclass(frozen=True)
class _Field:
    """One field in both schemas; `is_always` there in the narrower one, `is_needed` in the wider one."""

    subject: str
    narrow: Schema | None
    wide: Schema | None
    is_always: bool
    is_needed: bool


def _key(schema: Schema) -> _Key:
    """A schema for a look-up: by where it stands, not by what it holds."""
    return tuple((id(place.document), place.pointer) for place in schema)


def _is_listed(values: list[Any] | None, allowed: list[Any] | None) -> bool:
    return values is not None and all(value in (allowed or []) for value in values)


def _first(schema: Schema | None) -> Place | None:
    return schema[0] if schema else None


def _source(found: list[Shape], schema: Schema) -> Place | None:
    return found[0].source if found and found[0].source.document else _first(schema)


def _types(missing: list[Shape]) -> str:
    return ", ".join(dict.fromkeys(shape.type for shape in missing))


def _target(place: Place, name: str) -> Place:
    reference = name if name.startswith("#") else f"#/components/schemas/{name}"
    return Place(place.document, "", {"$ref": reference}).resolved()


_UNDERSTOOD = {
    *(keyword for keywords in BOUNDS for keyword in keywords),
    *ASSERTIONS,
    "enum",
    "const",
    "items",
    "prefixItems",
    "properties",
    "required",
    "additionalProperties",
    "discriminator",
    "x-open",
    "x-number-as-text",
}
