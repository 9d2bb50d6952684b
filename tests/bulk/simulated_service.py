"""A service with limits, and ingestions that send to it, in a time of their own: a minute takes milliseconds."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Protocol

from memsy_client._bulk.pacing import Pacer, Turn

#: Seconds after which a refusal is there, which costs a service nothing.
_REFUSED_AFTER = 0.002


class Time:
    """A clock that begins at 0, and what is to be done when it shows what."""

    def __init__(self) -> None:
        self.now = 0.0
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._order = count()

    def __call__(self) -> float:
        return self.now

    def after(self, seconds: float, do: Callable[[], None]) -> None:
        heapq.heappush(self._due, (self.now + seconds, next(self._order), do))

    def run(self, until: float) -> None:
        while self._due and self._due[0][0] <= until:
            self.now, _, do = heapq.heappop(self._due)
            do()
        self.now = until


class Limit(Protocol):
    """A rate limit. `rate` may be changed."""

    rate: float

    def takes(self, now: float) -> bool:
        """Whether a request is accepted."""


@dataclass
class TokenBucket:
    """Takes `rate` requests a second, and `burst` of them at once."""

    rate: float
    burst: float

    def __post_init__(self) -> None:
        self._tokens, self._at = self.burst, 0.0

    def takes(self, now: float) -> bool:
        self._tokens = min(self.burst, self._tokens + (now - self._at) * self.rate)
        self._at = now
        is_taken = self._tokens >= 1
        self._tokens -= is_taken
        return is_taken


@dataclass
class FixedWindow:
    """Takes `rate * seconds` requests from each multiple of `seconds` to the next."""

    rate: float
    seconds: float = 1.0

    def __post_init__(self) -> None:
        self._window, self._taken = 0, 0

    def takes(self, now: float) -> bool:
        window = int(now / self.seconds)
        if window != self._window:
            self._window, self._taken = window, 0
        is_taken = self._taken < self.rate * self.seconds
        self._taken += is_taken
        return is_taken


@dataclass
class SlidingWindow:
    """Takes `rate` requests in any second."""

    rate: float

    def __post_init__(self) -> None:
        self._taken: deque[float] = deque()

    def takes(self, now: float) -> bool:
        while self._taken and self._taken[0] <= now - 1:
            self._taken.popleft()
        is_taken = len(self._taken) < self.rate
        if is_taken:
            self._taken.append(now)
        return is_taken


@dataclass
class Service:
    """Answers each request after so many seconds, where it has `workers` one by one of these.

    Attributes:
        time: The clock.
        limit: What it takes; None for everything.
        latency: How many seconds a request takes.
        workers: How many it works on at once; None for all.
        retry_after: What `Retry-After` says at a time.
        answers: The time and whether it was accepted, of each request.
    """

    time: Time
    limit: Limit | None
    latency: Callable[[], float]
    workers: int | None = None
    retry_after: Callable[[float], float | None] = lambda now: None
    answers: list[tuple[float, bool]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._free_at = [0.0] * (self.workers or 0)

    def request(self, answer: Callable[[bool, float | None], None]) -> None:
        now = self.time.now
        is_taken = self.limit is None or self.limit.takes(now)
        self.answers.append((now, is_taken))
        if not is_taken:
            self.time.after(_REFUSED_AFTER, lambda: answer(False, self.retry_after(now)))
            return
        done = now + self.latency()
        if self.workers is not None:
            done += max(0.0, heapq.heappop(self._free_at) - now)
            heapq.heappush(self._free_at, done)
        self.time.after(done - now, lambda: answer(True, None))

    def accepted(self, start: float, end: float) -> float:
        """How many requests a second it accepted from one time to another."""
        return sum(is_taken for at, is_taken in self.answers if start <= at < end) / (end - start)

    def refused(self, start: float, end: float) -> float:
        """The share of requests that it refused from one time to another."""
        taken = [is_taken for at, is_taken in self.answers if start <= at < end]
        return taken.count(False) / len(taken)


class SimulatedIngestion:
    """Sends batches as an ingestion does: in a window, with three retries after a refusal.

    Attributes:
        in_flight: How many wait for an answer, or for their turn.
        done: How many have their outcome.
        failed: How many of them were refused once too often.
    """

    def __init__(self, service: Service, pacer: Pacer, late: Callable[[], float] = lambda: 0.0) -> None:
        self.in_flight = self.done = self.failed = 0
        self._service = service
        self._pacer = pacer
        self._late = late
        self._window: deque[list[bool]] = deque()  # whether each is done
        self._under_way = 0
        self._fill()

    def _fill(self) -> None:
        while self._window and self._window[0][0]:
            self._window.popleft()
        while self._under_way < 32 and len(self._window) < 4 * 32 and self._pacer.has_room(self):
            batch = [False]
            self._window.append(batch)
            self._under_way += 1
            self._attempt(batch, 0)

    def _attempt(self, batch: list[bool], retries: int) -> None:
        self.in_flight += 1
        self._send(batch, retries, Turn())

    def _send(self, batch: list[bool], retries: int, turn: Turn) -> None:
        seconds = self._pacer.wait(turn)
        if seconds > 0:
            self._service.time.after(seconds + self._late(), lambda: self._send(batch, retries, turn))
        else:
            self._service.request(lambda is_taken, wait: self._answer(batch, retries, turn, is_taken, wait))

    def _answer(self, batch: list[bool], retries: int, turn: Turn, is_taken: bool, retry_after: float | None) -> None:
        if is_taken:
            self._pacer.accept(turn)
        else:
            self._pacer.refuse(turn, retry_after)
        self.in_flight -= 1
        if not is_taken and retries < 3:
            wait = 2.0**retries if retry_after is None else retry_after
            self._service.time.after(wait, lambda: self._attempt(batch, retries + 1))
            return
        self.done += 1
        self.failed += not is_taken
        batch[0] = True
        self._under_way -= 1
        self._fill()
