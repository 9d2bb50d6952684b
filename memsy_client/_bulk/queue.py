"""What a background writer holds: which events wait, which are under way, and what is due. No I/O, and no clock.

A session is in at most one batch under way, so that its events arrive in order; a batch that waits for its retry holds
back its own sessions alone.

An interruption may hit who adds at any instruction. So that leaves one thing in the queue, which is there or is not;
who sends, where no signal handler runs, sorts it in.
"""

from __future__ import annotations

import heapq
import math
from collections import OrderedDict, deque
from collections.abc import Iterable, Iterator
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


class _Added(NamedTuple):
    """An event that was added, and is to be sorted in.

    Attributes:
        entry: The event.
        drops_oldest: Whether the oldest one that waits makes room for it.
        drops: How many are dropped for it and those added before it that are to be sorted in, too.
    """

    entry: Entry
    drops_oldest: bool
    drops: int


class SortedIn(NamedTuple):
    """What became of events that were added.

    Attributes:
        numbers: Those that wait now, or were dropped.
        dropped: The outcomes of the events that were dropped for them.
    """

    numbers: set[int]
    dropped: list[IngestOutcome]


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
        self._added: deque[_Added] = deque()  # to be sorted in
        self._newest = -1  # of those that are
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
        counts = {**self._counts, "dropped": self._counts["dropped"] + self._drops}
        return WriterStats(queued=self._held + self._left, **counts)

    @property
    def is_full(self) -> bool:
        """Whether one more would be too many."""
        return self._held >= self._max_queue

    @property
    def is_empty(self) -> bool:
        """Whether every event has its outcome, which was reported."""
        return not self._added and not self._waiting and not self._under_way

    @property
    def _held(self) -> int:
        return len(self._added) + len(self._waiting) + self._unanswered - self._drops

    @property
    def _drops(self) -> int:
        """How many events are to be dropped."""
        return self._added[-1].drops if self._added else 0

    def entries(self) -> Iterator[Entry]:
        """All events that may be without an outcome."""
        for batch in self._under_way:
            yield from batch.entries
        yield from self._waiting.values()
        for added in self._added:
            yield added.entry

    def new_number(self) -> int:
        """The number of the next event."""
        return next(self._numbers)

    def is_awaited(self) -> bool:
        """Whether somebody should look what is due once another event is added."""
        ready = self._ready + len(self._added) + 1
        return (not self._ready and not self._added) or ready >= self._batch_size or self._held + 1 >= self._max_queue

    def add(
        self, number: int, event: EventPayload, session: Session, now: float, *, drops_oldest: bool = False
    ) -> None:
        """Take an event, whether or not there is room, wholly or not at all; for it, the oldest may be dropped.

        Nothing is dropped when all are under way.
        """
        drops_oldest = drops_oldest and len(self._added) + len(self._waiting) > self._drops
        entry = Entry(number, event, session, now + self._max_delay)
        self._added.append(_Added(entry, drops_oldest, self._drops + drops_oldest))

    def resume(self, entries: Iterable[Entry]) -> None:
        """Take events that earlier processes have left."""
        self._added.extend([_Added(entry, False, self._drops) for entry in entries])

    def take_back(self) -> None:
        """Let go of what was added and not sorted in, as if it never had been."""
        self._added.clear()

    def sort_in(self) -> SortedIn:
        """Sort in what was added."""
        sorted_in = SortedIn(set(), [])
        while self._added:
            entry, drops_oldest, _ = self._added.popleft()
            if drops_oldest:
                sorted_in.dropped.append(self._drop_oldest())
            self._sort_in(entry)
            sorted_in.numbers.add(entry.number)
        return sorted_in

    def _sort_in(self, entry: Entry) -> None:
        session = entry.session
        self._newest = max(self._newest, entry.number)
        self._waiting[entry.number] = entry
        waiting = self._sessions.setdefault(session, deque())
        waiting.append(entry)
        if session in self._held_back:
            return
        if len(waiting) == 1:
            heapq.heappush(self._heads, (entry.number, session))
        self._ready += 1

    def _drop_oldest(self) -> IngestOutcome:
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
        newest = max([self._newest, *(added.entry.number for added in self._added)])
        self._urgent = max(self._urgent, newest)
        return newest

    def is_settled(self, number: int) -> bool:
        """Whether every event up to this number has its outcome, which was reported."""
        first_waiting = next(iter(self._waiting), math.inf)
        first_under_way = min((batch.entries[0].number for batch in self._under_way), default=math.inf)
        if self._left or min(first_waiting, first_under_way) <= number:
            return False
        return all(added.entry.number > number for added in self._added)

    def close(self, now: float) -> None:
        """Take nothing more, send what is there at once, and retry nothing for longer than `retry_for` from now."""
        # Whatever was done before an interruption may be done again.
        self._urgent = math.inf
        self._retried_until = min(self._retried_until, now + self._retry_for)
        for batch in self._under_way:
            batch.retried_until = min(batch.retried_until, self._retried_until)
        self.is_closed = True

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
        self._added.clear()
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
