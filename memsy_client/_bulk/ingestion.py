"""Ingesting any number of events, in bounded memory.

Up to `concurrency` batches are under way at once, and further ones are sent as these end, also while an earlier one is
waited for: the window that slides over the source holds four times as many, those included whose outcomes wait for
their turn. What starts a batch, reads the source or calls `on_progress` happens in a step of the iteration, and nowhere
else. Requests outlive the step that started them, but not the iteration: its end, closing or dropping it, an exception
or an interruption in a step, and what a fork leaves behind all end what is under way.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections import deque
from collections.abc import AsyncIterable, AsyncIterator, Callable, Generator, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, wait
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from .._core.checks import check_hook, check_whole_number
from .._core.exchange import Prepare
from .._core.lazy import import_lock
from .._core.sender import AsyncSender, SyncSender, async_prepare, async_run_flow, run_flow
from .._core.threads import in_asyncio, in_thread
from ..exceptions import MemsyError, MemsyInputError
from .batch import Batch, Run
from .outcomes import EVENTS_A_CALL, IngestOutcome, IngestProgress
from .steps import LookUp, NothingSentError, OnDisk
from .stopping import StoppableAsyncSender, StoppableSender, StoppedError

if TYPE_CHECKING:
    from anyio import Event
    from typing_extensions import Self

    from ..models import EventPayload
    from .journal import Journal, OpenJournal, Plan
    from .tasks import Finished, LoopTasks, NurseryTasks

#: Seconds after which a wait looks for signals: Python may notice one that comes just before a wait only after it.
_LOOK_FOR_SIGNALS = 0.5

#: How many batches the window holds for each that may be under way.
_LOOK_AHEAD = 4

#: How many seconds an interrupted iteration waits for requests that are under way, to know what was stored.
_GRACE = 2.0

#: For how many seconds an id is remembered: a repetition within 60 gets the first one's.
_REPETITION = 600.0


class _Read(NamedTuple):
    """Read so many events more, unless the source ends."""

    events: int


class _Start(NamedTuple):
    """Let a batch be delivered."""

    batch: Batch


class _Wait(NamedTuple):
    """Wait until a batch has been delivered: the driver sends back those that have."""


_Steps = Generator[_Read | _Start | _Wait | OnDisk, Any, None]


class _Ingestion:
    """What both flavours keep, and what they decide."""

    def __init__(
        self,
        sender: SyncSender | AsyncSender,
        events: object,
        batch_size: int,
        concurrency: int,
        on_progress: Callable[[IngestProgress], None] | None,
        journal: Journal | str | os.PathLike[str] | None,
    ) -> None:
        check_whole_number("batch_size", batch_size, most=EVENTS_A_CALL)
        check_whole_number("concurrency", concurrency)
        check_hook("on_progress", on_progress)
        if isinstance(events, str | bytes | Mapping) or not isinstance(events, Iterable | AsyncIterable):
            raise MemsyInputError(f"events takes an iterable of events, not {type(events).__name__}")
        self.acknowledged: int = 0
        self.failed: int = 0
        self._open_journal: Callable[[], OpenJournal] | None = None
        if journal is not None:
            with import_lock:
                from .journal import Journal, OpenJournal
            self._open_journal = partial(OpenJournal, Journal.of(journal, sender), sender.base_url)
        self._run = Run()
        self._batch_size = batch_size
        self._concurrency = concurrency
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
        self._ids = _RecentIds()

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

    def _advance(self, *, keeps_going: bool) -> _Steps:
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

    def _fill_window(self) -> _Steps:
        while self._has_room() and len(self._window) < _LOOK_AHEAD * self._concurrency:
            batch = yield from self._read_batch()
            if batch is None:
                return
            self._window.append(batch)
            if batch.is_done:
                self._report(batch)
            else:
                self._under_way += 1
                yield _Start(batch)

    def _has_room(self) -> bool:
        """Whether one more batch may be under way."""
        return self._under_way < self._concurrency

    def _wait(self) -> _Steps:
        for batch in (yield _Wait()):
            self._under_way -= 1
            if batch.failure is not None:
                raise batch.failure
            self._report(batch)

    def _read_batch(self) -> Generator[_Read, Any, Batch | None]:
        if len(self._waiting) < self._batch_size and not self._has_ended:
            yield _Read(self._batch_size - len(self._waiting))
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


class _RecentIds:
    """The ids that were given to events lately, to know those that are given again."""

    def __init__(self) -> None:
        self._times: dict[str, float] = {}
        self._most = 10_000

    def repeats(self, event_id: str, now: float) -> bool:
        """Whether an earlier event has the id."""
        is_known = event_id in self._times
        self._times[event_id] = now
        if len(self._times) > self._most:
            self._times = {known: at for known, at in self._times.items() if at >= now - _REPETITION}
            self._most = max(10_000, 2 * len(self._times))
        return is_known


class Ingestion(_Ingestion, Iterator[IngestOutcome]):
    """An ingestion: iterate over it to send the events and to learn what became of each, in order.

    Requests go on between two steps of the iteration. They end with it: use `with`, or call `close`, where it may end
    early. An exception of the events' source is raised after the outcomes of the events before it. After any
    interruption, `unreported` has the outcomes that were not given yet.

    Attributes:
        acknowledged: How many events the service has stored so far.
        failed: How many it has not, or may not have.
    """

    def __init__(
        self,
        sender: SyncSender,
        events: Iterable[EventPayload],
        batch_size: int,
        concurrency: int,
        on_progress: Callable[[IngestProgress], None] | None,
        journal: Journal | str | os.PathLike[str] | None,
    ) -> None:
        super().__init__(sender, events, batch_size, concurrency, on_progress, journal)
        self._sender = sender
        self._events = iter(events)
        self._process = os.getpid()
        self._stopped = threading.Event()
        self._requests: dict[Future[None], Batch] = {}

    def __next__(self) -> IngestOutcome:
        if not self._known:
            if self._process != os.getpid():
                self._end_inherited()
            try:
                run_flow(self._advance(keeps_going=True), self._perform)
            except BaseException:
                self._interrupt(_GRACE)
                raise
        outcome = self._next()
        if outcome is None:
            raise StopIteration
        return outcome

    def close(self) -> None:
        """Send nothing more, wait for the requests that are under way, and let go of the journal.

        `unreported` then has the outcomes that were not given yet; nothing more of the source is read.
        """
        self._close(None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        # An interruption, such as Ctrl-C, does not wait for a request that hangs.
        self._close(None if kind is None or issubclass(kind, Exception) else _GRACE)

    def __del__(self) -> None:
        if not hasattr(self, "_requests") or sys.is_finalizing():
            return
        if self._process != os.getpid():
            self._end_inherited()
        self._close(_GRACE)

    def _close(self, seconds: float | None) -> None:
        try:
            self._interrupt(seconds)
        finally:
            self._end_reading()
            self._events = iter(())  # so that a generator ends now, and lets go of what it holds

    def _interrupt(self, seconds: float | None) -> None:
        """End what is under way: waits and retries at once, requests after so many seconds at most."""
        self._stopped.set()
        try:
            wait(self._requests, seconds)
        finally:
            self._stopped = threading.Event()
            self._requests.clear()
            self._end_window()

    def _end_inherited(self) -> None:
        """End what was under way when this process was forked, whose threads are its parent's."""
        self._process = os.getpid()
        self._requests.clear()
        self._end_window()

    def _perform(self, step: _Read | _Start | _Wait | OnDisk) -> Any:
        if isinstance(step, _Read):
            return self._read(step.events)
        if isinstance(step, _Start):
            return self._start(step.batch)
        if isinstance(step, _Wait):
            return self._wait_for_any()
        return step.work()

    def _read(self, count: int) -> None:
        try:
            for event in self._events:
                self._waiting.append(event)
                count -= 1
                if not count:
                    return
        except Exception as error:
            self._end_of_source(error)
        else:
            self._end_of_source()

    def _start(self, batch: Batch) -> None:
        driver = _Driver(self._sender, self._run.journal, self._stopped)
        request = in_thread(partial(run_flow, batch.deliver(), driver))
        self._requests[request] = batch
        if request.done() and not isinstance(request.exception(), Exception):
            request.result()  # perhaps it ran in this thread, and was interrupted here

    def _wait_for_any(self) -> list[Batch]:
        done: set[Future[None]] = set()
        while self._requests and not done:
            done = wait(self._requests, _LOOK_FOR_SIGNALS, return_when=FIRST_COMPLETED).done
        finished = [request for request in self._requests if request in done]
        for request in finished:
            request.result()
        return [self._requests.pop(request) for request in finished]


