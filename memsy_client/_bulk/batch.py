"""A batch of events: the calls that it takes until something is known of each, without I/O."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from .._generated.api.core import ingest
from ..exceptions import MemsyConnectionError, MemsyDecodeError, MemsyError, MemsyInputError
from .outcomes import IngestOutcome, IngestState, is_divisible, is_final, state_of
from .positions import count_from
from .steps import Flow, NothingSentError
from .stopping import StoppedError

if TYPE_CHECKING:
    from .._core.operation import Call
    from ..models import EventPayload, IngestResponse
    from .journal_history import Plan
    from .open_journal import OpenJournal

_INTERRUPTED = "interrupted before the response came: the event may have been stored or not"
_STOPPED = "the ingestion was stopped before it was sent: the event is not stored"
_INTERRUPTED_EARLIER = "an earlier run ended before the response came: the event may have been stored or not"


class Run:
    """What the batches of an ingestion share. Where a thread outlives the ingestion, this does, too.

    Attributes:
        stopped_by: The error that every other batch would get as well, or None.
        journal: Where requests are written down before they leave, or None.
    """

    def __init__(self) -> None:
        self.stopped_by: MemsyError | None = None
        self.journal: OpenJournal | None = None

    def stop(self, error: MemsyError) -> None:
        """Send nothing more."""
        self.stopped_by = self.stopped_by or error

    def stop_if_unwritable(self) -> None:
        """Send nothing more when the journal cannot be written any more."""
        if self.journal is not None and self.journal.failure is not None:
            self.stop(self.journal.failure)


class _Failure(NamedTuple):
    """Why a request gave no ids.

    Attributes:
        error: The error that it came to.
        state: What it says of the events.
        is_divided: Whether they are to be sent again in two halves.
        is_final: Whether every other batch would fail in the same way.
    """

    error: MemsyError
    state: IngestState
    is_divided: bool
    is_final: bool


class Batch:
    """Events that are sent together, and what became of them.

    Args:
        run: The ingestion's.
        first: The position of the first of the events.
        events: The events.
        plans: What the journal says of each, all of one kind; empty without a journal.

    Attributes:
        outcomes: Those that are known, in order.
        is_done: Whether these are all.
        is_counted: Whether they are in the ingestion's counts.
        settled_at: When an earlier run sent the request that settled them, in seconds since 1970; 0 if none has.
        failure: What ended it that is no failure of a call, or None.
    """

    def __init__(self, run: Run, first: int, events: list[EventPayload], plans: Sequence[Plan] = ()) -> None:
        self._run = run
        self._first = first
        self._events = events
        self._plans = plans
        self.outcomes: list[IngestOutcome] = []
        self.is_done = self.is_counted = False
        self.failure: Exception | None = None
        self._is_stopped = self._has_doubts = False
        self.settled_at = plans[0].time if plans else 0.0
        if plans and plans[0].kind == "settled":
            self._recall()

    def deliver(self) -> Flow[None]:
        """The calls it takes. A batch that is refused for some of its events is halved until these stand alone."""
        if self._plans and self._plans[0].kind == "in_doubt":
            error = MemsyConnectionError(_INTERRUPTED_EARLIER)
            yield from self._resolve(0, len(self._events), error, is_resumed=True)
        else:
            yield from self._send(0, len(self._events))
        self.is_done = True

    def end(self) -> list[IngestOutcome]:
        """The outcomes as it stands: unless it was stopped in time, nobody knows whether what is left was stored."""
        known = list(self.outcomes)  # a thread that is still under way may add more
        error = MemsyConnectionError(_STOPPED if self._is_stopped else _INTERRUPTED, unsent=self._is_stopped)
        left = range(len(known), len(self._events))
        return known + [IngestOutcome(self._first + at, self._events[at], None, error, state_of(error)) for at in left]

    def _recall(self) -> None:
        for at, plan in enumerate(self._plans):
            state: IngestState = "acknowledged" if plan.error is None else state_of(plan.error)
            outcome = IngestOutcome(self._first + at, self._events[at], plan.event_id, plan.error, state, resumed=True)
            self.outcomes.append(outcome)
        self.is_done = True

    def _send(self, start: int, end: int, *, is_last: bool = False, may_be_stored: bool = False) -> Flow[None]:
        """Send some of the events. Those that are then in doubt are looked for, unless this `is_last`.

        Those that `may_be_stored` already stay in doubt where this request stores none.
        """
        run = self._run
        failed: IngestState = "in_doubt" if may_be_stored else "failed"
        waiting = [(start, end)]
        while waiting:
            start, end = waiting.pop()
            if run.stopped_by is not None:
                self._note_failure(start, end, run.stopped_by, failed)
                continue
            result = yield from self._attempt(start, end)
            run.stop_if_unwritable()
            if not isinstance(result, _Failure):
                self._note(start, result)
            elif result.is_divided:
                middle = (start + end) // 2
                waiting += [(middle, end), (start, middle)]
            else:
                if result.is_final:
                    run.stop(result.error)  # pragma: no cover – it runs, but CPython tells of no line after a throw
                if run.journal is not None and result.state == "in_doubt" and not is_last:
                    yield from self._resolve(start, end, result.error, is_resumed=False)
                else:
                    state = failed if result.state == "failed" else result.state
                    self._note_failure(start, end, result.error, state)

    def _attempt(self, start: int, end: int) -> Flow[list[str] | _Failure]:
        """One request: the ids that it gave, or why there are none. A journal has both."""
        events, first, journal = self._events[start:end], self._first + start, self._run.journal
        try:
            call = ingest.request(events)
        except MemsyInputError as error:  # one of the events cannot be sent
            count_from(error, first)
            if journal is not None and len(events) == 1:
                yield from journal.fail(None, first, events, error, "refused")
            return _Failure(error, "refused", is_divided=len(events) > 1, is_final=False)
        sending = None
        try:
            if journal is not None:
                sending = yield from journal.send(first, self._digests(start, end))
            event_ids = yield from _carry_out(call, len(events))
        except NothingSentError:
            if journal is not None and sending is not None:
                journal.withdraw(sending)
            self._is_stopped = not self._has_doubts
            raise StoppedError from None
        except MemsyError as error:
            failure = _failure_of(count_from(error, first), len(events))
            if journal is not None:
                yield from journal.fail(sending, first, events, error, failure.state)
            return failure
        if journal is not None and sending is not None:
            journal.acknowledge(sending, event_ids)
        return event_ids

    def _resolve(self, start: int, end: int, error: MemsyError, *, is_resumed: bool) -> Flow[None]:
        """Find out which of the events in doubt are stored, and send those that are not."""
        self._has_doubts = True
        run = self._run
        journal = run.journal
        assert journal is not None
        findings = yield from journal.look_up(self._first + start, self._events[start:end], self._digests(start, end))
        for verdict, group in groupby(range(start, end), lambda at: findings.verdict(self._first + at)):
            positions = list(group)
            start, end = positions[0], positions[-1] + 1
            if verdict == "stored":
                event_ids = [findings.event_ids[self._first + at] for at in positions]
                journal.find(self._first + start, self._digests(start, end), event_ids)
                self._note(start, event_ids, is_resumed=is_resumed)
            elif verdict == "missing" or (journal.resends and run.stopped_by is None):
                yield from self._send(start, end, is_last=True, may_be_stored=verdict == "unknown")
            else:
                self._note_failure(start, end, error, "in_doubt", is_resumed=is_resumed)

    def _digests(self, start: int, end: int) -> list[str]:
        return [plan.digest for plan in self._plans[start:end]]

    def _note(self, start: int, event_ids: Sequence[str], *, is_resumed: bool = False) -> None:
        self.outcomes += [
            IngestOutcome(self._first + at, self._events[at], event_id, None, "acknowledged", is_resumed)
            for at, event_id in enumerate(event_ids, start)
        ]

    def _note_failure(
        self, start: int, end: int, error: MemsyError, state: IngestState, *, is_resumed: bool = False
    ) -> None:
        self.outcomes += [
            IngestOutcome(self._first + at, self._events[at], None, error, state, is_resumed)
            for at in range(start, end)
        ]


def _carry_out(call: Call[IngestResponse], count: int) -> Flow[list[str]]:
    """The ids that the call gives its events."""
    response: IngestResponse = yield call
    if len(response.event_ids) != count:
        raise MemsyDecodeError(f"holds {len(response.event_ids)} ids for {count} events")
    return response.event_ids


def _failure_of(error: MemsyError, count: int) -> _Failure:
    is_divided = count > 1 and is_divisible(error)
    return _Failure(error, "failed" if is_divided else state_of(error), is_divided, is_final(error))
