"""The sync clients' own pool: a stack of connections.

httpx's pool walks all its connections at each request and each release; here a call takes the connection on top and
puts it back. Threads share the stack, a forked child starts one of its own.
"""

from __future__ import annotations

import contextlib
import time
import warnings
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

from .._core import lazy
from .._core.messages import Request, Response
from .._core.transport import Limits, TransportError
from . import errors, forks, products
from .limiter import KEEPALIVE, ThreadLimiter
from .traffic import StaleConnectionError

if TYPE_CHECKING:
    from .sync_connection import SyncConnection


class SyncPool:
    """Carries requests to one address.

    Args:
        base_url: The address; only its scheme, host and port matter.
        max_connections: How many requests may be under way at once; further ones wait.
    """

    is_strict = True

    def __init__(self, base_url: str, max_connections: int) -> None:
        self._base_url = base_url
        self._max_connections = max_connections
        self._used = self._closed = self._is_prepared = False
        self.reset()
        forks.reset_after_fork(self)

    def reset(self) -> None:
        """Start without connections. In a forked child, those there were are still its parent's."""
        if self._used:
            forks.inherited.append(self._idle)
        self._used = False
        self._limiter = ThreadLimiter(self._max_connections)
        self._idle: deque[SyncConnection] = deque()

    def preparation(self, base_url: str) -> Callable[[], object] | None:
        """As `Preparable.preparation`."""
        return None if self._is_prepared else self._prepare

    def _prepare(self) -> None:
        # The network stack is loaded with the first connection, so that making a client takes no time.
        self._connect()
        self._is_prepared = True

    def _connect(self) -> SyncConnection:
        with lazy.import_lock, errors.connect_errors():
            from .sync_connection import SyncConnection

            return SyncConnection(self._base_url)

    def send(self, request: Request, limits: Limits) -> Response:
        """The response, fully read. Raises `TransportError` or `ResponseTooLargeError`."""
        if self._closed:
            raise TransportError("this client has been closed", unsent=True)
        ends = None if limits.total is None else time.monotonic() + limits.total
        limiter = self._limiter  # a fork may replace it
        slot = limiter.slot()
        try:
            try:
                limiter.acquire(slot, limits)
                response = self._send(request, limits, ends)
            finally:
                limiter.release(slot)
        finally:
            limiter.release(slot)  # an interruption may have kept it from being released above
        return response

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

    @property
    def user_agent_product(self) -> str | None:
        """The HTTP library beneath."""
        return products.installed_product("httpx")

    def close(self) -> None:
        """Close the idle connections; those under way are closed when they are done."""
        self._closed = True
        with contextlib.suppress(IndexError):
            while True:
                self._idle.pop().close()

    def __del__(self) -> None:
        if getattr(self, "_used", False) and not self._closed:
            warnings.warn(f"a client of {self._base_url} was not closed", ResourceWarning, source=self, stacklevel=2)
            self.close()

    def _take(self) -> SyncConnection:
        self._used = True
        while True:
            try:
                connection = self._idle.pop()
            except IndexError:
                return self._connect()
            if time.monotonic() - connection.idle_since <= KEEPALIVE:
                return connection
            connection.close()

    def _put_back(self, connection: SyncConnection) -> None:
        if not connection.is_reusable:
            connection.close()
            return
        now = connection.idle_since = time.monotonic()
        self._idle.append(connection)
        if self._closed:
            self.close()
        with contextlib.suppress(IndexError):  # other threads take and close them, too
            while now - self._idle[0].idle_since > KEEPALIVE:
                self._idle.popleft().close()  # pragma: no cover – two threads within a keep-alive
