"""How many retries a budget allows, as time goes by."""

from __future__ import annotations

from support.fake_time import FakeTime

from memsy_client import RetryBudget


def test_a_burst_is_allowed_and_then_no_more(fake_time: FakeTime) -> None:
    budget = RetryBudget(3, per_seconds=60)
    assert [budget.take() for _ in range(5)] == [True, True, True, False, False]


def test_it_fills_up_with_time_and_never_over_its_size(fake_time: FakeTime) -> None:
    budget = RetryBudget(3, per_seconds=60)
    assert all(budget.take() for _ in range(3))
    fake_time.now += 21
    assert [budget.take(), budget.take()] == [True, False]
    fake_time.now += 100_000
    assert [budget.take() for _ in range(4)] == [True, True, True, False]
