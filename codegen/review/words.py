"""What is beside the values, compared: words, which mean nothing to a machine, and notes, which clients read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .operations import Change, Operation, common, show
from .places import Place
from .shapes import WORDS, note

#: What holds values of the service's, in which these names mean nothing.
_VALUES = {"default", "enum", "const", "mapping"}
_WORDS = WORDS | {"x-chosen"}
#: What no value has to keep, and clients act on all the same.
_NOTES = {"default", "deprecated", "x-open", "x-number-as-text", "x-empty-as-null"}


_PLAIN_STEPS = {"content", "application/json", "schema", "schemas", "properties", "responses", "parameters", "items"}


class ChangedWords:
    """The words and notes that differ, of what is there in both versions; what many operations share is said once."""

    def __init__(self) -> None:
        self._seen: set[tuple[str, str]] = set()

    def of_operation(self, old: Operation, new: Operation) -> Iterator[Change]:
        """Those of one operation, and of what it refers to."""
        for said, place, is_words in self._of(old.node, new.node, ""):
            own = next((each for each in (new.node, old.node) if place.pointer.startswith(each.pointer)), None)
            steps = place.pointer.removeprefix(own.pointer) if own else place.pointer.removeprefix("/components")
            yield Change(False, new.id if own else None, place.pointer, f"{_short(steps)}: {said}", is_words)

    def of_document(self, old: dict[str, Any], new: dict[str, Any]) -> Iterator[Change]:
        """Those of `info`, `tags`, `servers` and the schemes of security."""
        before, after = (dict(_about(Place.root(document))) for document in (old, new))
        for where in common(before, after):
            names = _WORDS | before[where].value.keys() if where == "info" else _WORDS
            for name, place in _differing(before[where], after[where], names):
                yield Change(False, None, place.pointer, f"{where} {name}: other words", is_words=True)

    def _of(self, old: Place, new: Place, where: str) -> Iterator[tuple[str, Place, bool]]:
        before, after = old.resolved(), new.resolved()
        if (old.pointer, new.pointer) in self._seen:
            return
        self._seen.add((old.pointer, new.pointer))
        names = set() if where.endswith(" properties") else _WORDS
        for _, place in _differing(old, new, names):
            yield "other words", place, True
        for name, place in _differing(old, new, _NOTES if names else set()):
            values = (note((each,), name) for each in (old, new))
            yield " → ".join(map(show, values)), place, False
        ours, theirs = _inner(before), _inner(after)
        for name in common(ours, theirs):
            if name not in names | _VALUES:
                yield from self._of(ours[name], theirs[name], f"{where} {name}".strip())


def _differing(old: Place, new: Place, names: set[str]) -> Iterator[tuple[str, Place]]:
    """The words of one node that differ. Words beside a reference count more than those behind it."""
    before, after = (
        {name: child for node in (place.resolved(), place) for name, child in node.items() if name in names}
        for place in (old, new)
    )
    for name in dict.fromkeys([*before, *after]):
        one, other = before.get(name), after.get(name)
        if one is None or other is None or _plain(one.value) != _plain(other.value):
            yield name, other or one or new


def _short(pointer: str) -> str:
    """A pointer in words, without the steps that go without saying."""
    steps = (step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/"))
    return " ".join(step for step in steps if step and step not in _PLAIN_STEPS)


def _plain(value: Any) -> Any:
    """A text without its line breaks, which folding in YAML moves."""
    return " ".join(value.split()) if isinstance(value, str) else value


def _about(root: Place) -> Iterator[tuple[str, Place]]:
    for name, place in root.items():
        if name == "info":
            yield name, place
    for kind, by in (("tags", "name"), ("servers", "url")):
        listed = root.at(kind)
        yield from ((f"{kind} {entry.get(by)}", entry) for entry in (listed.children() if listed else ()))
    schemes = root.at("components", "securitySchemes")
    yield from ((f"scheme {name}", scheme) for name, scheme in (schemes.items() if schemes else ()))


def _inner(place: Place) -> dict[str, Place]:
    """The nodes inside a node: parameters by their names, because their order means nothing here."""
    return {_step(name, child): child for name, child in place.items()}


def _step(name: str, child: Place) -> str:
    reached = child.resolved()
    if name.isdigit() and reached.get("in"):
        return f"{reached.get('in')} {reached.get('name')}"
    return name