class _Driver:
    """Performs the steps of a batch's delivery, in a thread that may outlive the ingestion."""

    def __init__(self, sender: SyncSender, journal: OpenJournal | None, stopped: threading.Event) -> None:
        self._sender = StoppableSender.of(sender, stopped)
        lookup = None if journal is None else journal.lookup_sender
        self._lookup = None if lookup is None else StoppableSender.of(lookup, stopped)

    def __call__(self, step: Any) -> Any:
        if isinstance(step, LookUp):
            assert self._lookup is not None
            return self._lookup.send(step.call)
        if isinstance(step, OnDisk):
            return step.work()
        try:
            return self._sender.send(step)
        except StoppedError:
            raise NothingSentError from None


class AsyncIngestion(_Ingestion, AsyncIterator[IngestOutcome]):
    """An asynchronous ingestion; as `Ingestion`, with `async for`, `async with` and `aclose`.

    Where it is dropped, or left by an exception such as a cancellation, what is under way is cancelled. On trio,
    requests go on between two steps only inside `async with`: without it, each step ends with all that it started,
    which takes longer where some requests do.
    """

    def __init__(
        self,
        sender: AsyncSender,
        events: Iterable[EventPayload] | AsyncIterable[EventPayload],
        batch_size: int,
        concurrency: int,
        on_progress: Callable[[IngestProgress], None] | None,
        journal: Journal | str | os.PathLike[str] | None,
    ) -> None:
        super().__init__(sender, events, batch_size, concurrency, on_progress, journal)
        self._sender = sender
        self._events = aiter(events) if isinstance(events, AsyncIterable) else _Asynchronous(events)
        self._tasks: LoopTasks | NurseryTasks | None = None
        self._finished: Finished | None = None
        self._is_entered = False

    async def __anext__(self) -> IngestOutcome:
        if not self._known:
            await self._step()
        outcome = self._next()
        if outcome is None:
            raise StopAsyncIteration
        return outcome

    async def aclose(self) -> None:
        """Send nothing more, wait for the requests that are under way, and let go of the journal.

        As `Ingestion.close`; when it is cancelled, these requests are, too.
        """
        try:
            if self._finished is not None and self._tasks is not None:
                self._finished.stopped.set()
                await self._tasks.join()
        finally:
            try:
                await self._interrupt()
            finally:
                self._end_reading()
                self._events = _Asynchronous(())

    async def __aenter__(self) -> Self:
        self._is_entered = True
        await self._open_tasks()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._is_entered = False
        try:
            if kind is not None:
                await self._interrupt()
            await self.aclose()
        finally:
            await self._close_tasks()

    def __del__(self) -> None:
        tasks: LoopTasks | NurseryTasks | None = getattr(self, "_tasks", None)
        if tasks is not None:
            tasks.cancel_from_anywhere()
            self._end_reading()

    async def _step(self) -> None:
        tasks = await self._open_tasks()
        keeps_going = self._is_entered or tasks.outlive_steps
        try:
            await async_run_flow(self._advance(keeps_going=keeps_going), self._perform)
        except GeneratorExit:  # nothing can be awaited any more
            tasks.cancel()
            raise
        except BaseException:
            await self._interrupt()
            raise
        finally:
            if not keeps_going:
                await self._close_tasks()

    async def _open_tasks(self) -> LoopTasks | NurseryTasks:
        if self._tasks is not None and self._tasks.are_of_this_loop():
            return self._tasks
        self._end_window()  # of a loop that has ended, or of a process that this one was forked from
        with import_lock:
            from .tasks import Finished, LoopTasks, NurseryTasks
        self._finished = Finished()
        tasks = LoopTasks() if in_asyncio() else NurseryTasks()
        await tasks.open()
        self._tasks = tasks
        return tasks

    async def _close_tasks(self) -> None:
        tasks, self._tasks = self._tasks, None
        if tasks is not None:
            await tasks.close()

    async def _interrupt(self) -> None:
        if self._tasks is not None and self._finished is not None:
            await self._tasks.end(_GRACE)
            self._finished.end()  # where another task closes it, a step may wait
            self._finished = type(self._finished)()
        self._end_window()

    async def _perform(self, step: _Read | _Start | _Wait | OnDisk) -> Any:
        assert self._tasks is not None
        assert self._finished is not None
        if isinstance(step, _Read):
            return await self._read(step.events)
        if isinstance(step, _Start):
            driver = _AsyncDriver(self._sender, self._run.journal, self._finished.stopped)
            return self._tasks.start(_deliver, step.batch, driver, self._finished)
        if isinstance(step, _Wait):
            return await self._finished.get()
        return await async_prepare(Prepare(step.work, None))

    async def _read(self, count: int) -> None:
        try:
            async for event in self._events:
                self._waiting.append(event)
                count -= 1
                if not count:
                    return
        except Exception as error:
            self._end_of_source(error)
        else:
            self._end_of_source()


