"""The sync clients' own pool: a stack of connections.

httpx's pool walks all its connections at each request and each release; here a call takes the connection on top and
puts it back. Threads share the stack, a forked child starts one of its own.
"""

from __future__ import annotations

import threading
import time
import warnings
from collections import deque
from typing import TYPE_CHECKING

from .._core import lazy
from .._core.messages import Request, Response
from .._core.transport import Limits, TransportError
from . import errors, forks
from .limiter import KEEPALIVE, longest_wait, no_free_connection
from .traffic import StaleConnectionError

if TYPE_CHECKING:
    from .sync_connection import SyncConnection


class SyncPool:
    """Carries requests to one address.

    Args:
        base_url: The address; only its scheme, host and port matter.
        max_connections: How many requests may be under way at once; further ones wait.
    """

    def __init__(self, base_url: str, max_connections: int) -> None:
        self._base_url = base_url
        self._max_connections = max_connections
        self._used = False
        self._closed = False
        self.reset()
        forks.reset_after_fork(self)

    def reset(self) -> None:
        """Start without connections. In a forked child, those there were are still its parent's."""
        if self._used:
            forks.inherited.append(self._idle)
        self._used = False
        self._lock = threading.Lock()
        self._slots = threading.BoundedSemaphore(self._max_connections)
        self._idle: deque[SyncConnection] = deque()

    def send(self, request: Request, limits: Limits) -> Response:
        """The response, fully read. Raises `TransportError` or `ResponseTooLargeError`."""
        if self._closed:
            raise TransportError("this client has been closed", unsent=True)
        ends = None if limits.total is None else time.monotonic() + limits.total
        if not self._slots.acquire(timeout=longest_wait(limits)):
            raise no_free_connection(limits)
        try:
            return self._send(request, limits, ends)
        finally:
            self._slots.release()

    def _send(self, request: Request, limits: Limits, ends: float | None) -> Response:
        while True:
            connection = self._take()
            try:
                response = connection.send(request, limits, ends)
            except StaleConnectionError:
                connection.close()
            except BaseException:
                connection.close()
                raise
            else:
                self._put_back(connection)
                return response

    def close(self) -> None:
        """Close the idle connections; those under way are closed when they are done."""
        self._closed = True
        with self._lock:
            idle, self._idle = self._idle, deque()
        for connection in idle:
            connection.close()

    def __del__(self) -> None:
        if getattr(self, "_used", False) and not self._closed:
            warnings.warn(f"a client of {self._base_url} was not closed", ResourceWarning, source=self, stacklevel=2)
            self.close()

    def _take(self) -> SyncConnection:
        self._used = True
        while True:
            with self._lock:
                connection = self._idle.pop() if self._idle else None
            if connection is None:
                # The network stack is loaded with the first connection, so that making a client takes no time.
                with lazy.import_lock, errors.connect_errors():
                    from .sync_connection import SyncConnection

                    return SyncConnection(self._base_url)
            if time.monotonic() - connection.idle_since <= KEEPALIVE:
                return connection
            connection.close()

    def _put_back(self, connection: SyncConnection) -> None:
        now = connection.idle_since = time.monotonic()
        stale = []
        with self._lock:
            closed = self._closed
            if not closed and connection.is_reusable:
                self._idle.append(connection)
            while self._idle and now - self._idle[0].idle_since > KEEPALIVE:
                stale.append(self._idle.popleft())
        if closed or not connection.is_reusable:
            stale.append(connection)
        for unused in stale:
            unused.close()
