"""What an account has used, what its plan allows, and the headers that report both.

Counts are kept in memory and written to the `usage` table by the hour, so that a request which only reads does not
have to write. The counts of the last moments before a crash may be lost; events and memories never are.
"""

from __future__ import annotations

import functools
import sqlite3
import threading
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timezone

from .clock import HOUR, MINUTE, SECOND, of_datetime, to_datetime
from .errors import rate_limited, usage_exceeded
from .storage.database import Store

DIMENSIONS = {
    "api_calls": "ApiCalls",
    "events_ingested": "EventsIngested",
    "memory_stored": "MemoriesStored",
    "llm_tokens": "LlmTokens",
    "search_queries": "SearchQueries",
}
"""The dimensions of a plan, and their names in headers."""

STORED = "memory_stored"
"""The one dimension that does not start at zero each month: it is how many memories there are."""


INGESTED = "events_ingested"
"""How many events were stored, duplicates not among them."""


@dataclass(frozen=True)
class Plan:
    """What an account may use.

    Attributes:
        tier: The name of the plan.
        limits: How much of each dimension there is per month; a dimension that is not here is unlimited.
        requests_per_minute: How many requests are allowed in a minute; another one gets 429 `rate_limit_exceeded`.
        max_keys: How many active keys are allowed.
        max_orgs: How many organisations are allowed.
        seats: How many seats billing shows.
        billing: Whether billing is enabled.

    Raises:
        ValueError: A value is not of its type, a number is negative, or there is no such dimension.
    """

    tier: str = "local"
    # A limit out of reach, so that the rate-limit headers are there as they are at the service.
    limits: dict[str, int] = field(default_factory=lambda: {"api_calls": 100_000_000})
    requests_per_minute: int | None = None
    max_keys: int = 1000
    max_orgs: int = 1000
    seats: int = 10
    billing: bool = True

    def __post_init__(self) -> None:
        if not isinstance(self.tier, str) or not (
            self.tier.isascii() and self.tier.isprintable() and self.tier.strip()
        ):
            raise ValueError("the tier of a plan is a word that a header can hold")
        if not isinstance(self.billing, bool):
            raise ValueError("the billing of a plan is true or false")
        if not isinstance(self.limits, dict):
            raise ValueError("the limits of a plan map dimensions to numbers")
        unknown = set(self.limits) - set(DIMENSIONS)
        if unknown:
            raise ValueError(f"a plan has no dimension {', '.join(sorted(unknown))}; it has {', '.join(DIMENSIONS)}")
        numbers = [*self.limits.values(), self.max_keys, self.max_orgs, self.seats]
        if self.requests_per_minute is not None:
            numbers.append(self.requests_per_minute)
        if not all(type(number) is int and number >= 0 for number in numbers):
            raise ValueError("the numbers of a plan are whole and not negative")


