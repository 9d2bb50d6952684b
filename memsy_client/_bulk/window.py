"""Ingesting any number of events, in bounded memory.

Up to `concurrency` batches are under way at once (with `auto` as many as the service is found to take, up to
`max_concurrency`), and further ones are sent as these end, also while an earlier one is waited for: the window that
slides over the source holds four times as many, those included whose outcomes wait for their turn. What starts a batch,
reads the source or calls `on_progress` happens in a step of the iteration, and nowhere else. Requests outlive the step
that started them, but not the iteration: its end, closing or dropping it, an exception or an interruption in a step,
and what a fork leaves behind all end what is under way.
"""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import AsyncIterable, Callable, Generator, Iterable, Mapping, MutableMapping
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from .._core.checks import check_hook, check_whole_number, shown
from .._core.lazy import import_lock
from .._core.sender import AsyncSender, SyncSender
from ..exceptions import MemsyError, MemsyInputError
from .batch import Batch, Run
from .outcomes import EVENTS_A_CALL, IngestOutcome, IngestProgress
from .recent_ids import RecentIds
from .steps import OnDisk

if TYPE_CHECKING:
    from ..models import EventPayload
    from .journal import Journal
    from .journal_history import Plan
    from .open_journal import OpenJournal
    from .paced_senders import IngestionPace
    from .pacing import Pacer

#: How many seconds an interrupted iteration waits for requests that are under way, to know what was stored.
GRACE = 2.0

#: How many batches the window holds for each that may be under way.
_LOOK_AHEAD = 4


class Read(NamedTuple):
    """Read so many events more, unless the source ends."""

    events: int


class Start(NamedTuple):
    """Let a batch be delivered."""

    batch: Batch


class Wait(NamedTuple):
    """Wait until a batch has been delivered: the driver sends back those that have."""


Steps = Generator[Read | Start | Wait | OnDisk, Any, None]


