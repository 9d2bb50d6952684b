"""What a background writer holds, sends next and counts: decisions without I/O or a clock."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memsy_client import EventPayload, MemsyAPIError, MemsyConnectionError, WriterStats
from memsy_client._bulk import delivery
from memsy_client._bulk.delivery import WriterBatch
from memsy_client._bulk.queue import EventQueue


def queue_of(batch_size: int = 3, max_delay: float = 1.0, max_queue: int = 100, retry_for: float = 60.0) -> EventQueue:
    return EventQueue(batch_size, max_delay, max_queue, retry_for)


def added(queue: EventQueue, session: str, now: float = 0.0, *, drops_oldest: bool = False) -> list[int]:
    """Add an event; gives the numbers of those that were dropped for it."""
    number = queue.new_number()
    event = EventPayload("ana", session, "user_message", f"event {number}")
    queue.add(number, event, ("ana", session), now, drops_oldest=drops_oldest)
    before = queue.stats
    dropped = queue.sort_in().dropped
    assert queue.stats == before, "it makes no difference when it is sorted in"
    return [outcome.index for outcome in dropped]


def add(queue: EventQueue, session: str, now: float = 0.0) -> None:
    assert added(queue, session, now) == []


def numbers(batch: WriterBatch | None) -> list[int] | None:
    return None if batch is None else [entry.number for entry in batch.entries]


def answer(queue: EventQueue, batch: WriterBatch, now: float = 0.0) -> None:
    """Have all of a batch acknowledged."""
    flow = batch.attempt()
    next(flow)
    with pytest.raises(StopIteration):
        flow.send(SimpleNamespace(event_ids=[f"evt_{entry.number}" for entry in batch.entries]))
    queue.note(batch, now)
    queue.end_attempt(batch)


def test_it_tells_all_that_it_holds_before_that_is_sorted_in():
    queue = queue_of(batch_size=1)
    add(queue, "a")
    assert queue.next_batch(0.0) is not None
    add(queue, "b")
    queue.add(queue.new_number(), EventPayload("ana", "c", "user_message", "c"), ("ana", "c"), 0.0, drops_oldest=False)
    assert [entry.number for entry in queue.entries()] == [0, 1, 2]


def test_nothing_is_due_before_its_delay_is_over():
    queue = queue_of(max_delay=1.0)
    add(queue, "a", now=10.0)
    assert queue.next_batch(10.5) is None
    assert queue.seconds_until_due(10.25) == 0.75
    assert numbers(queue.next_batch(11.0)) == [0]
    assert queue.seconds_until_due(11.0) is None


def test_a_full_batch_is_due_at_once_and_the_rest_waits():
    queue = queue_of(batch_size=3)
    for session in "abcd":
        add(queue, session)
    assert numbers(queue.next_batch(0.0)) == [0, 1, 2]
    assert queue.next_batch(0.0) is None


def test_a_full_queue_is_due_at_once():
    queue = queue_of(batch_size=10, max_queue=2)
    add(queue, "a")
    assert queue.next_batch(0.0) is None
    add(queue, "a")
    assert queue.is_full
    assert numbers(queue.next_batch(0.0)) == [0, 1]
    assert queue.is_full, "what is under way counts"


def test_a_session_is_in_one_batch_under_way():
    queue = queue_of(batch_size=2, max_delay=0.0)
    for session in "aaabb":
        add(queue, session)
    first, second = queue.next_batch(0.0), queue.next_batch(0.0)
    assert (numbers(first), numbers(second)) == ([0, 1], [3, 4])
    assert queue.next_batch(0.0) is None
    answer(queue, second)
    assert queue.next_batch(0.0) is None, "the other session is free, and this one is not"
    answer(queue, first)
    assert numbers(queue.next_batch(0.0)) == [2]


def test_a_batch_that_waits_for_its_retry_holds_back_its_session_alone(monkeypatch):
    monkeypatch.setattr(delivery, "time", SimpleNamespace(monotonic=lambda: 0.0))
    queue = queue_of(max_delay=0.0)
    add(queue, "a")
    first = queue.next_batch(0.0)
    add(queue, "a")
    add(queue, "b")
    flow = first.attempt()
    next(flow)
    with pytest.raises(StopIteration):
        flow.throw(MemsyConnectionError("refused", unsent=True))
    assert queue.note(first, 0.0) == []
    queue.end_attempt(first)
    assert numbers(queue.next_batch(0.0)) == [2]
    assert queue.seconds_until_due(0.0) == first.retry_at
    assert queue.next_batch(first.retry_at) is first


def test_the_last_retry_is_at_the_very_end_and_none_comes_later(monkeypatch):
    clock = SimpleNamespace(now=0.0, monotonic=lambda: clock.now)
    monkeypatch.setattr(delivery, "time", clock)
    queue = queue_of(max_delay=0.0, retry_for=60.0)
    add(queue, "a")
    batch = queue.next_batch(0.0)
    attempts: list[float] = []
    while queue.is_under_way(batch):
        attempts.append(clock.now)
        flow = batch.attempt()
        next(flow)
        with pytest.raises(StopIteration):
            flow.throw(MemsyConnectionError("refused", unsent=True))
        outcomes = queue.note(batch, clock.now)
        queue.end_attempt(batch)
        clock.now = batch.retry_at or clock.now
    assert attempts[0] == 0.0
    assert attempts[-1] == 60.0
    assert 0.25 <= attempts[1] <= 0.5
    assert all(5.0 <= later - sooner <= 10.0 for sooner, later in pairwise(attempts[5:-1]))
    assert [outcome.state for outcome in outcomes] == ["failed"]
    assert queue.stats == WriterStats(queued=0, acknowledged=0, failed=1, dropped=0, in_doubt=0)


@pytest.mark.parametrize("asked", [0.0, 1e-4])
def test_a_service_that_asks_for_no_wait_is_believed_once(monkeypatch, asked):
    clock = SimpleNamespace(now=0.0, monotonic=lambda: clock.now)
    monkeypatch.setattr(delivery, "time", clock)
    queue = queue_of(max_delay=0.0, retry_for=60.0)
    add(queue, "a")
    batch = queue.next_batch(0.0)
    waits: list[float] = []
    while queue.is_under_way(batch):
        flow = batch.attempt()
        next(flow)
        refusal = MemsyAPIError("busy", 429)
        refusal.retry_after = asked
        with pytest.raises(StopIteration):
            flow.throw(refusal)
        queue.note(batch, clock.now)
        queue.end_attempt(batch)
        if batch.retry_at is not None:
            waits.append(batch.retry_at - clock.now)
            clock.now = batch.retry_at
    assert waits[0] == asked
    assert all(0.25 <= wait <= 0.5 for wait in waits[1:-1])


def test_what_was_added_before_a_flush_is_due_and_what_comes_later_is_not_waited_for():
    queue = queue_of()
    add(queue, "a")
    newest = queue.urge()
    batch = queue.next_batch(0.0)
    add(queue, "b")
    assert queue.next_batch(0.0) is None
    assert not queue.is_settled(newest)
    answer(queue, batch)
    assert queue.is_settled(newest)
    assert not queue.is_empty


def test_the_oldest_event_that_waits_is_dropped():
    queue = queue_of(batch_size=1, max_delay=0.0)
    for session in "aab":
        add(queue, session)
    assert numbers(queue.next_batch(0.0)) == [0]
    assert [added(queue, "b", drops_oldest=True) for _ in range(3)] == [[1], [2], [3]]
    assert queue.stats == WriterStats(queued=3, acknowledged=0, failed=0, dropped=3, in_doubt=0)


def test_what_is_under_way_is_not_dropped():
    queue = queue_of(max_delay=0.0)
    add(queue, "a")
    assert numbers(queue.next_batch(0.0)) == [0]
    assert added(queue, "a", drops_oldest=True) == []
    assert queue.stats == WriterStats(queued=2, acknowledged=0, failed=0, dropped=0, in_doubt=0)


def test_what_was_not_sorted_in_yet_counts_and_is_dropped_in_its_turn():
    queue = queue_of(max_queue=2)
    for number in range(4):
        event = EventPayload("ana", "s", "user_message", f"event {number}")
        queue.add(queue.new_number(), event, ("ana", "s"), 0.0, drops_oldest=queue.is_full)
    assert queue.stats == WriterStats(queued=2, acknowledged=0, failed=0, dropped=2, in_doubt=0)
    assert not queue.is_empty
    assert not queue.is_settled(queue.urge())
    assert [outcome.index for outcome in queue.sort_in().dropped] == [0, 1]
    assert numbers(queue.next_batch(0.0)) == [2, 3]


def test_dropping_leaves_no_trace_of_what_was_dropped():
    queue = queue_of(max_queue=10, max_delay=5.0)
    for _ in range(500):
        added(queue, "a", drops_oldest=True)
    assert len(queue._heads) < 10
    assert numbers(queue.next_batch(100.0)) == [499]


def test_an_id_that_an_earlier_event_got_is_a_duplicate():
    queue = queue_of(max_delay=0.0)

    def state(now: float) -> str:
        add(queue, "a")
        batch = queue.next_batch(now)
        flow = batch.attempt()
        next(flow)
        with pytest.raises(StopIteration):
            flow.send(SimpleNamespace(event_ids=["evt_same"]))
        (outcome,) = queue.note(batch, now)
        queue.end_attempt(batch)
        return outcome.state

    assert [state(0.0), state(59.0)] == ["acknowledged", "duplicate"]
    assert queue.stats.acknowledged == 2


def test_once_closed_everything_is_due_and_retries_end_in_time(monkeypatch):
    monkeypatch.setattr(delivery, "time", SimpleNamespace(monotonic=lambda: 200.0))
    queue = queue_of(max_delay=1000.0, retry_for=60.0)
    add(queue, "a", now=100.0)
    queue.close(150.0)
    batch = queue.next_batch(150.0)
    next(batch.attempt())
    assert batch.retried_until == 210.0


def test_what_is_abandoned_has_its_outcomes():
    queue = queue_of(batch_size=1, max_delay=0.0)
    add(queue, "a")
    add(queue, "b")
    add(queue, "a")
    sending = queue.next_batch(0.0).attempt()
    next(sending)
    queue.next_batch(0.0)
    assert [(outcome.index, outcome.state) for outcome in sorted(queue.abandon(), key=lambda o: o.index)] == [
        (0, "in_doubt"),
        (1, "failed"),
        (2, "failed"),
    ]
    assert queue.stats == WriterStats(queued=0, acknowledged=0, failed=1, dropped=1, in_doubt=1)


class Writer:
    """Does with a queue what a writer may, and holds what has to hold."""

    def __init__(self) -> None:
        self.queue = queue_of(batch_size=2, max_delay=1.0, max_queue=6)
        self.added = 0
        self.now = 0.0
        self.under_way: list[WriterBatch] = []
        self.arrived: dict[str, list[int]] = defaultdict(list)

    def add(self, choice: int) -> None:
        add(self.queue, "abcd"[choice], self.now)
        self.added += 1

    def take(self, choice: int = 0) -> None:
        batch = self.queue.next_batch(self.now)
        if batch is not None:
            assert not any(batch.sessions & other.sessions for other in self.under_way)
            self.under_way.append(batch)

    def answer(self, choice: int = 0) -> None:
        if self.under_way:
            batch = self.under_way.pop(choice % len(self.under_way))
            for entry in batch.entries:
                self.arrived[entry.event.session_id].append(entry.number)
            answer(self.queue, batch)

    def drop(self, choice: int) -> None:
        added(self.queue, "abcd"[choice], self.now, drops_oldest=True)
        self.added += 1

    def urge(self, choice: int) -> None:
        self.queue.urge()


STEPS = st.tuples(st.sampled_from(["add", "add", "add", "take", "answer", "drop", "urge"]), st.integers(0, 3))


@settings(max_examples=60)
@given(st.lists(STEPS))
def test_whatever_happens_sessions_stay_in_order_and_every_event_is_counted_once(steps):
    writer = Writer()
    for step, choice in steps:
        getattr(writer, step)(choice)
        writer.now += 1.0
    writer.queue.close(writer.now)
    while not writer.queue.is_empty:
        writer.take()
        writer.answer()
    assert all(order == sorted(order) for order in writer.arrived.values())
    stats = writer.queue.stats
    assert (stats.queued, stats.acknowledged + stats.dropped) == (0, writer.added)
    assert stats.acknowledged == sum(map(len, writer.arrived.values()))
