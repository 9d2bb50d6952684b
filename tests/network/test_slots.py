"""Who waits for a slot is told of it when one is given back; how a call sleeps on each event loop."""

from __future__ import annotations

import threading

import pytest

from memsy_client._core.sender import sleep
from memsy_client._core.transport import Limits
from memsy_client._transports.limiter import ThreadLimiter

LIMITS = Limits(5, 5, 5, 5, 5, 1000)


def test_a_thread_that_waits_is_woken_by_the_one_that_gives_its_slot_back() -> None:
    limiter = ThreadLimiter(1)
    first, second = limiter.slot(), limiter.slot()
    limiter.acquire(first, LIMITS)
    thread = threading.Thread(target=limiter.acquire, args=(second, LIMITS))
    thread.start()
    while second.ticket is None:
        assert thread.is_alive()
    limiter.release(first)
    thread.join(30)
    assert not thread.is_alive()
    limiter.release(second)


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio", "trio"])
async def test_a_wait_of_no_time_ends_on_each_event_loop(anyio_backend: str) -> None:
    await sleep(0)
