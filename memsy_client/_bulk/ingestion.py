"""Ingesting any number of events, in bounded memory.

Events are read in waves: as many batches as may be under way at once are sent together, and their outcomes are given
in order before more are read. So no task outlives the step of the iteration that started it; of threads, only one whose
request is under way when that step is interrupted.
"""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, wait
from functools import partial
from typing import TYPE_CHECKING

from .._core.checks import check_hook, check_whole_number
from .._core.sender import AsyncSender, CallFlow, SyncSender
from .._core.threads import in_thread
from .._generated.api.core import ingest
from ..exceptions import MemsyConnectionError, MemsyDecodeError, MemsyError, MemsyInputError
from .outcomes import IngestOutcome, IngestProgress, is_divisible, is_final, state_of
from .stopping import StoppableSender

if TYPE_CHECKING:
    from ..models import EventPayload

#: How many events the contract allows in one call.
_EVENTS_A_CALL = 1000

#: How many seconds an interrupted iteration waits for requests that are under way, to know what was stored.
_GRACE = 2.0


class _Batch:
    """Events that are sent together, and what became of them.

    Attributes:
        outcomes: Those that are known; the batch's events in order, once it has ended.
        is_counted: Whether they are in the ingestion's counts.
    """

    def __init__(self, ingestion: _Ingestion, first: int, events: list[EventPayload]) -> None:
        self._ingestion = ingestion
        self._first = first
        self._events = events
        self.outcomes: list[IngestOutcome] = []
        self.is_counted = False

    def deliver(self) -> CallFlow[None]:
        """The calls it takes. A batch that is refused for some of its events is halved until these stand alone."""
        waiting = [(0, len(self._events))]
        while waiting:
            start, end = waiting.pop()
            events = self._events[start:end]
            if self._ingestion.stopped_by is not None:
                self._note(start, [None] * len(events), self._ingestion.stopped_by)
                continue
            try:
                response = yield ingest.request(events)
                if len(response.event_ids) != len(events):
                    raise MemsyDecodeError(f"holds {len(response.event_ids)} ids for {len(events)} events")
            except MemsyError as error:
                if len(events) > 1 and is_divisible(error):
                    middle = (start + end) // 2
                    waiting += [(middle, end), (start, middle)]
                    continue
                if is_final(error):
                    self._ingestion.stopped_by = error
                self._note(start, [None] * len(events), error)
            else:
                self._note(start, response.event_ids, None)

    def end(self) -> None:
        """End it as it is: of the events that are left nobody knows whether they were stored."""
        self.outcomes = list(self.outcomes)  # one that is still under way, in a thread, keeps its own
        known = len(self.outcomes)
        error = MemsyConnectionError("interrupted before the response came: the event may have been stored or not")
        self._note(known, [None] * (len(self._events) - known), error)

    def _note(self, start: int, event_ids: Sequence[str | None], error: MemsyError | None) -> None:
        state = "acknowledged" if error is None else state_of(error)
        self.outcomes += [
            IngestOutcome(self._first + index, self._events[index], event_id, error, state)
            for index, event_id in enumerate(event_ids, start)
        ]


class _Ingestion:
    """What both flavours keep."""

    def __init__(
        self,
        events: object,
        batch_size: int,
        concurrency: int,
        on_progress: Callable[[IngestProgress], None] | None,
    ) -> None:
        check_whole_number("batch_size", batch_size, most=_EVENTS_A_CALL)
        check_whole_number("concurrency", concurrency)
        check_hook("on_progress", on_progress)
        if isinstance(events, str | bytes | Mapping) or not isinstance(events, Iterable | AsyncIterable):
            raise MemsyInputError(f"events takes an iterable of events, not {type(events).__name__}")
        self.acknowledged = 0
        self.failed = 0
        self.stopped_by: MemsyError | None = None
        self._batch_size = batch_size
        self._concurrency = concurrency
        self._on_progress = on_progress
        self._read = 0
        self._waiting: list[EventPayload] = []
        self._known: deque[IngestOutcome] = deque()
        self._failure: Exception | None = None

    @property
    def unreported(self) -> tuple[IngestOutcome, ...]:
        """Outcomes that the iteration has not given yet: what was under way when it was interrupted."""
        return tuple(self._known)

    @property
    def _wave_size(self) -> int:
        return self._batch_size * self._concurrency

    def _take_waiting(self) -> list[EventPayload]:
        # Events that were read when the source was interrupted are still here, and begin the next wave.
        wave, self._waiting = self._waiting, []
        return wave

    def _split(self, events: list[EventPayload]) -> list[_Batch]:
        starts = range(0, len(events), self._batch_size)
        batches = [_Batch(self, self._read + start, events[start : start + self._batch_size]) for start in starts]
        self._read += len(events)
        return batches

    def _end(self, batches: list[_Batch]) -> None:
        """Take the outcomes of a wave, which may have been interrupted."""
        for batch in batches:
            if not batch.is_counted:
                batch.end()
                self._count(batch)
            self._known.extend(batch.outcomes)

    def _count(self, batch: _Batch) -> None:
        batch.is_counted = True
        acknowledged = sum(outcome.error is None for outcome in batch.outcomes)
        self.acknowledged += acknowledged
        self.failed += len(batch.outcomes) - acknowledged

    def _report(self, batch: _Batch) -> None:
        self._count(batch)
        if self._on_progress is not None:
            self._on_progress(IngestProgress(self.acknowledged, self.failed))

    def _next(self) -> IngestOutcome | None:
        """The next outcome, or None at the end. Raises what the events' source raised, after all before it."""
        if self._known:
            return self._known.popleft()
        failure, self._failure = self._failure, None
        if failure is not None:
            raise failure
        return None


