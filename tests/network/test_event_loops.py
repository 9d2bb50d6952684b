"""One asynchronous client on several event loops: one after the other, at once, of both kinds, and badly ended ones."""

from __future__ import annotations

import asyncio
import gc
import threading
import warnings
import weakref
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import anyio
import pytest
from echo_server import Echo, asked, open_files
from support.flavours import KEY

from memsy_client import AiohttpTransport, AsyncMemsyClient, MemsyConnectionError

Make = Callable[[], Any]
MAKERS = pytest.mark.parametrize("make", [lambda: None, AiohttpTransport], ids=["own", "aiohttp"])


async def ask(client: AsyncMemsyClient, name: str, calls: int = 10) -> None:
    async def one(number: int) -> None:
        assert asked(await client.search(f"{name} {number}")) == f"{name} {number}"

    async with anyio.create_task_group() as tasks:
        for number in range(calls):
            tasks.start_soon(one, number)


async def close(client: AsyncMemsyClient, carrier: Any) -> None:
    await client.close()
    if carrier is not None:
        await carrier.aclose()


@MAKERS
def test_a_client_survives_its_event_loop(make: Make, echo: Echo) -> None:
    carrier = make()
    client = AsyncMemsyClient(echo.url, KEY, http_client=carrier)
    for number in range(3):
        asyncio.run(ask(client, f"run {number}"))
        echo.wait_for_open(0)  # a loop that ends takes its connections along
    asyncio.run(close(client, carrier))


def test_a_client_goes_from_asyncio_to_trio_and_back(echo: Echo) -> None:
    client = AsyncMemsyClient(echo.url, KEY)
    for backend in ("asyncio", "trio", "trio", "asyncio"):
        anyio.run(ask, client, backend, backend=backend)
        echo.wait_for_open(0)
    anyio.run(client.close, backend="trio")


def test_aiohttp_on_trio_is_an_error_that_says_so(echo: Echo) -> None:
    async def main() -> None:
        carrier = AiohttpTransport()
        async with AsyncMemsyClient(echo.url, KEY, http_client=carrier) as client:
            with pytest.raises(MemsyConnectionError, match="needs asyncio"):
                await client.search("x")
        await carrier.aclose()

    anyio.run(main, backend="trio")


@MAKERS
def test_loops_of_several_threads_use_it_at_once(make: Make, echo: Echo) -> None:
    carrier = make()
    client = AsyncMemsyClient(echo.url, KEY, http_client=carrier)
    barrier = threading.Barrier(4)

    async def work(name: str) -> None:
        for number in range(5):
            barrier.wait()  # the loops' calls overlap, and so does their end
            await ask(client, f"{name} {number}")

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda number: asyncio.run(work(f"thread {number}")), range(4)))
    echo.wait_for_open(0)
    asyncio.run(close(client, carrier))


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_closing_it_on_one_loop_closes_it_on_the_others(backend: str, echo: Echo) -> None:
    client = AsyncMemsyClient(echo.url, KEY)
    opened, done = threading.Event(), threading.Event()

    async def other() -> None:
        await ask(client, "other", 1)
        opened.set()
        await anyio.to_thread.run_sync(done.wait)

    with ThreadPoolExecutor(1) as threads:
        running = threads.submit(anyio.run, other, backend=backend)
        opened.wait()
        echo.wait_for_open(1)
        asyncio.run(client.close())
        echo.wait_for_open(0)
        done.set()
        running.result()


@MAKERS
def test_loops_that_have_ended_are_not_kept(make: Make, echo: Echo) -> None:
    loops: list[weakref.ref[asyncio.AbstractEventLoop]] = []
    carrier = make()
    client = AsyncMemsyClient(echo.url, KEY, http_client=carrier)

    async def work() -> None:
        loops.append(weakref.ref(asyncio.get_running_loop()))
        await ask(client, "x", 2)

    for _ in range(3):
        asyncio.run(work())
    gc.collect()
    assert [loop() for loop in loops] == [None] * 3
    asyncio.run(close(client, carrier))


@MAKERS
def test_a_loop_closed_without_notice_is_no_obstacle_and_leaks_nothing(make: Make, echo: Echo) -> None:
    carrier = make()
    client = AsyncMemsyClient(echo.url, KEY, http_client=carrier)
    asyncio.run(ask(client, "warms up", 1))
    echo.wait_for_open(0)
    files = open_files()
    with warnings.catch_warnings():
        # asyncio and aiohttp warn of what such a loop leaves open, whoever opened it.
        warnings.filterwarnings("ignore", category=ResourceWarning)
        for number in range(3):
            loop = asyncio.new_event_loop()
            loop.run_until_complete(ask(client, f"{number}", 3))
            loop.close()
            del loop
        asyncio.run(ask(client, "after", 3))
        gc.collect()
    echo.wait_for_open(0)
    assert open_files() == files
    asyncio.run(close(client, carrier))
