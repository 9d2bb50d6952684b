"""What jitter changes of a wait, and what it does not."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support.fake_time import FakeServer, FakeTime, Reply

from memsy_client import MemsyClient, RateLimitExceeded, RetryPolicy


@pytest.fixture
def client_told_to_wait(fake_time: FakeTime) -> Callable[[str], MemsyClient]:
    """Makes a client of a service that asks for so many seconds."""

    def make(seconds: str) -> MemsyClient:
        server = FakeServer(fake_time, Reply(429, (("Retry-After", seconds),)))
        return MemsyClient("http://memsy.test", "key", http_client=server, retry=RetryPolicy(jitter=1.0))

    return make


def test_it_does_not_change_what_the_service_asked_for(client_told_to_wait: Callable[[str], MemsyClient]) -> None:
    with pytest.raises(RateLimitExceeded) as caught:
        client_told_to_wait("90").health()
    assert caught.value.retry_after == 90


def test_it_does_not_make_an_allowed_wait_too_long(
    client_told_to_wait: Callable[[str], MemsyClient], fake_time: FakeTime
) -> None:
    with pytest.raises(RateLimitExceeded):
        client_told_to_wait("50").health()
    assert len(fake_time.waits) == 3
    assert all(50 <= wait <= 60 for wait in fake_time.waits)
