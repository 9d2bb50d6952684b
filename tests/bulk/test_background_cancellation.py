"""Asynchronous background writers whose block, task or loop is cancelled."""

from __future__ import annotations

import asyncio
import logging
import signal
import subprocess
import sys
from pathlib import Path

import anyio
import pytest
from support.server import hang
from writers import Service, event

from memsy_client import AsyncMemsyClient, WriterStats

BACKENDS = ["asyncio", "trio"]


async def _add_and_wait(url: str, added: anyio.Event, told: list[WriterStats], **options: object) -> None:
    async with AsyncMemsyClient(url, "k") as client:
        writer = client.background(max_delay=1000, **options)  # type: ignore[arg-type]
        try:
            async with writer:
                await writer.add(event("a"))
                await writer.add(event("b", "other"))
                added.set()
                await anyio.sleep_forever()
        finally:
            told.append(writer.stats)


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_scope_that_is_cancelled_sends_what_is_left(backend, serve):
    service, told = Service(), []

    async def main():
        async with anyio.create_task_group() as tasks:
            added = anyio.Event()
            tasks.start_soon(_add_and_wait, serve(service).origin, added, told)
            await added.wait()
            tasks.cancel_scope.cancel()

    anyio.run(main, backend=backend)
    assert told == [WriterStats(0, 2, 0, 0, 0)]
    assert service.seen == [["a", "b"]]


@pytest.mark.parametrize("backend", BACKENDS)
def test_it_takes_no_longer_than_it_may(backend, serve, caplog):
    told = []

    async def main():
        async with anyio.create_task_group() as tasks:
            added = anyio.Event()
            tasks.start_soon(lambda: _add_and_wait(serve(hang).origin, added, told, exit_timeout=0.1))
            await added.wait()
            tasks.cancel_scope.cancel()

    with caplog.at_level(logging.WARNING, "memsy_client"):
        anyio.run(main, backend=backend)
    assert told == [WriterStats(0, 0, 0, 0, 2)]
    assert "2 in doubt" in caplog.text


def test_a_task_of_asyncio_that_is_cancelled_sends_what_is_left(serve):
    service, told = Service(), []

    async def main():
        added = anyio.Event()
        task = asyncio.ensure_future(_add_and_wait(serve(service).origin, added, told))
        await added.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert told == [WriterStats(0, 2, 0, 0, 0)]


def test_a_task_whose_flush_is_cancelled_sends_what_is_left(serve):
    """The cancellation comes while the end of the block waits."""
    service, told = Service("a"), []

    async def work(url):
        async with AsyncMemsyClient(url, "k") as client:
            writer = client.background()
            try:
                async with writer:
                    await writer.add(event("a"))
            finally:
                told.append(writer.stats)

    async def main():
        task = asyncio.ensure_future(work(serve(service).origin))
        await anyio.to_thread.run_sync(service.wait_for, "a")
        task.cancel()
        service.let_go()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert told == [WriterStats(0, 1, 0, 0, 0)]


def test_a_loop_that_ends_cancels_all_its_tasks_and_still_sends_what_waits(serve):
    """Where `asyncio.run` ends, the writer's own tasks are cancelled, too."""
    service, told = Service(), []
    tasks = []

    async def main():
        added = anyio.Event()
        tasks.append(asyncio.ensure_future(_add_and_wait(serve(service).origin, added, told)))
        await added.wait()

    asyncio.run(main())
    assert told == [WriterStats(0, 2, 0, 0, 0)]
    assert service.seen == [["a", "b"]]


def test_what_such_a_loop_has_under_way_is_in_doubt(serve):
    service, told, tasks = Service("a"), [], []

    async def main():
        added = anyio.Event()
        url = serve(service).origin
        tasks.append(asyncio.ensure_future(_add_and_wait(url, added, told, batch_size=1, exit_timeout=30)))
        await anyio.to_thread.run_sync(service.wait_for, "a")
        await anyio.to_thread.run_sync(service.wait_for, "b")

    asyncio.run(main())
    assert told == [WriterStats(0, 1, 0, 0, 1)] or told == [WriterStats(0, 0, 0, 0, 2)]


CTRL_C = r"""
import asyncio, sys
from memsy_client import AsyncMemsyClient, EventPayload, MemsyClient

flavour, url = sys.argv[1:]
texts = [EventPayload("ana", "s", "user_message", text) for text in "ab"]

async def main():
    async with AsyncMemsyClient(url, "k") as client, client.background(max_delay=1000) as writer:
        for event in texts:
            await writer.add(event)
        print("ready", flush=True)
        await asyncio.sleep(3600)

if flavour == "async":
    asyncio.run(main())
with MemsyClient(url, "k") as client, client.background(max_delay=1000) as writer:
    for event in texts:
        writer.add(event)
    print("ready", flush=True)
    sys.stdin.read()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is sent otherwise there")
@pytest.mark.parametrize("flavour", ["sync", "async"])
def test_ctrl_c_sends_what_is_left(flavour, serve):
    service = Service()
    program = f"import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n{CTRL_C}"
    command = [sys.executable, "-c", program, flavour, serve(service).origin]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, cwd=Path(__file__).parents[2], text=True, **pipes) as process:
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=60)[1].rstrip().endswith("KeyboardInterrupt")
    assert service.seen == [["a", "b"]]
