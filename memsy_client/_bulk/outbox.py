"""What a background writer decides, whichever way it waits: its options, what it takes, what is next, what is reported.

The writer with threads calls all of it with its lock held, the asynchronous one in its event loop. Nothing here waits.
What a caller's thread calls may be interrupted anywhere: `has_room`, `put`, `close`, and what only looks.
"""

from __future__ import annotations

import copy
import datetime
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple, cast

import attrs

from .._core import codec, encode
from .._core.checks import MAX_SECONDS, check_hook, check_number, check_whole_number, shown
from .._core.hooks import call_hook, logger
from .._core.sender import AsyncSender, SyncSender
from .._transports import forks
from ..exceptions import (
    MemsyClosedError,
    MemsyDecodeError,
    MemsyError,
    MemsyInputError,
    MemsyQueueFull,
)
from ..models import EventPayload
from .delivery import Entry, Session, WriterBatch
from .outcomes import EVENTS_A_CALL, IngestOutcome
from .queue import EventQueue, WriterStats
from .spool import Spool


@dataclass(frozen=True, slots=True)
class WriterOptions:
    """The arguments of the clients' `background`; see there."""

    batch_size: int
    max_delay: float
    max_queue: int
    when_full: Literal["wait", "refuse", "drop_oldest"]
    retry_for: float
    exit_timeout: float
    on_outcome: Callable[[IngestOutcome], None] | None
    spool: str | os.PathLike[str] | None

    def __post_init__(self) -> None:
        check_whole_number("batch_size", self.batch_size, most=EVENTS_A_CALL)
        check_whole_number("max_queue", self.max_queue)
        for name in ("max_delay", "retry_for", "exit_timeout"):
            check_number(name, getattr(self, name), least=0, most=MAX_SECONDS)
        if self.when_full not in ("wait", "refuse", "drop_oldest"):
            raise MemsyInputError(f"when_full has to be wait, refuse or drop_oldest, not {shown(self.when_full)}")
        check_hook("on_outcome", self.on_outcome)
        if self.spool is not None and not isinstance(self.spool, str | os.PathLike):
            raise MemsyInputError(f"spool has to be a path or None, not {shown(self.spool)}")


def refuse_closed_client(sender: SyncSender | AsyncSender) -> None:
    """Raise `MemsyClosedError` where nothing could be sent any more."""
    if sender.shared.is_closed:
        raise MemsyClosedError("this client has been closed")


def check_timeout(timeout: float | None) -> None:
    """Refuse a time-out that is not a number of seconds, or None. Raises `MemsyInputError`."""
    if timeout is not None:
        check_number("timeout", timeout, least=0, most=MAX_SECONDS)


def writer_died(who: str, error: BaseException) -> MemsyError:
    """What a writer raises when what sends its events has died of an error."""
    return MemsyError(f"the writer's {who} has died ({type(error).__name__}): nothing is sent any more")


class InForkedChildren:
    """Has something called first thing in each forked child, for as long as this object is kept."""

    def __init__(self, reset: Callable[[], None]) -> None:
        self.reset = reset
        forks.reset_after_fork(self)


class CheckedEvent(NamedTuple):
    """An event that can be sent, and that nobody else changes."""

    event: EventPayload
    session: Session


def check_event(event: EventPayload) -> CheckedEvent:
    """A copy of the event, with `ts` for now where it has none.

    Raises:
        MemsyInputError: It cannot be sent.
    """
    if not isinstance(event, EventPayload):
        [fields] = encode.models("event", [event], EventPayload)
        event = EventPayload.from_dict(fields)
    now = datetime.datetime.now(datetime.timezone.utc)
    ts = now if event.ts is None else event.ts
    own = copy.deepcopy(event.additional_properties) if event.additional_properties else {}
    copied = attrs.evolve(event, ts=ts, additional_properties=own)
    data = copied.to_dict()
    codec.dumps(data)
    try:
        EventPayload.from_dict(data)  # as whoever takes up the spool will
    except MemsyDecodeError as error:
        raise MemsyInputError(f"{error.location} {error.message}") from None
    return CheckedEvent(copied, _session(copied))


def _session(event: EventPayload) -> Session:
    # As the service reads them.
    return event.actor_id.replace("\0", "").strip(), event.session_id.replace("\0", "").strip()


