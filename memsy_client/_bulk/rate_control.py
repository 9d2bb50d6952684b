"""How many requests a second a service takes, and how many at once: found from what it answers, without I/O.

At first nothing is paced: the number in flight begins with four, and grows with each answer while all of it is used.
The first refusal, or latency that doubles, says what the service takes. From then on there is a rate, a little below
what was found, and the number in flight is what this rate comes to at the latency seen. The rate stays until what the
last refusals cost is small beside the requests since. Then it grows, by steps that double from one percent on, until it
is refused again. So a limit that stays costs a refusal or two now and then, and one that is lifted is found in seconds.
"""

from __future__ import annotations

import math

from .observation import FEWEST, Observations

#: How many may be in flight at first, as with a fixed `concurrency`.
_FIRST_LIMIT = 4

#: How many may be in flight for each that the rate comes to, and how many more: latency varies, and one waits its turn.
_LEEWAY = 1.5
_SPARE = 2

#: The share of what was found that is made use of: room for others, and for what a service counts differently.
_USED = 0.97

#: The share of what a service gets done that lets a queue of it drain.
_DRAINING = 0.95

#: The rate below which no refusal brings it.
_SLOWEST = 0.5

#: Seconds after slowing down, at least, in which refusals say nothing new: what was sent before still has its effect.
_SETTLING = 0.3

#: By how much the rate grows from second to second: at first and at most near a known limit, and in search of one.
_FIRST_STEP = 0.01
_LARGEST_STEP = 0.08
_SEARCHING_STEP = 0.5

#: So many times what was found is far beyond any burst that a service may grant: the limit is another one.
_FAR_BEYOND = 4

#: The share of the rate that has to be used for it to grow.
_SATURATED = 0.85

#: The least share of its rate to which one refusal slows down; and where it may be that few were sent.
_LEAST_SHARE = 0.5
_LEAST_SHARE_OF_FEW = 0.7

#: How many requests each refusal is spread over before the next is risked, and how many seconds each second of a pause.
_REQUESTS_A_REFUSAL = 180
_SECONDS_A_PAUSED_ONE = 20

#: Seconds for which a rate is kept: at least; at most where it may be far too low, where not; and after pauses.
_SHORTEST_PLATEAU = 3.0
_LONGEST_ROUGH_PLATEAU = 5.0
_LONGEST_PLATEAU = 30.0
_LONGEST_AFTER_PAUSE = 600.0

#: Refusals in a row, over so many seconds at least, after which a service lets nothing through.
_REFUSALS_IN_A_ROW = 6
_ROW_SECONDS = 0.2

#: Seconds for which nothing is sent then, unless it says for how many.
_HOLD = 0.25

#: `Retry-After` has whole seconds, so that a single one says "a little": more of them hold everything at once.
_A_LITTLE = 1.0

#: The longest wait that is granted, as by a `RetryPolicy` unless told otherwise: then one request asks again.
_LONGEST_HOLD = 60.0


