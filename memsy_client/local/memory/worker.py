"""Turns stored events into memories, in the background and in the order of their arrival.

The queue is in the database, so a server that was killed goes on where it stopped. An event leaves the queue in the
transaction that stores its memories: it is processed exactly once.
"""

from __future__ import annotations

import contextlib
import logging
import sqlite3
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Any

from ..clock import Clock, to_datetime
from ..quota import STORED, Meter
from ..storage.database import Store
from ..storage.ids import Ids
from ..storage.indexing import Scope
from . import promotion
from .extraction import Draft, Event
from .plugins import Plugins, describe
from .writes import Source, Statement, Writer

BATCH = 256
"""The most events of one transaction, which is kept short because ingest waits for it."""

BATCH_SECONDS = 0.1
"""How long the events of a batch are extracted at most: with a slow extraction, the first are not kept waiting.
And what takes long to read takes long to store."""

RETRY_AFTER = 0.5
"""Seconds until the next attempt when the database refuses a write, as it does on a full disk."""

_log = logging.getLogger("memsy_client.local")

_WAITING = """
    SELECT event, event_id, events.account, org_id, actor_id, session_id, kind, content, ts, role_id, team_id, metadata,
        (SELECT before.content FROM events before WHERE before.account = events.account
         AND before.session_id = events.session_id AND before.event < events.event ORDER BY before.event DESC LIMIT 1)
    FROM queue JOIN events USING (event) JOIN accounts ON accounts.account = events.account ORDER BY event LIMIT ?
"""


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What extraction made of one event."""

    source: Source
    org_id: str
    statements: tuple[Statement, ...] = ()
    failure: str | None = None


class Worker:
    """The thread that processes events. It starts with the first event that is pending."""

    def __init__(self, store: Store, clock: Clock, ids: Ids, meter: Meter, plugins: Plugins) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids
        self._meter = meter
        self._plugins = plugins
        self._state = threading.Condition()
        self._thread: threading.Thread | None = None
        self._held = False
        self._closed = False
        # How many notifications there were, and how many at the time when the queue was last seen empty.
        self._notified = 0
        self._notified_when_empty = 0
        self._busy = False

    def resume(self) -> None:
        """Process what an earlier run of the server left pending."""
        with self._store.read() as connection:
            waiting = connection.execute("SELECT EXISTS (SELECT 1 FROM queue)").fetchone()[0]
        if waiting:
            self.notify()

    def notify(self) -> None:
        """Tell the worker that there are new events."""
        with self._state:
            self._notified += 1
            if self._thread is None and not self._closed:
                self._thread = threading.Thread(target=self._run, name="memsy-processing", daemon=True)
                self._thread.start()
            self._state.notify_all()

    def hold(self) -> None:
        """Leave events pending from now on; returns when the batch in progress is done."""
        with self._state:
            self._held = True
            self._state.wait_for(lambda: not self._busy)

    def release(self) -> None:
        """Process events again."""
        with self._state:
            self._held = False
            self._state.notify_all()

    @property
    def held(self) -> bool:
        """Whether events are left pending."""
        return self._held

    def settle(self, timeout: float) -> bool:
        """Wait until no event is pending; returns False after `timeout` seconds or `close`, whichever comes first."""
        with self._state:
            self._state.wait_for(lambda: self._closed or self._notified_when_empty == self._notified, timeout)
            return self._notified_when_empty == self._notified

    def close(self) -> None:
        """Stop after the batch in progress; the rest stays pending."""
        with self._state:
            self._closed = True
            self._state.notify_all()
            thread = self._thread
        if thread is not None:
            thread.join()

    def _run(self) -> None:
        interrupted = None
        while True:
            with self._state:
                self._busy = False
                self._state.notify_all()
                self._state.wait_for(
                    lambda: self._closed or (not self._held and self._notified_when_empty != self._notified)
                )
                if self._closed:
                    return
                self._busy = True
                notified = self._notified
            try:
                worked = self._process_batch()
            except Exception as error:
                # Most likely the database failed; whatever it was, the thread must survive it.
                reason = describe(error)
                if reason != interrupted:
                    _warn("processing is interrupted and will be tried again", exc_info=True)
                interrupted = reason
                self._pause(RETRY_AFTER)
                continue
            interrupted = None
            if not worked:
                with self._state:
                    self._notified_when_empty = notified

    def _pause(self, seconds: float) -> None:
        with self._state:
            self._busy = False
            self._state.notify_all()
            self._state.wait_for(lambda: self._closed, seconds)

    def _process_batch(self) -> bool:
        """Process the oldest pending events; returns whether there were any."""
        with self._store.read() as connection:
            rows = connection.execute(_WAITING, (BATCH,)).fetchall()
        if not rows:
            return False
        outcomes = self._extract_in_time(rows)
        try:
            self._store_outcomes(outcomes)
        except Exception as error:
            if _is_database_error(error):
                raise
            # Something that an extraction returned cannot be stored: only the event it came from must fail.
            for outcome in outcomes:  # pragma: no cover – a Draft refuses what cannot be stored
                self._store_alone(outcome)
        return True

    def _extract_in_time(self, rows: list[tuple[Any, ...]]) -> list[_Outcome]:
        """Extract outside of any transaction, because an extraction of the user's own may be slow."""
        outcomes: list[_Outcome] = []
        end = monotonic() + BATCH_SECONDS
        for row in rows:
            if self._held or self._closed or (outcomes and monotonic() > end):
                break
            outcomes.append(self._extract(Source(*row[:3], *row[4:]), row[3]))
        return outcomes

    def _store_alone(self, outcome: _Outcome) -> None:  # pragma: no cover – a Draft refuses what cannot be stored
        try:
            self._store_outcomes([outcome])
        except Exception as error:
            if _is_database_error(error):
                raise
            self._store_outcomes([_failed(outcome.source, outcome.org_id, error)])

    def _store_outcomes(self, outcomes: list[_Outcome]) -> None:
        now = self._clock.now()
        # Asked before the transaction, inside which the meter must not be called.
        limits = {account: self._meter.limit(account, STORED) for account in {o.source.account for o in outcomes}}
        made = self._store.write(
            lambda connection: self._store_memories(connection, outcomes, limits, now), durable=False
        )
        for account, quantity in made.items():
            self._meter.count(account, "", STORED, quantity, now)

    def _extract(self, source: Source, org_id: str) -> _Outcome:
        try:
            drafts = tuple(map(_draft, self._plugins.extract(_event(source))))
            vectors = self._plugins.vectors([draft.text for draft in drafts])
            statements = tuple(
                Statement.of(draft, source, vector) for draft, vector in zip(drafts, vectors, strict=True)
            )
        except BaseException as error:
            # SystemExit and what ends a test are not Exceptions, and must not end the thread either.
            return _failed(source, org_id, error)
        return _Outcome(source, org_id, statements)

    def _store_memories(
        self, connection: sqlite3.Connection, outcomes: list[_Outcome], limits: Mapping[int, int | None], now: int
    ) -> Counter[int]:
        """Store the memories; returns how many were made in each account."""
        made: Counter[int] = Counter()
        room = {account: _room(connection, account, limit) for account, limit in limits.items()}
        # They are the oldest ones, so that no other event is between them.
        ends = (outcomes[0].source.event, outcomes[-1].source.event)
        connection.execute("DELETE FROM queue WHERE event BETWEEN ? AND ?", ends)
        expected = [(o.source.account, statement.fingerprint) for o in outcomes for statement in o.statements]
        writer = Writer(connection, self._ids, now, expected)
        for outcome in outcomes:
            source, failure = outcome.source, outcome.failure
            allowed = room[source.account]
            new = _store_statements(writer, outcome, None if allowed is None else allowed - made[source.account])
            if new is None:
                failure = f"the plan allows {limits[source.account]} memories"
                _warn("event %s failed: %s", source.event_id, failure)
            made[source.account] += new or 0
            if failure is not None:
                connection.execute("INSERT INTO failures VALUES (?, ?)", (source.event, failure))
        writer.flush()
        return made


