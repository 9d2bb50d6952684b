"""What the last answers of a service say of how much it takes, without I/O."""

from __future__ import annotations

import math
from collections import deque

#: How many requests are remembered, how many seconds back they count, and how many count however old they are.
_KEPT = 1024
_SECONDS = 1.0
FEWEST = 10

#: Over how many answers latency is averaged, and over how many it is looked at for queueing.
_AVERAGED = 32
_LOOKED_AT = 16

#: Seconds after which the lowest latency is looked for anew.
_LOWEST_FOR = 15.0

#: A queue is where three in four take so many times the lowest latency, and so many seconds more.
_TIMES_LOWEST = 2.0
_SECONDS_MORE = 0.1

#: Seconds for which that has to last: a busy machine is slow now and then.
_QUEUEING_FOR = 1.5


class Observations:
    """The last requests and their answers. What has no answer yet counts as accepted: refusals come fast.

    Attributes:
        latency: The seconds that an accepted one took on average, lately.
    """

    def __init__(self) -> None:
        self.latency = 0.0
        self._sent: deque[float] = deque(maxlen=_KEPT)  # when each left
        self._refused: deque[float] = deque(maxlen=_KEPT)  # of these, when those left that were refused
        self._latencies: deque[float] = deque(maxlen=_AVERAGED)
        self._answered: deque[float] = deque(maxlen=_AVERAGED)  # when these ended
        self._fresh = 0
        self._slow_since = math.inf
        self._lowest = [math.inf, math.inf]  # of the time before, and since
        self._lowest_from = -math.inf

    def send(self, now: float) -> None:
        """Note that a request leaves."""
        self._sent.append(now)

    def refuse(self, left_at: float) -> None:
        """Note that one was refused."""
        self._refused.append(left_at)

    def accept(self, now: float, left_at: float) -> None:
        """Note that one was accepted."""
        latency = now - left_at
        self._latencies.append(latency)
        self._answered.append(now)
        self._fresh += 1
        self.latency = sum(self._latencies) / len(self._latencies)
        if now >= self._lowest_from + _LOWEST_FOR:
            self._lowest = [self._lowest[1], math.inf]
            self._lowest_from = now
        self._lowest[1] = min(self._lowest[1], latency)

    def sent_rate(self, now: float) -> float:
        """Requests a second that left in the last one."""
        start = self._last_second(now)
        return _count(self._sent, start) / (now - start)

    def accepted_rate(self, now: float) -> float:
        """Requests a second that were accepted, of those that left in the last one."""
        start = self._last_second(now)
        return (_count(self._sent, start) - _count(self._refused, start)) / (now - start)

    def _last_second(self, now: float) -> float:
        """When the last second began; where few have left since, when enough had."""
        return min(now - _SECONDS, self._sent[-min(FEWEST, len(self._sent))])

    def accepted_share(self, now: float, since: float) -> float:
        """The share that was accepted, of those that left since then and in the last second."""
        start = max(since, now - _SECONDS)
        sent = _count(self._sent, start)
        if sent < FEWEST:
            start = max(since, self._sent[-min(FEWEST, len(self._sent))])
            sent = _count(self._sent, start)
        return 1 - _count(self._refused, start) / max(FEWEST, sent)

    @property
    def answered_rate(self) -> float:
        """Requests a second that a service gets done, as the last ones say."""
        took = self._answered[-1] - self._answered[0]
        return (len(self._answered) - 1) / took if took > 0 else math.inf

    def forget_latencies(self) -> None:
        """Look for queueing among later ones only."""
        self._fresh = 0
        self._slow_since = math.inf

    @property
    def longest_unqueued(self) -> float:
        """The longest latency that is not put down to a queue."""
        return _TIMES_LOWEST * min(self._lowest) + _SECONDS_MORE

    def is_queueing(self, now: float) -> bool:
        """Whether nearly all have taken much longer than the fastest for a while."""
        if self._fresh < _LOOKED_AT:
            return False
        lower_quartile = sorted(list(self._latencies)[-_LOOKED_AT:])[_LOOKED_AT // 4]
        is_slow = lower_quartile > self.longest_unqueued
        self._slow_since = min(self._slow_since, now) if is_slow else math.inf
        return now >= self._slow_since + _QUEUEING_FOR


def _count(times: deque[float], since: float) -> int:
    count = 0
    for at in reversed(times):
        if at < since:
            break
        count += 1
    return count