class Window:
    """What both flavours keep, and what they decide."""

    def __init__(
        self,
        sender: SyncSender | AsyncSender,
        events: object,
        batch_size: int,
        concurrency: int | Literal["auto"],
        max_concurrency: int,
        on_progress: Callable[[IngestProgress], None] | None,
        journal: Journal | str | os.PathLike[str] | None,
        pacers: MutableMapping[int, Pacer],
    ) -> None:
        check_whole_number("batch_size", batch_size, most=EVENTS_A_CALL)
        check_whole_number("max_concurrency", max_concurrency)
        if concurrency != "auto":
            _check_concurrency(concurrency)
        check_hook("on_progress", on_progress)
        if isinstance(events, str | bytes | Mapping) or not isinstance(events, Iterable | AsyncIterable):
            raise MemsyInputError(f"events takes an iterable of events, not {type(events).__name__}")
        self.acknowledged: int = 0
        self.failed: int = 0
        self._open_journal: Callable[[], OpenJournal] | None = None
        if journal is not None:
            with import_lock:
                from .journal import Journal
                from .open_journal import OpenJournal
            self._open_journal = partial(OpenJournal, Journal.of(journal, sender), sender.base_url)
        self._run = Run()
        self._pace: IngestionPace | None = None
        if concurrency == "auto":
            with import_lock:
                from .paced_senders import IngestionPace
            self._pace = IngestionPace(pacers)
        self._batch_size = batch_size
        self._concurrency = max_concurrency if concurrency == "auto" else concurrency
        self._on_progress = on_progress
        self._has_ended = False  # nothing more is read
        self._source_has_ended = False
        self._failure: Exception | None = None  # to be raised after the outcomes of all that was read
        self._waiting: deque[EventPayload] = deque()  # what was read
        self._plans: deque[Plan] = deque()  # of the first of these
        self._position = 0  # of the first of these
        self._window: deque[Batch] = deque()
        self._under_way = 0
        self._known: deque[IngestOutcome] = deque()
        self._ids = RecentIds()

    @property
    def stopped_by(self) -> MemsyError | None:
        """The error that every other batch would get as well, so that none was sent after it, or None.

        The outcomes of what was not sent have it.
        """
        return self._run.stopped_by

    @property
    def unreported(self) -> tuple[IngestOutcome, ...]:
        """Outcomes that the iteration has not given yet: after its end, what was under way then."""
        return tuple(self._known)

    def _advance(self, *, keeps_going: bool) -> Steps:
        """Go on until there are outcomes to give, or nothing is left, and unless it `keeps_going` nothing under way."""
        if self._open_journal is not None and self._run.journal is None:
            self._run.journal = yield OnDisk(self._open_journal)
        while not self._known:
            if keeps_going or not (self._window and self._window[0].is_counted):
                yield from self._fill_window()
            if not self._window:
                break
            if self._window[0].is_counted:
                self._take(self._window.popleft())
            else:
                yield from self._wait()
        while self._under_way and not keeps_going:
            yield from self._wait()

    def _fill_window(self) -> Steps:
        while self._has_room() and len(self._window) < _LOOK_AHEAD * self._concurrency:
            batch = yield from self._read_batch()
            if batch is None:
                return
            self._window.append(batch)
            if batch.is_done:
                self._report(batch)
            else:
                self._under_way += 1
                yield Start(batch)

    @property
    def in_flight(self) -> int:
        """How many batches wait for an answer, or for their turn to be sent."""
        return self._under_way - (0 if self._pace is None else self._pace.resting)

    def _has_room(self) -> bool:
        """Whether one more batch may be under way."""
        if self._under_way >= self._concurrency:
            return False
        return self._pace is None or self._pace.has_room(self)

    def _wait(self) -> Steps:
        for batch in (yield Wait()):
            self._under_way -= 1
            if batch.failure is not None:
                raise batch.failure
            self._report(batch)

    def _read_batch(self) -> Generator[Read, Any, Batch | None]:
        if len(self._waiting) < self._batch_size and not self._has_ended:
            yield Read(self._batch_size - len(self._waiting))
        size = min(len(self._waiting), self._batch_size)
        if self._run.journal is not None:
            size = self._plan(self._run.journal)
        if not size:
            return None
        # Events that were read when the source was interrupted are still there, and begin the next batch.
        events = [self._waiting.popleft() for _ in range(size)]
        plans = [self._plans.popleft() for _ in range(min(size, len(self._plans)))]
        batch = Batch(self._run, self._position, events, plans)
        self._position += size
        return batch

    def _plan(self, journal: OpenJournal) -> int:
        """Ask the journal about the events that were read; returns how many of the first are of one kind."""
        try:
            for at in range(len(self._plans), len(self._waiting)):
                self._plans.append(journal.plan(self._position + at, self._waiting[at]))
            if self._source_has_ended and self._position + len(self._waiting) < journal.count:
                raise journal.missing_event(self._position + len(self._waiting))
        except MemsyInputError as error:
            self._failure = self._failure or error
            self._has_ended, self._source_has_ended = True, False
            while len(self._waiting) > len(self._plans):
                self._waiting.pop()
        size = 0
        while size < min(len(self._plans), self._batch_size) and self._plans[size].kind == self._plans[0].kind:
            size += 1
        return size

    def _end_of_source(self, failure: Exception | None = None) -> None:
        self._has_ended = True
        self._source_has_ended = failure is None
        self._failure = failure

    def _take(self, batch: Batch) -> None:
        """Take the outcomes of a batch, in the order of the source; one that is not done is ended as it is."""
        outcomes = batch.outcomes if batch.is_done else batch.end()
        if not batch.is_counted:
            self._count(outcomes)
        for outcome in outcomes:
            if outcome.event_id is not None and self._ids.repeats(outcome.event_id, batch.settled_at or time.time()):
                outcome.state = "duplicate"
            self._known.append(outcome)

    def _end_window(self) -> None:
        """Take the outcomes of all that was read as they are, when nothing of it is under way any more."""
        while self._window:
            self._take(self._window.popleft())
        self._under_way = 0
        if self._pace is not None:
            self._pace.forget()

    def _count(self, outcomes: Iterable[IngestOutcome]) -> None:
        for outcome in outcomes:
            if outcome.error is None:
                self.acknowledged += 1
            else:
                self.failed += 1

    def _report(self, batch: Batch) -> None:
        batch.is_counted = True
        self._count(batch.outcomes)
        if self._on_progress is not None:
            self._on_progress(IngestProgress(self.acknowledged, self.failed))

    def _next(self) -> IngestOutcome | None:
        """The next outcome, or None at the end. Raises what the events' source raised, after all before it."""
        if self._known:
            return self._known.popleft()
        failure, self._failure = self._failure, None
        journal = self._run.journal
        if journal is not None:
            journal.close()
            self._has_ended = True
        elif failure is not None:
            self._has_ended = False  # the source may go on
        if failure is not None:
            raise failure
        return None

    def _end_reading(self) -> None:
        self._has_ended, self._source_has_ended = True, False
        self._waiting.clear()
        self._plans.clear()
        self._open_journal = None
        if self._run.journal is not None:
            self._run.journal.close()


def _check_concurrency(concurrency: object) -> None:
    if isinstance(concurrency, str):
        raise MemsyInputError(f'concurrency has to be a whole number from 1, or "auto", not {shown(concurrency)}')
    check_whole_number("concurrency", concurrency)
