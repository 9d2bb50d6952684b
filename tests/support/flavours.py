"""One driver for every kind of client, so that a case is written once and runs on each of them.

A case is an `async def` that awaits what it is given: `Flavour.call` gives the result of a method of either kind.
"""

from __future__ import annotations

import contextlib
import inspect
import ssl
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import anyio.to_thread
import httpx

from memsy_client import AiohttpTransport, AsyncMemsyClient, AsyncMemsyControlClient, MemsyClient, MemsyControlClient

#: The libraries whose clients a caller may hand over.
LIBRARIES: list[Any] = [httpx]
if sys.version_info >= (3, 11):  # what httpx2 needs
    import httpx2

    LIBRARIES.append(httpx2)

KEY = "msy_topsecret"
AnyClient = MemsyClient | AsyncMemsyClient | MemsyControlClient | AsyncMemsyControlClient


@dataclass(frozen=True)
class Flavour:
    """A kind of client.

    Attributes:
        name: For the test's id.
        is_async: Whether its methods are to be awaited.
        http_client: Makes what carries its requests; None for the client's own pool.
    """

    name: str
    is_async: bool
    http_client: Callable[[], Any] | None = None

    @contextlib.asynccontextmanager
    async def client(self, base_url: str, *, control: bool = False, **options: Any) -> AsyncIterator[Any]:
        """A client of the plane, closed in the end with what carries its requests."""
        carrier = self.http_client() if self.http_client is not None else None
        if carrier is not None:
            options["http_client"] = carrier
        client = self.kind(control=control)(base_url, options.pop("api_key", KEY), **options)
        try:
            yield client
        finally:
            await _settled(client.close())
            if carrier is not None:
                await _settled(carrier.aclose() if hasattr(carrier, "aclose") else carrier.close())

    def kind(self, *, control: bool = False) -> type[AnyClient]:
        """The class of its clients."""
        if self.is_async:
            return AsyncMemsyControlClient if control else AsyncMemsyClient
        return MemsyControlClient if control else MemsyClient

    async def call(self, method: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """What the method gives, sync or async; a sync one runs in a thread, as in an application of that kind."""
        if self.is_async:
            return await method(*args, **kwargs)
        return await anyio.to_thread.run_sync(lambda: method(*args, **kwargs), abandon_on_cancel=True)

    async def items(self, iterator: Any) -> list[Any]:
        """All that an iterator gives, sync or async."""
        if self.is_async:
            return [item async for item in iterator]
        return await anyio.to_thread.run_sync(lambda: list(iterator))


async def _settled(value: Any) -> Any:
    return await value if inspect.isawaitable(value) else value


OWN = [Flavour("sync", is_async=False), Flavour("async", is_async=True)]
#: Building one that trusts somebody takes long, and all servers here speak plain http.
_TRUSTS_NOBODY = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
#: With clients of the caller that do follow redirects, to see that ours are still not followed.
CALLERS = [
    Flavour(
        f"{kind}-{library.__name__}", kind == "async", partial(client, verify=_TRUSTS_NOBODY, follow_redirects=True)
    )
    for library in LIBRARIES
    for kind, client in (("sync", library.Client), ("async", library.AsyncClient))
]
AIOHTTP = Flavour("async-aiohttp", is_async=True, http_client=AiohttpTransport)
EVERY = [*OWN, *CALLERS, AIOHTTP]
#: One for each way that requests are carried, for what takes time: both libraries' clients are driven by the same code.
EACH_TRANSPORT = [*OWN, *CALLERS[:2], AIOHTTP]
