"""Ingesting any number of events asynchronously: each batch is delivered in a task of its own."""

from __future__ import annotations

import os
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, MutableMapping
from typing import TYPE_CHECKING, Any, Literal

from .._core.exchange import Prepare
from .._core.lazy import import_lock
from .._core.sender import AsyncSender, async_prepare, async_run_flow
from .._core.threads import in_asyncio
from .batch import Batch
from .outcomes import IngestOutcome, IngestProgress
from .steps import LookUp, NothingSentError, OnDisk
from .stopping import StoppableAsyncSender, StoppedError
from .window import GRACE, Read, Start, Wait, Window

if TYPE_CHECKING:
    from anyio import Event
    from typing_extensions import Self

    from ..models import EventPayload
    from .journal import Journal
    from .open_journal import OpenJournal
    from .paced_senders import BatchPace
    from .pacing import Pacer
    from .tasks import Finished, LoopTasks, NurseryTasks


class AsyncIngestion(Window, AsyncIterator[IngestOutcome]):
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
        concurrency: int | Literal["auto"],
        max_concurrency: int,
        on_progress: Callable[[IngestProgress], None] | None,
        journal: Journal | str | os.PathLike[str] | None,
        pacers: MutableMapping[int, Pacer],
    ) -> None:
        super().__init__(sender, events, batch_size, concurrency, max_concurrency, on_progress, journal, pacers)
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
        except GeneratorExit:  # nothing can be awaited any more  # pragma: no cover – the loop is gone
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
        if tasks is not None:  # pragma: no branch – of a loop that was closed meanwhile
            await tasks.close()

    async def _interrupt(self) -> None:
        if self._tasks is not None and self._finished is not None:
            await self._tasks.end(GRACE)
            self._finished.end()  # where another task closes it, a step may wait
            self._finished = type(self._finished)()
        self._end_window()

    async def _perform(self, step: Read | Start | Wait | OnDisk) -> Any:
        assert self._tasks is not None
        assert self._finished is not None
        if isinstance(step, Read):
            return await self._read(step.events)
        if isinstance(step, Start):
            pace = None if self._pace is None else self._pace.of_batch()
            driver = _AsyncDriver(self._sender, self._run.journal, self._finished.stopped, pace)
            return self._tasks.start(_deliver, step.batch, driver, self._finished)
        if isinstance(step, Wait):
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

    def __init__(
        self, sender: AsyncSender, journal: OpenJournal | None, stopped: Event, pace: BatchPace | None
    ) -> None:
        self._sender = StoppableAsyncSender.of(sender, stopped) if pace is None else pace.async_sender(sender, stopped)
        lookup = None if journal is None else journal.lookup_sender
        self._lookup = None if lookup is None else StoppableAsyncSender.of(lookup, stopped)

    async def __call__(self, step: Any) -> Any:
        if isinstance(step, LookUp):
            assert self._lookup is not None
            return await self._lookup.send(step.call)
        if isinstance(step, OnDisk):
            await self._sender.prepare()
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
