"""What `concurrency="auto"` finds of a service's limits, in simulated time."""

from __future__ import annotations

import math
import random
from collections.abc import Callable

import pytest
from simulated_service import FixedWindow, Limit, Service, SimulatedIngestion, SlidingWindow, Time, TokenBucket

from memsy_client._bulk.pacing import Pacer, Turn, pacer_of
from memsy_client._bulk.rate_control import RateControl

#: A minute after the first fifteen seconds, which is what is promised of the rate and of the share that is refused.
_SETTLED = (15.0, 75.0)

_LIMITS: dict[str, Callable[[], Limit]] = {
    "a bucket with a burst of 50": lambda: TokenBucket(50, 50),
    "a bucket with a burst of 10": lambda: TokenBucket(50, 10),
    "a bucket with a burst of 150": lambda: TokenBucket(50, 150),
    "a fixed second": lambda: FixedWindow(50),
    "any second": lambda: SlidingWindow(50),
}


def around(seconds: float, seed: int = 7) -> Callable[[], float]:
    """Latencies around this one."""
    rng = random.Random(seed)
    return lambda: seconds * rng.uniform(0.8, 1.6)


class Run:
    """Ingestions without end that share a pacer, and a service."""

    def __init__(self, limit: Limit | None, latency: Callable[[], float], ingestions: int = 1, **service) -> None:
        self.time = Time()
        self.limit = limit
        self.service = Service(self.time, limit, latency, **service)
        self.pacer = Pacer(self.time)
        self.ingestions = [SimulatedIngestion(self.service, self.pacer) for _ in range(ingestions)]

    def until(self, seconds: float) -> Service:
        self.time.run(seconds)
        assert not any(ingestion.failed for ingestion in self.ingestions)
        return self.service


_SLOW = pytest.mark.slow


@pytest.mark.parametrize("retry_after", [None, pytest.param(1.0, marks=_SLOW)], ids=["silent", "Retry-After: 1"])
@pytest.mark.parametrize("latency", [0.1, *(pytest.param(seconds, marks=_SLOW) for seconds in (0.005, 0.02, 0.4))])
@pytest.mark.parametrize("limit", _LIMITS)
def test_it_settles_within_a_tenth_of_the_limit_and_under_one_percent_is_refused(limit, latency, retry_after):
    service = Run(_LIMITS[limit](), around(latency), retry_after=lambda now: retry_after).until(_SETTLED[1])
    assert service.accepted(*_SETTLED) == pytest.approx(50, rel=0.1)
    assert service.refused(*_SETTLED) < 0.01


def test_it_settles_where_attempts_leave_late():
    rng = random.Random(7)
    run = Run(TokenBucket(50, 25), around(0.05), ingestions=0)
    run.ingestions = [SimulatedIngestion(run.service, run.pacer, late=lambda: rng.expovariate(100))]
    service = run.until(_SETTLED[1])
    assert service.accepted(*_SETTLED) == pytest.approx(50, rel=0.1)
    assert service.refused(*_SETTLED) < 0.01


@pytest.mark.parametrize("limit", ["any second", *(pytest.param(limit, marks=_SLOW) for limit in list(_LIMITS)[:2])])
def test_it_follows_when_the_limit_changes(limit):
    run = Run(_LIMITS[limit](), around(0.1))
    run.until(30)
    for start, rate in ((30, 100), (100, 25), (150, 50)):
        run.limit.rate = rate
        service = run.until(start + 50)
        assert service.accepted(start + 40, start + 50) == pytest.approx(rate, rel=0.15)
    assert service.refused(102, 150) < 0.02, "a limit that falls is met within two seconds"


def test_another_client_of_the_same_limit_is_made_room_for():
    run = Run(TokenBucket(50, 50), around(0.05))
    run.until(20)

    def request() -> None:
        run.service.limit.takes(run.time.now)
        if run.time.now < 60:
            run.time.after(1 / 20, request)

    request()
    service = run.until(110)
    assert service.accepted(30, 60) == pytest.approx(30, rel=0.1)
    assert service.accepted(95, 110) == pytest.approx(50, rel=0.1)


def test_latency_that_grows_ends_the_growth():
    """A service that refuses nothing, and has four workers: more in flight than these only wait there."""
    run = Run(None, lambda: 0.1, workers=4)
    run.until(15)
    in_flight = []
    for second in range(15, 60):
        run.until(second + 1)
        in_flight.append(run.ingestions[0].in_flight)
    assert run.service.accepted(15, 60) == pytest.approx(40, rel=0.1)
    assert min(in_flight) < 16, "the queue drains, so that the latency without one is known"
    assert sum(in_flight) / len(in_flight) < 24


