"""What a deadline and jitter mean where the clock does not go as planned."""

from __future__ import annotations

import time
from types import SimpleNamespace

import pytest

from memsy_client import Headers, MemsyClient, MemsyInputError, RateLimitExceeded, Response, RetryBudget, RetryPolicy
from memsy_client._core import sender


class Busy:
    """Answers 429 to everything."""

    def __init__(self, retry_after: str | None) -> None:
        self.sent = 0
        self._headers = Headers.of([("Retry-After", retry_after)] if retry_after else [])

    def send(self, request, limits):
        self.sent += 1
        return Response(429, self._headers, b"{}")

    def close(self):
        pass


def test_nothing_is_sent_after_a_wait_that_took_longer_than_the_deadline(monkeypatch):
    def oversleep(seconds):
        ends = time.monotonic() + 0.05
        while time.monotonic() < ends:
            pass

    monkeypatch.setattr(sender, "time", SimpleNamespace(sleep=oversleep))
    server = Busy("0.001")
    memsy = MemsyClient("http://localhost/v1", "key", http_client=server, deadline=0.04)
    with pytest.raises(RateLimitExceeded) as caught:
        memsy.health()
    assert server.sent == 1
    assert len(caught.value.attempts) == 1


def test_jitter_does_not_change_what_the_service_asked_for():
    memsy = MemsyClient("http://localhost/v1", "key", http_client=Busy("90"), retry=RetryPolicy(jitter=1.0))
    with pytest.raises(RateLimitExceeded) as caught:
        memsy.health()
    assert caught.value.retry_after == 90


def test_jitter_does_not_make_an_allowed_wait_too_long(monkeypatch):
    waits = []
    monkeypatch.setattr(sender, "time", SimpleNamespace(sleep=waits.append))
    memsy = MemsyClient("http://localhost/v1", "key", http_client=Busy("50"), retry=RetryPolicy(jitter=1.0))
    with pytest.raises(RateLimitExceeded):
        memsy.health()
    assert len(waits) == 3
    assert all(50 <= wait <= 60 for wait in waits)


def test_a_view_may_wait_otherwise(monkeypatch):
    waits = []
    monkeypatch.setattr(sender, "time", SimpleNamespace(sleep=waits.append))
    memsy = MemsyClient("http://localhost/v1", "key", http_client=Busy(None))
    with pytest.raises(RateLimitExceeded):
        memsy.with_options(retry_backoff=0.5, max_retries=2).health()
    assert waits == [0.5, 1.0]


def test_a_budget_gives_out_what_it_has():
    budget = RetryBudget(retries=2, per_seconds=1e9)
    assert [budget.take() for _ in range(4)] == [True, True, False, False]


@pytest.mark.parametrize("base_url", ["http://bücher.test", "http://x.test/é", "http://a<b", "http://a/{b}"])
def test_a_base_url_with_letters_that_a_url_cannot_hold_is_refused(base_url):
    with pytest.raises(MemsyInputError, match="base_url"):
        MemsyClient(base_url, "key")


def test_a_value_that_fails_while_it_is_written_is_an_input_error():
    class Hostile:
        def __iter__(self):
            raise RuntimeError("not today")

    memsy = MemsyClient("http://localhost/v1", "key", http_client=Busy(None))
    with pytest.raises(MemsyInputError):
        memsy.request("POST", "/new", json={"a": Hostile()})
