"""One connection of the async pool."""

from __future__ import annotations

import contextlib
import time
from typing import Any

import httpcore
import httpx

from .._core.foreign import pass_foreign
from .._core.messages import Request, Response
from .._core.transport import Limits, ResponseTooLargeError, TransportError
from . import async_tls, errors, proxy_and_tls
from .body import BodyDecoder, collect
from .connect import resolve
from .httpx_transport import from_httpx, to_httpx, transport_over
from .traffic import StaleConnectionError, Traffic, has_forbidden_body


class AsyncConnection:
    """One connection, through which requests go one after the other."""

    def __init__(self, base_url: str) -> None:
        self.idle_since = 0.0
        self._traffic = Traffic()
        self._is_spoilt = False
        backend = _Backend(self._traffic)
        pool = httpcore.AsyncConnectionPool(network_backend=backend, **proxy_and_tls.pool_options(base_url))
        self._connection = pool.create_connection(httpcore.URL(base_url).origin)
        self._transport = transport_over(self._connection, httpx.AsyncHTTPTransport)

    @property
    def is_reusable(self) -> bool:
        """Whether the last response came whole, with nothing behind it."""
        return self._connection.is_idle() and self._traffic.is_clean() and not self._is_spoilt

    @property
    def was_written(self) -> bool:
        """Whether any byte of the last request may have left."""
        return self._traffic.was_written

    async def send(self, request: Request, limits: Limits) -> Response:
        """The response, fully read. As `SyncConnection.send`."""
        started = time.monotonic()
        self._traffic.begin_request()
        response = None
        try:
            answer = await self._transport.handle_async_request(to_httpx(request, limits))
            response = from_httpx(answer)
            self._is_spoilt = has_forbidden_body(request.method, response.status_code, response.headers)
            stream: Any = answer.stream
            try:
                body = BodyDecoder(response, limits)
                response.content = await collect(body, aiter(stream), self.aclose)
                self._traffic.body_length = body.received
            finally:
                await stream.aclose()
                response.elapsed = time.monotonic() - started
        except (ResponseTooLargeError, StaleConnectionError, TransportError):
            raise
        except Exception as error:
            errors.pass_through(error)
            failure = errors.failure(error)
            failure.unsent = failure.unsent or self._traffic.is_unsent()
            raise errors.with_response(failure, response) from error
        return response

    async def aclose(self) -> None:
        """Close it, whatever is being cancelled."""
        import anyio

        with anyio.CancelScope(shield=True):
            await self._connection.aclose()


class _Backend(httpcore.AnyIOBackend):
    def __init__(self, traffic: Traffic) -> None:
        super().__init__()
        self._traffic = traffic

    async def connect_tcp(self, host: str, port: int, *args: Any, **kwargs: Any) -> httpcore.AsyncNetworkStream:
        try:
            stream = await super().connect_tcp(host, port, *args, **kwargs)
        except RuntimeError as error:
            pass_foreign(error)
            # No thread can be started to look the name up in, as at the end of the process: so it is done in this one.
            stream = await self._connect_to_any(resolve(host, port), port, *args, **kwargs)
        self._traffic.connected(stream)
        return _Stream(stream, self._traffic)

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

    def __init__(self, stream: httpcore.AsyncNetworkStream, traffic: Traffic, *, is_encrypted: bool = False) -> None:
        self._stream = stream
        self._traffic = traffic
        self._is_encrypted = is_encrypted
        self._held = b""
        self._early: bytes | None = None  # what came before the request was through

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if self._held:
            # As in httpcore: a server may refuse a request before it has read all of it, and its response counts.
            with contextlib.suppress(httpcore.WriteError):
                await self._write_held()
        if self._early is not None:
            early, self._early = self._early, None
            return self._traffic.pass_on(early)
        if self._traffic.kept:
            return self._traffic.take()
        data = await self._stream.read(max_bytes, timeout)
        if not self._is_encrypted:  # else the stream beneath has said so
            self._traffic.has_more = len(data) == max_bytes
        return self._traffic.pass_on(data)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._timeout = timeout
        if len(self._held) + len(buffer) <= self._PIECE:
            self._held += buffer
            return
        await self._write_held()
        await self._write_beside_reading(buffer, timeout)

    async def _write_beside_reading(self, buffer: bytes, timeout: float | None) -> None:
        """Write in pieces. Raises `httpcore.WriteError` when the server answers instead of reading."""
        import anyio

        async def look_for_answer() -> None:
            try:
                self._early = await self._stream.read(self._PIECE)
            except httpcore.ReadError:
                self._early = b""  # pragma: no cover – reset at the very instant
            tasks.cancel_scope.cancel()

        failure: Exception | None = None
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(look_for_answer)
            try:
                for start in range(0, len(buffer), self._PIECE):  # pragma: no branch – cancelled at its end
                    await self._stream.write(buffer[start : start + self._PIECE], timeout)
            except Exception as error:  # raised below: a group would wrap it
                failure = error
            tasks.cancel_scope.cancel()
        if self._early is not None:
            raise httpcore.WriteError("the server has answered")
        if failure is not None:  # pragma: no cover – the write fails before the server answers
            raise failure

    async def _write_held(self) -> None:
        held, self._held = self._held, b""
        self._traffic.before_write(held)
        await self._stream.write(held, self._timeout)

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(self, *args: Any, **kwargs: Any) -> httpcore.AsyncNetworkStream:
        self._traffic.begin_encryption()
        stream = await async_tls.encrypt(self._stream, self._traffic, *args, **kwargs)
        self._traffic.encrypted(stream)
        return _Stream(stream, self._traffic, is_encrypted=True)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
