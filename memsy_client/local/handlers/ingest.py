"""Ingest: events are durable before they are acknowledged, and stored once within the window of duplicates."""

from __future__ import annotations

import sqlite3
from typing import Any

from ..clock import parse
from ..http.request_schema import trim
from ..http.validation import refuse_organisation
from ..quota import INGESTED, STORED
from ..storage import schema
from ..storage.digests import DUPLICATE_WINDOW, digest_of
from ..storage.ids import next_numbers
from .context import RequestContext


def ingest(context: RequestContext) -> dict[str, Any]:
    """Store a batch of events; returns their ids once they are durable."""
    refuse_organisation(context.body)
    services, key = context.services, context.key
    events = [_trimmed(event) for event in context.body["events"]]
    digests = [_digest(context.account, event) for event in events]
    # Duplicates need no quota, and failed batches do not count against it.
    expected = _count_new(context, digests) if _has_quota(context) else 0
    if expected:
        services.meter.check_quota(key.account, STORED, context.now)
        services.meter.consume(key.account, key.key_id, INGESTED, expected, context.now)
    stored = 0
    try:
        event_ids, stored = services.store.write(lambda connection: _store(connection, context, events, digests))
    finally:
        # Others may have stored some of the events in between.
        services.meter.count(key.account, key.key_id, INGESTED, stored - expected, context.now)
    services.worker.notify()
    return {"event_ids": event_ids}


def status(context: RequestContext) -> dict[str, Any]:
    """How far the processing of events is; an unknown id is in none of the lists."""
    refuse_organisation(context.body)
    asked: list[str] = context.body["event_ids"]
    # The plus keeps SQLite from looking through all events of the account for those of the list.
    sql = (
        "SELECT event_id, queue.event, failures.event FROM events LEFT JOIN queue USING (event) "
        f"LEFT JOIN failures USING (event) WHERE +account = ? AND event_id IN ({', '.join('?' * len(asked))})"
    )
    with context.services.store.read() as connection:
        rows = connection.execute(sql, (context.account, *asked)).fetchall()
    known = {
        event_id: "pending" if queued is not None else "failed" if failed is not None else "completed"
        for event_id, queued, failed in rows
    }
    by_state: dict[str, list[str]] = {"completed": [], "failed": [], "pending": [], "not_found": []}
    for event_id in asked:
        by_state[known.get(event_id, "not_found")].append(event_id)
    return {
        "completedIds": by_state["completed"],
        "failedIds": by_state["failed"],
        "pendingIds": by_state["pending"],
        "total": len(asked),
        "statuses": {event_id: known.get(event_id, "not_found") for event_id in asked},
    }


def _trimmed(event: dict[str, Any]) -> dict[str, Any]:
    names = {name: trim(event[name]) for name in ("actor_id", "session_id")}
    groups = {name: trim(event.get(name, "")) or None for name in ("role_id", "team_id")}
    return {**event, **names, **groups}


def _has_quota(context: RequestContext) -> bool:
    meter = context.services.meter
    return any(meter.limit(context.account, dimension) is not None for dimension in (STORED, INGESTED))


def _count_new(context: RequestContext, digests: list[bytes]) -> int:
    """How many different events of a batch are not duplicates of stored ones."""
    with context.services.store.read() as connection:
        return len(set(digests) - _known(connection, digests, context.now).keys())


def _store(
    connection: sqlite3.Connection, context: RequestContext, events: list[dict[str, Any]], digests: list[bytes]
) -> tuple[list[str], int]:
    """Store the events that are new; returns the ids of all of them, and how many are new."""
    known = _known(connection, digests, context.now)
    new: dict[bytes, dict[str, Any]] = {}
    for digest, event in zip(digests, events, strict=True):
        if digest not in known:
            new.setdefault(digest, event)
    if new:
        rows = []
        numbers = next_numbers(connection, "event", len(new))
        for number, (digest, event) in zip(numbers, new.items(), strict=True):
            known[digest] = context.services.ids.named("evt", number)
            rows.append(_row(number, known[digest], context.account, event, digest, context.now))
        connection.executemany(f"INSERT INTO events VALUES ({', '.join('?' * 13)})", rows)
        connection.executemany("INSERT INTO queue VALUES (?)", [row[:1] for row in rows])
        schema.count_events(connection, context.account, [row[_TS] for row in rows])
    return [known[digest] for digest in digests], len(new)


def _known(connection: sqlite3.Connection, digests: list[bytes], now: int) -> dict[bytes, str]:
    """The ids of the events that were stored within the window, by digest; of equal events, the first one's."""
    sql = (
        f"SELECT digest, event_id FROM events WHERE digest IN ({', '.join('?' * len(digests))}) "
        "AND ingested > ? AND ingested < ? ORDER BY ingested DESC"
    )
    return dict(connection.execute(sql, (*digests, now - DUPLICATE_WINDOW, now + DUPLICATE_WINDOW)).fetchall())


def _digest(account: int, event: dict[str, Any]) -> bytes:
    return digest_of(account, event["session_id"], event["actor_id"], event["kind"], event["content"])


_TS = 9
"""Where in a row the time is at which the event happened."""


def _row(number: int, event_id: str, account: int, event: dict[str, Any], digest: bytes, now: int) -> tuple[Any, ...]:
    return (
        number,
        event_id,
        account,
        event["actor_id"],
        event["session_id"],
        event["kind"],
        event["content"],
        event["role_id"],
        event["team_id"],
        parse(event["ts"]) if "ts" in event else now,
        event.get("metadata"),
        now,
        digest,
    )