class _AsyncDriver:
    """Performs the steps of a batch's delivery."""

    def __init__(self, sender: AsyncSender, journal: OpenJournal | None, stopped: Event) -> None:
        self._sender = StoppableAsyncSender.of(sender, stopped)
        lookup = None if journal is None else journal.lookup_sender
        self._lookup = None if lookup is None else StoppableAsyncSender.of(lookup, stopped)

    async def __call__(self, step: Any) -> Any:
        if isinstance(step, LookUp):
            assert self._lookup is not None
            return await self._lookup.send(step.call)
        if isinstance(step, OnDisk):
            return await async_prepare(Prepare(step.work, None))
        try:
            return await self._sender.send(step)
        except StoppedError:
            raise NothingSentError from None


async def _deliver(batch: Batch, driver: _AsyncDriver, finished: Finished) -> None:
    try:
        await async_run_flow(batch.deliver(), driver)
    except StoppedError:
        return
    except Exception as error:
        batch.failure = error
    finished.put(batch)


class _Asynchronous(AsyncIterator["EventPayload"]):
    """A plain iterator as an asynchronous one. A generator would be one more thing to be ended when it is dropped."""

    def __init__(self, events: Iterable[EventPayload]) -> None:
        self._events = iter(events)

    async def __anext__(self) -> EventPayload:
        try:
            return next(self._events)
        except StopIteration:
            raise StopAsyncIteration from None
