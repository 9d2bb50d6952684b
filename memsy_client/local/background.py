"""Calls that nobody waits for: what only listens must not hold up an answer."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")

_log = logging.getLogger("memsy_client.local")


class Background(Generic[T]):
    """Calls a function with one item after another, in a thread of its own. Safe to use from any thread.

    Args:
        name: The name of the thread, which starts with the first item.
        call: The function. It may block; what it raises is logged.
        limit: The size of the items that may wait. What comes while there is no room is left out.
        size: The size of an item.
        left_out: Makes an item of the number of those that were left out, which takes their place.
    """

    def __init__(
        self,
        name: str,
        call: Callable[[T], object],
        limit: int,
        size: Callable[[T], int],
        left_out: Callable[[int], T] | None = None,
    ) -> None:
        self._name, self._call, self._limit, self._size, self._left_out = name, call, limit, size, left_out
        self._state = threading.Condition()
        self._items: deque[T] = deque()
        self._waiting = 0
        self._missed = 0
        self._busy = False
        self._thread: threading.Thread | None = None

    def put(self, item: T) -> None:
        """Let the function be called with an item; returns at once."""
        size = self._size(item)
        with self._state:
            if self._items and self._waiting + size > self._limit:
                self._missed += 1
                return
            if self._missed and self._left_out is not None:
                self._append(self._left_out(self._missed))
                self._missed = 0
            self._append(item)
            if self._thread is None:
                # Nobody joins it at the exit of the process: its call may block for good.
                self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
                self._thread.start()
            self._state.notify_all()

    def flush(self, timeout: float) -> bool:
        """Wait until every item has had its call; returns False after `timeout` seconds."""
        with self._state:
            return self._state.wait_for(lambda: not self._items and not self._busy, timeout)

    def _append(self, item: T) -> None:
        self._items.append(item)
        self._waiting += self._size(item)

    def _run(self) -> None:
        while True:
            with self._state:
                self._busy = False
                self._state.notify_all()
                self._state.wait_for(lambda: bool(self._items))
                item = self._items.popleft()
                self._waiting -= self._size(item)
                self._busy = True
            try:
                self._call(item)
            except Exception:
                _log.exception("%s failed", self._name)
