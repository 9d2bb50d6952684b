"""What becomes of events that are ingested, and what an error says about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

from ..exceptions import (
    MemsyAPIError,
    MemsyClosedError,
    MemsyConnectionError,
    MemsyError,
    MemsyInputError,
    UsageLimitExceeded,
)

if TYPE_CHECKING:
    from ..models import EventPayload

IngestState = Literal["acknowledged", "duplicate", "refused", "failed", "in_doubt"]

#: How many events the contract allows in one call.
EVENTS_A_CALL = 1000

#: Refusals of events that no repetition turns into anything else.
_REFUSED = (400, 413, 422)

#: Refusals of a whole batch that may be due to some of its events: too large, invalid.
_DIVISIBLE = (413, 422)

#: Refusals of the caller, which every other batch would get as well.
_OF_THE_CALLER = (401, 403)

_TOO_MANY_REQUESTS = 429


@dataclass(slots=True)
class IngestOutcome:
    """What became of one event.

    Attributes:
        index: Its position among the events given, from 0.
        event: The event.
        event_id: Its id, or None when it was not acknowledged.
        error: Why it was not acknowledged, or None.
        state: `acknowledged`; `duplicate`: acknowledged with the id of an earlier event, for which the service took it
            because the same actor said the same within 60 seconds, whatever its `ts`; `refused`: it is not stored, and
            never will be as it is (400, 413, 422, or it cannot be sent); `failed`: it is not stored, and may be sent
            again; `in_doubt`: nobody knows whether it is stored.
        resumed: Whether this is what an earlier run with the same journal came to: in this one it was not sent. Of a
            background writer: whether an earlier process has left the event in the spool.
    """

    index: int
    event: EventPayload
    event_id: str | None
    error: MemsyError | None
    state: IngestState
    resumed: bool = False


class IngestProgress(NamedTuple):
    """How far an ingestion is.

    Attributes:
        acknowledged: How many events the service has stored.
        failed: How many it has not, or may not have.
    """

    acknowledged: int
    failed: int


def state_of(error: MemsyError) -> IngestState:
    """What the error of a call says of its events."""
    if isinstance(error, MemsyAPIError):
        if error.status_code in _REFUSED:
            return "refused"
        is_stored_nowhere = error.status_code in (*_OF_THE_CALLER, _TOO_MANY_REQUESTS)
        return "failed" if is_stored_nowhere or isinstance(error, UsageLimitExceeded) else "in_doubt"
    is_unsent = isinstance(error, MemsyConnectionError) and error.unsent
    return "failed" if is_unsent or isinstance(error, MemsyClosedError | MemsyInputError) else "in_doubt"


def is_divisible(error: MemsyError) -> bool:
    """Whether a batch may have got the error because of some of its events."""
    return isinstance(error, MemsyAPIError) and error.status_code in _DIVISIBLE


def is_final(error: MemsyError) -> bool:
    """Whether every other batch would fail in the same way."""
    if isinstance(error, MemsyAPIError):
        return error.status_code in _OF_THE_CALLER or isinstance(error, UsageLimitExceeded)
    return isinstance(error, MemsyClosedError | MemsyInputError)  # a key that cannot be had, a journal that is full
