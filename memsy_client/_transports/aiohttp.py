"""aiohttp as the transport of an asynchronous client, without an httpx object in between.

It needs the extra `memsy-client[aiohttp]`, and asyncio.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from .._core.checks import check_whole_number, suggest_arguments
from .._core.lazy import import_lock
from .._core.messages import Request, Response
from .._core.transport import Limits, TransportError
from ..exceptions import MemsyInputError
from . import products
from .environment_proxies import is_supported_by_aiohttp
from .per_loop import PerLoop, preparation

if TYPE_CHECKING:
    from .aiohttp_session import Session


@suggest_arguments
class AiohttpTransport:
    """Carries an asynchronous client's requests: `AsyncMemsyClient(..., http_client=AiohttpTransport())`.

    It may be shared by clients and by event loops. The client does not close it; its connections are closed by
    `aclose()`, or with their event loop.

    Args:
        max_connections: How many requests of one event loop may be under way at once; further ones wait.
        ssl: An `ssl.SSLContext` for https; None to trust what the clients' own pools trust.
        proxy: The URL of a proxy; None for the one that the environment names, if any.
    """

    is_strict = True

    def __init__(self, *, max_connections: int = 100, ssl: Any = None, proxy: str | None = None) -> None:
        if find_spec("aiohttp") is None:  # pragma: no cover – aiohttp is an extra
            raise MemsyInputError("AiohttpTransport needs aiohttp: pip install 'memsy-client[aiohttp]'")
        check_whole_number("max_connections", max_connections)
        if proxy is not None and not is_supported_by_aiohttp(proxy):
            raise MemsyInputError("proxy has to be an http:// or https:// URL: aiohttp supports no other kind")
        self._ssl = ssl
        self._proxy = proxy
        self._closed = False
        self._prepared: set[str] = set()
        self._sessions = PerLoop(lambda: _session_class()(max_connections))

    def preparation(self, base_url: str) -> Callable[[], object] | None:
        """What to do in another thread before the first request to an address: aiohttp takes long to import."""
        scheme = base_url.partition(":")[0]
        context = self._ssl
        return preparation(self._prepared, scheme, lambda: _session_class().prepare(scheme, context))

    @property
    def user_agent_product(self) -> str | None:
        """The HTTP library beneath."""
        return products.installed_product("aiohttp")

    async def send(self, request: Request, limits: Limits) -> Response:
        """The response, fully read. Raises `TransportError` or `ResponseTooLargeError`."""
        if self._closed:
            raise TransportError("this AiohttpTransport has been closed", unsent=True)
        return await self._sessions.get().send(request, limits, self._ssl, self._proxy)

    async def aclose(self) -> None:
        """Close the running event loop's connections now, those of other loops as soon as these come to it."""
        self._closed = True
        await self._sessions.aclose()

    def __del__(self) -> None:
        if not getattr(self, "_closed", True) and self._sessions.was_used:
            warnings.warn("an AiohttpTransport was not closed", ResourceWarning, source=self, stacklevel=2)
            self._sessions.release()


def _session_class() -> type[Session]:
    with import_lock:
        from .aiohttp_session import Session

        return Session
