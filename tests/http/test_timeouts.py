"""How long a call takes at most, on servers that are slow in every way.

These cases run on real sockets, so they say only that a limit holds: the servers would go on for ever, and the clients
have many times their limit to give up. When exactly something happens is the subject of `core/test_deadlines.py`.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import anyio.to_thread
import pytest
from support.flavours import EACH_TRANSPORT, OWN, Flavour
from support.server import Exchange, Script, Server, drip, drip_for_ever, hang, message

from memsy_client import EventPayload, MemsyTimeoutError, Timeout
from memsy_client._core.transport import Limits
from memsy_client._transports.limiter import Slot, TaskLimiter, ThreadLimiter

pytestmark = pytest.mark.anyio

Serve = Callable[..., Server]
ANSWER = message(b'{"event_ids": []}')
#: Seconds that a call may take, and those after which nothing stopped it.
LIMIT = 0.25
UNBOUNDED = 30

#: Beside what `reliability/faults.py` has of it.
SLOW: dict[str, Script] = {
    "drips the status": drip_for_ever(b"HTTP/1.1 200 ", b"O"),
    "drips chunks": drip_for_ever(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
    "drips hints": drip_for_ever(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"),
}


@contextlib.contextmanager
def times_out(*, after: float = LIMIT) -> Iterator[pytest.ExceptionInfo[MemsyTimeoutError]]:
    """The call in the block times out: not before its limit, and not for another reason."""
    started = time.monotonic()
    with anyio.fail_after(UNBOUNDED), pytest.raises(MemsyTimeoutError) as caught:
        yield caught
    assert time.monotonic() - started > after * 0.8


@pytest.mark.parametrize("script", SLOW.values(), ids=SLOW)
async def test_the_timeout_bounds_an_attempt_as_a_whole(flavour: Flavour, script: Script, serve: Serve) -> None:
    server = serve(script)
    async with flavour.client(server.origin, timeout=LIMIT) as client:
        with times_out() as caught:
            await flavour.call(client.ingest, [])
    assert "timed out" in str(caught.value)
    assert caught.value.operation == "ingest"
    assert len(caught.value.attempts) == 1
    assert not (caught.value.unsent and server.requests)


@pytest.mark.parametrize("script", [SLOW["drips the status"], SLOW["drips chunks"]], ids=["headers", "body"])
async def test_the_deadline_bounds_a_call_without_time_outs(flavour: Flavour, script: Script, serve: Serve) -> None:
    server = serve(script)
    async with flavour.client(server.origin, timeout=None, deadline=LIMIT) as client:
        with times_out():
            await flavour.call(client.ingest, [])


async def test_a_read_time_out_bounds_a_silence(flavour: Flavour, serve: Serve) -> None:
    server = serve(hang)
    async with flavour.client(server.origin, timeout=Timeout(read=LIMIT)) as client:
        with times_out() as caught:
            await flavour.call(client.ingest, [])
    assert not caught.value.unsent


@pytest.mark.slow
async def test_a_read_time_out_is_that_of_each_silence_and_not_of_all(serve: Serve) -> None:
    """All kinds of clients at once, because it takes six seconds: the time-out is far from each of their silences."""

    async def call(flavour: Flavour) -> None:
        server = serve(drip(ANSWER, at_once=len(ANSWER) - 6, every=1))
        async with flavour.client(server.origin, timeout=Timeout(read=5)) as client:
            assert (await flavour.call(client.ingest, [])).event_ids == []

    async with anyio.create_task_group() as tasks:
        for flavour in EACH_TRANSPORT:
            tasks.start_soon(call, flavour)


async def test_a_server_that_does_not_read_is_given_up(flavour: Flavour, serve: Serve) -> None:
    server = serve(hang, reads=False)
    events = [EventPayload("ana", "s", "user_message", "a" * 8_000_000)]
    async with flavour.client(server.origin, timeout=None, deadline=LIMIT) as client:
        with times_out():
            await flavour.call(client.ingest, events)


@pytest.mark.parametrize("own", OWN, ids=lambda flavour: flavour.name)
@pytest.mark.parametrize("timeout", [Timeout(pool=LIMIT), Timeout(total=LIMIT)], ids=["pool", "total"])
async def test_waiting_for_a_connection_is_bounded(own: Flavour, timeout: Timeout, serve: Serve) -> None:
    released = threading.Event()

    def held(exchange: Exchange) -> None:
        released.wait()
        exchange.send(ANSWER)

    server = serve(held)
    async with (
        own.client(server.origin, max_connections=1, timeout=None) as client,
        anyio.create_task_group() as tasks,
    ):
        tasks.start_soon(own.call, client.ingest, [])
        await anyio.to_thread.run_sync(server.wait_for_requests, 1)
        try:
            with times_out() as caught:
                await own.call(client.with_options(timeout=timeout).ingest, [])
        finally:
            released.set()
        assert caught.value.unsent


@pytest.mark.parametrize("own", OWN, ids=lambda flavour: flavour.name)
async def test_what_is_left_after_waiting_for_a_connection_bounds_the_rest(
    own: Flavour, serve: Serve, advance: Callable[[float], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    sync_acquire, async_acquire = ThreadLimiter.acquire, TaskLimiter.acquire

    def late(limiter: Any, slot: Slot, limits: Limits) -> None:
        """Take a slot that was free only just in time."""
        advance(20 - LIMIT)
        sync_acquire(limiter, slot, limits)

    async def async_late(limiter: Any, slot: Slot, limits: Limits) -> None:
        advance(20 - LIMIT)
        await async_acquire(limiter, slot, limits)

    monkeypatch.setattr(ThreadLimiter, "acquire", late)
    monkeypatch.setattr(TaskLimiter, "acquire", async_late)
    server = serve(hang)
    async with own.client(server.origin, timeout=20) as client:
        with times_out(after=0):
            await own.call(client.ingest, [])


async def test_no_limit_is_none(flavour: Flavour, serve: Serve) -> None:
    server = serve(drip(ANSWER, at_once=len(ANSWER) - 3))
    async with flavour.client(server.origin, timeout=None) as client:
        assert (await flavour.call(client.ingest, [])).event_ids == []
