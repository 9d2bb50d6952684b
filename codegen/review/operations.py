"""The parts of an operation that travel, and what has changed between two versions of one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from .containment import Containment, Difference
from .places import Place
from .shapes import TYPES, Schema, shapes

Key = TypeVar("Key")
#: Schemes of authentication that are needed together, with their scopes.
_Requirement = dict[str, list[str]]
#: What a difference of types is called.
_KINDS = set(TYPES)
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


@dataclass(frozen=True)
class Change:
    """One change on the wire.

    Attributes:
        is_breaking: Whether it breaks deployed clients or servers.
        operation: The operationId, or None where it concerns none or all.
        pointer: A JSON pointer that finds what changed in one of the two documents.
        message: What it is, in one line.
        is_words: Whether it is words alone.
    """

    is_breaking: bool
    operation: str | None
    pointer: str
    message: str
    is_words: bool = False


@dataclass(frozen=True)
class Operation:
    """One operation of a document."""

    path: str
    method: str
    item: Place
    node: Place

    @property
    def key(self) -> tuple[str, str]:
        """What a request to it is known by: names of path parameters do not travel."""
        return self.method, re.sub(r"{.*?}", "{}", self.path)

    @property
    def id(self) -> str:
        """Its operationId, or method and path where it has none."""
        return str(self.node.get("operationId") or f"{self.method.upper()} {self.path}")

    def inherited(self, name: str) -> Place | None:
        """What the operation, its path or the document says: `servers`, `security`."""
        places = (place.at(name) for place in (self.node, self.item, Place.root(self.node.document)))
        return next((place for place in places if place is not None), None)

    @property
    def parameters(self) -> dict[tuple[str, str], Place]:
        """Its parameters: those in the path by their number there, others by their name."""
        found: dict[tuple[str, str], Place] = {}
        in_path = re.findall(r"{(.*?)}", self.path)
        for holder in (self.node, self.item):
            listed = holder.at("parameters")
            for parameter in listed.children() if listed else []:
                parameter = parameter.resolved()
                location, name = str(parameter.get("in")), str(parameter.get("name"))
                if location == "path":
                    name = str(in_path.index(name)) if name in in_path else name
                elif location == "header":
                    name = name.lower()
                found.setdefault((location, name), parameter)
        return found

    @property
    def responses(self) -> dict[str, Place]:
        """Its responses by status."""
        listed = self.node.at("responses")
        return {code: response.resolved() for code, response in listed.items()} if listed else {}


def operations(document: dict[str, Any]) -> list[Operation]:
    """The operations of a document."""
    paths = Place.root(document).at("paths")
    return [
        Operation(path, method, item.resolved(), node)
        for path, item in (paths.items() if paths else [])
        for method, node in item.resolved().items()
        if method in METHODS
    ]


class OperationChanges:
    """What has changed in one operation."""

    def __init__(self, old: Operation, new: Operation, memo: dict[Any, list[Difference]] | None = None) -> None:
        self._old, self._new = old, new
        self._memo: dict[Any, list[Difference]] = {} if memo is None else memo

    def __iter__(self) -> Iterator[Change]:
        for part in (self._access, self._parameters, self._body, self._successes, self._errors, self._labels):
            yield from part()

    def _change(self, is_breaking: bool, place: Place, message: str) -> Change:
        return Change(is_breaking, self._new.id, place.pointer, message)

    def _access(self) -> Iterator[Change]:
        yield from self._servers()
        yield from self._security()
        old, new = self._old.node.get("x-scope"), self._new.node.get("x-scope")
        if old != new:
            yield self._change(new is not None, self._label("x-scope"), f"the key needs the scope {new}, before: {old}")
        admin, is_admin = (bool(op.node.get("x-admin")) for op in (self._old, self._new))
        if admin != is_admin:
            text = "needs an organisation admin" if is_admin else "no longer needs an organisation admin"
            yield self._change(is_admin, self._label("x-admin"), text)

    def _label(self, name: str) -> Place:
        """Where an operation says something about itself, in the new document or the old one."""
        return self._new.node.at(name) or self._old.node.at(name) or self._new.node

    def _servers(self) -> Iterator[Change]:
        listed = [operation.inherited("servers") for operation in (self._old, self._new)]
        urls = [
            {str(each.get("url")).rstrip("/"): each for each in place.children()} if place else {} for place in listed
        ]
        for url in missing(urls[0], urls[1]):
            yield self._change(True, urls[0][url], f"is no longer at {url}")
        for url in missing(urls[1], urls[0]):
            yield self._change(False, urls[1][url], f"is at {url} as well")

    def _security(self) -> Iterator[Change]:
        places = [operation.inherited("security") for operation in (self._old, self._new)]
        old, new = ((place.value if place else None) or [{}] for place in places)
        place = places[1] or places[0]
        if place and _refused(old, new):
            yield self._change(True, place, "needs another authentication")
        elif place and _refused(new, old):
            yield self._change(False, place, "takes more kinds of authentication")

    def _parameters(self) -> Iterator[Change]:
        old, new = self._old.parameters, self._new.parameters
        for key in missing(old, new):
            yield self._change(True, old[key], f"{_parameter(old[key])} is no longer taken")
        for key in missing(new, old):
            needed = bool(new[key].get("required"))
            yield self._change(needed, new[key], f"{_parameter(new[key])} is new and {_needed(needed)}")
        for key in common(old, new):
            yield from self._parameter(old[key], new[key])

    def _parameter(self, old: Place, new: Place) -> Iterator[Change]:
        subject = _parameter(new)
        yield from self._needed(old, new, subject)
        for name in ("style", "explode", "allowReserved"):
            if old.get(name) != new.get(name):
                yield self._change(
                    True, new.at(name) or old.at(name) or new, f"{subject}: {name} {old.get(name)} → {new.get(name)}"
                )
        rule = Containment("readOnly", is_text=True)
        yield from self._request(rule, _schema(old), _schema(new), subject)

    def _needed(self, old: Place, new: Place, subject: str) -> Iterator[Change]:
        before, needed = bool(old.get("required")), bool(new.get("required"))
        if before != needed:
            yield self._change(needed, new, f"{subject} is now {_needed(needed)}")

    def _request(self, rule: Containment, old: Schema, new: Schema, subject: str) -> Iterator[Change]:
        """A schema of requests: what was accepted has to be accepted."""
        yield from self._judged(self._differences(rule, old, new), self._differences(rule, new, old), subject)

    def _response(self, old: Schema, new: Schema, subject: str) -> Iterator[Change]:
        """A schema of responses: what may come has to be what clients were made for."""
        strict, lenient = Containment("writeOnly"), Containment("writeOnly", lenient=True)
        others = [*self._differences(strict, new, old), *self._differences(strict, old, new)]
        yield from self._judged(self._differences(lenient, new, old), others, subject)

    def _differences(self, rule: Containment, narrow: Schema, wide: Schema) -> list[Difference]:
        key = (rule, *(tuple((id(place.document), place.pointer) for place in schema) for schema in (narrow, wide)))
        if key not in self._memo:
            self._memo[key] = rule.differences(narrow, wide)
        return self._memo[key]

    def _judged(self, breaking: list[Difference], others: list[Difference], subject: str) -> Iterator[Change]:
        seen: set[str] = set()
        for is_breaking, found in ((True, breaking), (False, others)):
            for each in found:
                text, place = self._described(each)
                if place.pointer not in seen:
                    seen.add(place.pointer)
                    where = " ".join(filter(None, [subject, each.subject]))
                    yield self._change(is_breaking, place, f"{where} {text}")

    def _described(self, difference: Difference) -> tuple[str, Place]:
        """A difference in words, and where the new document speaks of it, or else the old one."""
        old, new = (self._side(difference, version) for version in (self._old, self._new))
        place = new or old or self._new.node
        if difference.what == "field":
            return "is gone" if new is None else "is new", place
        if difference.what == "required":
            return "is now required" if difference.narrow is old else "is no longer required", place
        if _KINDS.issuperset(difference.what.split(", ")):
            return f"{_kinds(old)} → {_kinds(new)}", place
        return f"{difference.what} {_said(old)} → {_said(new)}", place

    @staticmethod
    def _side(difference: Difference, version: Operation) -> Place | None:
        """What the document of a version says."""
        places = (place for place in (difference.narrow, difference.wide) if place is not None)
        return next((place for place in places if place.document is version.node.document), None)

    def _body(self) -> Iterator[Change]:
        old, new = (operation.node.at("requestBody") for operation in (self._old, self._new))
        old, new = old and old.resolved(), new and new.resolved()
        if old is None or new is None:
            if old is not None:
                yield self._change(True, old, "the body is no longer taken")
            elif new is not None:
                needed = bool(new.get("required"))
                yield self._change(needed, new, f"the body is new and {_needed(needed)}")
            return
        yield from self._needed(old, new, "the body")
        yield from self._contents(old, new, "the body", lambda *args: self._request(Containment("readOnly"), *args))

    def _contents(
        self, old: Place, new: Place, subject: str, compare: Callable[[Schema, Schema, str], Iterator[Change]]
    ) -> Iterator[Change]:
        """The media types of a body, and their schemas."""
        before, after = _media_types(old), _media_types(new)
        for name in missing(before, after):
            yield self._change(True, before[name], f"{subject}: {name} is gone")
        for name in missing(after, before):
            yield self._change(False, after[name], f"{subject}: {name} is new")
        for name in common(before, after):
            yield from compare(_schema(before[name]), _schema(after[name]), subject)

    def _successes(self) -> Iterator[Change]:
        """Clients take any 2xx, so that the bodies of successes are compared whatever their status."""
        old, new = (
            {code: each for code, each in op.responses.items() if code[:1] == "2"} for op in (self._old, self._new)
        )
        for code in missing(new, old):
            yield self._change(False, new[code], f"a success may be {code}, before: {', '.join(old)}")
        for code in missing(old, new):
            if new:
                yield self._change(False, old[code], f"a success is no longer {code} but {', '.join(new)}")
            else:
                yield self._change(True, old[code], f"{code} is gone, and no success is left")
        before = next(iter(old.values()), None)
        for code, response in new.items():
            if code in old or before is not None:
                yield from self._answer(old.get(code, before), response, f"response {code}")

    def _errors(self) -> Iterator[Change]:
        old, new = (
            {code: each for code, each in op.responses.items() if code[:1] != "2"} for op in (self._old, self._new)
        )
        for code in missing(new, old):
            yield self._change(False, new[code], f"may fail with {code}")
        for code in missing(old, new):
            yield self._change(False, old[code], f"no longer fails with {code}")
        for code in common(old, new):
            yield from self._answer(old[code], new[code], f"response {code}")
            if old[code].get("x-raises") != new[code].get("x-raises"):
                yield self._change(
                    False, new[code].at("x-raises") or new[code], f"response {code}: other exceptions are named"
                )

    def _answer(self, old: Place | None, new: Place, subject: str) -> Iterator[Change]:
        if old is None:
            return
        before, after = _media_types(old), _media_types(new)
        if before and not after:
            yield self._change(True, new, f"{subject} has no body any more")
        elif after and not before:
            yield self._change(False, new, f"{subject} has a body, which clients made for none pass over")
        else:
            yield from self._response(_json_schema(before), _json_schema(after), subject)
            for name in [*missing(before, after), *missing(after, before)]:
                both_json = all(any(map(_is_json, side)) for side in (before, after))
                place = (after if name in after else before)[name]
                yield self._change(
                    not both_json, place, f"{subject}: the type is {', '.join(after)}, before: {', '.join(before)}"
                )
        yield from self._headers(_headers(old), _headers(new), subject)

    def _headers(self, old: dict[str, Place], new: dict[str, Place], subject: str) -> Iterator[Change]:
        for name in missing(old, new):
            yield self._change(True, old[name], f"{subject}: the header {name} is gone")
        for name in missing(new, old):
            yield self._change(False, new[name], f"{subject}: the header {name} is new")
        for name in common(old, new):
            before, after = bool(old[name].get("required")), bool(new[name].get("required"))
            if before != after:
                yield self._change(
                    False, new[name], f"{subject}: the header {name} is {_needed(after)}, and clients take its absence"
                )
            yield from self._response(_schema(old[name]), _schema(new[name]), f"{subject} header {name}")

    def _labels(self) -> Iterator[Change]:
        """What says something about the operation, and travels in no message."""
        for name in ("operationId", "tags", "x-repeatable", "x-unwrap", "x-item-id"):
            old, new = self._old.node.get(name), self._new.node.get(name)
            if old != new:
                yield self._change(False, self._label(name), f"{name}: {show(old)} → {show(new)}")


def missing(one: dict[Key, Any], other: dict[Key, Any]) -> list[Key]:
    """The keys that only the first has, in its order."""
    return [key for key in one if key not in other]


def common(one: dict[Key, Any], other: dict[Key, Any]) -> list[Key]:
    """The keys that both have."""
    return [key for key in one if key in other]


def _refused(given: list[_Requirement], wanted: list[_Requirement]) -> list[_Requirement]:
    """Of the ways to authenticate, those that do not do any more."""
    return [one for one in given if not any(_is_met(other, one) for other in wanted)]


def _is_met(requirement: _Requirement, given: _Requirement) -> bool:
    """Whether a request that meets one requirement meets another."""
    return all(name in given and set(scopes) <= set(given[name]) for name, scopes in requirement.items())


def _parameter(place: Place) -> str:
    return f"the {place.get('in')} parameter {place.get('name')}"


def _needed(is_needed: bool) -> str:
    return "required" if is_needed else "optional"


def _schema(place: Place) -> Schema:
    """The schema of a parameter, a header or a body; of one that is only a reference, what that stands for, which many
    share and which is then compared once.
    """
    found = place.at("schema")
    if found is None:
        return ()
    return (found.resolved() if isinstance(found.value, dict) and found.value.keys() == {"$ref"} else found,)


def _media_types(place: Place) -> dict[str, Place]:
    content = place.at("content")
    return dict(content.items()) if content else {}


def _is_json(media_type: str) -> bool:
    return re.fullmatch(r"application/([^;]+\+)?json", media_type) is not None


def _json_schema(contents: dict[str, Place]) -> Schema:
    return next((_schema(place) for name, place in contents.items() if _is_json(name)), ())


def _headers(response: Place) -> dict[str, Place]:
    listed = response.at("headers")
    return {name.lower(): place.resolved() for name, place in listed.items()} if listed else {}


def show(value: Any) -> str:
    """A value of a document as a message has it."""
    return "none" if value is None else repr(value) if isinstance(value, str) else str(value)


def _said(place: Place | None) -> str:
    """What a document says by a keyword."""
    return show(None if place is None else place.value)


def _kinds(place: Place | None) -> str:
    """The types that a schema takes."""
    kinds = [shape.type for shape in shapes((place,) if place else ())]
    return "anything" if len(kinds) == len(TYPES) - 1 else " or ".join(dict.fromkeys(kinds)) or "nothing"
