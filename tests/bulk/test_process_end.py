"""`ingest_many` where the process ends, or is told to: at exit, in a thread that outlives the main one, on Ctrl-C."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from support.server import Exchange, Script, Server, answer, message

ROOT = Path(__file__).parents[2]

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


def test_it_works_where_no_thread_can_be_started(serve: Callable[..., Server], monkeypatch: pytest.MonkeyPatch) -> None:
    import threading

    from memsy_client import EventPayload, MemsyClient

    server = serve(ids)
    start = threading.Thread.start

    def refuse(thread: threading.Thread) -> None:
        if thread.name == "memsy-request":
            raise RuntimeError("can't create new thread at interpreter shutdown")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", refuse)
    events = [EventPayload("ana", "s", "app_event", f"note {n}") for n in range(6)]
    with MemsyClient(server.origin.replace("127.0.0.1", "localhost"), "msy_key") as client:
        outcomes = list(client.ingest_many(events, batch_size=2))
    assert [outcome.event_id for outcome in outcomes] == [f"note {n}" for n in range(6)]
