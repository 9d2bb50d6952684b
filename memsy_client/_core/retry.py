"""When to send a request again, and after how long. Decisions only: nothing here waits or sends."""

from __future__ import annotations

import random
import time
from collections.abc import Collection
from dataclasses import dataclass, field

from ..exceptions import MemsyAPIError, MemsyConnectionError, MemsyError, MemsyInputError
from .checks import MAX_SECONDS, check_number, check_seconds, check_whole_number, shown, suggest_arguments
from .operation import Operation

#: The one status that says the request was refused before it was carried out.
_TOO_MANY_REQUESTS = 429


@suggest_arguments
class RetryBudget:
    """A limit on the retries of all calls that share it, so that an outage does not set off a storm of them.

    Args:
        retries: How many retries may be made in a burst.
        per_seconds: The time in seconds in which that many become available again.
    """

    def __init__(self, retries: int = 10, per_seconds: float = 60.0) -> None:
        check_number("retries", retries, least=1)
        check_seconds("per_seconds", per_seconds)
        self._most = float(retries)
        self._refill = retries / per_seconds
        self._left = self._most
        self._seen = time.monotonic()

    def take(self) -> bool:
        """Use one retry up; False when none is left."""
        # Without a lock: two threads that meet here may both take the last one, which does no harm, while a lock
        # that is held at the moment of a fork is held for ever in the child.
        now = time.monotonic()
        left = min(self._most, self._left + (now - self._seen) * self._refill)
        self._seen = now
        self._left = left - 1 if left >= 1 else left
        return left >= 1


@suggest_arguments
@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """What is retried, how often and how patiently. The default is the documented one: 429 and nothing else.

    A request whose repetition could do harm (the contract says which) is sent again only after a 429, or when it
    provably never left this machine.

    Attributes:
        max_retries: How often a call is tried again.
        backoff: Seconds before the first retry when the service does not say; doubled for each further one.
        statuses: The statuses that are retried.
        connection_errors: Whether lost connections and time-outs are retried.
        jitter: The share by which a wait is lengthened at random: 0.0 never, 1.0 up to twice as long.
        max_wait: The longest single wait in seconds; where a longer one is due, the error is raised at once.
        budget: A limit shared by all calls with this policy, or None.
    """

    max_retries: int = 3
    backoff: float = 1.0
    statuses: Collection[int] = field(default=frozenset({_TOO_MANY_REQUESTS}))
    connection_errors: bool = False
    jitter: float = 0.0
    max_wait: float = 60.0
    budget: RetryBudget | None = None

    def __post_init__(self) -> None:
        check_whole_number("max_retries", self.max_retries, least=0)
        for name in ("backoff", "jitter", "max_wait"):
            check_number(name, getattr(self, name), least=0, most=MAX_SECONDS)
        if not isinstance(self.statuses, Collection):
            raise MemsyInputError(f"statuses has to be a collection of HTTP statuses, not {shown(self.statuses)}")
        for status in self.statuses:
            check_whole_number("a status", status, least=100, most=999)
        if self.budget is not None and not isinstance(self.budget, RetryBudget):
            raise MemsyInputError(f"budget has to be a RetryBudget or None, not {shown(self.budget)}")


def wait_before_retry(
    policy: RetryPolicy, operation: Operation[object], retries: int, error: MemsyError, left: float
) -> float | None:
    """Whether a call that failed is tried again, and after how long.

    Args:
        policy: What the caller allows.
        operation: What was called.
        retries: How many retries the call has had.
        error: How the last attempt failed. Where a wait would be too long, its `retry_after` says how long.
        left: Seconds until the call's deadline.

    Returns:
        Seconds to wait before the next attempt, or None to give up.
    """
    if retries >= policy.max_retries or not _is_retried(policy, operation, error):
        return None
    asked = error.retry_after
    # The exponent is bounded only so that the power stays a float; such a wait is over any cap.
    due = policy.backoff * 2.0 ** min(retries, 64) if asked is None else asked
    # Jitter must not turn a wait that the policy allows into one that it does not.
    wait = min(due * (1 + policy.jitter * random.random()), max(due, policy.max_wait))
    if wait > policy.max_wait or wait >= left:
        error.retry_after = wait if asked is None else asked
        return None
    return wait if policy.budget is None or policy.budget.take() else None


def _is_retried(policy: RetryPolicy, operation: Operation[object], error: MemsyError) -> bool:
    if isinstance(error, MemsyConnectionError):
        return policy.connection_errors and (operation.repeatable or error.unsent)
    if not isinstance(error, MemsyAPIError) or error.status_code not in policy.statuses:
        return False
    if error.error_code == "usage_limit_exceeded" and error.retry_after is None:
        return False  # a spent quota does not come back by waiting
    return operation.repeatable or error.status_code == _TOO_MANY_REQUESTS
