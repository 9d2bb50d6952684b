"""What a contract has to keep, in two grades, and what of it a client does not need.

    keywords        every keyword and extension is known
    references      references and required names point to something
    examples        examples and defaults are of their schemas
    unsupported     what clients cannot send or read
    unions          how the objects of a union are told apart
    completeness    what a finished document says
    nullability     where null may stand

`nodes` finds the way in a document, `registry` holds the rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from . import completeness, examples, nullability, references, unions, unsupported
from .keywords import keywords_are_understood, passed_over
from .registry import INCOMPLETE, WRONG, Rule

__all__ = [
    "completeness",
    "examples",
    "incomplete",
    "nullability",
    "passed_over",
    "references",
    "unions",
    "unsupported",
    "wrong",
]


def wrong(document: dict[str, Any], allowed: Iterable[str] = ()) -> list[str]:
    """All that would make a wrong client, a line each; the extensions `allowed` are other tools'."""
    faults = [*keywords_are_understood(document, frozenset(allowed)), *references.references_resolve(document)]
    rest = [rule for rule in WRONG if rule not in (keywords_are_understood, references.references_resolve)]
    return list(dict.fromkeys([*faults, *_faults(rest, references.without_dangling(document))]))


def incomplete(document: dict[str, Any]) -> list[str]:
    """All that is not finished, a line each."""
    return list(dict.fromkeys(_faults(INCOMPLETE, references.without_dangling(document))))


def _faults(rules: Iterable[Rule], document: dict[str, Any]) -> Iterator[str]:
    for rule in rules:
        yield from rule(document)
