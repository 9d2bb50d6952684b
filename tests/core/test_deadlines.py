"""When a call ends that has a deadline, to the second, by a clock of the test's own."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest
from support.fake_time import AsyncFakeServer, FakeServer, FakeTime, Reply
from support.flavours import OWN, Flavour

from memsy_client import MemsyTimeoutError, RateLimitExceeded, RetryPolicy

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("own", OWN, ids=lambda flavour: flavour.name)]

SILENCE = Reply(seconds=None)


def busy(retry_after: str, *, seconds: float = 0.0) -> Reply:
    return Reply(429, (("Retry-After", retry_after),), seconds)


@pytest.fixture
def server_of(own: Flavour, fake_time: FakeTime) -> Callable[..., FakeServer]:
    """Makes a server that gives these replies."""
    kind = AsyncFakeServer if own.is_async else FakeServer
    return lambda *replies: kind(fake_time, *replies)


def client_of(own: Flavour, server: FakeServer, **options: Any) -> AbstractAsyncContextManager[Any]:
    return own.client("http://memsy.test", http_client=server, **options)


async def test_it_bounds_all_attempts_together(
    own: Flavour, server_of: Callable[..., FakeServer], fake_time: FakeTime
) -> None:
    server, started = server_of(SILENCE), fake_time.now
    policy = RetryPolicy(10, 0.0, connection_errors=True)
    async with client_of(own, server, timeout=20, deadline=50, retry=policy) as client:
        with pytest.raises(MemsyTimeoutError, match="deadline of 50 s ran out") as caught:
            await own.call(client.search, "Lisbon?")
    assert [limits.total for limits in server.limits] == [20, 20, 10]
    assert [attempt.elapsed for attempt in caught.value.attempts] == [20, 20, 10]
    assert fake_time.now - started == 50


async def test_a_wait_that_would_outlast_it_is_not_begun(
    own: Flavour, server_of: Callable[..., FakeServer], fake_time: FakeTime
) -> None:
    server, started = server_of(busy("10")), fake_time.now
    async with client_of(own, server, deadline=35, max_retries=100) as client:
        with pytest.raises(RateLimitExceeded) as caught:
            await own.call(client.ingest, [])
    assert fake_time.waits == [10, 10, 10]
    assert fake_time.now - started == 30
    assert len(caught.value.attempts) == 4
    assert caught.value.retry_after == 10


async def test_what_attempts_take_counts_too(
    own: Flavour, server_of: Callable[..., FakeServer], fake_time: FakeTime
) -> None:
    server = server_of(busy("10", seconds=4))
    async with client_of(own, server, deadline=35, max_retries=100) as client:
        with pytest.raises(RateLimitExceeded) as caught:
            await own.call(client.ingest, [])
    assert fake_time.waits == [10, 10]
    assert len(caught.value.attempts) == 3


async def test_nothing_is_sent_after_a_wait_that_took_longer_than_it(
    own: Flavour, server_of: Callable[..., FakeServer], fake_time: FakeTime
) -> None:
    server = server_of(busy("10"))
    fake_time.oversleep = 30
    async with client_of(own, server, deadline=35) as client:
        with pytest.raises(RateLimitExceeded) as caught:
            await own.call(client.ingest, [])
    assert len(server.limits) == len(caught.value.attempts) == 1


async def test_each_call_has_its_own(own: Flavour, server_of: Callable[..., FakeServer], fake_time: FakeTime) -> None:
    server = server_of(Reply(seconds=30))
    async with client_of(own, server, deadline=40, timeout=None) as client:
        for _ in range(3):
            await own.call(client.request, "GET", "/health")
    assert [limits.total for limits in server.limits] == [40, 40, 40]
