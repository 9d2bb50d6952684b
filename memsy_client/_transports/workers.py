"""Threads that carry out what nothing else can end in time, one piece of work after the other."""

from __future__ import annotations

import contextvars
import threading
from collections import deque
from collections.abc import Callable
from typing import Any, TypeVar

from .._core.threads import try_start
from . import forks

T = TypeVar("T")

#: Seconds that a thread waits for more work before it ends.
_IDLE = 1.0


class NotDoneError(Exception):
    """The work took longer than it may. It goes on."""


class Workers:
    """As many threads as there is work at once; starting one for each piece would take as long as a request."""

    def __init__(self) -> None:
        self.reset()
        forks.reset_after_fork(self)

    def reset(self) -> None:
        """Start without any: a forked child has no thread but its own."""
        self._idle: deque[_Worker] = deque()

    def run(self, work: Callable[[], T], seconds: float) -> T:
        """What the work comes to, in a thread, or in the caller's own where none can be started.

        Raises:
            NotDoneError: It takes longer than that many seconds.
        """
        try:
            worker = self._idle.pop()
        except IndexError:
            worker = _Worker(self._idle)
            if not try_start(threading.Thread(target=worker.serve, name="memsy-request", daemon=True)):
                return work()  # pragma: no cover – Python 3.12 as it ends, in tests of processes
        job = _Job(work)
        worker.take(job)
        if not job.done.acquire(timeout=min(seconds, threading.TIMEOUT_MAX)):
            raise NotDoneError
        if job.error is not None:
            raise job.error
        return job.result  # type: ignore[no-any-return]


class _Job:
    """A piece of work and what it came to."""

    __slots__ = ("_context", "_work", "done", "error", "result")

    def __init__(self, work: Callable[[], Any]) -> None:
        self._work = work
        self._context = contextvars.copy_context()
        self.result: Any = None
        self.error: BaseException | None = None
        self.done = threading.Lock()  # locked until it is
        self.done.acquire()

    def carry_out(self) -> None:
        try:
            self.result = self._context.run(self._work)
        except BaseException as error:
            self.error = error


class _Worker:
    """One thread."""

    __slots__ = ("_idle", "_job", "_wake")

    def __init__(self, idle: deque[_Worker]) -> None:
        self._idle = idle
        self._job: _Job | None = None
        self._wake = threading.Lock()
        self._wake.acquire()

    def take(self, job: _Job) -> None:
        self._job = job
        self._wake.release()

    def serve(self) -> None:
        while self._has_work():
            job, self._job = self._job, None
            assert job is not None
            job.carry_out()
            self._idle.append(self)  # before its caller goes on, whose next request finds it here
            job.done.release()
            del job  # which holds the request

    def _has_work(self) -> bool:
        if self._wake.acquire(timeout=_IDLE):
            return True
        try:
            self._idle.remove(self)
        except ValueError:  # somebody has taken it, and is about to say for what, unless an interruption came between
            return self._wake.acquire(timeout=60 * _IDLE)
        return False