def test_where_nothing_is_refused_and_latency_stays_all_may_be_in_flight_at_once():
    run = Run(None, lambda: 0.02)
    service = run.until(0.5)
    assert service.accepted(0.3, 0.5) == pytest.approx(32 / 0.02, rel=0.01)
    assert run.pacer.rate == math.inf


def test_a_minute_that_is_used_up_is_waited_for_as_the_service_says():
    service = Run(FixedWindow(50, 60), around(0.05), retry_after=lambda now: math.ceil(60 - now % 60)).until(180)
    assert service.accepted(60, 180) == pytest.approx(50, rel=0.1)
    assert service.refused(60, 180) < 0.001


def test_for_thirty_seconds_nothing_is_sent_where_the_service_asks_for_them():
    service = Run(TokenBucket(5, 5), around(0.05), retry_after=lambda now: 30.0).until(40)
    first = next(at for at, is_taken in service.answers if not is_taken)
    assert [at for at, _ in service.answers if first + 0.1 < at < first + 29] == []
    assert [at for at, _ in service.answers if at >= first + 29]


def test_a_service_that_lets_nothing_through_is_hardly_asked():
    run = Run(TokenBucket(50, 50), around(0.05))
    run.until(30)
    run.limit.rate = 0
    run.time.run(60)
    refused = [at for at, is_taken in run.service.answers if at > 35]
    assert len(refused) < 60


def test_ingestions_of_a_client_share_what_it_takes_fairly():
    run = Run(TokenBucket(50, 50), around(0.1), ingestions=3)
    service = run.until(75)
    assert service.accepted(*_SETTLED) == pytest.approx(50, rel=0.1)
    assert service.refused(*_SETTLED) < 0.01
    done = [ingestion.done for ingestion in run.ingestions]
    assert max(done) < 1.5 * min(done)


class Member:
    """An ingestion that has so many in flight."""

    def __init__(self, in_flight: int) -> None:
        self.in_flight = in_flight


def test_each_ingestion_may_have_one_in_flight_and_an_idle_one_leaves_its_share():
    pacer = Pacer(Time())
    busy = [Member(0) for _ in range(8)]
    assert all(pacer.has_room(member) for member in busy)
    busy[0].in_flight = 3
    assert pacer.has_room(busy[0]), "four are allowed, and nobody else has one"
    for member in busy[1:]:
        member.in_flight = 1
    assert not any(pacer.has_room(member) for member in busy)
    assert pacer.has_room(Member(0))


def test_an_ingestion_that_is_gone_counts_no_more():
    pacer, member, other = Pacer(Time()), Member(4), Member(2)
    assert not pacer.has_room(member)
    assert not pacer.has_room(other)
    del member
    assert pacer.has_room(other)


def test_what_waited_for_its_turn_when_a_pause_began_gets_another():
    time = Time()
    pacer = Pacer(time)
    first, second = Turn(), Turn()
    assert pacer.wait(first) == 0
    time.run(0.5)
    pacer.refuse(first, None)
    third = Turn()
    assert pacer.wait(third) == 0
    assert pacer.wait(second) > 0
    pacer.refuse(third, 30.0)
    time.run(0.5 + 25)
    assert pacer.wait(second) == pytest.approx(5)


def test_a_forked_child_has_a_pacer_of_its_own(monkeypatch):
    pacers: dict[int, Pacer] = {}
    mine = pacer_of(pacers)
    assert pacer_of(pacers) is mine
    monkeypatch.setattr("os.getpid", lambda: -1)
    assert pacer_of(pacers) is not mine


def test_what_a_service_took_before_it_took_nothing_is_its_limit():
    control = RateControl()
    sent = [(number / 50, control.send(number / 50)) for number in range(50)]
    control.refuse(1.0, *sent[-1], 0.0)
    found = control.rate
    later = [(1.1 + number / 1000, control.send(1.1 + number / 1000)) for number in range(20)]
    for left_at, number in later[:-1]:  # too soon to say anything new of the rate
        control.refuse(1.2, left_at, number, 0.0)
    assert control.rate == found
    control.refuse(1.4, *later[-1], 0.0)
    assert found > control.rate > 0.5 * found
    assert control.held_until > 1.4, "and for a moment nothing is sent"
