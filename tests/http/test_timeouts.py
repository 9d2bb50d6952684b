"""How long a call takes at most, on servers that are slow in every way."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from typing import Any

import anyio.to_thread
import pytest
from support.flavours import EACH_TRANSPORT, OWN, Flavour
from support.server import Script, Server, answer, drip, hang, message, raw

from memsy_client import MemsyTimeoutError, RateLimitExceeded, RetryPolicy, Timeout

pytestmark = pytest.mark.anyio

Serve = Callable[..., Server]
ANSWER = message(b'{"event_ids": [' + b" " * 200 + b"]}")
LIMIT = 0.25

SLOW: dict[str, Script] = {
    "silent": hang,
    "drips the status": drip(ANSWER),
    "drips headers": drip(ANSWER, at_once=20),
    "drips the body": drip(ANSWER, at_once=len(ANSWER) - 200),
    "drips chunks": drip(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1\r\n \r\n" * 200 + b"0\r\n\r\n", at_once=60
    ),
    "drips hints": drip(b"HTTP/1.1 103 Early Hints\r\n\r\n" * 200),
}


@pytest.fixture(params=EACH_TRANSPORT, ids=lambda flavour: flavour.name)
def flavour(request: pytest.FixtureRequest) -> Flavour:
    """A kind of client."""
    return request.param  # type: ignore[no-any-return]


@contextlib.contextmanager
def within(seconds: float) -> Iterator[None]:
    """The block takes about so long."""
    started = time.monotonic()
    yield
    assert seconds * 0.8 <= time.monotonic() - started <= seconds * 1.2 + 0.3


@pytest.mark.parametrize("script", SLOW.values(), ids=SLOW)
async def test_the_timeout_bounds_an_attempt_as_a_whole(flavour: Flavour, script: Script, serve: Serve) -> None:
    server = serve(script)
    async with flavour.client(server.origin, timeout=LIMIT) as client:
        with within(LIMIT), pytest.raises(MemsyTimeoutError, match="timed out") as caught:
            await flavour.call(client.ingest, [])
    assert caught.value.operation == "ingest"
    assert len(caught.value.attempts) == 1
    assert not caught.value.unsent


@pytest.mark.parametrize("script", [SLOW["drips headers"], SLOW["drips the body"]], ids=["headers", "body"])
async def test_the_deadline_bounds_a_call_without_time_outs(flavour: Flavour, script: Script, serve: Serve) -> None:
    server = serve(script)
    async with flavour.client(server.origin, timeout=None, deadline=LIMIT) as client:
        with within(LIMIT), pytest.raises(MemsyTimeoutError):
            await flavour.call(client.ingest, [])


async def test_the_deadline_bounds_all_attempts_together(flavour: Flavour, serve: Serve) -> None:
    server = serve(hang)
    policy = RetryPolicy(10, 0.0, connection_errors=True)
    async with flavour.client(server.origin, timeout=0.2, deadline=0.5, retry=policy) as client:
        with within(0.5), pytest.raises(MemsyTimeoutError) as caught:
            await flavour.call(client.search, "Lisbon?")
    assert 3 <= len(caught.value.attempts) <= 4


async def test_the_deadline_bounds_waits(flavour: Flavour, serve: Serve) -> None:
    server = serve(answer({}, 429, {"Retry-After": "0.1"}))
    async with flavour.client(server.origin, deadline=0.35, max_retries=100) as client:
        with within(0.3), pytest.raises(RateLimitExceeded) as caught:
            await flavour.call(client.ingest, [])
    assert caught.value.retry_after == 0.1
    assert 3 <= len(caught.value.attempts) <= 4


async def test_a_read_time_out_bounds_each_silence(flavour: Flavour, serve: Serve) -> None:
    server = serve(drip(ANSWER, at_once=len(ANSWER) - 5), hang)
    async with flavour.client(server.origin, timeout=Timeout(read=0.2)) as client:
        assert (await flavour.call(client.ingest, [])).event_ids == []  # it drips on, so no silence is that long
        with within(0.2), pytest.raises(MemsyTimeoutError):
            await flavour.call(client.ingest, [])


async def test_a_server_that_does_not_read_is_given_up(flavour: Flavour, serve: Serve) -> None:
    server = serve(hang, reads=False)
    events = [{"content": "a" * 8_000_000}]
    async with flavour.client(server.origin, timeout=None, deadline=LIMIT) as client:
        with within(LIMIT), pytest.raises(MemsyTimeoutError):
            await flavour.call(client.ingest, events)


@pytest.mark.parametrize("own", OWN, ids=lambda flavour: flavour.name)
async def test_waiting_for_a_connection_counts(own: Flavour, serve: Serve) -> None:
    server = serve(hang)

    async def call(client: Any, timeout: Timeout, limit: float) -> None:
        with within(limit), pytest.raises(MemsyTimeoutError):
            await own.call(client.with_options(timeout=timeout).health)

    async with own.client(server.origin, max_connections=1) as client, anyio.create_task_group() as tasks:
        tasks.start_soon(call, client, Timeout(total=0.6), 0.6)
        await anyio.to_thread.run_sync(server.wait_for_requests, 1)
        tasks.start_soon(call, client, Timeout(pool=0.2), 0.2)
        tasks.start_soon(call, client, Timeout(total=0.3), 0.3)
        tasks.start_soon(call, client, Timeout(total=0.8), 0.8)  # gets the connection after 0.6, has 0.2 left
        await anyio.to_thread.run_sync(server.wait_for_requests, 2)


async def test_no_limit_is_none(flavour: Flavour, serve: Serve) -> None:
    server = serve(drip(ANSWER, at_once=len(ANSWER) - 3))
    async with flavour.client(server.origin, timeout=None) as client:
        assert (await flavour.call(client.ingest, [])).event_ids == []


async def test_a_call_after_a_time_out_gets_its_own_answer(flavour: Flavour, serve: Serve) -> None:
    server = serve(hang, answer({"event_ids": ["2"]}), raw(message(b'{"event_ids": ["3"]}')))
    async with flavour.client(server.origin) as client:
        with pytest.raises(MemsyTimeoutError):
            await flavour.call(client.with_options(timeout=0.1).ingest, [])
        assert (await flavour.call(client.ingest, [])).event_ids == ["2"]
        assert (await flavour.call(client.ingest, [])).event_ids == ["3"]
