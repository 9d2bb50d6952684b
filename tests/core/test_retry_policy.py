"""What a policy and a budget decide about a failure, exactly, and what they refuse to be made of."""

from __future__ import annotations

import math
import random
import re
from collections.abc import Callable
from typing import Any

import pytest
from support.fake_time import FakeTime

from memsy_client import (
    MemsyAPIError,
    MemsyConnectionError,
    MemsyDecodeError,
    MemsyError,
    MemsyInputError,
    RetryBudget,
    RetryPolicy,
    UsageLimitExceeded,
)
from memsy_client._core.operation import Operation
from memsy_client._core.retry import wait_before_retry

SAFE: Operation[object] = Operation("search", "POST", "/search", None, repeatable=True)
UNSAFE: Operation[object] = Operation("keys.create", "POST", "/keys", None, repeatable=False)
BUSY, DOWN = 429, 503
LOST = MemsyConnectionError("lost")
UNSENT = MemsyConnectionError("cannot connect", unsent=True)


def failure(status: int = BUSY, retry_after: float | None = None, code: str | None = None) -> MemsyAPIError:
    return MemsyAPIError("failed", status, error_code=code, retry_after=retry_after)


def decide(
    policy: RetryPolicy, error: MemsyError, *, of: Operation[object] = SAFE, retries: int = 0, left: float = math.inf
) -> float | None:
    return wait_before_retry(policy, of, retries, error, left)


def test_the_defaults() -> None:
    policy = RetryPolicy()
    assert (policy.max_retries, policy.backoff, policy.statuses) == (3, 1.0, {429})
    assert (policy.connection_errors, policy.jitter, policy.max_wait, policy.budget) == (False, 0.0, 60.0, None)


@pytest.mark.parametrize(
    ("policy", "error", "operation", "is_retried"),
    [
        (RetryPolicy(), failure(), UNSAFE, True),
        (RetryPolicy(), failure(DOWN), SAFE, False),
        (RetryPolicy(statuses={DOWN}), failure(DOWN), SAFE, True),
        (RetryPolicy(statuses={DOWN}), failure(DOWN), UNSAFE, False),
        (RetryPolicy(statuses={DOWN}), failure(BUSY), SAFE, False),
        (RetryPolicy(), failure(code="usage_limit_exceeded"), SAFE, False),
        (RetryPolicy(), failure(code="usage_limit_exceeded", retry_after=5), SAFE, True),
        (RetryPolicy(), failure(code="rate_limited"), SAFE, True),
        (RetryPolicy(), LOST, SAFE, False),
        (RetryPolicy(), UNSENT, SAFE, False),
        (RetryPolicy(connection_errors=True), LOST, SAFE, True),
        (RetryPolicy(connection_errors=True), LOST, UNSAFE, False),
        (RetryPolicy(connection_errors=True), UNSENT, UNSAFE, True),
        (RetryPolicy(connection_errors=True), MemsyDecodeError("is not JSON"), SAFE, False),
        (RetryPolicy(connection_errors=True), MemsyError("another"), SAFE, False),
    ],
)
def test_what_is_retried(
    policy: RetryPolicy, error: MemsyError, operation: Operation[object], is_retried: bool
) -> None:
    assert (decide(policy, error, of=operation) is not None) == is_retried


@pytest.mark.parametrize(
    ("policy", "retries", "waits"),
    [
        (RetryPolicy(), 0, 1.0),
        (RetryPolicy(), 2, 4.0),
        (RetryPolicy(), 3, None),
        (RetryPolicy(max_retries=0), 0, None),
        (RetryPolicy(max_retries=9, backoff=0.5, max_wait=16), 5, 16.0),
        (RetryPolicy(max_retries=9, backoff=0.5, max_wait=16), 6, None),
        (RetryPolicy(max_retries=9_999, backoff=1e-15, max_wait=1e6), 64, 2.0**64 * 1e-15),
        (RetryPolicy(max_retries=9_999, backoff=1e-15, max_wait=1e6), 9_998, 2.0**64 * 1e-15),
        (RetryPolicy(max_retries=9_999, backoff=0), 9_998, 0.0),
    ],
)
def test_how_often_and_after_how_long(policy: RetryPolicy, retries: int, waits: float | None) -> None:
    assert decide(policy, failure(), retries=retries) == waits


