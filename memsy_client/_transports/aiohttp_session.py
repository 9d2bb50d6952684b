"""What aiohttp does for one event loop."""

from __future__ import annotations

import asyncio
import math
import socket
import time
from functools import lru_cache
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, AbstractStreamWriter, ResolveResult
from yarl import URL

from .._core.foreign import pass_foreign
from .._core.messages import Headers, Request, Response
from .._core.transport import Limits, ResponseTooLargeError, TransportError
from . import errors, proxy_and_tls
from .aiohttp_guard import GuardedRequest, GuardedResponse, current_slot
from .body import BodyDecoder
from .environment_proxies import environment_proxy, is_supported_by_aiohttp
from .limiter import KEEPALIVE, Slot, TaskLimiter
from .traffic import StaleConnectionError


class Session:
    """The session of one event loop."""

    def __init__(self, max_connections: int) -> None:
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            raise TransportError("AiohttpTransport needs asyncio", unsent=True) from None
        self._environment_proxy = lru_cache(maxsize=64)(_environment_proxy)
        self._limiter = TaskLimiter(max_connections)
        self._http = aiohttp.ClientSession(
            # The limiter counts connections already, and tells a wait for a slot from a slow connection.
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=KEEPALIVE, resolver=_resolver()),
            cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=["Content-Type"],  # a request without a body has none
            max_line_size=_LONGEST_HEADER,
            max_field_size=_LONGEST_HEADER,
            auto_decompress=False,  # `BodyDecoder` does it, within the limit
            # The environment's proxies are looked up once, below; aiohttp would do it for each request, in a thread.
            trust_env=False,
            request_class=GuardedRequest,
            response_class=_Response,
        )

    @staticmethod
    def prepare(scheme: str, ssl: Any) -> None:
        """Make what takes long to make."""
        if scheme == "https" and ssl is None:
            proxy_and_tls.default_ssl_context()

    async def send(self, request: Request, limits: Limits, ssl: Any, proxy: str | None) -> Response:
        started = time.monotonic()
        slot = self._limiter.slot()
        try:
            try:
                await self._limiter.acquire(slot, limits)
                response = await self._send(request, limits, started, slot, ssl, proxy)
            finally:
                self._limiter.release(slot)
        finally:
            self._limiter.release(slot)  # an interruption may have kept it from being released above
        return response

    async def _send(
        self, request: Request, limits: Limits, started: float, slot: Slot, ssl: Any, proxy: str | None
    ) -> Response:
        current_slot.set(slot)
        while True:
            try:
                return await self._exchange(request, limits, started, ssl, proxy)
            except StaleConnectionError:
                continue
            except (ResponseTooLargeError, TransportError):
                raise
            except Exception as error:
                errors.pass_through(error)
                raise _failure(error, limits, time.monotonic() - started, unsent=slot.is_unsent) from error

    async def _exchange(
        self, request: Request, limits: Limits, started: float, ssl: Any, proxy: str | None
    ) -> Response:
        url = URL(request.url, encoded=True)
        if ssl is None:
            ssl = proxy_and_tls.default_ssl_context() if url.scheme == "https" else True
        try:
            answer = await self._http.request(
                request.method,
                url,
                headers=request.headers,
                data=_payload(request.body, limits),
                allow_redirects=False,
                proxy=proxy or self._environment_proxy(url.scheme, url.raw_authority),
                ssl=ssl,
                timeout=_timeout(_left(limits, started), limits.connect, limits.read),
            )
        except _ConnectionLostError as lost:
            raise lost.error from lost.error.__cause__
        try:
            response = Response(answer.status, Headers.of(answer.headers.items()), b"")
            body = BodyDecoder(response, limits)
            try:
                async for chunk in answer.content.iter_any():
                    body.add(chunk)
                response.content = body.content()
            except (ResponseTooLargeError, TransportError):
                raise
            except Exception as error:
                errors.pass_through(error)
                failure = _failure(error, limits, time.monotonic() - started, unsent=False)
                raise errors.with_response(failure, response) from error
            finally:
                response.elapsed = time.monotonic() - started
        finally:
            # Its connection has gone back if all is done. Else it must not, nor is the rest of the request waited for.
            answer.close()
        return response

    async def aclose(self) -> None:
        await self._http.close()


#: Bytes of one header of a response; all together may be 100 KiB in our other pools.
_LONGEST_HEADER = 64 * 1024


class _ConnectionLostError(Exception):
    def __init__(self, error: aiohttp.ClientConnectionError) -> None:
        super().__init__()
        self.error = error


