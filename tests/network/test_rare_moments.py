"""What happens between two instructions, or within one system call: made to happen here."""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import httpcore
import pytest
from echo_server import Echo, asked
from support.flavours import KEY

from memsy_client import AsyncMemsyClient, MemsyConnectionError
from memsy_client._core.threads import in_thread
from memsy_client._core.transport import Limits
from memsy_client._transports import async_connection, connect
from memsy_client._transports.connect import TimedBackend
from memsy_client._transports.limiter import ThreadLimiter
from memsy_client._transports.sync_stream import Deadline
from memsy_client._transports.traffic import Traffic

LIMITS = Limits(5, 5, 5, 5, 5, 1000)


@pytest.fixture
def reset() -> Iterator[httpcore.NetworkStream]:
    """A connection that the server has reset."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        stream = TimedBackend(Deadline(), Traffic()).connect_tcp("127.0.0.1", listener.getsockname()[1], 5)
        server, _ = listener.accept()
        server.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        server.close()
    yield stream
    stream.close()


def test_a_large_body_meets_a_reset_where_an_answer_is_looked_for(reset: httpcore.NetworkStream) -> None:
    with pytest.raises(httpcore.WriteError):
        reset.write(bytes(1 << 20), 5)


def test_a_small_body_meets_a_reset_as_it_is_written(reset: httpcore.NetworkStream) -> None:
    # The first to be told is whoever reads or writes first.
    reset.write(b"x", 5)
    with suppress(httpcore.ReadError):
        assert reset.read(1, 5) == b""


def test_a_waiter_that_is_gone_holds_nobody_up() -> None:
    limiter = ThreadLimiter(1)
    gone, next_one = limiter.slot(), limiter.slot()
    limiter._wait_in_line(gone)  # what an interruption leaves: nobody who would leave the line
    del gone
    limiter.acquire(next_one, LIMITS)
    assert not limiter._waiting


def test_a_slot_that_another_thread_takes_in_the_same_instant_is_given_back() -> None:
    limiter = ThreadLimiter(1)
    slot, faster = limiter.slot(), limiter.slot()

    class Taken(set[Any]):
        def add(self, handle: Any) -> None:
            super().add(faster.handle)
            super().add(handle)

    limiter._taken = Taken()
    assert not limiter._take(slot)
    assert limiter._taken == {faster.handle}


def test_a_connection_that_comes_after_another_was_made_is_closed() -> None:
    may_come = threading.Event()
    closed: list[str] = []

    class Stream(httpcore.NetworkStream):
        def close(self) -> None:
            closed.append("late")

    def connect_late() -> httpcore.NetworkStream:
        assert may_come.wait(30)
        return Stream()

    late: Future[httpcore.NetworkStream] = in_thread(connect_late)
    late.add_done_callback(connect._close_late)
    may_come.set()
    late.result(30)
    done = threading.Event()
    late.add_done_callback(lambda _: done.set())  # after the one before it
    assert done.wait(30)
    assert closed == ["late"]


@pytest.mark.parametrize("addresses", [["127.0.0.2", "127.0.0.1"], ["127.0.0.2"], []], ids=len)
def test_addresses_one_after_the_other_where_an_event_loop_can_start_no_thread(
    addresses: list[str], echo: Echo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(async_connection, "resolve", lambda host, port: addresses)
    url = echo.url.replace("127.0.0.1", "memsy.example")

    async def call() -> Any:
        async with AsyncMemsyClient(echo.url, KEY) as imports:
            await imports.search("imports what it needs")
        executor = ThreadPoolExecutor(1)
        executor.shutdown()  # after which it raises what it does as the interpreter ends
        asyncio.get_running_loop().set_default_executor(executor)
        async with AsyncMemsyClient(url, KEY) as client:
            return await client.search("x")

    if len(addresses) == 2:
        assert asked(asyncio.run(call())) == "x"
        return
    with pytest.raises(MemsyConnectionError) as caught:
        asyncio.run(call())
    assert caught.value.unsent
