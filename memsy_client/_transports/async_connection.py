"""One connection of the async pool: an httpx transport of its own."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable
from typing import Any

import httpcore
import httpx

from .._core.messages import Request, Response
from .._core.transport import Limits, ResponseTooLarge, TransportError
from . import connect, errors, messages
from .body import BodyDecoder, collect


class AsyncConnection:
    """An httpx transport of one connection."""

    def __init__(self, base_url: str) -> None:
        self.idle_since = 0.0
        self._transport = httpx.AsyncHTTPTransport(**connect.transport_options(base_url))  # type: ignore[arg-type]
        # As in the sync connection, and for the same reason.
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
        """The answer, fully read. Raises `TransportError` or `ResponseTooLarge`."""
        started = time.monotonic()
        self._backend.was_written = False
        try:
            answer = await self._transport.handle_async_request(messages.to_httpx(request, limits))
            try:
                assert isinstance(answer.stream, httpx.AsyncByteStream)
                body = BodyDecoder(limits, answer.headers.get("content-encoding"))
                content = await collect(body, aiter(answer.stream), self.aclose)
            except ResponseTooLarge as error:
                error.response = messages.from_httpx(answer, b"", time.monotonic() - started)
                raise
            finally:
                await answer.aclose()
        except (ResponseTooLarge, TransportError):
            raise
        except Exception as error:
            raise errors.failure(error) from error
        return messages.from_httpx(answer, content, time.monotonic() - started)

    async def aclose(self) -> None:
        """Close it, whatever is being cancelled."""
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
