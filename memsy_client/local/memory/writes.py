"""Writes memories: a new one, or more strength for one that says the same already."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass

from .. import strength
from ..retrieval import index
from ..retrieval.fingerprint import fingerprint
from ..retrieval.index import Entry
from ..storage import indexing, schema
from ..storage.ids import Ids, next_numbers
from ..storage.indexing import Scope
from . import levels
from .extraction import Draft

MAX_SOURCES = 100
"""How many source events are shown with a memory, the latest ones; a statement may be repeated thousands of times."""


@dataclass(frozen=True, slots=True)
class Source:
    """The stored event that a memory is made from."""

    event: int
    event_id: str
    account: int
    actor_id: str
    session_id: str
    kind: str
    content: str
    ts: int
    role_id: str | None
    team_id: str | None
    metadata: str | None
    previous: str | None


@dataclass(frozen=True, slots=True)
class Statement:
    """A draft with all that is derived from its text, which is made before the transaction that stores it."""

    draft: Draft
    fingerprint: bytes
    entry: Entry
    topics: frozenset[str]
    embedding: bytes | None = None

    @classmethod
    def of(cls, draft: Draft, source: Source, embedding: bytes | None = None) -> Statement:
        """What a draft that was made from an event states."""
        # Only prompts are compared with the topics, and only for an event that carries a role or a team.
        carried = source.role_id is not None or source.team_id is not None
        topics = levels.significant_words(draft.text) if carried else frozenset[str]()
        return cls(draft, fingerprint(draft.text), index.make_entry(draft.text), topics, embedding)


def find(connection: sqlite3.Connection, scope: Scope, fingerprint: bytes) -> int | None:
    """The number of the memory in a scope that says what the fingerprint stands for, or None."""
    column = scope.column()
    sql = "SELECT memory FROM memories WHERE account = ? AND fingerprint = ? AND level = ?"
    values: tuple[object, ...] = (scope.account, fingerprint, scope.level)
    if column is not None:
        sql, values = f"{sql} AND {column} = ?", (*values, scope.id)
    found = connection.execute(sql, values).fetchone()
    return None if found is None else int(found[0])


def insert(
    connection: sqlite3.Connection,
    ids: Ids,
    scope: Scope,
    statement: Statement,
    source: Source,
    now: int,
) -> int:
    """Store a new memory, make it searchable, and return its number."""
    number = next_numbers(connection, "memory")[0]
    draft = statement.draft
    column = scope.column()
    row: dict[str, object] = {
        "memory": number,
        "memory_id": ids.uuid("memory", number),
        "account": scope.account,
        "level": scope.level,
        # Only an actor's memory belongs to a conversation; a promoted one belongs to none.
        "session_id": source.session_id if scope.level == "actor" else None,
        "type": draft.type,
        "kind": draft.kind or source.kind,
        "memory_kind": draft.memory_kind,
        "text": draft.text,
        "title": draft.title,
        "summary": draft.summary,
        "tags": _json(draft.tags),
        "entities": _json([dict(entity) for entity in draft.entities]),
        "source_urls": _json(draft.source_urls),
        "payload": None if draft.payload is None else _json(dict(draft.payload)),
        "confidence": draft.confidence,
        "strength": strength.INITIAL,
        "strength_at": now,
        "half_life": strength.HALF_LIFE,
        "pinned": draft.pinned,
        "decays": strength.decays(strength.INITIAL, now, strength.HALF_LIFE, draft.pinned),
        "recall_count": 0,
        "effective_from": source.ts,
        "observed": source.ts,
        "created": now,
        "updated": now,
        "fingerprint": statement.fingerprint,
        "embedding": statement.embedding,
    }
    if column is not None:
        row[column] = scope.id
    schema.insert(connection, "memories", row)
    connection.execute("INSERT INTO sources VALUES (?, ?)", (number, source.event))
    indexing.add_memory(connection, number, scope, statement.entry, source.session_id, source.ts)
    return number


def reinforce(connection: sqlite3.Connection, memory: int, source: Source, now: int) -> None:
    """Note that one more event says what a memory says, which makes it stronger and more certain."""
    added = connection.execute("INSERT OR IGNORE INTO sources VALUES (?, ?)", (memory, source.event)).rowcount
    if not added:
        return  # pragma: no cover – the same event twice, after a crash
    sql = "SELECT strength, strength_at, half_life, pinned, confidence FROM memories WHERE memory = ?"
    value, at, half_life, pinned, confidence = connection.execute(sql, (memory,)).fetchone()
    value = strength.raised(strength.current(value, at, half_life, pinned, now), strength.REPEAT_STEP)
    connection.execute(
        "UPDATE memories SET strength = ?, strength_at = ?, decays = ?, confidence = ?, observed = max(observed, ?), "
        "updated = ?, session_id = CASE WHEN session_id = ? THEN session_id END WHERE memory = ?",
        (
            value,
            now,
            strength.decays(value, now, half_life, bool(pinned)),
            round(1 - (1 - confidence) / 2, 4),
            source.ts,
            now,
            source.session_id,
            memory,
        ),
    )


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
