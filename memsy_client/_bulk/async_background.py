"""Writing without waiting, with the tasks of an event loop."""

from __future__ import annotations

import atexit
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import anyio

from .._core.hooks import logger
from .._core.sender import AsyncSender
from .._core.threads import in_asyncio
from .._transports import forks
from ..exceptions import MemsyInputError
from .delivery import WriterBatch
from .outbox import (
    CheckedEvent,
    InForkedChildren,
    Outbox,
    WriterOptions,
    check_event,
    check_timeout,
    refuse_closed_client,
    report,
    writer_died,
)
from .outcomes import IngestOutcome
from .queue import WriterStats
from .writer_sender import AsyncWriterSender

if TYPE_CHECKING:
    from typing_extensions import Self

    from ..models import EventPayload

#: How many batches are under way at once at most.
_MOST_TASKS = 4

#: Seconds that cancelled tasks get to let go of their connections.
_GRACE = 1.0


class AsyncBackgroundWriter:
    """Sends events in the background; made by `AsyncMemsyClient.background`, and used in an `async with` block.

    Any task of the event loop of that block may call its methods.
    """

    def __init__(self, sender: AsyncSender, options: WriterOptions, writers: set[AsyncBackgroundWriter]) -> None:
        refuse_closed_client(sender)
        self._sender = AsyncWriterSender.of(sender)
        self._options = options
        self._writers = writers
        self._pool = _TaskPool(self._sender, options)
        self._is_entered = False
        self._in_children = InForkedChildren(self._start_empty)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._sender.base_url}: {self.stats}>"

    async def add(self, event: EventPayload) -> None:
        """Have an event sent soon. It is checked and copied; without a `ts` it gets the present time.

        With `when_full="wait"`, a task waits here until there is room.

        Args:
            event: What happened.

        Raises:
            MemsyQueueFull: The queue is full, and is not waited for.
            MemsyInputError: The event cannot be sent; or this is not inside the `async with` block.
            MemsyClosedError: The writer has been closed.
            MemsyError: The spool cannot be written; or the writer's task has died, so that nothing is sent any more.
        """
        self._refuse_outside()
        await self._pool.add(check_event(event))

    def add_nowait(self, event: EventPayload) -> None:
        """As `add`, without waiting: where there is no room, this is a `MemsyQueueFull`."""
        self._refuse_outside()
        self._pool.add_nowait(check_event(event))

    async def flush(self, timeout: float | None = None) -> bool:
        """Send what was added so far at once, and wait until each of these events has its outcome.

        Args:
            timeout: Seconds to wait at most; None for as long as it takes.

        Returns:
            Whether each has it. Which one, `on_outcome` is told.

        Raises:
            MemsyInputError: This is not inside the `async with` block.
            MemsyError: The writer's task has died.
        """
        check_timeout(timeout)
        self._refuse_outside()
        return await self._pool.flush(timeout)

    @property
    def stats(self) -> WriterStats:
        """What became of the events that were added."""
        return self._pool.stats

    async def close(self, timeout: float | None = None) -> None:
        """Take nothing more, send what is there, and end. From now on nothing is retried for longer than `retry_for`.

        What is left when the time is over stays in the spool; without one it is reported, counted and logged. When it
        is cancelled, it goes on for `exit_timeout` seconds at most.

        Args:
            timeout: Seconds to wait at most; None for as long as it takes.
        """
        check_timeout(timeout)
        await self._close(timeout)

    async def __aenter__(self) -> Self:
        if self._is_entered or self._pool.is_over:
            raise MemsyInputError("a background writer is entered once; make another one")
        refuse_closed_client(self._sender)
        self._pool.open()
        self._is_entered = True
        self._writers.add(self)
        _open_pools.add(self._pool)
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        is_interrupted = kind is not None and not issubclass(kind, Exception)
        await self._close(None, is_interrupted=is_interrupted)

    async def _close(self, timeout: float | None, *, is_interrupted: bool = False) -> None:
        try:
            await self._pool.close(timeout, is_interrupted=is_interrupted)
        finally:
            self._writers.discard(self)
            _open_pools.discard(self._pool)

    def _start_empty(self) -> None:
        # In a forked child, and outside the block: the event loop is the parent's, as what was added is.
        self._pool.stay_with_parent()
        forks.inherited.append(self._pool)
        self._pool = _TaskPool(self._sender, self._options)
        self._is_entered = False

    def _refuse_outside(self) -> None:
        if not self._is_entered:
            raise MemsyInputError("a background writer is used in an `async with` block")


