"""What a first call has to import costs neither its time-out nor the event loop, and leaves nothing half-sent."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from echo_server import Echo

import memsy_client
from memsy_client._core.lazy import import_lock

#: Runs in a process of its own, in which nothing was imported yet, and where one module takes a second to import.
PROGRAM = """
import asyncio, os, sys, time
import memsy_client
from memsy_client import AiohttpTransport, AsyncMemsyClient, MemsyClient

url, carrier, slow, case = sys.argv[1:]
SECONDS = 1.0


class Slow:
    waited = False

    def find_spec(self, name, path=None, target=None):
        if name == slow and not Slow.waited:
            Slow.waited = True
            time.sleep(SECONDS)
            if case == "broken":
                raise ImportError("no such thing")


sys.meta_path.insert(0, Slow())
options = {"timeout": 0.5}
if case == "deadline":
    SECONDS = 30.0
    options = {"deadline": 0.3}


def sync():
    with MemsyClient(url, "key", **options) as client:
        return client.search("x").results[0].id


async def asynchronous():
    began = time.monotonic()
    transport = AiohttpTransport() if carrier == "aiohttp" else None
    longest, last, done = time.monotonic() - began, time.monotonic(), False

    async def tick():
        nonlocal longest, last
        while not done:
            await asyncio.sleep(0.005)
            now = time.monotonic()
            longest, last = max(longest, now - last), now

    ticking = asyncio.create_task(tick())
    try:
        async with AsyncMemsyClient(url, "key", http_client=transport, **options) as client:
            return (await client.search("x")).results[0].id
    finally:
        done = True
        await ticking
        if transport is not None:
            await transport.aclose()
        assert longest < SECONDS * 0.75, longest


def attempt():
    try:
        print(sync() if carrier == "sync" else asyncio.run(asynchronous()))
    except memsy_client.MemsyConnectionError as error:
        print(type(error).__name__, error.unsent)
    sys.stdout.flush()
    assert Slow.waited, slow


began = time.monotonic()
if case == "fork":
    child = os.fork()
    if not child:
        attempt()
        os._exit(0)
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
attempt()
assert time.monotonic() - began < 20
os._exit(0)
"""

CARRIERS = {
    "sync": "httpcore",
    "async": "httpcore",
    "async-anyio": "anyio._backends._asyncio",
    "aiohttp": "aiohttp.client",
}
carriers = pytest.mark.parametrize("carrier", CARRIERS)


def run(echo: Echo, carrier: str, case: str) -> str:
    path = os.pathsep.join([str(Path(memsy_client.__file__).parents[1]), *sys.path])
    command = [sys.executable, "-c", PROGRAM, echo.url, carrier.removesuffix("-anyio"), CARRIERS[carrier], case]
    done = subprocess.run(command, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@carriers
def test_imports_cost_neither_the_time_out_nor_the_loop(carrier: str, echo: Echo) -> None:
    assert run(echo, carrier, "plain") == "x"


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize("carrier", ["sync", "async"])
def test_nor_in_a_forked_child(carrier: str, echo: Echo) -> None:
    assert run(echo, carrier, "fork") == "x"


@carriers
def test_they_end_with_the_deadline_and_nothing_was_sent(carrier: str, echo: Echo) -> None:
    assert run(echo, carrier, "deadline") == "MemsyTimeoutError True"
    assert echo.accepted == 0


@pytest.mark.slow
@carriers
def test_one_that_fails_is_an_unsent_connection_error(carrier: str, echo: Echo) -> None:
    assert run(echo, carrier, "broken") == "MemsyConnectionError True"


def test_imports_of_several_threads_do_not_wait_for_each_other() -> None:
    def enter() -> None:
        with import_lock:
            entered.set()

    entered = threading.Event()
    with import_lock, import_lock:
        thread: Any = threading.Thread(target=enter)
        thread.start()
        assert entered.wait(60)
    thread.join(60)
