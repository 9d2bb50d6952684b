"""How many retries a budget allows, as time goes by."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from memsy_client import RetryBudget
from memsy_client._core import retry


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A clock that stands still until a test moves it."""
    now = SimpleNamespace(seconds=100.0)
    monkeypatch.setattr(retry, "time", SimpleNamespace(monotonic=lambda: now.seconds))
    return now


def test_a_burst_is_allowed_and_then_no_more(clock: SimpleNamespace) -> None:
    budget = RetryBudget(3, per_seconds=60)
    assert [budget.take() for _ in range(5)] == [True, True, True, False, False]


def test_it_fills_up_with_time_and_never_over_its_size(clock: SimpleNamespace) -> None:
    budget = RetryBudget(3, per_seconds=60)
    assert all(budget.take() for _ in range(3))
    clock.seconds += 21
    assert [budget.take(), budget.take()] == [True, False]
    clock.seconds += 100_000
    assert [budget.take() for _ in range(4)] == [True, True, True, False]
