"""The async clients' own pool: for each event loop a stack of connections.

httpx's pool walks all its connections at each request and each release, so that it gets slower the more calls are in
flight; here a call takes the connection on top and puts it back.
"""

from __future__ import annotations

import time
import warnings
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

from .._core import lazy
from .._core.messages import Request, Response
from .._core.transport import Limits, TransportError
from . import errors, products
from .limiter import KEEPALIVE, Slot, TaskLimiter
from .per_loop import PerLoop, preparation
from .traffic import StaleConnectionError

if TYPE_CHECKING:
    from .async_connection import AsyncConnection


class AsyncPool:
    """Carries requests to one address, from any number of event loops.

    Args:
        base_url: The address; only its scheme, host and port matter.
        max_connections: How many requests of one loop may be under way at once; further ones wait.
    """

    is_strict = True

    def __init__(self, base_url: str, max_connections: int) -> None:
        self._base_url = base_url
        self._closed = False
        self._prepared: set[str] = set()
        self._loops = PerLoop(lambda: _LoopPool(base_url, max_connections))

    def preparation(self, base_url: str) -> Callable[[], object] | None:
        """As `Preparable.preparation`."""
        own_url = self._base_url
        return preparation(self._prepared, own_url, lambda: _connect(own_url))

    async def send(self, request: Request, limits: Limits) -> Response:
        """The response, fully read. Raises `TransportError` or `ResponseTooLargeError`."""
        if self._closed:
            raise TransportError("this client has been closed", unsent=True)
        return await self._loops.get().send(request, limits)

    @property
    def user_agent_product(self) -> str | None:
        """The HTTP library beneath."""
        return products.installed_product("httpx")

    async def aclose(self) -> None:
        """Close the idle connections; those under way are closed when they are done."""
        self._closed = True
        await self._loops.aclose()

    def __del__(self) -> None:
        if not self._closed and self._loops.was_used:
            warnings.warn(f"a client of {self._base_url} was not closed", ResourceWarning, source=self, stacklevel=2)
            self._loops.release()


def _connect(base_url: str) -> AsyncConnection:
    # The network stack is loaded with the first connection, so that making a client takes no time.
    with lazy.import_lock, errors.connect_errors():
        from .async_connection import AsyncConnection

        return AsyncConnection(base_url)


class _LoopPool:
    """The connections of one event loop."""

    def __init__(self, base_url: str, max_connections: int) -> None:
        self._base_url = base_url
        self._idle: deque[AsyncConnection] = deque()
        self._limiter = TaskLimiter(max_connections)
        self._closed = False

    async def send(self, request: Request, limits: Limits) -> Response:
        import anyio

        slot = self._limiter.slot()
        response = None
        try:
            with anyio.move_on_after(limits.total):
                try:
                    await self._limiter.acquire(slot, limits)
                    response = await self._send(request, limits, slot)
                finally:
                    self._limiter.release(slot)
        finally:
            self._limiter.release(slot)  # as in the sync pool
        if response is None:
            raise errors.out_of_time(limits, unsent=slot.is_unsent)
        return response

    async def _send(self, request: Request, limits: Limits, slot: Slot) -> Response:
        while True:
            connection = await self._take()
            try:
                response = await connection.send(request, limits)
            except StaleConnectionError:
                await connection.aclose()
            except BaseException:
                slot.is_unsent = not connection.was_written
                await connection.aclose()
                raise
            else:
                await self._put_back(connection)
                return response

    async def aclose(self) -> None:
        self._closed = True
        while self._idle:
            await self._idle.pop().aclose()

    async def _take(self) -> AsyncConnection:
        while self._idle:
            connection = self._idle.pop()
            if time.monotonic() - connection.idle_since <= KEEPALIVE:
                return connection
            await connection.aclose()
        return _connect(self._base_url)

    async def _put_back(self, connection: AsyncConnection) -> None:
        now = connection.idle_since = time.monotonic()
        if not connection.is_reusable:
            await connection.aclose()
            return
        self._idle.append(connection)
        while self._idle and (self._closed or now - self._idle[0].idle_since > KEEPALIVE):
            await self._idle.popleft().aclose()
