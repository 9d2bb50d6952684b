"""One connection of the async pool."""

from __future__ import annotations

import contextlib
import time
from typing import Any

import httpcore
import httpx

from .._core.messages import Request, Response
from .._core.transport import Limits, ResponseTooLargeError, TransportError
from . import errors, proxy_and_tls
from .body import BodyDecoder, EndGuard, collect
from .connect import resolve
from .httpx_transport import from_httpx, to_httpx, transport_over


class AsyncConnection:
    """One connection, through which requests go one after the other."""

    def __init__(self, base_url: str) -> None:
        self.idle_since = 0.0
        self._backend = _Backend()
        pool = httpcore.AsyncConnectionPool(network_backend=self._backend, **proxy_and_tls.pool_options(base_url))
        self._connection = pool.create_connection(httpcore.URL(base_url).origin)
        self._transport = transport_over(self._connection, httpx.AsyncHTTPTransport)

    @property
    def is_alive(self) -> bool:
        """Whether an idle connection can carry one more request, as far as this side knows."""
        return self._connection.is_idle() and not self._connection.has_expired() and not self._backend.guard.kept

    @property
    def was_written(self) -> bool:
        """Whether any byte of the last request may have left."""
        return self._backend.was_written

    async def send(self, request: Request, limits: Limits) -> Response:
        """The response, fully read. Raises `TransportError` or `ResponseTooLargeError`."""
        started = time.monotonic()
        self._backend.was_written = False
        try:
            answer = await self._transport.handle_async_request(to_httpx(request, limits))
            response = from_httpx(answer)
            stream: Any = answer.stream
            try:
                response.content = await collect(BodyDecoder(response, limits), aiter(stream), self.aclose)
            finally:
                await stream.aclose()
                response.elapsed = time.monotonic() - started
        except (ResponseTooLargeError, TransportError):
            raise
        except Exception as error:
            raise errors.failure(error) from error
        return response

    async def aclose(self) -> None:
        """Close it, whatever is being cancelled."""
        import anyio

        with anyio.CancelScope(shield=True):
            await self._connection.aclose()


class _Backend(httpcore.AnyIOBackend):
    def __init__(self) -> None:
        super().__init__()
        self.was_written = False
        self.guard = EndGuard()

    async def connect_tcp(self, host: str, port: int, *args: Any, **kwargs: Any) -> httpcore.AsyncNetworkStream:
        try:
            stream = await super().connect_tcp(host, port, *args, **kwargs)
        except RuntimeError:
            # No thread can be started to look the name up in, as at the end of the process: so it is done in this one.
            stream = await self._connect_to_any(resolve(host, port), port, *args, **kwargs)
        return _Stream(stream, self)

    async def _connect_to_any(
        self, addresses: list[str], port: int, *args: Any, **kwargs: Any
    ) -> httpcore.AsyncNetworkStream:
        failure: Exception | None = None
        for address in addresses:
            try:
                return await super().connect_tcp(address, port, *args, **kwargs)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure or httpcore.ConnectError("the host has no address")


class _Stream(httpcore.AsyncNetworkStream):
    """Holds what is written until the response is waited for, so that headers and body leave in one piece."""

    #: How much is held, and passed on at once, at most.
    _PIECE = 64 * 1024

    def __init__(self, stream: httpcore.AsyncNetworkStream, backend: _Backend) -> None:
        self._stream = stream
        self._backend = backend
        self._held = b""

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if self._held:
            # As in httpcore: a server may refuse a request before it has read all of it, and its response counts.
            with contextlib.suppress(httpcore.WriteError):
                await self._write_held()
        guard = self._backend.guard
        return guard.take() or guard.keep_last(await self._stream.read(max_bytes, timeout))

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

    async def start_tls(self, *args: Any, **kwargs: Any) -> httpcore.AsyncNetworkStream:
        self._backend.guard.take()  # as the sync connection does
        return _Stream(await self._stream.start_tls(*args, **kwargs), self._backend)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
