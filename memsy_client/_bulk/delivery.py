"""One batch of a background writer from its first attempt to its outcomes: what is sent again, when, and until when.

No I/O: an attempt yields calls. Between two attempts nobody has to wait with the batch: it says when the next is due.
"""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass

from .._core.sender import CallFlow
from .._generated.api.core import ingest
from ..exceptions import (
    MemsyAPIError,
    MemsyClosedError,
    MemsyConnectionError,
    MemsyDecodeError,
    MemsyError,
    MemsyInputError,
    MemsyQueueFull,
)
from ..models import EventPayload
from .outcomes import IngestOutcome, IngestState, is_divisible, state_of

#: Who was talking to whom: the events of a session are sent in order.
Session = tuple[str, str]

#: What says that the service did not take the events, and may later.
_RETRIED_STATUSES = (429, 503)

#: Seconds after it was sent for which an event may be sent again: the service takes it for the same one for 60, and the
#: request needs some of them. So what a killed process has left under way does not become two events.
_HARMLESS = 45.0

#: Seconds before the first retry when the service does not say, doubled for each further one up to the longest.
_FIRST_WAIT = 0.5
_LONGEST_WAIT = 10.0


class UnwritableSpoolError(MemsyError):
    """The spool cannot be written now: no event is taken, and none sent, until it can."""


@dataclass(slots=True, eq=False)
class Entry:
    """An event that was added.

    Attributes:
        number: Its position among those added, from 0.
        event: The event, which nobody else changes.
        session: Its session.
        due: When it is sent at the latest, on the monotonic clock.
        resumed: Whether an earlier process left it.
        sent_at: When that one sent it without an answer, in Unix time, or None when it did not.
    """

    number: int
    event: EventPayload
    session: Session
    due: float
    resumed: bool = False
    sent_at: float | None = None

    def outcome(self, event_id: str | None, error: MemsyError | None) -> IngestOutcome:
        """What became of it."""
        state = _state(error)
        if state == "failed" and self.sent_at is not None:  # this time
            state = "in_doubt"
        return IngestOutcome(self.number, self.event, event_id, error, state, self.resumed)

    @property
    def may_be_sent(self) -> bool:
        """Whether it would not be stored a second time."""
        return self.sent_at is None or abs(time.time() - self.sent_at) < _HARMLESS


def _state(error: MemsyError | None) -> IngestState:
    if error is None:
        return "acknowledged"
    # What was dropped was not sent, and a 503 is taken for not carried out to the end.
    return "failed" if isinstance(error, MemsyQueueFull) or _is_retried(error) else state_of(error)


