"""How our own pools' requests pass through httpx: its transport over one connection, and our messages as its own."""

from __future__ import annotations

import logging
import math
import ssl
from collections.abc import AsyncIterator, Iterator
from functools import cache, lru_cache
from typing import Any, TypeVar

import httpcore
import httpx

from .._core.messages import Headers, Request, Response
from .._core.transport import Limits
from .body import header_text

T = TypeVar("T", httpx.HTTPTransport, httpx.AsyncHTTPTransport)


def transport_over(connection: Any, kind: type[T]) -> T | OwnTransport:
    """A transport of httpx that sends requests on a connection of httpcore.

    It is httpx's own class, because that is what libraries patch that mock or trace requests (pytest-httpx, say). But
    httpx has no public way to give it a connection, so that ours takes over should `_pool` ever go.
    """
    transport: Any = kind(verify=_unused_ssl_context())
    if not hasattr(transport, "_pool"):
        warn_of_unseen_requests()
        return OwnTransport(connection)
    transport._pool = connection
    return transport  # type: ignore[no-any-return]


@cache
def _unused_ssl_context() -> ssl.SSLContext:
    """Keeps httpx from reading every certificate for a pool that is never used. It trusts nobody."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


@cache
def warn_of_unseen_requests() -> None:
    """Say, once in a process, what is lost where ours takes over."""
    logging.getLogger("memsy_client").warning(
        "httpx %s has no HTTPTransport._pool, so requests do not pass through that class: libraries that patch it, to"
        " mock or trace requests, do not see those of clients without an http_client. Nothing else is lost.",
        httpx.__version__,
    )


class OwnTransport(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """What httpx's transports do, with public parts of httpx and httpcore only."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request on a synchronous connection."""
        return _from_httpcore(self._connection.handle_request(_to_httpcore(request)))

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request on an asynchronous connection."""
        return _from_httpcore(await self._connection.handle_async_request(_to_httpcore(request)))


def _to_httpcore(request: httpx.Request) -> httpcore.Request:
    url = request.url
    return httpcore.Request(
        request.method,
        httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
        headers=request.headers.raw,
        content=request.stream,
        extensions=request.extensions,
    )


def _from_httpcore(answer: httpcore.Response) -> httpx.Response:
    stream: Any = answer.stream  # it has the methods that httpx's streams have
    return httpx.Response(answer.status, headers=answer.headers, stream=stream)


#: URLs repeat from call to call, and httpx parses each at some length.
_url = lru_cache(maxsize=256)(httpx.URL)


def to_httpx(request: Request, limits: Limits) -> httpx.Request:
    """The request as httpx sends it, built at the least cost."""
    url = _url(request.url)
    headers = [("Host", url.netloc.decode("ascii"))]
    if request.body is not None:
        headers.append(("Content-Length", str(len(request.body))))
    elif request.method in ("POST", "PUT", "PATCH"):
        headers.append(("Content-Length", "0"))
    return httpx.Request(
        request.method,
        url,
        headers=headers + request.headers,
        stream=_RequestStream(request.body or b""),
        extensions={"timeout": _timeouts(limits)},
    )


def _timeouts(limits: Limits) -> dict[str, float | None]:
    """The phases' time-outs, except those that the whole attempt's ends sooner: each one set costs a timer."""
    phases = {"connect": limits.connect, "read": limits.read, "write": limits.write, "pool": limits.pool}
    longest = math.inf if limits.total is None else limits.total
    return {name: seconds if seconds is not None and seconds < longest else None for name, seconds in phases.items()}


class _RequestStream(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A request's body. Unlike httpx's own it is not a generator, which a cancelled call would leave unfinished."""

    def __init__(self, body: bytes) -> None:
        self._left = [body]

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._left)

    async def __anext__(self) -> bytes:
        if not self._left:
            raise StopAsyncIteration
        return self._left.pop()

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self


def from_httpx(answer: httpx.Response) -> Response:
    """The response as the core takes it, its body still to be read."""
    return Response(answer.status_code, Headers.of(map(header_text, answer.headers.raw)), b"")
