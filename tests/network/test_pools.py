"""Which connection of a pool a request gets: none of a pool that was closed, and none that has been idle for long."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from support.server import Server, answer

from memsy_client import Request, Response
from memsy_client._core.transport import Limits, TransportError
from memsy_client._transports.async_pool import AsyncPool
from memsy_client._transports.limiter import KEEPALIVE
from memsy_client._transports.sync_pool import SyncPool

LIMITS = Limits(5, 5, 5, 5, 5, 1000)


@contextmanager
def sync_pool(url: str) -> Iterator[tuple[Callable[[], Response], Callable[[], Any]]]:
    pool = SyncPool(url, 1)
    yield lambda: pool.send(Request("GET", f"{url}/x", []), LIMITS), pool.close
    pool.close()


@contextmanager
def async_pool(url: str) -> Iterator[tuple[Callable[[], Response], Callable[[], Any]]]:
    pool, loop = AsyncPool(url, 1), asyncio.new_event_loop()
    preparation = pool.preparation(url)
    assert preparation is not None
    preparation()
    yield (
        lambda: loop.run_until_complete(pool.send(Request("GET", f"{url}/x", []), LIMITS)),
        lambda: loop.run_until_complete(pool.aclose()),
    )
    loop.run_until_complete(pool.aclose())
    loop.close()


@pytest.mark.parametrize("make", [sync_pool, async_pool])
def test_one_that_has_been_idle_for_long_is_not_used_again(
    make: Any, serve: Callable[..., Server], advance: Callable[[float], None]
) -> None:
    server = serve(answer({}))
    with make(server.origin) as (send, _):
        for _ in range(2):
            assert send().status_code == 200
        assert server.connections == 1
        advance(KEEPALIVE + 1)
        assert send().status_code == 200
        assert server.connections == 2


@pytest.mark.parametrize("make", [sync_pool, async_pool])
def test_a_pool_that_was_closed_sends_nothing(make: Any, serve: Callable[..., Server]) -> None:
    server = serve(answer({}))
    with make(server.origin) as (send, close):
        close()
        with pytest.raises(TransportError, match="this client has been closed") as caught:
            send()
    assert caught.value.unsent
    assert server.requests == []
