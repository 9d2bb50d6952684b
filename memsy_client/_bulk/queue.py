"""What a background writer holds: which events wait, which are under way, and what is due. No I/O, and no clock.

A session is in at most one batch under way, so that its events arrive in order; a batch that waits for its retry holds
back its own sessions alone.
"""

from __future__ import annotations

import heapq
import math
from collections import OrderedDict, deque
from collections.abc import Iterator
from itertools import count
from typing import NamedTuple

from ..exceptions import MemsyClosedError, MemsyQueueFull
from ..models import EventPayload
from .delivery import Entry, Session, WriterBatch
from .outcomes import IngestOutcome
from .recent_ids import RecentIds


class WriterStats(NamedTuple):
    """What became of the events that were added to a background writer; each is counted once.

    Attributes:
        queued: They wait, or are under way, or were left in the spool.
        acknowledged: The service has stored them, or an equal event less than a minute before.
        failed: They were not stored.
        dropped: They were never sent: for want of room, or because the writer ended first.
        in_doubt: Nobody knows whether they were stored.
    """

    queued: int
    acknowledged: int
    failed: int
    dropped: int
    in_doubt: int


class EventQueue:
    """The events of one writer, in one process.

    Args:
        batch_size: Events a batch.
        max_delay: Seconds that an event waits for others at most.
        max_queue: How many events without an outcome make it full.
        retry_for: Seconds for which a batch is sent again.

    Attributes:
        is_closed: Whether nothing more is added.
    """

    def __init__(self, batch_size: int, max_delay: float, max_queue: int, retry_for: float) -> None:
        self.is_closed = False
        self._batch_size = batch_size
        self._max_delay = max_delay
        self._max_queue = max_queue
        self._retry_for = retry_for
        self._numbers = count()
        self._newest = -1
        self._urgent = -1.0  # events up to this number are due at once
        self._retried_until = math.inf
        self._waiting: OrderedDict[int, Entry] = OrderedDict()
        self._sessions: dict[Session, deque[Entry]] = {}  # of the events that wait
        self._held_back: set[Session] = set()
        self._ready = 0  # events that wait, in sessions that are not held back
        self._heads: list[tuple[int, Session]] = []  # a heap of the first of each such session, and outdated ones
        self._under_way: set[WriterBatch] = set()
        self._retries: list[tuple[float, int, WriterBatch]] = []  # a heap
        self._unanswered = 0  # events under way that have no outcome
        self._ids = RecentIds()
        self._left = 0
        self._counts = {"acknowledged": 0, "failed": 0, "dropped": 0, "in_doubt": 0}

    @property
    def stats(self) -> WriterStats:
        """The counts."""
        return WriterStats(queued=self._held + self._left, **self._counts)

    @property
    def is_full(self) -> bool:
        """Whether one more would be too many."""
        return self._held >= self._max_queue

    @property
    def is_empty(self) -> bool:
        """Whether every event has its outcome, which was reported."""
        return not self._waiting and not self._under_way

    @property
    def _held(self) -> int:
        return len(self._waiting) + self._unanswered

    def entries(self) -> Iterator[Entry]:
        """All events that may be without an outcome."""
        for batch in self._under_way:
            yield from batch.entries
        yield from self._waiting.values()

    def new_number(self) -> int:
        """The number of the next event."""
        return next(self._numbers)

    def add(self, number: int, event: EventPayload, session: Session, now: float) -> bool:
        """Take an event, whether or not there is room; gives whether somebody should look what is due now."""
        return self._add(Entry(number, event, session, now + self._max_delay))

    def resume(self, event: EventPayload, session: Session, now: float, sent_at: float | None) -> None:
        """Take an event that an earlier process has left, and may have sent at that time."""
        self._add(Entry(self.new_number(), event, session, now, resumed=True, sent_at=sent_at))

    def _add(self, entry: Entry) -> bool:
        session = entry.session
        self._newest = max(self._newest, entry.number)
        self._waiting[entry.number] = entry
        waiting = self._sessions.setdefault(session, deque())
        waiting.append(entry)
        if session in self._held_back:
            return self.is_full
        if len(waiting) == 1:
            heapq.heappush(self._heads, (entry.number, session))
        self._ready += 1
        return self._ready == 1 or self._ready >= self._batch_size or self.is_full

    def drop_oldest(self) -> IngestOutcome | None:
        """Drop the oldest event that waits; None when all are under way."""
        if not self._waiting:
            return None
        _, entry = self._waiting.popitem(last=False)
        self._sessions[entry.session].remove(entry)  # it is the first, unless a signal handler came between
        if entry.session not in self._held_back:
            self._ready -= 1
        self._forget_or_requeue(entry.session)
        self._next_due()  # takes the outdated head away
        self._counts["dropped"] += 1
        return entry.outcome(None, MemsyQueueFull(f"dropped: the queue holds {self._max_queue} newer events"))

    def urge(self) -> int:
        """Make all that waits due at once; gives the number of the newest event."""
        self._urgent = max(self._urgent, self._newest)
        return self._newest

    def is_settled(self, number: int) -> bool:
        """Whether every event up to this number has its outcome, which was reported."""
        first_waiting = next(iter(self._waiting), math.inf)
        first_under_way = min((batch.entries[0].number for batch in self._under_way), default=math.inf)
        return not self._left and min(first_waiting, first_under_way) > number

    def close(self, now: float) -> None:
        """Take nothing more, send what is there at once, and retry nothing for longer than `retry_for` from now."""
        if not self.is_closed:
            self.is_closed = True
            self._urgent = math.inf
            self._retried_until = now + self._retry_for
            for batch in self._under_way:
                batch.retried_until = min(batch.retried_until, self._retried_until)

    def next_batch(self, now: float) -> WriterBatch | None:
        """What is to be sent now; it is under way from then on."""
        if self._retries and self._retries[0][0] <= now:
            return heapq.heappop(self._retries)[2]
        due = self._next_due()
        if due is None or due > now:
            return None
        entries = sorted(self._take_entries(), key=lambda entry: entry.number)
        batch = WriterBatch(entries, self._retry_for, self._retried_until)
        self._under_way.add(batch)
        self._unanswered += len(batch.entries)
        return batch

    def seconds_until_due(self, now: float) -> float | None:
        """How long nothing is to be sent, unless something happens; None for no end."""
        times = [batch_at for batch_at, _, _ in self._retries[:1]]
        due = self._next_due()
        times += [] if due is None else [due]
        return max(min(times) - now, 0.0) if times else None

    def is_under_way(self, batch: WriterBatch) -> bool:
        """Whether what becomes of the batch still counts."""
        return batch in self._under_way

    def note(self, batch: WriterBatch, now: float) -> list[IngestOutcome]:
        """Take the outcomes that an attempt has brought: there is room for as many events again."""
        outcomes = batch.take_outcomes()
        self._unanswered -= len(outcomes)
        for outcome in outcomes:
            if outcome.event_id is not None and self._ids.repeats(outcome.event_id, now):
                outcome.state = "duplicate"
            self._count(outcome)
        return outcomes

    def end_attempt(self, batch: WriterBatch) -> None:
        """Let the batch wait for its retry, or its sessions go on; its outcomes were reported."""
        if batch.retry_at is not None:
            heapq.heappush(self._retries, (batch.retry_at, batch.entries[0].number, batch))
            return
        self._under_way.discard(batch)
        for session in batch.sessions:
            self._held_back.discard(session)
            self._ready += len(self._sessions.get(session, ()))
            self._forget_or_requeue(session)

    def abandon(self) -> list[IngestOutcome]:
        """Let go of everything, with the outcomes that it has so: what waits is dropped."""
        outcomes: list[IngestOutcome] = []
        for batch in self._under_way:
            batch.give_up()
            outcomes += batch.take_outcomes()
        for outcome in outcomes:
            self._count(outcome)
        error = MemsyClosedError("the writer ended before the event was sent")
        outcomes += [entry.outcome(None, error) for entry in self._waiting.values()]
        self._counts["dropped"] += len(self._waiting)
        self._clear()
        return outcomes

    def leave(self) -> None:
        """Let go of everything, which somebody else has."""
        self._left = self._held
        self._clear()

    def _clear(self) -> None:
        self._waiting.clear()
        self._sessions.clear()
        self._held_back.clear()
        self._heads.clear()
        self._under_way.clear()
        self._retries.clear()
        self._ready = self._unanswered = 0

    def _next_due(self) -> float | None:
        """When the next of the events that wait is due."""
        while self._heads:
            number, session = self._heads[0]
            waiting = self._sessions.get(session)
            if waiting and waiting[0].number == number and session not in self._held_back:
                is_due = self._ready >= self._batch_size or number <= self._urgent or self.is_full
                return -math.inf if is_due else waiting[0].due
            heapq.heappop(self._heads)
        return None

    def _take_entries(self) -> Iterator[Entry]:
        """The oldest events of sessions that are not held back, which they are from then on."""
        room = self._batch_size
        while room and self._next_due() is not None:
            _, session = heapq.heappop(self._heads)
            waiting = self._sessions[session]
            self._held_back.add(session)
            self._ready -= len(waiting)
            while room and waiting:
                entry = waiting.popleft()
                del self._waiting[entry.number]
                room -= 1
                yield entry
            if not waiting:
                del self._sessions[session]

    def _forget_or_requeue(self, session: Session) -> None:
        waiting = self._sessions.get(session)
        if waiting:
            if session not in self._held_back:
                heapq.heappush(self._heads, (waiting[0].number, session))
        else:
            self._sessions.pop(session, None)

    def _count(self, outcome: IngestOutcome) -> None:
        counted = {"duplicate": "acknowledged", "refused": "failed"}.get(outcome.state, outcome.state)
        self._counts[counted] += 1