def month(moment: int) -> tuple[int, int]:
    """The start of the billing month of a moment, and of the next one."""
    return _month(moment // HOUR)


@functools.lru_cache(maxsize=1)
def _month(hour: int) -> tuple[int, int]:
    at = to_datetime(hour * HOUR)
    start = datetime(at.year, at.month, 1, tzinfo=timezone.utc)
    following = (at.year + 1, 1) if at.month == 12 else (at.year, at.month + 1)
    end = start.replace(year=min(following[0], 9999), month=following[1])
    return of_datetime(start), of_datetime(end)


_LOCAL = Plan()


class Meter:
    """Counts what is used, and refuses what a plan does not allow. Safe to use from any thread.

    It has no clock: callers say at which time they count, one time for all that belongs together. Never call it while
    holding a connection of the store: it takes one itself.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._plans: dict[int, Plan] = {}
        self._totals: dict[tuple[int, int], Counter[str]] = {}
        self._pending: Counter[tuple[int, int, str, str]] = Counter()
        self._last_used: dict[str, int] = {}
        self._minutes: dict[int, tuple[int, int]] = {}

    def plan(self, account: int) -> Plan:
        """The plan of an account."""
        return self._plans.get(account, _LOCAL)

    def limit(self, account: int, dimension: str) -> int | None:
        """How much of a dimension the plan of an account allows; None for any amount."""
        return self.plan(account).limits.get(dimension)

    def set_plan(self, account: int, plan: Plan) -> None:
        """Give an account another plan."""
        self._plans[account] = plan

    def reset(self) -> None:
        """Forget everything counted, and every plan."""
        with self._lock:
            for counts in (self._plans, self._totals, self._pending, self._last_used, self._minutes):
                counts.clear()

    def count_call(self, account: int, key_id: str, now: int) -> None:
        """Count one API call.

        Raises:
            HTTPError: 429, there were too many in this minute or this month.
        """
        with self._lock:
            self._last_used[key_id] = now
        self._throttle(account, now)
        self.consume(account, key_id, "api_calls", 1, now)

    def consume(self, account: int, key_id: str, dimension: str, quantity: int, now: int) -> None:
        """Count a use of a dimension, unless it exceeds the plan.

        Raises:
            HTTPError: 429 `usage_limit_exceeded`.
        """
        limit = self.limit(account, dimension)
        with self._lock:
            used = self._total(account, now)[dimension]
            if limit is not None and used + quantity > limit:
                raise usage_exceeded(dimension, used, limit)
            self._count(account, key_id, dimension, quantity, now)

    def check_quota(self, account: int, dimension: str, now: int) -> None:
        """Check that a dimension is not used up, without counting anything.

        Raises:
            HTTPError: 429 `usage_limit_exceeded`.
        """
        limit = self.limit(account, dimension)
        with self._lock:
            used = self._total(account, now)[dimension]
        if limit is not None and used >= limit:
            raise usage_exceeded(dimension, used, limit)

    def count(self, account: int, key_id: str, dimension: str, quantity: int, now: int) -> None:
        """Count a use of a dimension whatever the plan allows; a negative quantity takes it back."""
        with self._lock:
            self._count(account, key_id, dimension, quantity, now)

    def used(self, account: int, now: int) -> dict[str, int]:
        """How much of each dimension was used in this billing month; for memories, how many there are."""
        with self._lock:
            total = self._total(account, now)
            return {dimension: total[dimension] for dimension in DIMENSIONS}

    def headers(self, account: int, now: int) -> dict[str, str]:
        """The usage, plan and rate-limit headers of a response."""
        plan, used = self.plan(account), self.used(account, now)
        headers = {"X-Plan": plan.tier}
        for dimension, name in DIMENSIONS.items():
            headers[f"X-Usage-{name}"] = str(used[dimension])
            if dimension in plan.limits:
                headers[f"X-Usage-{name}-Limit"] = str(plan.limits[dimension])
        limit = plan.limits.get("api_calls")
        if limit is not None:
            headers["X-RateLimit-Limit"] = str(limit)
            headers["X-RateLimit-Remaining"] = str(max(limit - used["api_calls"], 0))
            headers["X-RateLimit-Reset"] = str(month(now)[1] // SECOND)
        return headers

    def flush(self) -> None:
        """Write what was counted to the database."""
        with self._lock:
            self._flush()

    def _throttle(self, account: int, now: int) -> None:
        limit = self.plan(account).requests_per_minute
        if limit is None:
            return
        with self._lock:
            start, made = self._minutes.get(account, (now, 0))
            # Concurrent calls are not counted in the order of their times: one may be earlier than the window's start.
            if not -SECOND < now - start < MINUTE:
                start, made = now, 0
            if made >= limit:
                raise rate_limited((start + MINUTE - now) / SECOND)
            self._minutes[account] = (start, made + 1)

    def _count(self, account: int, key_id: str, dimension: str, quantity: int, now: int) -> None:
        # The total first, because loading one writes what is pending: it would hold this use already.
        self._total(account, now)[dimension] += quantity
        self._pending[account, now // HOUR * HOUR, key_id, dimension] += quantity

    def _total(self, account: int, now: int) -> Counter[str]:
        period = month(now)
        found = self._totals.get((account, period[0]))
        if found is None:
            self._flush()
            self._totals = {of: total for of, total in self._totals.items() if of[0] != account}
            found = self._totals[account, period[0]] = self._load(account, period)
        return found

    def _load(self, account: int, period: tuple[int, int]) -> Counter[str]:
        sql = (
            "SELECT dimension, sum(quantity) FROM usage "
            "WHERE account = ? AND (dimension = ? OR hour >= ? AND hour < ?) GROUP BY dimension"
        )
        with self._store.read() as connection:
            return Counter(dict(connection.execute(sql, (account, STORED, *period)).fetchall()))

    def _flush(self) -> None:
        if not self._pending and not self._last_used:
            return
        pending, last_used = dict(self._pending), dict(self._last_used)

        def save(connection: sqlite3.Connection) -> None:
            connection.executemany(
                "INSERT INTO usage (account, hour, key_id, dimension, quantity) VALUES (?, ?, ?, ?, ?) "
                "ON CONFLICT (account, hour, key_id, dimension) DO UPDATE SET quantity = quantity + excluded.quantity",
                [(*of, quantity) for of, quantity in pending.items() if quantity],
            )
            connection.executemany(
                "UPDATE keys SET last_used = ? WHERE key_id = ?", [(at, key_id) for key_id, at in last_used.items()]
            )

        self._store.write(save, durable=False)
        self._pending.clear()
        self._last_used.clear()
