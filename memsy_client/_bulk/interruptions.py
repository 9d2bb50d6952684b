"""Locks and waiting for threads that a signal handler may interrupt, by raising, at any call that they make.

It leaves no lock locked, and nobody waiting for ever.
"""

from __future__ import annotations

import contextlib
import threading
import time
from _thread import start_new_thread
from collections.abc import Callable
from typing import Protocol, TypeVar

from .._core.foreign import pass_foreign

T = TypeVar("T")

#: Seconds after which who waits looks by itself. It is told at once, unless an interruption hit whoever had to tell.
_RECHECK = 0.5


class _Lock(Protocol):
    def acquire(self, blocking: bool = ..., timeout: float = ..., /) -> bool: ...

    def release(self) -> None: ...


def run_holding(lock: _Lock, work: Callable[[], T], seconds: float = -1) -> T | None:
    """What `work` comes to with the lock, which is waited for, by default for any time; None without it.

    As `with lock`, whose `__enter__` is a call of the interpreter's since Python 3.14: interrupted as it returns, that
    leaves the lock locked.
    """
    held: list[bool] = []
    try:
        # One call, which notes what it got before an interruption can come.
        held.extend(map(lock.acquire, (True,), (seconds,)))
        return work() if True in held else None
    finally:
        if True in held:  # no call before the one that releases it
            lock.release()


def run_without(lock: _Lock, work: Callable[[], T]) -> T:
    """What `work` comes to while this thread does not hold the lock.

    It may hold it where a signal handler that has interrupted it calls this, to wait for threads that want the lock.
    """
    depth = 0
    try:
        with contextlib.suppress(RuntimeError):  # it does not hold it any more
            while True:
                lock.release()
                depth += 1  # pragma: no cover – tested in a process of its own
        return work()
    finally:
        for _ in range(depth):
            lock.acquire()  # pragma: no cover – tested in a process of its own


def run_elsewhere(work: Callable[[], object]) -> None:
    """Run it in another thread, which no signal handler interrupts, and wait. Who is interrupted leaves it going on.

    Interrupted in `Thread.start`, a caller may leave a thread that never runs. Where none can be started, the caller's
    runs it.
    """
    running = threading.Lock()
    running.acquire()

    def run() -> None:  # pragma: no cover – in a thread that no measure of coverage follows
        try:
            work()
        finally:
            running.release()

    try:
        start_new_thread(run, ())
    except RuntimeError as error:
        pass_foreign(error)
        work()
    else:
        running.acquire()


class Bell:
    """Wakes all that wait until something holds. A `Condition` leaves its lock locked, or raises, when interrupted."""

    def __init__(self) -> None:
        self._tickets: set[threading.Lock] = set()

    def ring(self) -> None:
        """Have all that wait look."""
        for ticket in self._tickets.copy():
            with contextlib.suppress(RuntimeError):  # it was told already
                ticket.release()

    def wait_until(self, holds: Callable[[], bool], ends: float) -> bool:
        """Wait until that holds, or that time on the monotonic clock; gives whether it did when last looked at."""
        ticket = threading.Lock()
        ticket.acquire()
        try:
            self._tickets.add(ticket)  # before it looks, so that nothing is missed
            while not (found := holds()) and (seconds := ends - time.monotonic()) > 0:
                ticket.acquire(timeout=min(seconds, _RECHECK))
            return found
        finally:
            self._tickets.discard(ticket)