class WriterBatch:
    """Events that are sent together.

    Args:
        entries: The events, in order.
        retry_for: Seconds from the first attempt on during which it is sent again.
        retried_until: When that ends at the latest, on the monotonic clock.

    Attributes:
        entries: As given.
        sessions: Those that it holds back while it is under way.
        retry_at: When the next attempt is due, or None when the last one has left nothing to send.
        retried_until: When retries end; shortened by the first attempt, and by whoever wants an end.
        obstacle: Why nothing may be sent in the next attempt, or None.
    """

    def __init__(self, entries: Sequence[Entry], retry_for: float, retried_until: float) -> None:
        self.entries = entries
        self.sessions = {entry.session for entry in entries}
        self.retry_at: float | None = None
        self.retried_until = retried_until
        self.obstacle: UnwritableSpoolError | None = None
        self._retry_for: float | None = retry_for  # until the first attempt
        self._retries = 0
        self._refusal: MemsyError | None = None  # the last one that says to try again
        self._left = [list(entries)]  # the groups that are left; the last is sent next
        self._is_sending = False
        self._outcomes: list[IngestOutcome] = []

    @property
    def left(self) -> list[Entry]:
        """The events that have no outcome, in order."""
        return [entry for group in reversed(self._left) for entry in group]

    def attempt(self) -> CallFlow[None]:
        """The calls of one attempt: until every event has its outcome, or there is something to wait for.

        A batch that is refused for some of its events is halved until these stand alone.
        """
        self.retry_at = None
        if self._retry_for is not None:
            self.retried_until = min(self.retried_until, time.monotonic() + self._retry_for)
            self._retry_for = None
        while self._left and self.retry_at is None:
            group = self._left[-1]
            if not all(entry.may_be_sent for entry in group):
                self._leave_in_doubt(group)
                continue
            try:
                if self.obstacle is not None:
                    raise self.obstacle
                self._is_sending = True
                response = yield ingest.request([entry.event for entry in group])
                if len(response.event_ids) != len(group):
                    raise MemsyDecodeError(f"holds {len(response.event_ids)} ids for {len(group)} events")
            except MemsyError as error:
                self._is_sending = False
                self._take_refusal(group, error)
            else:
                self._is_sending = False
                self._note(group, response.event_ids, None)

    def take_outcomes(self) -> list[IngestOutcome]:
        """Those that were not taken yet."""
        outcomes, self._outcomes = self._outcomes, []
        return outcomes

    def give_up(self) -> None:
        """End it as it is. Of events that are being sent nobody knows whether they were stored."""
        while self._left:
            error = self._refusal or MemsyClosedError("the writer ended before the event was sent")
            if self._is_sending:
                self._is_sending = False
                error = MemsyConnectionError("interrupted before the response came: the event may have been stored")
            self._note(self._left[-1], None, error)

    def _leave_in_doubt(self, group: list[Entry]) -> None:
        """Take out of the group what may not be sent any more."""
        late = [entry for entry in group if not entry.may_be_sent]
        rest = [entry for entry in group if entry not in late]
        self._left[-1:] = [rest, late] if rest else [late]
        error = MemsyConnectionError("its process ended before the response came: it may have been stored")
        self._note(late, None, error)

    def _take_refusal(self, group: list[Entry], error: MemsyError) -> None:
        if len(group) > 1 and is_divisible(error):
            middle = len(group) // 2
            self._left[-1:] = [group[middle:], group[:middle]]
            return
        now = time.monotonic()
        wait = _wait_before_retry(error, self._retries, self.retried_until - now)
        if wait is None:
            self._note(group, None, error)
            return
        self._refusal = error
        self._retries += 1
        self.retry_at = now + wait

    def _note(self, group: list[Entry], event_ids: Sequence[str] | None, error: MemsyError | None) -> None:
        self._left.pop()
        ids = [None] * len(group) if event_ids is None else event_ids
        self._outcomes += [entry.outcome(event_id, error) for entry, event_id in zip(group, ids, strict=True)]


def _is_retried(error: MemsyError) -> bool:
    if isinstance(error, MemsyInputError | UnwritableSpoolError):
        return True  # not of the events, which are checked: a key that cannot be had now, a middleware that raised
    if isinstance(error, MemsyConnectionError):
        return error.unsent
    if not isinstance(error, MemsyAPIError) or error.status_code not in _RETRIED_STATUSES:
        return False
    return error.error_code != "usage_limit_exceeded" or error.retry_after is not None  # a spent quota stays spent


def _wait_before_retry(error: MemsyError, retries: int, left: float) -> float | None:
    """Seconds before the next attempt; None to give up."""
    if left <= 0 or not _is_retried(error):
        return None
    asked = error.retry_after if isinstance(error, MemsyAPIError) else None
    if asked is None:
        due = min(_FIRST_WAIT * 2.0 ** min(retries, 16), _LONGEST_WAIT) * random.uniform(0.5, 1.0)
    elif asked > left:
        return None
    else:  # who asks for no wait, again and again, is not sent thousands of requests
        due = max(asked, _FIRST_WAIT * random.uniform(0.5, 1.0)) if retries else asked
    return min(due, left)  # the last one is at the very end
