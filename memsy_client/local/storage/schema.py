"""The tables. Times are microseconds since 1970 in UTC, lists and objects are JSON text, ids are text.

`events` is only ever inserted into: what became of an event stands beside it, in `queue` while it waits and in
`failures` when its processing failed. An event that is in neither is completed.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence

from .. import strength
from ..progress import Progress
from ..retrieval import index

MemoryGroup = tuple[int, str, str, float]
"""The account, type, kind and confidence that memories have in common."""

MemoryMoment = tuple[int, str, str, int]
"""The account, type and kind of memories, and when they were observed."""

APPLICATION_ID = 0x4D656D73  # "Mems"
"""Marks a database file as ours (PRAGMA application_id)."""

VERSION = 6
"""The version of these tables (PRAGMA user_version); a file with a higher one is from a newer release.

Version 1 had another stemmer in its search index (see `indexing.rebuild`), version 2 no connectors, version 3 the
tokens of each memory beside the index, too, version 4 nothing there of the memory's state, and version 5 no counts of
memories by time.
"""

FIRST_WITH_STEMMER = 2
"""The first version whose search index says what it was built with."""

FIRST_WITHOUT_TOKENS = 4
"""The first version that keeps the tokens of memories in the index alone."""

FIRST_WITH_STATES = 5
"""The first version that keeps what a search asks of each memory beside the index."""

FIRST_WITH_THESE_DIGESTS = 6
"""The first version by whose digests events are known, see `digests`."""

TABLES = {
    "counters": """
        kind TEXT PRIMARY KEY,
        value INTEGER NOT NULL
    """,
    "accounts": """
        account INTEGER PRIMARY KEY,
        org_id TEXT NOT NULL UNIQUE,
        email TEXT NOT NULL
    """,
    "keys": """
        key_id TEXT PRIMARY KEY,
        account INTEGER NOT NULL,
        name TEXT NOT NULL,
        prefix TEXT NOT NULL,
        salt BLOB NOT NULL,
        hash BLOB NOT NULL,
        scopes TEXT NOT NULL,
        admin INTEGER NOT NULL,
        created INTEGER NOT NULL,
        expires INTEGER,
        last_used INTEGER
    """,
    "levels": """
        level TEXT NOT NULL,
        id TEXT NOT NULL,
        account INTEGER NOT NULL,
        org_id TEXT NOT NULL,
        name TEXT NOT NULL,
        focus TEXT NOT NULL,
        prompt TEXT NOT NULL,
        prompt_source TEXT NOT NULL,
        created INTEGER NOT NULL,
        updated INTEGER NOT NULL,
        PRIMARY KEY (level, id)
    """,
    "events": """
        event INTEGER PRIMARY KEY,
        event_id TEXT NOT NULL UNIQUE,
        account INTEGER NOT NULL,
        actor_id TEXT NOT NULL,
        session_id TEXT NOT NULL,
        kind TEXT NOT NULL,
        content TEXT NOT NULL,
        role_id TEXT,
        team_id TEXT,
        ts INTEGER NOT NULL,
        metadata TEXT,
        ingested INTEGER NOT NULL,
        digest BLOB NOT NULL
    """,
    "event_totals": """
        account INTEGER PRIMARY KEY,
        events INTEGER NOT NULL
    """,
    "queue": """
        event INTEGER PRIMARY KEY
    """,
    "failures": """
        event INTEGER PRIMARY KEY,
        reason TEXT NOT NULL
    """,
    "memories": """
        memory INTEGER PRIMARY KEY,
        memory_id TEXT NOT NULL UNIQUE,
        account INTEGER NOT NULL,
        level TEXT NOT NULL,
        actor_id TEXT,
        role_id TEXT,
        team_id TEXT,
        session_id TEXT,
        type TEXT NOT NULL,
        kind TEXT NOT NULL,
        memory_kind TEXT NOT NULL,
        text TEXT NOT NULL,
        title TEXT,
        summary TEXT,
        tags TEXT NOT NULL,
        entities TEXT NOT NULL,
        source_urls TEXT NOT NULL,
        payload TEXT,
        confidence REAL NOT NULL,
        strength REAL NOT NULL,
        strength_at INTEGER NOT NULL,
        half_life REAL NOT NULL,
        pinned INTEGER NOT NULL,
        decays INTEGER,
        recall_count INTEGER NOT NULL,
        last_recalled INTEGER,
        effective_from INTEGER,
        effective_to INTEGER,
        observed INTEGER NOT NULL,
        created INTEGER NOT NULL,
        updated INTEGER NOT NULL,
        fingerprint BLOB NOT NULL,
        promoted INTEGER,
        embedding BLOB
    """,
    "sources": """
        memory INTEGER NOT NULL,
        event INTEGER NOT NULL,
        PRIMARY KEY (memory, event)
    """,
    "usage": """
        account INTEGER NOT NULL,
        key_id TEXT NOT NULL,
        hour INTEGER NOT NULL,
        dimension TEXT NOT NULL,
        quantity INTEGER NOT NULL,
        PRIMARY KEY (account, hour, key_id, dimension)
    """,
    "connectors": """
        connector_id TEXT PRIMARY KEY,
        account INTEGER NOT NULL,
        provider TEXT NOT NULL,
        owner TEXT NOT NULL,
        email TEXT NOT NULL,
        state TEXT NOT NULL,
        authorized INTEGER NOT NULL,
        selection TEXT,
        bucket TEXT,
        region TEXT,
        created INTEGER NOT NULL,
        synced INTEGER
    """,
    "connector_resources": """
        target TEXT PRIMARY KEY,
        resources TEXT NOT NULL
    """,
    "interest": """
        interest INTEGER PRIMARY KEY,
        account INTEGER NOT NULL,
        email TEXT NOT NULL,
        name TEXT NOT NULL,
        company TEXT,
        use_case TEXT,
        notes TEXT,
        created INTEGER NOT NULL
    """,
}
"""Each table's columns; export and import go through them in this order."""

