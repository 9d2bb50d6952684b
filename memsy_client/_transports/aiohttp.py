"""aiohttp as the transport of an asynchronous client, without an httpx object in between.

It needs the extra `memsy-client[aiohttp]`, and asyncio.
"""

from __future__ import annotations

import time
import warnings
from typing import Any

from .._core.message import Headers, Request, Response
from .._core.transport import Limits, ResponseTooLarge, TransportError
from ..exceptions import MemsyInputError
from . import translate
from .loops import PerLoop

try:
    import aiohttp
    from yarl import URL
except ImportError as error:
    raise MemsyInputError("AiohttpTransport needs aiohttp: pip install 'memsy-client[aiohttp]'") from error


class AiohttpTransport:
    """Carries an asynchronous client's requests: `AsyncMemsyClient(..., http_client=AiohttpTransport())`.

    It may be shared by clients and by event loops. The client does not close it; its connections are closed by
    `aclose()`, or with their event loop.

    Args:
        max_connections: How many requests of one event loop may be under way at once; further ones wait.
        ssl: An `ssl.SSLContext` for https; None to trust what aiohttp trusts.
        proxy: The URL of a proxy; None for the one that the environment names, if any.

    """

    def __init__(self, *, max_connections: int = 100, ssl: Any = None, proxy: str | None = None) -> None:
        self._proxy = proxy
        self._closed = False
        self._sessions = PerLoop(lambda: _Session(max_connections, ssl))

    async def send(self, request: Request, limits: Limits) -> Response:
        """The answer, fully read. Raises `TransportError` or `ResponseTooLarge`."""
        if self._closed:
            raise TransportError("this AiohttpTransport has been closed", unsent=True)
        session = await self._sessions.get()
        started = time.monotonic()
        try:
            async with session.http.request(
                request.method,
                URL(request.url, encoded=True),
                headers=request.headers,
                data=request.body,
                allow_redirects=False,
                proxy=self._proxy,
                timeout=aiohttp.ClientTimeout(
                    total=limits.total, connect=limits.pool, sock_connect=limits.connect, sock_read=limits.read
                ),
            ) as answer:
                content = await _read(answer, limits)
        except ResponseTooLarge:
            raise
        except Exception as error:
            raise _failure(error, limits, time.monotonic() - started) from error
        return Response(answer.status, Headers.of(answer.headers.items()), content, time.monotonic() - started)

    async def aclose(self) -> None:
        """Close the running event loop's connections, and let go of those of other loops."""
        self._closed = True
        await self._sessions.aclose()

    def __del__(self) -> None:
        if not self._closed and self._sessions.is_used:
            warnings.warn("an AiohttpTransport was not closed", ResourceWarning, source=self, stacklevel=2)


class _Session:
    """The session of one event loop."""

    def __init__(self, max_connections: int, ssl: Any) -> None:
        connector = aiohttp.TCPConnector(limit=max_connections, ssl=True if ssl is None else ssl)
        self.http = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar(), trust_env=True)

    async def aclose(self) -> None:
        await self.http.close()


async def _read(answer: aiohttp.ClientResponse, limits: Limits) -> bytes:
    body = translate.Body(limits)
    async for chunk in answer.content.iter_any():
        body.add(chunk)
    return body.content()


def _failure(error: Exception, limits: Limits, elapsed: float) -> TransportError:
    unsent = isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError | aiohttp.InvalidURL)
    if isinstance(error, TimeoutError):
        if limits.total is not None and elapsed >= limits.total:
            return translate.out_of_time(limits, unsent=unsent)
        return TransportError(f"timed out ({type(error).__name__})", timed_out=True, unsent=unsent)
    if unsent:
        return TransportError(f"cannot connect: {error}", unsent=True)
    return TransportError(f"the connection failed ({type(error).__name__}: {error})")
