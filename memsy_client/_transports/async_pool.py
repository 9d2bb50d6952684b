"""The async clients' own pool: for each event loop a stack of httpx transports of one connection each.

httpx's pool walks all its connections at each request and each release, so that it gets slower the more calls are in
flight; here a call takes the transport on top and puts it back.
"""

from __future__ import annotations

import time
import warnings
from collections import deque

import httpx

from .._core.message import Request, Response
from .._core.transport import Limits, ResponseTooLarge
from . import connect, translate
from .loops import PerLoop


class AsyncPool:
    """Carries requests to one address, from any number of event loops.

    Args:
        base_url: The address; only its scheme, host and port matter.
        max_connections: How many requests of one loop may be under way at once; further ones wait.

    """

    def __init__(self, base_url: str, max_connections: int) -> None:
        self._base_url = base_url
        self._closed = False
        self._loops = PerLoop(lambda: _LoopPool(base_url, max_connections))

    async def send(self, request: Request, limits: Limits) -> Response:
        """The answer, fully read. Raises `TransportError` or `ResponseTooLarge`."""
        import anyio

        pool = await self._loops.get()
        with anyio.move_on_after(limits.total):
            return await pool.send(request, limits)
        raise translate.out_of_time(limits)

    async def aclose(self) -> None:
        """Close the idle connections; those under way are closed when they are done."""
        self._closed = True
        await self._loops.aclose()

    def __del__(self) -> None:
        if not self._closed and self._loops.is_used:
            warnings.warn(f"a client of {self._base_url} was not closed", ResourceWarning, source=self, stacklevel=2)


class _LoopPool:
    """The connections of one event loop."""

    def __init__(self, base_url: str, max_connections: int) -> None:
        import anyio

        self._base_url = base_url
        self._idle: deque[_Connection] = deque()
        self._free = anyio.Semaphore(max_connections)
        self._closed = False

    async def send(self, request: Request, limits: Limits) -> Response:
        await self._wait_for_room(limits)
        try:
            connection = self._idle.pop() if self._idle else _Connection(self._base_url)
            try:
                response = await connection.send(request, limits)
            except BaseException:
                await connection.aclose()
                raise
            await self._put_back(connection)
            return response
        finally:
            self._free.release()

    async def aclose(self) -> None:
        self._closed = True
        while self._idle:
            await self._idle.pop().aclose()

    async def _wait_for_room(self, limits: Limits) -> None:
        import anyio

        try:
            self._free.acquire_nowait()
        except anyio.WouldBlock:
            with anyio.move_on_after(limits.pool) as scope:
                await self._free.acquire()
            if scope.cancelled_caught:
                raise translate.no_connection(limits) from None

    async def _put_back(self, connection: _Connection) -> None:
        now = connection.idle_since = time.monotonic()
        self._idle.append(connection)
        while self._idle and (self._closed or now - self._idle[0].idle_since > connect.KEEPALIVE):
            await self._idle.popleft().aclose()


class _Connection:
    """An httpx transport of one connection."""

    def __init__(self, base_url: str) -> None:
        self.idle_since = 0.0
        self._transport = httpx.AsyncHTTPTransport(**connect.transport_options(base_url))  # type: ignore[arg-type]

    async def send(self, request: Request, limits: Limits) -> Response:
        started = time.monotonic()
        message = httpx.Request(
            request.method,
            request.url,
            headers=request.headers,
            content=request.body,
            extensions={"timeout": translate.phases(limits)},
        )
        try:
            answer = await self._transport.handle_async_request(message)
            try:
                body = translate.Body(limits)
                async for chunk in answer.aiter_bytes():
                    body.add(chunk)
            finally:
                await answer.aclose()
        except ResponseTooLarge:
            raise
        except Exception as error:
            raise translate.failure(error) from error
        return translate.response(answer, body.content(), time.monotonic() - started)

    async def aclose(self) -> None:
        import anyio

        with anyio.CancelScope(shield=True):
            await self._transport.aclose()