class Ingestion(_Ingestion, Iterator[IngestOutcome]):
    """An ingestion: iterate over it to send the events and to learn what became of each, in order.

    An exception of their source is raised after the outcomes of the events before it. After any interruption,
    `unreported` has the outcomes that were not given yet.

    Attributes:
        acknowledged: How many events the service has stored so far.
        failed: How many it has not, or may not have.
        stopped_by: The error that every other batch would get as well, so that none was sent after it, or None. The
            outcomes of what was not sent have it.
    """

    def __init__(
        self,
        sender: SyncSender,
        events: Iterable[EventPayload],
        batch_size: int,
        concurrency: int,
        on_progress: Callable[[IngestProgress], None] | None,
    ) -> None:
        super().__init__(events, batch_size, concurrency, on_progress)
        self._sender = sender
        self._events = iter(events)

    def __next__(self) -> IngestOutcome:
        if not self._known and self._failure is None:
            self._send(self._split(self._read_wave()))
        outcome = self._next()
        if outcome is None:
            raise StopIteration
        return outcome

    def _read_wave(self) -> list[EventPayload]:
        try:
            for event in self._events:
                self._waiting.append(event)
                if len(self._waiting) >= self._wave_size:
                    break
        except Exception as error:
            self._failure = error
        return self._take_waiting()

    def _send(self, batches: list[_Batch]) -> None:
        if not batches:
            return
        sender = StoppableSender.of(self._sender)
        under_way: list[Future[None]] = []
        try:
            for batch in batches:
                under_way.append(in_thread(partial(sender.follow, batch.deliver())))
                if under_way[-1].done():
                    under_way[-1].result()  # perhaps it ran in this thread, and was interrupted here
            for batch, sent in zip(batches, under_way, strict=True):
                sent.result()
                self._report(batch)
        except BaseException:
            sender.stopped.set()
            wait(under_way, _GRACE)
            raise
        finally:
            self._end(batches)


class AsyncIngestion(_Ingestion, AsyncIterator[IngestOutcome]):
    """An asynchronous ingestion; as `Ingestion`, with `async for`. When it is cancelled, what is under way is, too."""

    def __init__(
        self,
        sender: AsyncSender,
        events: Iterable[EventPayload] | AsyncIterable[EventPayload],
        batch_size: int,
        concurrency: int,
        on_progress: Callable[[IngestProgress], None] | None,
    ) -> None:
        super().__init__(events, batch_size, concurrency, on_progress)
        self._sender = sender
        self._events = aiter(events) if isinstance(events, AsyncIterable) else _asynchronous(iter(events))

    async def __anext__(self) -> IngestOutcome:
        if not self._known and self._failure is None:
            await self._send(self._split(await self._read_wave()))
        outcome = self._next()
        if outcome is None:
            raise StopAsyncIteration
        return outcome

    async def _read_wave(self) -> list[EventPayload]:
        try:
            async for event in self._events:
                self._waiting.append(event)
                if len(self._waiting) >= self._wave_size:
                    break
        except Exception as error:
            self._failure = error
        return self._take_waiting()

    async def _send(self, batches: list[_Batch]) -> None:
        if not batches:
            return
        import anyio  # only asynchronous clients need it, and it takes long to import

        try:
            async with anyio.create_task_group() as tasks:
                for batch in batches:
                    tasks.start_soon(self._sender.follow, batch.deliver())
            for batch in batches:
                self._report(batch)
        finally:
            self._end(batches)


async def _asynchronous(events: Iterator[EventPayload]) -> AsyncIterator[EventPayload]:
    for event in events:
        yield event
