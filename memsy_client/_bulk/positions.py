"""Where an event is, in the errors of an ingestion: they speak of its place in a request, which no caller knows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, TypeVar

from ..exceptions import MemsyAPIError, MemsyError

E = TypeVar("E", bound=MemsyError)

#: As in `body.events.3.content` of the service and `events[3]` of the client.
_PLACE = re.compile(r"\bevents([.\[])([0-9]+)\b")


def count_from(error: E, first: int) -> E:
    """The same error, of a request whose first event is at that position in the source; its `response` stays as is."""
    if first:
        error.message = _moved(error.message, first)
        error.args = (error.message, *error.args[1:])
        if isinstance(error, MemsyAPIError):
            error.detail = _moved(error.detail, first)
            error.errors = [_moved_problem(problem, first) for problem in error.errors]
    return error


def _moved(text: str, first: int) -> str:
    return _PLACE.sub(lambda match: f"events{match[1]}{int(match[2]) + first}", text)


def _moved_problem(problem: dict[str, Any], first: int) -> dict[str, Any]:
    loc = problem.get("loc")
    if isinstance(loc, Sequence) and [*loc[:2]] == ["body", "events"] and len(loc) > 2 and type(loc[2]) is int:
        return {**problem, "loc": [*loc[:2], loc[2] + first, *loc[3:]]}
    return problem