class _TaskPool:
    """The tasks of a writer in one process, with their events. A forked child gets another.

    There is one task from the first event on, and one more, up to the most, whenever the last idle one gets a batch: so
    a batch that hangs does not keep others waiting. They belong to no task of the caller's, so that what cancels that
    cancels no request here.
    """

    def __init__(self, sender: AsyncSender, options: WriterOptions) -> None:
        self._sender = sender
        self._on_outcome = options.on_outcome
        self._exit_timeout = options.exit_timeout
        self._outbox = Outbox(options, sender.base_url)
        self._work = _Signal()
        self._progress = _Signal()
        self._tasks: dict[anyio.CancelScope, Any] = {}
        self._idle = 0
        self._death: BaseException | None = None
        self.is_over = False

    @property
    def stats(self) -> WriterStats:
        """The counts."""
        return self._outbox.stats

    def open(self) -> None:
        """Open the spool, and begin with what is in it."""
        self._outbox.open_spool()
        if not self._outbox.is_empty:
            self._ensure_task()

    def stay_with_parent(self) -> None:
        """Do nothing more in this process, which is a forked child."""
        self.is_over = True
        self._outbox.forget()

    async def add(self, checked: CheckedEvent) -> None:
        """As `AsyncBackgroundWriter.add`."""
        self._refuse_when_ended()
        while not self._outbox.has_room():
            self._ensure_task()
            await self._progress.wait()
            self._refuse_when_ended()
        self._put(checked)

    def add_nowait(self, checked: CheckedEvent) -> None:
        """As `AsyncBackgroundWriter.add_nowait`."""
        self._refuse_when_ended()
        if not self._outbox.has_room():
            raise self._outbox.no_room()
        self._put(checked)

    async def flush(self, timeout: float | None) -> bool:
        """As `AsyncBackgroundWriter.flush`."""
        self._refuse_when_dead()
        newest = self._outbox.queue.urge()
        self._work.send()
        is_settled = partial(self._outbox.queue.is_settled, newest)
        with anyio.move_on_after(timeout):
            await self._until(is_settled)
        self._refuse_when_dead()
        return is_settled()

    async def close(self, timeout: float | None, *, is_interrupted: bool) -> None:
        """As `AsyncBackgroundWriter.close`; for `exit_timeout` seconds when its block was cancelled or interrupted."""
        self._outbox.close()
        self._tell_all()
        try:
            if is_interrupted:  # asyncio says so once, and lets go on what is awaited here
                await self._flush_shielded()
            else:
                with anyio.move_on_after(timeout):
                    await self._until(self._is_empty)
        except anyio.get_cancelled_exc_class():
            await self._flush_shielded()
            raise
        finally:
            await self._end()

    def give_up(self) -> None:
        """Let go of what is left, where no event loop goes on with it."""
        if not self.is_over:
            self.is_over = True
            report(self._outbox.end(), self._on_outcome)

    async def _flush_shielded(self) -> None:
        with anyio.move_on_after(self._exit_timeout, shield=True):
            await self._until(self._is_empty)

    async def _end(self) -> None:
        """Let go of what is left, and wait until no task goes on."""
        self.give_up()
        for scope in list(self._tasks):
            scope.cancel()
        with anyio.move_on_after(_GRACE, shield=True):
            while self._tasks:
                await self._progress.wait()

    async def _until(self, holds: Callable[[], bool]) -> None:
        """Wait until that holds, or nothing is to change any more."""
        while not holds() and self._death is None and not self.is_over:
            self._ensure_task()
            await self._progress.wait()

    def _put(self, checked: CheckedEvent) -> None:
        self._ensure_task()
        self._outbox.put(checked, self._work.send)

    def _is_empty(self) -> bool:
        return self._outbox.is_empty

    def _refuse_when_ended(self) -> None:
        self._refuse_when_dead()
        self._outbox.refuse_when_closed()

    def _refuse_when_dead(self) -> None:
        if self._death is not None:
            raise writer_died("task", self._death) from self._death

    def _ensure_task(self) -> None:
        if not self._tasks:  # none was needed yet, or the end of the loop has cancelled them
            self._start_task()

    def _start_task(self) -> None:
        scope = anyio.CancelScope()
        if in_asyncio():
            import asyncio

            task = asyncio.get_running_loop().create_task(self._serve(scope), name="memsy-writer")
            self._tasks[scope] = task
            task.add_done_callback(lambda _: self._tasks.pop(scope, None))  # also when it was cancelled before it began
        else:
            import trio  # which trio's programs have loaded

            self._tasks[scope] = trio.lowlevel.spawn_system_task(self._serve, scope, name="memsy-writer")

    async def _serve(self, scope: anyio.CancelScope) -> None:
        try:
            with scope:
                while (step := await self._next_step()) is not None:
                    if isinstance(step, WriterBatch):
                        await self._attempt(step)
                    else:
                        report(step, self._on_outcome)
                        self._tell_all()
        except anyio.get_cancelled_exc_class():
            raise
        except BaseException as error:
            self._die(error)
            if isinstance(error, KeyboardInterrupt | SystemExit):
                raise  # pragma: no cover – an interruption ends the loop itself
        finally:
            self._tasks.pop(scope, None)
            self._tell_all()

    async def _next_step(self) -> WriterBatch | list[IngestOutcome] | None:
        """What to do next, waited for; None when this task has nothing more to do."""
        while not self.is_over and self._death is None:
            step = self._outbox.next_step()
            if step is not None:
                if not self._idle and len(self._tasks) < _MOST_TASKS:
                    self._start_task()
                return step
            if self._outbox.queue.is_closed and self._outbox.is_empty:
                return None
            self._idle += 1
            try:
                await self._work.wait(self._outbox.seconds_until_due())
            finally:
                self._idle -= 1
        return None

    async def _attempt(self, batch: WriterBatch) -> None:
        try:
            await self._sender.follow(batch.attempt())
        except BaseException:
            batch.give_up()
            raise
        finally:
            outcomes = self._outbox.take_outcomes(batch)
            self._progress.send()
            report(outcomes, self._on_outcome)
            self._outbox.end_attempt(batch)
            self._tell_all()

    def _tell_all(self) -> None:
        self._work.send()
        self._progress.send()

    def _die(self, error: BaseException) -> None:
        if self.is_over or self._death is not None:
            return  # pragma: no cover – two tasks die at once
        self._death = error
        self._tell_all()
        logger.error("the task of a background writer has died", exc_info=error)


class _Signal:
    """Wakes all that wait for it."""

    def __init__(self) -> None:
        self._event: anyio.Event | None = None

    def send(self) -> None:
        """Wake them."""
        event, self._event = self._event, None
        if event is not None:
            event.set()

    async def wait(self, seconds: float | None = None) -> None:
        """Wait for the next one, at most so long."""
        if self._event is None:
            self._event = anyio.Event()
        event = self._event
        with anyio.move_on_after(seconds):
            await event.wait()


#: Those of writers that were not closed.
_open_pools: set[_TaskPool] = set()


@atexit.register
def _give_up_at_exit() -> None:
    for pool in list(_open_pools):
        pool.give_up()