def _store_statements(writer: Writer, outcome: _Outcome, room: int | None) -> int | None:
    """Store all memories of an event, or none; returns how many were made, None when there is no room for them."""
    if room is None:
        return sum(_store_statement(writer, outcome, statement) for statement in outcome.statements)
    # What others have stated is stored whatever becomes of this.
    writer.flush()
    writer.connection.execute("SAVEPOINT event")
    made = sum(_store_statement(writer, outcome, statement) for statement in outcome.statements)
    writer.flush()
    fits = made <= max(room, 0)
    if not fits:
        writer.connection.execute("ROLLBACK TO event")
    writer.connection.execute("RELEASE event")
    return made if fits else None


def _store_statement(writer: Writer, outcome: _Outcome, statement: Statement) -> int:
    source = outcome.source
    scope = Scope(source.account, "actor", source.actor_id)
    is_new = writer.is_new(source.account, statement.fingerprint)
    present = writer.find(scope, statement.fingerprint)
    if present is None:
        writer.insert(scope, statement, source)
    else:
        writer.reinforce(present, source)
    promoted = promotion.promote(writer, outcome.org_id, source, statement, is_new=is_new)
    return promoted + (present is None)


def _room(connection: sqlite3.Connection, account: int, limit: int | None) -> int | None:
    """How many more memories an account may have; None for any number."""
    if limit is None:
        return None
    stored: int = connection.execute("SELECT count(*) FROM memories WHERE account = ?", (account,)).fetchone()[0]
    return limit - stored


def _is_database_error(error: Exception) -> bool:
    """Whether the database failed, and not what it should have stored, so that another attempt may succeed."""
    return isinstance(error, (sqlite3.OperationalError, sqlite3.InternalError)) or type(error) is sqlite3.DatabaseError


def _draft(item: object) -> Draft:
    if isinstance(item, str):
        return Draft(text=item)
    if not isinstance(item, Draft):
        raise TypeError(f"extract returned a {type(item).__name__} among its memories")
    item.check()
    return item


def _failed(source: Source, org_id: str, error: BaseException) -> _Outcome:
    reason = describe(error)
    _warn("event %s failed: %s", source.event_id, reason)
    return _Outcome(source, org_id, failure=reason)


def _warn(message: str, *arguments: object, exc_info: bool = False) -> None:
    """Log, whatever the handlers of the log do: processing must not end with them."""
    with contextlib.suppress(Exception):
        _log.warning(message, *arguments, exc_info=exc_info)


def _event(source: Source) -> Event:
    return Event(
        event_id=source.event_id,
        actor_id=source.actor_id,
        session_id=source.session_id,
        kind=source.kind,
        content=source.content,
        ts=to_datetime(source.ts),
        role_id=source.role_id,
        team_id=source.team_id,
        metadata=source.metadata,
        previous=source.previous,
    )