class _Resolver(aiohttp.ThreadedResolver):
    """Looks a name up in this thread where no other can be started, as at the end of the process."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        try:
            return await super().resolve(host, port, family)
        except RuntimeError as error:
            pass_foreign(error)
            flags = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
            return [
                {"hostname": host, "host": str(at[0]), "port": port, "family": kind, "proto": proto, "flags": flags}
                for kind, _, proto, _, at in socket.getaddrinfo(host, port, family, socket.SOCK_STREAM)
            ]


def _resolver() -> AbstractResolver | None:
    """What looks names up; None for aiohttp's own, which needs no threads where aiodns is there."""
    return _Resolver() if aiohttp.DefaultResolver is aiohttp.ThreadedResolver else None


class _Response(GuardedResponse):
    """Hides the errors after which aiohttp would send a request again, unseen by the call's policy and history."""

    async def start(self, connection: Any) -> aiohttp.ClientResponse:
        try:
            return await super().start(connection)
        except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
            raise _ConnectionLostError(error) from error


def _environment_proxy(scheme: str, authority: str) -> str | None:
    proxy = environment_proxy(f"{scheme}://{authority}")
    if proxy and not is_supported_by_aiohttp(proxy):
        raise TransportError(
            "cannot connect: the proxy that the environment names has to be an http:// or https:// URL for aiohttp",
            unsent=True,
        )
    return proxy


@lru_cache(maxsize=64)
def _timeout(total: float | None, connect: float | None, read: float | None) -> aiohttp.ClientTimeout:
    if read is not None and total is not None and read >= total:
        read = None  # it could not be the first to end, and each chunk would set its timer anew
    # aiohttp would round longer time-outs up to whole seconds of the clock.
    return aiohttp.ClientTimeout(total=total, connect=connect, sock_read=read, ceil_threshold=math.inf)


def _left(limits: Limits, started: float) -> float | None:
    """The attempt's own time-out, less what a wait for a slot has taken."""
    if limits.total is None:
        return None
    waited = time.monotonic() - started
    return max(limits.total if waited < 0.001 else limits.total - waited, 0.001)  # aiohttp takes 0 for no limit


#: How much of a body is written at once.
_PIECE = 64 * 1024


class _Payload(aiohttp.Payload):
    """A body written in pieces, each within the time-out: aiohttp itself has none for writing."""

    def __init__(self, body: bytes, timeout: float | None) -> None:
        super().__init__(body)
        self._body = body
        self._timeout = timeout

    @property
    def size(self) -> int:
        return len(self._body)

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        return str(self._body, encoding, errors)  # pragma: no cover – aiohttp wants the method, and does not call it

    async def write(self, writer: AbstractStreamWriter) -> None:
        transport: asyncio.WriteTransport | None = getattr(writer, "transport", None)
        try:
            for start in range(0, len(self._body), _PIECE):  # pragma: no branch – aiohttp may cancel it at its end
                await asyncio.wait_for(writer.write(self._body[start : start + _PIECE]), self._timeout)
        except BaseException:
            # aiohttp closes a connection only once everything is written, but this server may never read it.
            if transport is not None:  # pragma: no branch – closed already
                transport.abort()
            raise


def _payload(body: bytes | None, limits: Limits) -> bytes | _Payload | None:
    return body if body is None or len(body) <= _PIECE else _Payload(body, limits.write)


#: Their messages quote what the peer has sent.
_NOT_HTTP = (
    aiohttp.ClientResponseError,
    aiohttp.ClientPayloadError,
    aiohttp.ServerDisconnectedError,
    aiohttp.http_exceptions.HttpProcessingError,
)


def _failure(error: Exception, limits: Limits, elapsed: float, *, unsent: bool) -> TransportError:
    if isinstance(error, asyncio.TimeoutError) or isinstance(error.__cause__, asyncio.TimeoutError):
        if limits.total is not None and elapsed >= limits.total:
            return errors.out_of_time(limits, unsent=unsent)
        return TransportError(f"timed out ({type(error).__name__})", timed_out=True, unsent=unsent)
    if isinstance(error, aiohttp.ClientHttpProxyError):  # its own text has the address, and no status
        return TransportError(f"cannot connect: the proxy answered {error.status} {error.message}", unsent=True)
    if unsent:
        return TransportError(f"cannot connect: {error}", unsent=True)
    if isinstance(error, _NOT_HTTP):
        return errors.not_http(error)
    return TransportError(f"the connection failed ({type(error).__name__}: {error})")
