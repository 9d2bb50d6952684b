"""The ways requests travel: our own pools on httpx, a caller's client, aiohttp. Nothing else knows an HTTP library."""

from __future__ import annotations

import inspect
from typing import Any, Protocol

from .._core.transport import AsyncTransport, SyncTransport
from ..exceptions import MemsyInputError


class HttpClient(Protocol):
    """A `Client` of httpx or of httpx2."""

    def build_request(self, *args: Any, **kwargs: Any) -> Any: ...

    def send(self, *args: Any, **kwargs: Any) -> Any: ...

    def close(self) -> None: ...


class AsyncHttpClient(Protocol):
    """An `AsyncClient` of httpx or of httpx2."""

    def build_request(self, *args: Any, **kwargs: Any) -> Any: ...

    async def send(self, *args: Any, **kwargs: Any) -> Any: ...

    async def aclose(self) -> None: ...


def sync_transport(
    base_url: str, max_connections: int, http_client: HttpClient | SyncTransport | None
) -> SyncTransport:
    """What carries a sync client's requests: the caller's own client or transport, or else a new pool."""
    if http_client is None:
        from .sync_pool import SyncPool

        return SyncPool(base_url, max_connections)
    if _is_transport(http_client, wants_async=False):
        return http_client
    if _is_client(http_client, "close"):
        from .httpx_client import HttpxClientTransport

        return HttpxClientTransport(http_client)
    raise MemsyInputError("http_client has to be a Client of httpx or httpx2, or a transport with send() and close()")


def async_transport(
    base_url: str, max_connections: int, http_client: AsyncHttpClient | AsyncTransport | None
) -> AsyncTransport:
    """What carries an async client's requests: the caller's own client or transport, or else a new pool."""
    if http_client is None:
        from .async_pool import AsyncPool

        return AsyncPool(base_url, max_connections)
    if _is_transport(http_client, wants_async=True):
        return http_client
    if _is_client(http_client, "aclose"):
        from .httpx_client import AsyncHttpxClientTransport

        return AsyncHttpxClientTransport(http_client)
    raise MemsyInputError(
        "http_client has to be an AsyncClient of httpx or httpx2, or a transport with async send() and aclose()"
    )


def _is_client(value: Any, close: str) -> bool:
    if isinstance(value, type):
        return False
    return hasattr(value, "build_request") and hasattr(value, "send") and hasattr(value, close)


def _is_transport(value: Any, *, wants_async: bool) -> bool:
    if isinstance(value, type) or hasattr(value, "build_request"):
        return False
    if not isinstance(value, AsyncTransport if wants_async else SyncTransport):
        return False
    return inspect.iscoroutinefunction(value.send) == wants_async
