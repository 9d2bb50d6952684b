"""The rules of a contract, each a function from the document to its faults: lines that begin with a JSON pointer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

Document = dict[str, Any]
Faults = Iterator[str]
Rule = Callable[[Document], Faults]
R = TypeVar("R", bound=Rule)

#: Rules without which the client would be wrong; `make generate` refuses a document that breaks one.
WRONG: list[Rule] = []
#: Rules without which a document is not finished yet; `make generate` says so, and `make check` fails.
INCOMPLETE: list[Rule] = []


def wrong(check: R) -> R:
    """Have the generator refuse what breaks the rule."""
    WRONG.append(check)
    return check


def incomplete(check: R) -> R:
    """Have the generator warn of what breaks the rule."""
    INCOMPLETE.append(check)
    return check
