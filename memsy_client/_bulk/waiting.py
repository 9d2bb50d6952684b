"""Waiting until events are processed."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Callable, Iterable
from typing import NamedTuple

from .._core import encode
from .._core.checks import check_hook, check_seconds
from .._core.exchange import Sleep
from .._core.sender import CallFlow, WithDeadline
from .._generated.api.core import status
from ..exceptions import MemsyInputError, MemsyProcessingTimeout, MemsyTimeoutError

#: How many ids the service takes at a time, and how much longer each wait is than the one before, up to a limit.
_IDS_A_CALL = 500
_SLOWER = 1.5
_SLOWEST = 5.0


class Processed(NamedTuple):
    """Events that are no longer pending.

    Attributes:
        completed_ids: Those from which memories were made, in the order asked for.
        failed_ids: Those whose processing failed, in the order asked for.
    """

    completed_ids: tuple[str, ...]
    failed_ids: tuple[str, ...]


class ProcessingProgress(NamedTuple):
    """How far the processing of events is.

    Attributes:
        completed: From how many of them memories were made.
        failed: Of how many the processing failed.
        pending: How many are still waited for.
    """

    completed: int
    failed: int
    pending: int


def wait_until_processed(
    event_ids: Iterable[str],
    timeout: float | None,
    poll: float,
    on_progress: Callable[[ProcessingProgress], None] | None,
) -> CallFlow[Processed]:
    """The calls and waits of the clients' method of that name; see there."""
    asked = _distinct(event_ids)
    check_seconds("poll", poll)
    check_seconds("timeout", timeout, or_none=True)
    check_hook("on_progress", on_progress)
    ends = math.inf if timeout is None else time.monotonic() + timeout
    states = dict.fromkeys(asked, "pending")
    while pending := [event_id for event_id in asked if states[event_id] == "pending"]:
        for start in range(0, len(pending), _IDS_A_CALL):
            call = status.request(pending[start : start + _IDS_A_CALL])
            try:
                response = yield WithDeadline(call, ends - time.monotonic())
            except MemsyTimeoutError as error:
                if time.monotonic() < ends:
                    raise
                raise _too_late(timeout, asked, states) from error
            states |= dict.fromkeys(states.keys() & response.completed_ids, "completed")
            states |= dict.fromkeys(states.keys() & response.failed_ids, "failed")
            if on_progress is not None:
                counts = Counter(states.values())
                on_progress(ProcessingProgress(counts["completed"], counts["failed"], counts["pending"]))
        if "pending" not in states.values():
            break
        left = ends - time.monotonic()
        if left <= 0:
            raise _too_late(timeout, asked, states)
        yield Sleep(min(poll, left))  # what is left at the end is waited for, and then asked once more
        poll = min(poll * _SLOWER, max(_SLOWEST, poll))
    return Processed(_in_state(asked, states, "completed"), _in_state(asked, states, "failed"))


def _distinct(event_ids: Iterable[str]) -> list[str]:
    ids = encode.items("event_ids", event_ids) or []
    if not all(isinstance(event_id, str) for event_id in ids):
        raise MemsyInputError("event_ids takes strings only")
    return list(dict.fromkeys(ids))


def _too_late(timeout: float | None, asked: list[str], states: dict[str, str]) -> MemsyProcessingTimeout:
    done = [_in_state(asked, states, state) for state in ("completed", "failed", "pending")]
    return MemsyProcessingTimeout(timeout or 0.0, *done)


def _in_state(asked: list[str], states: dict[str, str], state: str) -> tuple[str, ...]:
    return tuple(event_id for event_id in asked if states[event_id] == state)
