"""Writes memories: a new one, or more strength for one that says the same already."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .. import strength
from ..retrieval import index
from ..retrieval.fingerprint import fingerprint
from ..retrieval.index import Entry, State
from ..retrieval.index_writer import IndexWriter
from ..storage import indexing, schema
from ..storage.ids import Ids, last_number, set_last_number
from ..storage.indexing import Scope
from ..storage.schema import MemoryGroup, MemoryMoment
from . import levels
from .extraction import Draft

MAX_SOURCES = 100
"""How many source events are shown with a memory, the latest ones; a statement may be repeated thousands of times."""

LOOKED_UP = 500
"""How many fingerprints are looked up together; older versions of SQLite take 999 parameters."""


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


class Writer:
    """Writes the memories of one transaction, many with few statements.

    What is new is kept until `flush`, or until something has to be found in it.

    Args:
        connection: The database, inside a transaction.
        ids: Makes the ids.
        now: When it is written.
        expected: The account and the fingerprint of all that will be stated, so that they are looked up together.
    """

    def __init__(
        self, connection: sqlite3.Connection, ids: Ids, now: int, expected: Iterable[tuple[int, bytes]]
    ) -> None:
        self.connection = connection
        self._ids = ids
        self._now = now
        self._index = IndexWriter(connection)
        self._stated = _stated(connection, expected)
        self._last: int | None = None
        self._memories: list[dict[str, object]] = []
        self._sources: list[tuple[int, int]] = []
        self._counts: Counter[MemoryGroup] = Counter()
        self._moments: Counter[MemoryMoment] = Counter()

    def is_new(self, account: int, fingerprint: bytes) -> bool:
        """Whether there is certainly no memory that says what the fingerprint stands for, in any scope."""
        return (account, fingerprint) not in self._stated

    def find(self, scope: Scope, fingerprint: bytes) -> int | None:
        """The number of the memory in a scope that says what the fingerprint stands for, or None."""
        if self.is_new(scope.account, fingerprint):
            return None
        self.flush()
        column = scope.column()
        # Left to itself, SQLite may rather look through all that the actor has.
        sql = (
            "SELECT memory FROM memories INDEXED BY memories_fingerprint "
            "WHERE account = ? AND fingerprint = ? AND level = ?"
        )
        values: tuple[object, ...] = (scope.account, fingerprint, scope.level)
        if column is not None:
            sql, values = f"{sql} AND {column} = ?", (*values, scope.id)
        found = self.connection.execute(sql, values).fetchone()
        return None if found is None else int(found[0])

    def insert(self, scope: Scope, statement: Statement, source: Source) -> int:
        """Store a new memory, make it searchable, and return its number."""
        number = self._next_number()
        draft, now = statement.draft, self._now
        decays = strength.decays(strength.INITIAL, now, strength.HALF_LIFE, draft.pinned)
        column = scope.column()
        row: dict[str, object] = {
            "memory": number,
            "memory_id": self._ids.uuid("memory", number),
            "account": scope.account,
            "level": scope.level,
            **_NO_OWNER,
            # Only an actor's memory belongs to a conversation; a promoted one belongs to none.
            "session_id": source.session_id if scope.level == "actor" else None,
            "type": draft.type,
            "kind": draft.kind or source.kind,
            "memory_kind": draft.memory_kind,
            "text": draft.text,
            "title": draft.title,
            "summary": draft.summary,
            "tags": _json_list(draft.tags),
            "entities": _json_list([dict(entity) for entity in draft.entities]),
            "source_urls": _json_list(draft.source_urls),
            "payload": None if draft.payload is None else _encode(dict(draft.payload)),
            "confidence": draft.confidence,
            "strength": strength.INITIAL,
            "strength_at": now,
            "half_life": strength.HALF_LIFE,
            "pinned": draft.pinned,
            "decays": decays,
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
        self._memories.append(row)
        self._counts[scope.account, draft.type, draft.memory_kind, draft.confidence] += 1
        self._moments[scope.account, draft.type, draft.memory_kind, source.ts] += 1
        self._sources.append((number, source.event))
        self._stated.add((scope.account, statement.fingerprint))
        state = State(scope.account, source.ts, decays)
        indexing.add_memory(self._index, number, scope, statement.entry, state, source.session_id, source.ts)
        return number

    def reinforce(self, memory: int, source: Source) -> None:
        """Note that one more event says what a memory says, which makes it stronger and more certain."""
        self.flush()
        connection, now = self.connection, self._now
        added = connection.execute("INSERT OR IGNORE INTO sources VALUES (?, ?)", (memory, source.event)).rowcount
        if not added:
            return  # pragma: no cover – the same event twice, after a crash
        sql = (
            "SELECT strength, strength_at, half_life, pinned, account, type, memory_kind, confidence, observed "
            "FROM memories WHERE memory = ?"
        )
        value, at, half_life, pinned, *group, confidence, observed = connection.execute(sql, (memory,)).fetchone()
        raised = round(1 - (1 - confidence) / 2, 4)
        value = strength.raised(strength.current(value, at, half_life, pinned, now), strength.REPEAT_STEP)
        connection.execute(
            "UPDATE memories SET strength = ?, strength_at = ?, decays = ?, confidence = ?, "
            "observed = max(observed, ?), updated = ?, session_id = CASE WHEN session_id = ? THEN session_id END "
            "WHERE memory = ?",
            (
                value,
                now,
                strength.decays(value, now, half_life, bool(pinned)),
                raised,
                source.ts,
                now,
                source.session_id,
                memory,
            ),
        )
        if raised != confidence:
            schema.count_memories(connection, {(*group, confidence): -1, (*group, raised): 1})
        if source.ts > observed:
            schema.count_moments(connection, {(*group, observed): -1, (*group, source.ts): 1})

    def flush(self) -> None:
        """Store all that is kept, so that SQL finds it, and make it searchable."""
        if self._last is None:
            return
        schema.insert_many(self.connection, "memories", self._memories)
        self.connection.executemany("INSERT INTO sources VALUES (?, ?)", self._sources)
        self._index.flush()
        schema.count_memories(self.connection, self._counts)
        schema.count_moments(self.connection, self._moments)
        set_last_number(self.connection, "memory", self._last)
        self._memories.clear()
        self._sources.clear()
        self._counts.clear()
        self._moments.clear()
        self._last = None

    def _next_number(self) -> int:
        if self._last is None:
            self._last = last_number(self.connection, "memory")
        self._last += 1
        return self._last


def _stated(connection: sqlite3.Connection, expected: Iterable[tuple[int, bytes]]) -> set[tuple[int, bytes]]:
    """Which of some fingerprints, each with its account, the memories of the account have."""
    by_account: dict[int, list[bytes]] = {}
    for account, statement in expected:
        by_account.setdefault(account, []).append(statement)
    found: set[tuple[int, bytes]] = set()
    for account, fingerprints in by_account.items():
        for at in range(0, len(fingerprints), LOOKED_UP):
            some = fingerprints[at : at + LOOKED_UP]
            sql = (
                "SELECT fingerprint FROM memories INDEXED BY memories_fingerprint "
                f"WHERE account = ? AND fingerprint IN ({', '.join('?' * len(some))})"
            )
            found.update((account, present) for (present,) in connection.execute(sql, (account, *some)))
    return found


_NO_OWNER = dict.fromkeys(("actor_id", "role_id", "team_id"))
_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode


def _json_list(values: Sequence[object]) -> str:
    # Most are empty.
    return _encode(values) if values else "[]"
