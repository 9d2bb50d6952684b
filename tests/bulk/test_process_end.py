"""`ingest_many` where the process ends, or is told to: at exit, in a thread that outlives the main one, on Ctrl-C."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import anyio
import pytest
from support.server import Exchange, Script, Server, answer, message

from memsy_client import AsyncMemsyClient, EventPayload, MemsyClient

ROOT = Path(__file__).parents[2]
EVENTS = [EventPayload("ana", "s", "app_event", f"note {n}") for n in range(6)]

PROGRAM = r"""
import asyncio, atexit, signal, sys, threading
import httpx
from memsy_client import AiohttpTransport, AsyncMemsyClient, EventPayload, MemsyClient

where, flavour, url = sys.argv[1:]
events = [EventPayload("ana", "s", "app_event", f"note {n}") for n in range(6)]

def show(outcomes):
    print(*[outcome.event_id or repr(outcome.error) for outcome in outcomes], sep="\n", flush=True)

def sync_main():
    own = httpx.Client() if flavour == "httpx" else None
    client = MemsyClient(url, "msy_key", max_retries=12, http_client=own)
    run = client.ingest_many(events, batch_size=2)
    try:
        show(list(run))
    except KeyboardInterrupt:
        show(run.unreported)

async def async_main():
    own = AiohttpTransport() if flavour == "aiohttp" else None
    async with AsyncMemsyClient(url, "msy_key", max_retries=12, http_client=own) as client:
        run = client.ingest_many(events, batch_size=2)
        try:
            show([outcome async for outcome in run])
        except asyncio.CancelledError:
            show(run.unreported)
            raise
        finally:
            if own is not None:
                await own.aclose()

def main():
    sync_main() if flavour in ("sync", "httpx") else asyncio.run(async_main())

if where == "atexit":
    atexit.register(main)
elif where == "thread":
    threading.Thread(target=lambda: (threading.main_thread().join(), main())).start()
else:
    signal.signal(signal.SIGINT, signal.default_int_handler)  # which a parent may have told this process to ignore
    main()
"""
FLAVOURS = ["sync", "async", "httpx", "aiohttp"]


def program(where: str, flavour: str, url: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", PROGRAM, where, flavour, url]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def ids(exchange: Exchange) -> None:
    """As many ids as there are events, each made of its content."""
    events = json.loads(exchange.request.partition(b"\r\n\r\n")[2])["events"]
    exchange.send(message(json.dumps({"event_ids": [event["content"] for event in events]}).encode()))


@pytest.mark.parametrize("flavour", FLAVOURS)
@pytest.mark.parametrize("where", ["atexit", "thread"])
def test_it_works_while_the_process_ends(where: str, flavour: str, serve: Callable[..., Server]) -> None:
    # A name has to be looked up, for which the libraries want a thread, too.
    process = program(where, flavour, serve(ids).origin.replace("127.0.0.1", "localhost"))
    assert process.communicate(timeout=60)[0].splitlines() == [f"note {n}" for n in range(6)]
    assert process.returncode == 0


@pytest.mark.parametrize("flavour", ["sync", "async", "httpx"])
@pytest.mark.parametrize("script", [answer({}, 429, {"Retry-After": "50"}), answer({}, 429)], ids=["long", "short"])
def test_an_interruption_ends_retries_at_once(flavour: str, script: Script, serve: Callable[..., Server]) -> None:
    server = serve(script)
    process = program("main", flavour, server.origin)
    server.wait_for_requests(3)
    process.send_signal(signal.SIGINT)
    output = process.communicate(timeout=20)[0]
    # What asyncio cancels may have been under way; in a thread it is known to have been waiting.
    told = "may have been stored or not" if flavour == "async" else "is not stored"
    assert output.count(told) == 6, output
    assert len(server.requests) <= 4  # one may have been on its way


@pytest.fixture
def no_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """No thread of ours can be started, as on Python 3.12 while the interpreter ends."""
    start = threading.Thread.start

    def refuse(thread: threading.Thread) -> None:
        if thread.name == "memsy-request":
            raise RuntimeError("can't create new thread at interpreter shutdown")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", refuse)


@pytest.mark.usefixtures("no_threads")
def test_it_works_where_no_thread_can_be_started(serve: Callable[..., Server]) -> None:
    server = serve(ids)
    with MemsyClient(server.origin.replace("127.0.0.1", "localhost"), "msy_key") as client:
        outcomes = list(client.ingest_many(EVENTS, batch_size=2))
    assert [outcome.event_id for outcome in outcomes] == [event.content for event in EVENTS]


@pytest.mark.usefixtures("no_threads")
@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_so_does_an_asynchronous_client(backend: str, serve: Callable[..., Server]) -> None:
    async def main() -> list[str | None]:
        async with AsyncMemsyClient(serve(ids).origin, "msy_key") as client:
            return [outcome.event_id async for outcome in client.ingest_many(EVENTS, batch_size=2)]

    assert anyio.run(main, backend=backend) == [event.content for event in EVENTS]
