"""One client in the hands of many: threads, tasks, and more calls than there are connections."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import anyio
import httpx
import pytest
from echo_server import Echo, asked
from support.flavours import AIOHTTP, EVERY, KEY, OWN, Flavour

from memsy_client import AiohttpTransport, AsyncMemsyClient, MemsyClient, MemsyTimeoutError, Timeout

SYNC = [flavour for flavour in EVERY if not flavour.is_async]
ON_LOOPS = [(flavour, backend) for flavour in (OWN[1], AIOHTTP) for backend in ("asyncio", "trio")][:3]


def named(value: Any) -> str | None:
    return value.name if isinstance(value, Flavour) else None


@pytest.mark.anyio
@pytest.mark.parametrize("flavour", SYNC, ids=named)
async def test_sixteen_threads_each_get_their_own_answers(flavour: Flavour, echo: Echo) -> None:
    async with flavour.client(echo.url) as client:

        def work(thread: int) -> list[str]:
            return [asked(client.search(f"{thread}:{number}")) for number in range(40)]

        def run() -> list[list[str]]:
            with ThreadPoolExecutor(16) as threads:
                return list(threads.map(work, range(16)))

        answers = await anyio.to_thread.run_sync(run)
    assert answers == [[f"{thread}:{number}" for number in range(40)] for thread in range(16)]
    assert echo.most_open <= 16


@pytest.mark.parametrize(("flavour", "backend"), ON_LOOPS, ids=named)
def test_500_tasks_share_100_connections(flavour: Flavour, backend: str, echo: Echo) -> None:
    async def main() -> list[str]:
        answers: list[str] = []

        async def ask(number: int) -> None:
            answers.append(asked(await client.search(f"{number}")))

        async with flavour.client(echo.url) as client, anyio.create_task_group() as tasks:
            for number in range(500):
                tasks.start_soon(ask, number)
        return answers

    assert sorted(map(int, anyio.run(main, backend=backend))) == list(range(500))
    assert echo.most_open <= 100


@pytest.mark.parametrize("carrier", [None, httpx.Client], ids=["own", "httpx"])
def test_a_thread_waits_for_a_connection_only_so_long(carrier: Any, echo: Echo) -> None:
    echo.hold()
    limits = httpx.Limits(max_connections=2)
    options: dict[str, Any] = {"max_connections": 2} if carrier is None else {"http_client": carrier(limits=limits)}
    with MemsyClient(echo.url, KEY, **options) as client, ThreadPoolExecutor(2) as threads:
        held = [threads.submit(client.search, f"held {number}") for number in range(2)]
        echo.wait_for_held(2)
        with pytest.raises(MemsyTimeoutError) as caught:
            client.with_options(timeout=Timeout(pool=0.05)).search("too many")
        assert caught.value.unsent
        echo.go_on()
        assert [asked(call.result()) for call in held] == ["held 0", "held 1"]
        assert asked(client.search("after")) == "after"
    if carrier is not None:
        options["http_client"].close()


@pytest.mark.parametrize("kind", ["own", "httpx", "aiohttp"])
def test_a_task_waits_for_a_connection_only_so_long(kind: str, echo: Echo) -> None:
    async def main() -> None:
        options: dict[str, Any] = {"max_connections": 2}
        if kind == "httpx":
            options = {"http_client": httpx.AsyncClient(limits=httpx.Limits(max_connections=2))}
        elif kind == "aiohttp":
            options = {"http_client": AiohttpTransport(max_connections=2)}
        answers: list[str] = []

        async def hold(number: int) -> None:
            answers.append(asked(await client.search(f"held {number}")))

        async with AsyncMemsyClient(echo.url, KEY, **options) as client:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(hold, 0)
                tasks.start_soon(hold, 1)
                await anyio.to_thread.run_sync(echo.wait_for_held, 2)
                with pytest.raises(MemsyTimeoutError) as caught:
                    await client.with_options(timeout=Timeout(pool=0.05)).search("too many")
                assert caught.value.unsent
                with pytest.raises(MemsyTimeoutError):
                    await client.with_options(timeout=Timeout(total=0.05)).search("too many")
                echo.go_on()
            assert sorted(answers) == ["held 0", "held 1"]
            assert asked(await client.search("after")) == "after"
        if "http_client" in options:
            await options["http_client"].aclose()

    echo.hold()
    anyio.run(main)


def test_closing_from_many_threads_at_once_closes_once(echo: Echo) -> None:
    client = MemsyClient(echo.url, KEY)
    client.search("x")
    barrier = threading.Barrier(8)

    def close(_: int) -> None:
        barrier.wait()
        client.close()

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(close, range(8)))
    client.close()
    echo.wait_for_open(0)


def test_calls_under_way_end_well_when_their_client_is_closed(echo: Echo) -> None:
    echo.hold()
    client = MemsyClient(echo.url, KEY)
    with ThreadPoolExecutor(3) as threads:
        held = [threads.submit(client.search, f"{number}") for number in range(3)]
        echo.wait_for_held(3)
        client.close()
        echo.go_on()
        assert [asked(call.result()) for call in held] == ["0", "1", "2"]
    echo.wait_for_open(0)


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_tasks_under_way_end_well_when_their_client_is_closed(backend: str, echo: Echo) -> None:
    async def main() -> None:
        client = AsyncMemsyClient(echo.url, KEY)
        answers: list[str] = []

        async def ask(number: int) -> None:
            answers.append(asked(await client.search(f"{number}")))

        async with anyio.create_task_group() as tasks:
            for number in range(3):
                tasks.start_soon(ask, number)
            await anyio.to_thread.run_sync(echo.wait_for_held, 3)
            await client.close()
            await client.close()
            echo.go_on()
        assert sorted(answers) == ["0", "1", "2"]
        await anyio.to_thread.run_sync(echo.wait_for_open, 0)

    echo.hold()
    anyio.run(main, backend=backend)