def test_a_wait_is_what_the_service_asks_for_where_the_policy_allows_it() -> None:
    assert decide(RetryPolicy(max_wait=7), failure(retry_after=7), retries=2) == 7
    error = failure(retry_after=8)
    assert decide(RetryPolicy(max_wait=7), error) is None
    assert error.retry_after == 8


def test_a_wait_ends_before_the_deadline_or_is_not_begun() -> None:
    error = failure()
    assert decide(RetryPolicy(), error, retries=2, left=4.001) == 4
    assert error.retry_after is None
    assert decide(RetryPolicy(), error, retries=2, left=4) is None
    assert error.retry_after == 4  # what it would have taken


def test_jitter_lengthens_by_its_share_at_most_to_the_longest_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(random, "random", lambda: 0.5)
    assert decide(RetryPolicy(jitter=0.5), failure(retry_after=8)) == 10
    assert decide(RetryPolicy(jitter=1, max_wait=9), failure(retry_after=8)) == 9
    assert decide(RetryPolicy(jitter=1, max_wait=8), failure(retry_after=8)) == 8
    for policy, left in ((RetryPolicy(jitter=1, max_wait=8), math.inf), (RetryPolicy(jitter=1), 10)):
        error = failure(retry_after=9)
        assert decide(policy, error, left=left) is None
        assert error.retry_after == 9  # as the service asked


def test_a_budget_is_asked_only_for_what_is_going_to_be_sent(fake_time: FakeTime) -> None:
    policy = RetryPolicy(budget=RetryBudget(1), max_wait=7)
    assert decide(policy, failure(retry_after=8)) is None
    assert decide(policy, failure(), retries=3) is None
    assert decide(policy, failure()) == 1
    error = failure()
    assert decide(policy, error) is None
    assert error.retry_after is None


def test_a_budget_of_no_arguments_is_ten_a_minute(fake_time: FakeTime) -> None:
    budget = RetryBudget()
    assert [budget.take() for _ in range(11)] == [True] * 10 + [False]
    fake_time.now += 6
    assert [budget.take(), budget.take()] == [True, False]
    fake_time.now += 3
    assert not budget.take()  # half of one
    fake_time.now += 3
    assert budget.take()


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: RetryPolicy(max_retries=-1), "max_retries has to be a whole number from 0, not -1"),
        (lambda: RetryPolicy(max_retries=None), "max_retries has to be a whole number from 0, not None"),  # type: ignore[arg-type]
        (lambda: RetryPolicy(backoff=-1), "backoff has to be a number from 0 to 2147483, not -1"),
        (lambda: RetryPolicy(jitter=-1), "jitter has to be a number from 0 to 2147483, not -1"),
        (lambda: RetryPolicy(max_wait=math.inf), "max_wait has to be a number from 0 to 2147483, not inf"),
        (lambda: RetryPolicy(statuses=429), "statuses has to be a collection of HTTP statuses, not 429"),  # type: ignore[arg-type]
        (lambda: RetryPolicy(statuses=[99]), "a status has to be a whole number from 100 to 999, not 99"),
        (lambda: RetryPolicy(statuses=[429, 1000]), "a status has to be a whole number from 100 to 999, not 1000"),
        (lambda: RetryPolicy(statuses=["429"]), "a status has to be a whole number from 100 to 999, not '429'"),  # type: ignore[list-item]
        (lambda: RetryPolicy(budget=5), "budget has to be a RetryBudget or None, not 5"),  # type: ignore[arg-type]
        (lambda: RetryBudget(0), "retries has to be a number from 1, not 0"),
        (lambda: RetryBudget("5"), "retries has to be a number from 1, not '5'"),  # type: ignore[arg-type]
        (lambda: RetryBudget(5, per_seconds=0), "per_seconds has to be a number of seconds above 0, not 0"),
    ],
)
def test_what_makes_no_sense_is_refused(make: Callable[[], Any], told: str) -> None:
    with pytest.raises(MemsyInputError, match=f"^{re.escape(told)}$"):
        make()


def test_the_bounds_themselves_are_allowed() -> None:
    assert RetryPolicy(0, 0, statuses=(100, 999), jitter=0, max_wait=0).statuses == (100, 999)
    assert RetryBudget(1).take()


def test_a_spent_quota_that_comes_back_is_waited_for() -> None:
    error = UsageLimitExceeded("spent", 429, error_code="usage_limit_exceeded", retry_after=2)
    assert decide(RetryPolicy(), error) == 2