_DERIVED = {
    # How many events there are in each stretch of time, of 2 ** shift microseconds.
    "event_times": """
        account INTEGER NOT NULL,
        shift INTEGER NOT NULL,
        stretch INTEGER NOT NULL,
        events INTEGER NOT NULL,
        PRIMARY KEY (account, shift, stretch)
    """,
    # The same of memories, by when they were observed.
    "memory_times": """
        account INTEGER NOT NULL,
        shift INTEGER NOT NULL,
        stretch INTEGER NOT NULL,
        type TEXT NOT NULL,
        memory_kind TEXT NOT NULL,
        memories INTEGER NOT NULL,
        PRIMARY KEY (account, shift, stretch, type, memory_kind)
    """,
    "memory_counts": """
        account INTEGER NOT NULL,
        type TEXT NOT NULL,
        memory_kind TEXT NOT NULL,
        confidence REAL NOT NULL,
        memories INTEGER NOT NULL,
        PRIMARY KEY (account, type, memory_kind, confidence)
    """,
}
"""What follows from the other tables: an import counts it anew."""

SHIFTS = (40, 32, 26, 20)
"""The stretches in which events and memories are counted: some two weeks, an hour, a minute, a second."""

_WITHOUT_ROWID = {
    "event_times",
    "memory_times",
    "memory_counts",
    "connectors",
    "connector_resources",
    "keys",
    "levels",
    "sources",
    "usage",
}

FADES_DIFFERENTLY = f"(decays IS NULL OR pinned OR half_life != {strength.HALF_LIFE})"
"""That a memory does not lose strength at the rate of all others."""

_INDEXES = {
    "events_digest": "events(digest, ingested)",
    "events_session": "events(account, session_id, event)",
    "events_by_ts": "events(account, ts)",
    "keys_prefix": "keys(prefix)",
    "memories_fingerprint": "memories(account, fingerprint)",
    "memories_by_observed": "memories(account, observed)",
    "memories_by_actor": "memories(account, actor_id, observed)",
    "memories_by_created": "memories(account, created)",
    "memories_by_confidence": "memories(account, confidence, memory, type, memory_kind)",
    # The only one of what a search changes: each further one would make every search write more.
    "memories_by_decay": "memories(account, decays, strength_at, strength, half_life, pinned)",
    # Hardly any: those that do not fade as all others do.
    "memories_fading_differently": f"memories(account) WHERE {FADES_DIFFERENTLY}",
    "memories_by_entities": "memories(account, entities) WHERE entities != '[]'",
}


_FORMER_INDEXES = ("events_ts", "memories_observed")
"""Of older versions: what they gave, others give."""


_STATES = """
CREATE TRIGGER IF NOT EXISTS memories_state AFTER UPDATE OF observed, decays, promoted, session_id ON memories BEGIN
    UPDATE retrieval_rows SET observed = new.observed, decays = new.decays, promoted = new.promoted,
        session = CASE WHEN new.session_id IS NOT NULL THEN session END
    WHERE rowid = new.memory;
END
"""


def create(connection: sqlite3.Connection) -> None:
    """Make the tables, in an empty database and inside a transaction."""
    upgrade(connection, Progress("making the tables"))
    index.create(connection)
    follow_states(connection)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")


