"""Writing without waiting, with threads."""

from __future__ import annotations

import atexit
import math
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, TypeVar, cast

from .._core.hooks import logger
from .._core.sender import SyncSender
from .._core.threads import try_start
from ..exceptions import MemsyInputError
from .delivery import WriterBatch
from .interruptions import Bell, run_elsewhere, run_holding, run_without
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
from .writer_sender import WriterSender

if TYPE_CHECKING:
    from typing_extensions import Self

    from ..models import EventPayload

T = TypeVar("T")

#: How many batches are under way at once at most.
_MOST_THREADS = 4


class BackgroundWriter:
    """Sends events in the background; made by `MemsyClient.background`. Threads may share it.

    Use it in a `with` block, or close it: what it holds is sent then.
    """

    def __init__(self, sender: SyncSender, options: WriterOptions, writers: set[BackgroundWriter]) -> None:
        refuse_closed_client(sender)
        self._sender = WriterSender.of(sender)
        self._options = options
        self._writers = writers
        self._is_closed = False
        self._pool = _ThreadPool(self._sender, options)
        self._pool.take_up()
        self._in_children = InForkedChildren(self._start_empty)
        writers.add(self)
        _open_writers.add(self)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._sender.base_url}: {self.stats}>"

    def add(self, event: EventPayload, timeout: float | None = None) -> None:
        """Have an event sent soon. It is checked and copied; without a `ts` it gets the present time.

        Args:
            event: What happened.
            timeout: With `when_full="wait"`, seconds to wait for room at most; None for as long as it takes.

        Raises:
            MemsyQueueFull: The queue is full, and stays so for that long, or is not waited for. Inside `on_outcome` it
                never is.
            MemsyInputError: The event cannot be sent.
            MemsyClosedError: The writer has been closed.
            MemsyError: The spool cannot be written; or the writer's thread has died, so that nothing is sent any more.
        """
        check_timeout(timeout)
        self._pool.add(check_event(event), timeout)

    def flush(self, timeout: float | None = None) -> bool:
        """Send what was added so far at once, and wait until each of these events has its outcome.

        Args:
            timeout: Seconds to wait at most; None for as long as it takes.

        Returns:
            Whether each has it. Which one, `on_outcome` is told.

        Raises:
            MemsyInputError: Called inside `on_outcome`, which would wait for itself.
            MemsyError: The writer's thread has died.
        """
        check_timeout(timeout)
        return self._pool.flush(timeout)

    @property
    def stats(self) -> WriterStats:
        """What became of the events that were added in this process."""
        return self._pool.stats()

    def close(self, timeout: float | None = None) -> None:
        """Take nothing more, send what is there, and end. From now on nothing is retried for longer than `retry_for`.

        What is left when the time is over stays in the spool; without one it is reported, counted and logged.

        Args:
            timeout: Seconds to wait at most; None for as long as it takes.

        Raises:
            MemsyInputError: Called inside `on_outcome`, which would wait for itself.
        """
        check_timeout(timeout)
        self._pool.refuse_inside_callback("close")
        self._is_closed = True
        self._pool.begin_close()
        self._pool.end(math.inf if timeout is None else time.monotonic() + timeout)
        self._writers.discard(self)
        _open_writers.discard(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        # Who is interrupted wants an end.
        is_interrupted = kind is not None and not issubclass(kind, Exception)
        self.close(self._options.exit_timeout if is_interrupted else None)

    def _start_empty(self) -> None:
        # In a forked child: the parent keeps its events, its threads, its locks and its spool.
        self._pool.stay_with_parent()
        self._pool = _ThreadPool(self._sender, self._options)
        if self._is_closed:
            self._pool.begin_close()

    def _begin_close_at_exit(self) -> Callable[[], None]:
        """Begin to close; gives what waits for it, for as long as it may take where the interpreter ends."""
        self._is_closed = True
        self._pool.begin_close(may_grow=False)
        ends = time.monotonic() + self._options.exit_timeout
        return lambda: self._pool.end(ends)


#: Those that were not closed.
_open_writers: set[BackgroundWriter] = set()


@atexit.register
def _close_all_at_exit() -> None:
    for wait in [writer._begin_close_at_exit() for writer in list(_open_writers)]:
        wait()


class _ThreadPool:
    """The threads of a writer in one process, with their events and their locks. A forked child gets another.

    There is one thread from the first event on, and one more, up to the most, whenever the last idle one gets a batch:
    so a batch that hangs does not keep others waiting.

    A signal handler may interrupt the callers' threads at any call, never the writer's own. So a caller changes one
    thing at a time, and takes a lock with `run_holding`; what takes more is done by another thread.
    """

    def __init__(self, sender: SyncSender, options: WriterOptions) -> None:
        self._sender = sender
        self._on_outcome = options.on_outcome
        self._outbox = Outbox(options, sender.base_url)
        self._make_locks()
        self._threads: set[threading.Thread] = set()
        self._idle = 0
        self._may_grow = True
        self._is_over = False
        self._death: BaseException | None = None
        self._unreported: list[list[IngestOutcome]] = []  # outcomes of what was left in the end, to be reported
        self._reporting = threading.Lock()
        self._reporter: int | None = None

    def _make_locks(self) -> None:
        # Taken again by a signal handler, or a finaliser, that adds an event while its thread holds it.
        self._lock = threading.RLock()
        self._work = threading.Condition(self._lock)
        self._progress = Bell()

    def take_up(self) -> None:
        """Open the spool, and begin with what is in it."""
        self._holding(self._outbox.open_spool)
        self._holding(self._ensure_thread)

    def stay_with_parent(self) -> None:
        """Do nothing more in this process, which is a forked child, perhaps made by a thread of this pool's."""
        self._is_over = True
        self._make_locks()  # another thread, which is not here, may hold those
        self._outbox.forget()

    def stats(self) -> WriterStats:
        """The counts."""
        return self._holding(lambda: self._outbox.stats)

    def add(self, checked: CheckedEvent, timeout: float | None) -> None:
        """As `BackgroundWriter.add`."""
        put = partial(self._put, checked)
        if not self._holding(put):
            run_without(self._lock, partial(self._wait_for_room, put, _end(timeout)))

    def flush(self, timeout: float | None) -> bool:
        """As `BackgroundWriter.flush`."""
        self.refuse_inside_callback("flush")
        newest = self._holding(self._urge)
        ends = _end(timeout)
        is_settled = partial(self._outbox.queue.is_settled, newest)
        run_without(self._lock, partial(self._wait_until, is_settled, ends))
        self._refuse_when_dead()
        return self._holding(is_settled)

    def begin_close(self, *, may_grow: bool = True) -> None:
        """Take nothing more, and send what is there, with no further thread if that is to be."""
        self._may_grow = may_grow
        self._holding(self._outbox.close)
        self._tell_all()

    def end(self, ends: float) -> None:
        """Wait until all is sent, and let go of what is left when the time is over."""
        run_without(self._lock, partial(self._end, ends))

    def _end(self, ends: float) -> None:
        self._wait_until(self._is_empty, ends)
        threads: list[threading.Thread] = []
        if not self._is_over:
            threads += self._threads
            run_elsewhere(self._let_go)
        while self._unreported:
            self._report(self._unreported.pop(), _left(ends))
        for thread in threads:
            thread.join(_left(ends))

    def _holding(self, work: Callable[[], T]) -> T:
        return cast(T, run_holding(self._lock, work))

    def _put(self, checked: CheckedEvent) -> bool:
        """Take an event, with the lock, if there is room."""
        self._refuse_when_ended()
        if not self._outbox.has_room():
            return False
        self._outbox.open_spool()
        if not self._threads:
            run_elsewhere(self._start_thread)
        self._outbox.put(checked, self._work.notify)
        if self._is_over:  # pragma: no cover – a signal handler has closed the writer meanwhile
            self._outbox.queue.take_back()
            self._refuse_when_ended()
        return True

    def _urge(self) -> int:
        self._refuse_when_dead()
        newest = self._outbox.queue.urge()
        self._work.notify_all()
        return newest

    def _let_go(self) -> None:
        """Let go of what is left."""
        with self._lock:
            if self._is_over:
                return  # pragma: no cover – two threads let go at once
            self._unreported.append(self._outbox.end())
            self._is_over = True
        self._tell_all()

    def refuse_inside_callback(self, method: str) -> None:
        """Raise when this thread runs the callback."""
        if self._reporter == threading.get_ident():
            raise MemsyInputError(f"{method} was called by on_outcome: it would wait for itself")

    def _wait_for_room(self, put: Callable[[], bool], ends: float) -> None:
        def is_put() -> bool:
            if put():
                return True
            if self._reporter == threading.get_ident() or not self._threads:
                raise self._outbox.no_room()
            return False

        if not self._progress.wait_until(partial(self._holding, is_put), ends):
            raise self._outbox.no_room()

    def _is_empty(self) -> bool:
        return self._outbox.is_empty

    def _ensure_thread(self) -> None:
        """Start a thread, with the lock, if there is none, and something for it to do."""
        if not self._threads and self._may_grow and not self._outbox.is_empty and self._death is None:
            run_elsewhere(self._start_thread)

    def _wait_until(self, holds: Callable[[], bool], ends: float) -> None:
        """Wait until that holds, the time is over, or nobody is left to change anything.

        A thread sees to it, or, where none can be started, the caller.
        """
        self._holding(self._ensure_thread)
        if not self._threads:
            self._serve(holds, ends)
        is_over = partial(self._holding, lambda: holds() or self._death is not None or self._is_over)
        self._progress.wait_until(is_over, ends)

    def _refuse_when_ended(self) -> None:
        self._refuse_when_dead()
        self._outbox.refuse_when_closed()

    def _refuse_when_dead(self) -> None:
        if self._death is not None:
            raise writer_died("thread", self._death) from self._death

    def _start_thread(self) -> None:
        """Start one more thread, with the lock held, if there is one to be had: not always as the interpreter ends."""
        thread = threading.Thread(target=self._serve_in_thread, name="memsy-writer", daemon=True)
        self._threads.add(thread)
        if not try_start(thread):
            self._threads.discard(thread)

    def _serve_in_thread(self) -> None:
        try:
            self._serve(lambda: False, math.inf)
        except BaseException as error:
            self._die(error)
        finally:
            self._threads.discard(threading.current_thread())
            self._tell_all()

    def _serve(self, is_done: Callable[[], bool], ends: float) -> None:
        while (step := self._next_step(is_done, ends)) is not None:
            if isinstance(step, WriterBatch):
                self._attempt(step, ends)
            else:
                self._report(step)
                self._tell_all()

    def _tell_all(self) -> None:
        self._holding(self._work.notify_all)
        self._progress.ring()

    def _next_step(self, is_done: Callable[[], bool], ends: float) -> WriterBatch | list[IngestOutcome] | None:
        """What to do next, waited for; None when this thread has nothing more to do."""
        with self._lock:
            while not self._is_over and self._death is None and not is_done():
                step = self._outbox.next_step()
                if step is not None:
                    if not self._idle and len(self._threads) < _MOST_THREADS and self._may_grow:
                        self._start_thread()
                    return step
                if not _left(ends) or (self._outbox.queue.is_closed and self._outbox.is_empty):
                    return None
                self._wait_for_work(ends)
        return None

    def _wait_for_work(self, ends: float) -> None:
        due = self._outbox.seconds_until_due()
        self._idle += 1
        try:
            self._work.wait(_left(ends) if due is None else min(due, _left(ends)))
        finally:
            self._idle -= 1

    def _attempt(self, batch: WriterBatch, ends: float) -> None:
        sender = self._sender if ends == math.inf else self._sender.with_deadline(ends - time.monotonic())
        try:
            sender.follow(batch.attempt())
        except BaseException as error:
            batch.give_up()
            if threading.current_thread() in self._threads:  # pragma: no branch – where no thread can be started
                self._die(error)  # before there is room for an event that nobody sends any more
            raise
        finally:
            with self._lock:
                outcomes = self._outbox.take_outcomes(batch)
            self._progress.ring()
            self._report(outcomes)
            with self._lock:
                self._outbox.end_attempt(batch)
            self._tell_all()

    def _report(self, outcomes: list[IngestOutcome], seconds: float = -1) -> None:
        """Call the callback, by one thread at a time; another one is waited for so many seconds, by default any."""
        if self._on_outcome is not None and outcomes:
            run_holding(self._reporting, partial(self._call, outcomes), seconds)

    def _call(self, outcomes: list[IngestOutcome]) -> None:
        self._reporter = threading.get_ident()
        try:
            report(outcomes, self._on_outcome)
        finally:
            self._reporter = None

    def _die(self, error: BaseException) -> None:
        with self._lock:
            if self._is_over or self._death is not None:
                return
            self._death = error
        self._tell_all()
        logger.error("the thread of a background writer has died", exc_info=error)


def _end(timeout: float | None) -> float:
    return math.inf if timeout is None else time.monotonic() + timeout


def _left(ends: float) -> float:
    """Seconds until then, as a lock can wait."""
    return min(max(ends - time.monotonic(), 0.0), threading.TIMEOUT_MAX)
