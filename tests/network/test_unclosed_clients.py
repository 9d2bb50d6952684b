"""A client that is left unclosed says so once, and takes everything it had along."""

from __future__ import annotations

import asyncio
import gc
import warnings
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import anyio
import httpx
import pytest
from echo_server import Echo, open_files
from support.flavours import KEY, OWN, Flavour

from memsy_client import AiohttpTransport, AsyncMemsyClient, MemsyClient, MemsyClosedError
from memsy_client._transports.async_pool import AsyncPool
from memsy_client._transports.httpx_client import AsyncHttpxClientTransport


@contextmanager
def one_warning() -> Iterator[None]:
    """There is one ResourceWarning, which is ours."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield
        gc.collect()
    assert [(warning.category, "not closed" in str(warning.message)) for warning in caught] == [(ResourceWarning, True)]


def test_a_sync_client_warns_once_and_leaks_nothing(echo: Echo) -> None:
    gc.collect()
    files = open_files()
    client = MemsyClient(echo.url, KEY)
    client.search("x")
    with one_warning():
        del client
    echo.wait_for_open(0)
    assert open_files() == files


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_an_async_client_warns_once_and_leaks_nothing_when_its_loop_goes_on(backend: str, echo: Echo) -> None:
    async def main() -> None:
        client = AsyncMemsyClient(echo.url, KEY)
        await client.search("x")
        with one_warning():
            del client
            await anyio.lowlevel.checkpoint()
            await anyio.to_thread.run_sync(echo.wait_for_open, 0)

    anyio.run(main, backend=backend)


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_an_async_client_warns_once_and_leaks_nothing_after_its_loop(backend: str, echo: Echo) -> None:
    anyio.run(anyio.to_thread.run_sync, open_files, backend=backend)
    gc.collect()
    files = open_files()
    clients = [AsyncMemsyClient(echo.url, KEY)]

    async def main() -> None:
        async with anyio.create_task_group() as tasks:
            for _ in range(3):
                tasks.start_soon(clients[0].search, "x")

    with one_warning():
        anyio.run(main, backend=backend)
        clients.clear()
    echo.wait_for_open(0)
    assert open_files() == files


def test_an_aiohttp_transport_warns_once_and_leaks_nothing(echo: Echo) -> None:
    async def main() -> None:
        async with AsyncMemsyClient(echo.url, KEY, http_client=AiohttpTransport()) as client:
            await client.search("x")

    gc.collect()
    files = open_files()
    with one_warning():
        asyncio.run(main())
    echo.wait_for_open(0)
    assert open_files() == files


@pytest.mark.parametrize("flavour", OWN, ids=lambda flavour: flavour.name)
def test_a_client_that_was_not_used_needs_no_closing(flavour: Flavour, echo: Echo) -> None:
    client: Any = flavour.kind()(echo.url, KEY)
    del client
    gc.collect()


@pytest.mark.anyio
@pytest.mark.parametrize("flavour", OWN, ids=lambda flavour: flavour.name)
async def test_a_view_needs_no_closing_and_closes_nothing(flavour: Flavour, echo: Echo) -> None:
    async with flavour.client(echo.url) as client:
        view = client.with_options(timeout=50)
        await flavour.call(view.search, "x")
        await flavour.call(view.close)
        await flavour.call(client.search, "x")
        del view
        gc.collect()
        await flavour.call(client.search, "x")
        view = client.with_options(timeout=50)
    with pytest.raises(MemsyClosedError):
        await flavour.call(view.search, "x")
    assert echo.accepted == 1


@pytest.mark.anyio
@pytest.mark.parametrize(
    "make",
    [
        lambda: AsyncPool("http://127.0.0.1:1", 1),
        AiohttpTransport,
        lambda: AsyncHttpxClientTransport(httpx.AsyncClient()),
    ],
    ids=["own", "aiohttp", "a caller's httpx"],
)
async def test_what_prepares_the_first_call_does_not_hold_the_transport(make: Callable[[], Any]) -> None:
    # The frames of the imports that it makes may live on.
    transport = make()
    gone, prepare = weakref.ref(transport), transport.preparation("http://127.0.0.1:1")
    del transport
    assert prepare is not None
    assert gone() is None