class RateControl:
    """What is known of a service's limits.

    Attributes:
        rate: Requests a second that may leave; infinite as long as nothing is known.
        held_until: When requests may leave again.
    """

    def __init__(self) -> None:
        self.rate = math.inf
        self.held_until = -math.inf
        self._seen = Observations()
        self._first_limit = _FIRST_LIMIT  # as long as nothing is paced
        self._number = 0  # of the last request that left
        self._found = math.inf  # the rate to which it was last slowed down
        self._found_at, self._found_number = -math.inf, -FEWEST
        self._counted_at, self._counted_number = -math.inf, 0  # from where the use of the rate is counted
        self._is_known = False  # whether the limit is: otherwise it is searched for
        self._is_rough = True  # whether the rate may be far too low
        self._step = _FIRST_STEP
        self._has_grown = self._has_queued = False  # since it was slowed down
        self._refusals, self._paused = 0, 0.0  # since it last grew
        self._in_a_row = self._last_refused = 0
        self._row_began = math.inf

    @property
    def limit(self) -> int:
        """How many may be in flight."""
        if self.rate == math.inf:
            return self._first_limit
        # A queue that has been found is to drain: what it adds to latency must not let more in.
        latency = min(self._seen.latency, self._seen.longest_unqueued if self._has_queued else math.inf)
        return math.ceil(_LEEWAY * self.rate * latency) + _SPARE

    def send(self, now: float) -> int:
        """Note that a request leaves; gives its number."""
        self._seen.send(now)
        self._number += 1
        return self._number

    def accept(self, now: float, left_at: float, in_flight: int) -> None:
        """Note that a request was accepted, and how many were in flight."""
        self._seen.accept(now, left_at)
        if self.rate == math.inf and in_flight >= self._first_limit:
            self._first_limit += 1
        if not self._has_queued and self._seen.is_queueing(now):
            self._is_known = True
            self._slow_down(now, _DRAINING * self._seen.answered_rate)
            self._has_queued = True
        elif self.rate < math.inf and now >= self._counted_at + max(1.0, 4 / self.rate, 2 * self._seen.latency):
            self._grow(now)

    def refuse(self, now: float, left_at: float, number: int, retry_after: float) -> None:
        """Note that a request was refused because there were too many.

        Args:
            now: The time.
            left_at: When it left.
            number: Its number.
            retry_after: For how many seconds the service wants no other; 0 where it does not say.
        """
        self._seen.refuse(left_at)
        self._refusals += 1
        if number != self._last_refused + 1:
            self._in_a_row, self._row_began = 0, left_at
        self._in_a_row += 1
        self._last_refused = number
        has_settled = now >= self._found_at + _SETTLING and self._number >= self._found_number + FEWEST
        if has_settled and left_at >= self._found_at:
            self._slow_down(now, self._estimate(now))
        if left_at >= self.held_until:
            self._hold(now, retry_after)

    def _estimate(self, now: float) -> float:
        """What the service takes, as the last requests say."""
        accepted = self._seen.accepted_rate(now)
        if self.rate == math.inf:
            return accepted
        estimate = self.rate * max(_LEAST_SHARE, self._seen.accepted_share(now, self._found_at))
        if self._in_a_row >= _REFUSALS_IN_A_ROW:  # what it took before it took nothing is its limit, too
            return max(estimate, accepted)
        if self._paused and not self._has_grown:
            accepted = (self._number - self._found_number) / (now - self._found_at)
        elif not self._is_rough and self._seen.sent_rate(now) < _SATURATED * self.rate:
            return estimate  # few were accepted because few were sent
        return min(estimate, max(accepted, _LEAST_SHARE_OF_FEW * self.rate))

    def _slow_down(self, now: float, estimate: float) -> None:
        self._is_known = self._is_known or self._has_grown
        before, self.rate = self.rate, max(_SLOWEST, _USED * min(estimate, self.rate))
        self._is_rough = self._is_rough or self.rate < _LEAST_SHARE * before
        self._found, self._found_at, self._found_number = self.rate, now, self._number
        self._step = _FIRST_STEP
        self._has_grown = self._has_queued = False
        self._seen.forget_latencies()
        self._counted_at, self._counted_number = now, self._number

    def _hold(self, now: float, retry_after: float) -> None:
        """Let nothing leave for a while, where the service says so or lets nothing through."""
        if retry_after > _A_LITTLE:
            seconds = self._paused = min(retry_after, _LONGEST_HOLD)
        elif self._in_a_row >= _REFUSALS_IN_A_ROW and now >= self._row_began + _ROW_SECONDS:
            self._in_a_row = 0
            seconds = retry_after or _HOLD
        else:
            return
        self.held_until = now + seconds

    def _grow(self, now: float) -> None:
        """Let the rate grow if it is used, and has been kept for long enough."""
        is_used = self._number - self._counted_number >= _SATURATED * self.rate * (now - self._counted_at)
        self._counted_at, self._counted_number = now, self._number
        if not is_used or now < max(self._found_at, self.held_until) + self._plateau():
            return
        if self._is_known and self.rate <= _FAR_BEYOND * self._found:
            self.rate *= 1 + self._step
            self._step = min(2 * self._step, _LARGEST_STEP)
            self._is_rough = False
        else:
            self.rate *= 1 + _SEARCHING_STEP
        self._has_grown, self._has_queued = True, False
        self._refusals, self._paused = 0, 0.0

    def _plateau(self) -> float:
        """For how many seconds a rate is kept."""
        if self._has_grown or not self._is_known:
            return 0.0
        longest = _LONGEST_ROUGH_PLATEAU if self._is_rough else _LONGEST_PLATEAU
        spread = min(self._refusals * _REQUESTS_A_REFUSAL / self.rate, longest)
        return max(_SHORTEST_PLATEAU, spread, min(self._paused * _SECONDS_A_PAUSED_ONE, _LONGEST_AFTER_PAUSE))
