"""The async clients' own pool: for each event loop a stack of httpx transports of one connection each.

httpx's pool walks all its connections at each request and each release, so that it gets slower the more calls are in
flight; here a call takes the transport on top and puts it back.
"""

from __future__ import annotations

import contextlib
import time
import warnings
from collections import deque
from collections.abc import Iterable
from typing import Any

import httpcore
import httpx

from .._core.message import Request, Response
from .._core.transport import Limits, ResponseTooLarge, TransportError
from . import connect, messages, translate
from .body import Body, collect
from .loops import PerLoop
from .room import Room


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
        if self._closed:
            raise TransportError("this client has been closed", unsent=True)
        return await self._loops.get().send(request, limits)

    async def aclose(self) -> None:
        """Close the idle connections; those under way are closed when they are done."""
        self._closed = True
        await self._loops.aclose()

    def __del__(self) -> None:
        if not self._closed and self._loops.was_used:
            warnings.warn(f"a client of {self._base_url} was not closed", ResourceWarning, source=self, stacklevel=2)
            self._loops.release()


class _LoopPool:
    """The connections of one event loop."""

    def __init__(self, base_url: str, max_connections: int) -> None:
        self._base_url = base_url
        self._idle: deque[_Connection] = deque()
        self._room = Room(max_connections)
        self._closed = False

    async def send(self, request: Request, limits: Limits) -> Response:
        import anyio

        unsent = True
        with anyio.move_on_after(limits.total):
            await self._room.enter(limits)
            try:
                connection = await self._take()
                try:
                    response = await connection.send(request, limits)
                except BaseException:
                    unsent = not connection.was_written
                    await connection.aclose()
                    raise
                await self._put_back(connection)
                return response
            finally:
                self._room.leave()
        raise translate.out_of_time(limits, unsent=unsent)

    async def aclose(self) -> None:
        self._closed = True
        while self._idle:
            await self._idle.pop().aclose()

    async def _take(self) -> _Connection:
        while self._idle:
            connection = self._idle.pop()
            if connection.is_alive:
                return connection
            await connection.aclose()
        return _Connection(self._base_url)

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
        # As the sync pool does, and for the same reason.
        pool: Any = self._transport._pool
        self._backend = pool._network_backend = _Backend(pool._network_backend)
        self._connection = pool.create_connection(httpcore.URL(base_url).origin)
        self._transport._pool = self._connection

    @property
    def is_alive(self) -> bool:
        """Whether an idle connection can carry one more request, as far as this side knows."""
        return bool(self._connection.is_idle() and not self._connection.has_expired())

    @property
    def was_written(self) -> bool:
        """Whether any byte of the last request may have left."""
        return self._backend.was_written

    async def send(self, request: Request, limits: Limits) -> Response:
        started = time.monotonic()
        self._backend.was_written = False
        try:
            answer = await self._transport.handle_async_request(messages.outgoing(request, limits))
            try:
                assert isinstance(answer.stream, httpx.AsyncByteStream)
                body = Body(limits, answer.headers.get("content-encoding"))
                content = await collect(body, aiter(answer.stream), self.aclose)
            finally:
                await answer.aclose()
        except (ResponseTooLarge, TransportError):
            raise
        except Exception as error:
            raise translate.failure(error) from error
        return messages.incoming(answer, content, time.monotonic() - started)

    async def aclose(self) -> None:
        import anyio

        with anyio.CancelScope(shield=True):
            await self._transport.aclose()


class _Backend(httpcore.AsyncNetworkBackend):
    def __init__(self, backend: httpcore.AsyncNetworkBackend) -> None:
        self._backend = backend
        self.was_written = False

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        return _Stream(await self._backend.connect_tcp(host, port, timeout, local_address, socket_options), self)


class _Stream(httpcore.AsyncNetworkStream):
    """Holds what is written until an answer is waited for, so that headers and body leave in one piece."""

    #: How much is held, and handed on at once, at most.
    _PIECE = 64 * 1024

    def __init__(self, stream: httpcore.AsyncNetworkStream, backend: _Backend) -> None:
        self._stream = stream
        self._backend = backend
        self._held = b""

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if self._held:
            # As httpcore has it: a server may refuse a request before it has read all of it, and that answer counts.
            with contextlib.suppress(httpcore.WriteError):
                await self._write_held()
        return await self._stream.read(max_bytes, timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._timeout = timeout
        if len(self._held) + len(buffer) <= self._PIECE:
            self._held += buffer
            return
        await self._write_held()
        for start in range(0, len(buffer), self._PIECE):
            await self._stream.write(buffer[start : start + self._PIECE], timeout)

    async def _write_held(self) -> None:
        held, self._held = self._held, b""
        self._backend.was_written = True
        await self._stream.write(held, self._timeout)

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.AsyncNetworkStream:
        return _Stream(await self._stream.start_tls(ssl_context, server_hostname, timeout), self._backend)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