class Outbox:
    """The events of one writer in one process.

    Args:
        options: The writer's.
        base_url: Where they go.

    Attributes:
        queue: The events in memory.
    """

    def __init__(self, options: WriterOptions, base_url: str) -> None:
        self.queue = EventQueue(options.batch_size, options.max_delay, options.max_queue, options.retry_for)
        self._options = options
        self._base_url = base_url
        self._spool: Spool | None = None
        self._unreported: list[IngestOutcome] = []

    def open_spool(self) -> None:
        """Hold the spool's file, if there is to be one, and take up what it has.

        Raises:
            MemsyInputError: It cannot be used.
        """
        if self._options.spool is None or self._spool is not None:
            return
        spool = Spool(Path(self._options.spool), self._base_url, self.queue.entries)
        now = time.monotonic()
        found = [
            Entry(self.queue.new_number(), event, _session(event), now, resumed=True, sent_at=sent_at)
            for event, sent_at in spool.found
        ]
        spool.found.clear()
        self._spool = spool
        self.queue.resume(found)

    @property
    def stats(self) -> WriterStats:
        """The counts."""
        return self.queue.stats

    @property
    def is_empty(self) -> bool:
        """Whether every event has its outcome, which was reported."""
        return self.queue.is_empty and not self._unreported

    def refuse_when_closed(self) -> None:
        """Raise `MemsyClosedError` once nothing more is taken."""
        if self.queue.is_closed:
            raise MemsyClosedError("this writer has been closed")

    def has_room(self) -> bool:
        """Whether one more event can be put in, for which an older one may be dropped.

        Raises:
            MemsyQueueFull: There is none, and the writer does not wait for it.
        """
        if not self.queue.is_full or self._options.when_full == "drop_oldest":
            return True
        if self._options.when_full == "refuse":
            raise self.no_room()
        return False

    def no_room(self) -> MemsyQueueFull:
        """The refusal of an event."""
        return MemsyQueueFull(f"the queue holds {self._options.max_queue} events already")

    def put(self, checked: CheckedEvent, wake: Callable[[], None]) -> None:
        """Take an event, wholly or not at all.

        Args:
            checked: The event.
            wake: Has somebody look what is due as soon as this is over. It is called, where that is needed, before the
                event is taken: so nothing that interrupts this leaves an event that nobody looks at.

        Raises:
            MemsyError: The spool cannot be written.
        """
        drops_oldest = self._options.when_full == "drop_oldest" and self.queue.is_full
        number = self.queue.new_number()
        if self._spool is not None:
            self._spool.append(number, checked.event)
        if self.queue.is_awaited():
            wake()
        self.queue.add(number, checked.event, checked.session, time.monotonic(), drops_oldest=drops_oldest)

    def _sort_in(self) -> None:
        """Sort in what was added. No signal handler may run meanwhile."""
        sorted_in = self.queue.sort_in()
        if self._spool is not None:
            self._spool.confirm(sorted_in.numbers)
            if sorted_in.dropped:
                self._spool.mark_done([outcome.index for outcome in sorted_in.dropped])
        if self._options.on_outcome is not None:  # which else would hold on to what made room
            self._unreported += sorted_in.dropped

    def next_step(self) -> WriterBatch | list[IngestOutcome] | None:
        """A batch to attempt now, outcomes to report, or None when there is nothing to do yet."""
        self._sort_in()
        if self._unreported:
            outcomes, self._unreported = self._unreported, []
            return outcomes
        batch = self.queue.next_batch(time.monotonic())
        if batch is not None and self._spool is not None:
            batch.obstacle = self._spool.mark_sent([entry.number for entry in batch.left], time.time())
        return batch

    def seconds_until_due(self) -> float | None:
        """How long there is nothing to do, unless something happens; None for no end."""
        return self.queue.seconds_until_due(time.monotonic())

    def take_outcomes(self, batch: WriterBatch) -> list[IngestOutcome]:
        """What an attempt has brought, which is to be reported; nothing when the batch does not count any more."""
        if not self.queue.is_under_way(batch):
            return []
        outcomes = self.queue.note(batch, time.monotonic())
        if self._spool is not None:
            if outcomes:
                self._spool.mark_done([outcome.index for outcome in outcomes])
            self._spool.mark_back([entry.number for entry in batch.left])
        return outcomes

    def end_attempt(self, batch: WriterBatch) -> None:
        """Go on with the batch's sessions, or wait for its retry."""
        if self.queue.is_under_way(batch):
            self.queue.end_attempt(batch)

    def close(self) -> None:
        """Take nothing more, send what is there at once, and retry nothing for longer than `retry_for` from now."""
        self.queue.close(time.monotonic())

    def end(self) -> list[IngestOutcome]:
        """Let go of what is left, which is logged and, with a spool, stays there; gives the outcomes to report."""
        self._sort_in()
        left = self.stats
        outcomes, self._unreported = self._unreported, []
        if self._spool is not None:
            try:
                self._spool.close()
            except MemsyError as error:  # pragma: no cover – the disk fails
                logger.error("what is left in a spool may not be on the disk: %s", error)
            self.queue.leave()
            self._spool = None
        else:
            outcomes += self.queue.abandon()
        if left.queued:
            now = self.stats
            logger.warning(
                "a background writer ended with events left: %d in its spool, %d dropped, %d failed, %d in doubt",
                now.queued,
                now.dropped - left.dropped,
                now.failed - left.failed,
                now.in_doubt - left.in_doubt,
            )
        return outcomes

    def forget(self) -> None:
        """Let go of everything, in a forked child: it is the parent's."""
        self.queue.leave()
        self._unreported = []
        if self._spool is not None:
            self._spool.forget()


def report(outcomes: Sequence[IngestOutcome], on_outcome: Callable[[IngestOutcome], None] | None) -> None:
    """Call the writer's callback; one that raises is logged."""
    for outcome in outcomes:
        call_hook(on_outcome, cast(Any, outcome))