def upgrade(connection: sqlite3.Connection, progress: Progress) -> None:
    """Add the tables and indexes that a database of an older version lacks, inside a transaction."""
    for table, columns in (TABLES | _DERIVED).items():
        suffix = " WITHOUT ROWID" if table in _WITHOUT_ROWID else ""
        connection.execute(f"CREATE TABLE IF NOT EXISTS {table} ({columns}){suffix}")
    for name in _FORMER_INDEXES:
        connection.execute(f"DROP INDEX IF EXISTS {name}")
    for done, (name, columns) in enumerate(_INDEXES.items()):
        progress.tell(done, len(_INDEXES), "indexes")
        connection.execute(f"CREATE INDEX IF NOT EXISTS {name} ON {columns}")
    count(connection)
    connection.execute(f"PRAGMA user_version = {VERSION}")


def follow_states(connection: sqlite3.Connection) -> None:
    """Let the index follow what becomes of a memory, inside a transaction that has made both."""
    connection.execute(_STATES)


def count(connection: sqlite3.Connection) -> None:
    """Count the events and the memories, inside a transaction, whatever was stored of that before."""
    connection.execute("DELETE FROM event_totals")
    connection.execute("INSERT INTO event_totals SELECT account, count(*) FROM events GROUP BY account")
    connection.execute("DELETE FROM event_times")
    connection.execute("DELETE FROM memory_times")
    for shift in SHIFTS:
        connection.execute(
            f"INSERT INTO event_times SELECT account, {shift}, ts >> {shift}, count(*) FROM events GROUP BY 1, 3"
        )
        connection.execute(
            f"INSERT INTO memory_times SELECT account, {shift}, observed >> {shift}, type, memory_kind, count(*) "
            "FROM memories GROUP BY 1, 3, 4, 5"
        )
    connection.execute("DELETE FROM memory_counts")
    connection.execute(
        "INSERT INTO memory_counts SELECT account, type, memory_kind, confidence, count(*) FROM memories "
        "GROUP BY account, type, memory_kind, confidence"
    )


def count_events(connection: sqlite3.Connection, account: int, times: Sequence[int]) -> None:
    """Count new events of an account, given by when they happened; inside the transaction that stores them."""
    sql = "INSERT INTO event_totals VALUES (?, ?) ON CONFLICT DO UPDATE SET events = events + excluded.events"
    connection.execute(sql, (account, len(times)))
    stretches = Counter((shift, ts >> shift) for shift in SHIFTS for ts in times)
    sql = "INSERT INTO event_times VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET events = events + excluded.events"
    connection.executemany(sql, [(account, *stretch, number) for stretch, number in stretches.items()])


def count_memories(connection: sqlite3.Connection, added: Mapping[MemoryGroup, int]) -> None:
    """Count memories that are new to a group, or taken from it; inside the transaction that does that."""
    sql = (
        "INSERT INTO memory_counts VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT DO UPDATE SET memories = memories + excluded.memories"
    )
    connection.executemany(sql, [(*group, number) for group, number in added.items()])


def count_moments(connection: sqlite3.Connection, added: Mapping[MemoryMoment, int]) -> None:
    """Count memories by when they were observed, as `count_memories` does."""
    stretches: Counter[tuple[int, int, int, str, str]] = Counter()
    for (account, type_, kind, observed), number in added.items():
        for shift in SHIFTS:
            stretches[account, shift, observed >> shift, type_, kind] += number
    sql = (
        "INSERT INTO memory_times VALUES (?, ?, ?, ?, ?, ?) "
        "ON CONFLICT DO UPDATE SET memories = memories + excluded.memories"
    )
    connection.executemany(sql, [(*stretch, number) for stretch, number in stretches.items() if number])
    # Else every memory that is said again would leave the stretches it was in behind.
    sql = (
        "DELETE FROM memory_times WHERE account = ? AND shift = ? AND stretch = ? AND type = ? AND memory_kind = ? "
        "AND memories = 0"
    )
    connection.executemany(sql, [stretch for stretch, number in stretches.items() if number < 0])


def insert(connection: sqlite3.Connection, table: str, row: Mapping[str, object]) -> None:
    """Store a row, given by its columns' names; those that are left out are null."""
    insert_many(connection, table, [row])


def insert_many(connection: sqlite3.Connection, table: str, rows: Sequence[Mapping[str, object]]) -> None:
    """Store rows as `insert` does, at least one, all with the same columns."""
    names = rows[0].keys()
    placeholders = ", ".join(f":{name}" for name in names)
    connection.executemany(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({placeholders})", rows)


def drop(connection: sqlite3.Connection) -> None:
    """Remove every table, the index of the memories included, inside a transaction."""
    index.drop(connection)
    for table in TABLES | _DERIVED:
        connection.execute(f"DROP TABLE {table}")
