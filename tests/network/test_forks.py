"""A forked child has connections of its own, and no lock that some thread of its parent holds."""

from __future__ import annotations

import asyncio
import multiprocessing
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from echo_server import Echo, asked
from support.flavours import KEY
from support.forks import in_child, needs_fork, warns_of_forks

from memsy_client import AiohttpTransport, AsyncMemsyClient, MemsyClient, MemsyConnectionError

pytestmark = [needs_fork, warns_of_forks]


def ask_often(client: MemsyClient, name: str) -> None:
    for number in range(30):
        assert asked(client.search(f"{name} {number}")) == f"{name} {number}"


def test_parent_and_child_get_their_own_answers(echo: Echo) -> None:
    with MemsyClient(echo.url, KEY) as client:
        ask_often(client, "before")
        checks = [in_child(lambda name=f"child {number}": ask_often(client, name)) for number in range(3)]
        ask_often(client, "parent")
        for check in checks:
            check()
        ask_often(client, "after")


def test_a_child_never_uses_the_connection_on_which_its_parent_waits(echo: Echo) -> None:
    with MemsyClient(echo.url, KEY, max_connections=1) as client, ThreadPoolExecutor(1) as threads:
        client.search("opens the connection")
        echo.hold()
        held = threads.submit(client.search, "parent")
        echo.wait_for_held(1)  # its only slot is taken, too
        check = in_child(lambda: ask_often(client, "child"))
        echo.go_on()
        check()
        assert asked(held.result()) == "parent"


def test_a_fork_while_threads_use_the_client_does_not_block_the_child(echo: Echo) -> None:
    stop = threading.Event()

    def work(thread: int) -> int:
        number = 0
        while not stop.is_set():
            number += 1
            assert asked(client.search(f"{thread}:{number}")) == f"{thread}:{number}"
        return number

    with MemsyClient(echo.url, KEY) as client, ThreadPoolExecutor(8) as threads:
        working = [threads.submit(work, thread) for thread in range(8)]
        try:
            for number in range(8):
                in_child(lambda name=f"child {number}": ask_often(client, name))()
        finally:
            stop.set()
        assert all(call.result() for call in working)


def test_a_child_that_leaves_its_client_unclosed_warns_of_nothing_of_its_parents(echo: Echo) -> None:
    with MemsyClient(echo.url, KEY) as client:
        client.search("x")
        holder = [client]

        def drop() -> None:
            import gc
            import warnings

            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                holder.clear()
                gc.collect()
            assert not caught

        in_child(drop)()
        ask_often(client, "parent")


def _in_process(client: MemsyClient, results: Any) -> None:
    ask_often(client, "process")
    results.put("done")


def test_a_process_of_multiprocessing_gets_its_own_answers(echo: Echo) -> None:
    context = multiprocessing.get_context("fork")
    results = context.SimpleQueue()
    with MemsyClient(echo.url, KEY) as client:
        client.search("x")
        process = context.Process(target=_in_process, args=(client, results))
        process.start()
        ask_often(client, "parent")
        process.join(120)
        assert process.exitcode == 0
    assert results.get() == "done"
    results.close()


@pytest.mark.parametrize("make", [lambda: None, AiohttpTransport], ids=["own", "aiohttp"])
def test_a_child_of_an_event_loop_starts_without_connections(make: Callable[[], Any], echo: Echo) -> None:
    async def ask(client: AsyncMemsyClient, name: str) -> None:
        answers = await asyncio.gather(*(client.search(f"{name} {number}") for number in range(20)))
        assert [asked(answer) for answer in answers] == [f"{name} {number}" for number in range(20)]

    async def main() -> None:
        carrier = make()
        async with AsyncMemsyClient(echo.url, KEY, http_client=carrier) as client:
            await ask(client, "before")
            check = in_child(lambda: asyncio.run(ask(client, "child")))
            await ask(client, "parent")
            check()
            await ask(client, "after")
        if carrier is not None:
            await carrier.aclose()

    asyncio.run(main())


def test_a_callers_client_stays_with_the_parent_that_has_used_it(echo: Echo) -> None:
    def refused() -> None:
        for client in clients:
            with pytest.raises(MemsyConnectionError, match="belongs to the parent process") as caught:
                client.search("child")
            assert caught.value.unsent

    with httpx.Client() as carrier:
        clients = [MemsyClient(echo.url, KEY, http_client=carrier) for _ in range(2)]
        clients[0].search("opens the connection")
        in_child(lambda: (refused(), in_child(refused)()))()  # type: ignore[arg-type, return-value]
        for client in clients:
            ask_often(client, "parent")


def test_an_asynchronous_one_stays_there_too(echo: Echo) -> None:
    async def refused(client: AsyncMemsyClient) -> None:
        with pytest.raises(MemsyConnectionError, match="belongs to the parent process"):
            await client.search("child")

    async def main() -> None:
        async with httpx.AsyncClient() as carrier:
            client = AsyncMemsyClient(echo.url, KEY, http_client=carrier)
            await client.search("opens the connection")
            in_child(lambda: asyncio.run(refused(client)))()
            assert asked(await client.search("parent")) == "parent"

    asyncio.run(main())


def test_a_callers_client_that_was_not_used_yet_is_the_childs_as_well(echo: Echo) -> None:
    with httpx.Client() as carrier, MemsyClient(echo.url, KEY, http_client=carrier) as client:
        check = in_child(lambda: ask_often(client, "child"))
        ask_often(client, "parent")
        check()


SLOW_IMPORT = """
import contextlib, os, signal, sys, threading
import memsy_client

client = memsy_client.MemsyClient("http://127.0.0.1:9/v1", "key")
begun, go_on = threading.Event(), threading.Event()


class Slow:
    def find_spec(self, name, path=None, target=None):
        if name == sys.argv[1]:
            begun.set()
            go_on.wait()


def call():
    list(client.ingest_many([]))
    with contextlib.suppress(memsy_client.MemsyConnectionError):
        client.health()


sys.meta_path.insert(0, Slow())
thread = threading.Thread(target=call)
thread.start()
begun.wait()
threading.Timer(0.2, go_on.set).start()  # while the fork waits for the import
child = os.fork()
if not child:
    signal.alarm(30)
    call()
    os._exit(0)
thread.join()
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.mark.parametrize(
    "module", ["memsy_client._bulk.ingestion", "memsy_client._transports.sync_connection", "httpx"]
)
def test_a_fork_waits_for_what_a_call_imports_at_its_first_use(module: str) -> None:
    assert subprocess.run([sys.executable, "-c", SLOW_IMPORT, module], timeout=120).returncode == 0
