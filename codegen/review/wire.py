"""Two versions of a contract, compared as servers and deployed clients see them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .containment import Difference
from .operations import Change, Operation, OperationChanges, common, missing, operations
from .places import Place
from .shapes import WORDS
from .words import ChangedWords


def compare(old: dict[str, Any], new: dict[str, Any]) -> list[Change]:
    """What has changed on the wire, what breaks first; words alone last."""
    seen: dict[tuple[str | None, str], Change] = {}
    for change in [*_changes(old, new), *_words(old, new)]:
        known = seen.get((change.operation, change.pointer))  # what several responses share is said once
        if known is None or change.is_breaking > known.is_breaking:
            seen[change.operation, change.pointer] = change
    found = list(seen.values())
    return sorted(found, key=lambda change: (not change.is_breaking, change.is_words))


def _changes(old: dict[str, Any], new: dict[str, Any]) -> Iterator[Change]:
    before, after = _by_key(old), _by_key(new)
    memo: dict[Any, list[Difference]] = {}
    for key in missing(before, after):
        yield _existence(before[key], is_gone=True)
    for key in missing(after, before):
        yield _existence(after[key], is_gone=False)
    for key in common(before, after):
        yield from OperationChanges(before[key], after[key], memo)
    yield from _schemes(old, new)


def _words(old: dict[str, Any], new: dict[str, Any]) -> Iterator[Change]:
    before, after = _by_key(old), _by_key(new)
    words = ChangedWords()
    found = [change for key in common(before, after) for change in words.of_operation(before[key], after[key])]
    yield from {change.pointer: change for change in [*words.of_document(old, new), *found]}.values()


def _by_key(document: dict[str, Any]) -> dict[tuple[str, str], Operation]:
    return {operation.key: operation for operation in operations(document)}


def _existence(operation: Operation, *, is_gone: bool) -> Change:
    text = f"{operation.method.upper()} {operation.path} is {'gone' if is_gone else 'new'}"
    return Change(is_gone, operation.id, operation.node.pointer, text)


def _schemes(old: dict[str, Any], new: dict[str, Any]) -> Iterator[Change]:
    """The kinds of authentication: one that means something else now breaks whoever uses it."""
    before, after = (_facts(document) for document in (old, new))
    for name in common(before, after):
        if before[name][1] != after[name][1]:
            place = after[name][0]
            yield Change(True, None, place.pointer, f"the security scheme {name} means something else")
    for name in [*missing(before, after), *missing(after, before)]:
        place, _ = (after if name in after else before)[name]
        text = f"the security scheme {name} is {'new' if name in after else 'gone'}"
        yield Change(False, None, place.pointer, text)


def _facts(document: dict[str, Any]) -> dict[str, tuple[Place, dict[str, Any]]]:
    schemes = Place.root(document).at("components", "securitySchemes")
    return {
        name: (
            place,
            {key: value for key, value in place.resolved().value.items() if key not in WORDS | {"bearerFormat"}},
        )
        for name, place in (schemes.items() if schemes else [])
    }
