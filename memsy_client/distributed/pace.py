"""At most so many requests a second."""

from __future__ import annotations

import threading
import time
from collections.abc import Generator

from .._bulk.stopping import StoppedError
from .._core.messages import Request, Response


class Pace:
    """A middleware of synchronous clients that has requests leave one interval apart, from whatever thread.

    Used with `with`, whose end stops what still waits: that was not sent then.

    Args:
        interval: Seconds from one request to the next.
    """

    def __init__(self, interval: float) -> None:
        self._interval = interval
        self._lock = threading.Lock()
        self._next = time.monotonic()  # when the next request may leave
        self._stopped = threading.Event()

    def __call__(self, request: Request) -> Generator[Request, Response, Response]:
        """Let the request through when it is its turn."""
        with self._lock:
            turn = max(self._next, time.monotonic())
            self._next = turn + self._interval
        self._wait_until(turn)
        return (yield request)

    def __enter__(self) -> Pace:
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()

    def finish(self) -> None:
        """Wait until a request could leave: whoever sends the next one in this place begins with one."""
        self._wait_until(self._next)

    def _wait_until(self, turn: float) -> None:
        if self._stopped.wait(max(0.0, turn - time.monotonic())):
            raise StoppedError
