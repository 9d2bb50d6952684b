"""Calls that are cancelled wherever they wait: whatever comes after gets its own answer, on as many connections."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from contextlib import AsyncExitStack
from functools import partial
from typing import Any

import anyio
import pytest
from echo_server import Echo, asked
from support.flavours import KEY, LIBRARIES

from memsy_client import AiohttpTransport, AsyncMemsyClient

CONNECTIONS = 4


def caller(library: Any) -> Any:
    limits = library.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS)
    return library.AsyncClient(limits=limits)


CARRIERS: dict[str, Callable[[], Any]] = {
    "own": lambda: None,
    **{library.__name__: partial(caller, library) for library in LIBRARIES},
    "aiohttp": partial(AiohttpTransport, max_connections=CONNECTIONS),
}


async def turns(number: int) -> None:
    """Let everything else go on for so long."""
    for _ in range(number):
        await anyio.lowlevel.checkpoint()


async def verify(client: AsyncMemsyClient, echo: Echo) -> None:
    """All places are there, and each call gets its own answer."""

    async def ask(number: int) -> None:
        assert asked(await client.search(f"after {number}")) == f"after {number}"

    with anyio.fail_after(60):
        async with anyio.create_task_group() as tasks:
            for number in range(5 * CONNECTIONS):
                tasks.start_soon(ask, number)
    assert echo.open <= CONNECTIONS


async def run(name: str, echo: Echo, cancel_some: Callable[[AsyncMemsyClient], Any]) -> None:
    async with AsyncExitStack() as stack:
        carrier = CARRIERS[name]()
        client = AsyncMemsyClient(echo.url, KEY, http_client=carrier, max_connections=CONNECTIONS)
        stack.push_async_callback(
            carrier.aclose if carrier is not None else turns, *([] if carrier is not None else [0])
        )
        stack.push_async_callback(client.close)
        await cancel_some(client)
        await verify(client, echo)
    await anyio.to_thread.run_sync(echo.wait_for_open, 0)


_NEEDS_HTTPX2 = pytest.mark.skipif("httpx2" not in CARRIERS, reason="httpx2 needs Python 3.11")
#: trio warns of generators that are collected, and httpx leaves its own behind.
_NOISY = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.mark.parametrize(
    ("name", "backend"),
    [
        ("own", "asyncio"),
        ("own", "trio"),
        ("aiohttp", "asyncio"),
        pytest.param("httpx2", "asyncio", marks=_NEEDS_HTTPX2),
        pytest.param("httpx", "trio", marks=_NOISY),
    ],
)
def test_groups_cancelled_at_random_moments_leave_the_pool_whole(
    name: str, backend: str, echoing: Callable[..., Echo]
) -> None:
    chance = random.Random(f"{name} {backend}")
    echo = echoing(slow=True)

    async def cancel_some(client: AsyncMemsyClient) -> None:
        for _ in range(60):
            async with anyio.create_task_group() as tasks:
                for number in range(chance.randrange(1, 9)):
                    tasks.start_soon(client.search, f"cancelled {number}")
                await turns(chance.randrange(120))
                tasks.cancel_scope.cancel()

    anyio.run(run, name, echo, cancel_some, backend=backend)


@pytest.mark.parametrize("name", ["own", "aiohttp", pytest.param("httpx2", marks=_NEEDS_HTTPX2)])
def test_tasks_cancelled_one_by_one_leave_the_pool_whole(name: str, echoing: Callable[..., Echo]) -> None:
    chance = random.Random(name)
    echo = echoing(slow=True)

    async def cancel_some(client: AsyncMemsyClient) -> None:
        for _ in range(60):
            tasks = [asyncio.create_task(client.search(f"cancelled {number}")) for number in range(6)]
            for task in tasks:
                await turns(chance.randrange(40))
                task.cancel()
            for number, result in enumerate(await asyncio.gather(*tasks, return_exceptions=True)):
                assert isinstance(result, asyncio.CancelledError) or asked(result) == f"cancelled {number}"

    asyncio.run(run(name, echo, cancel_some))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["own", "aiohttp"])
@pytest.mark.parametrize("turn", range(8))
def test_ten_thousand_cancelled_calls_leave_the_pool_whole(name: str, turn: int, echoing: Callable[..., Echo]) -> None:
    chance = random.Random(turn)
    echo = echoing(slow=True)

    async def cancel_some(client: AsyncMemsyClient) -> None:
        for _ in range(1250):
            tasks = [asyncio.create_task(client.search(f"{number}")) for number in range(8)]
            await turns(chance.randrange(200))
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    asyncio.run(run(name, echo, cancel_some))
