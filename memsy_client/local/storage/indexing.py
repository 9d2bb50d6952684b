"""The search index of the stored memories: under which names it knows each, and how it is built anew.

Which stems and which fingerprint a text has depends on rules and their versions, and those of two kinds do not meet. So
a file says what it was built with, and all of them are made anew when that is something else.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from ..clock import isoformat
from ..progress import Progress
from ..retrieval import index
from ..retrieval.index import Entry, State
from ..retrieval.index_writer import IndexWriter

_MEMORIES = """
    SELECT memory, memories.account, level, coalesce(memories.actor_id, memories.role_id, memories.team_id, ''), text,
        events.session_id, effective_from, memories.account, observed, decays, promoted, memories.session_id IS NOT NULL
    FROM memories JOIN events ON event = (SELECT min(event) FROM sources WHERE sources.memory = memories.memory)
    ORDER BY memory
"""
"""Each memory with the conversation in which it was first stated, in the order in which they were made."""


TOGETHER = 1000
"""How many memories are written to an index that is built anew at a time."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose memory it is: an actor's, a role's, a team's or the whole organisation's, as `level` says."""

    account: int
    level: str
    id: str

    def column(self) -> str | None:
        """The column that holds the id; an organisation's memories need none."""
        return None if self.level == "org" else f"{self.level}_id"

    def index_name(self) -> str:
        """The name of the scope in the search index; an organisation's is that of everything in it."""
        return f"{self.account}/{self.level}/{'' if self.level == 'org' else self.id}"


def conversation_name(account: int, session_id: str) -> str:
    """The name of a conversation in the search index."""
    return f"{account}/{session_id}"


def add_memory(
    writer: IndexWriter, memory: int, scope: Scope, entry: Entry, state: State, session_id: str, ts: int
) -> None:
    """Make a memory searchable; `session_id` and `ts` are those of its first statement."""
    # Only an actor's memory is a turn of a conversation; a promoted one stands alone.
    conversation = conversation_name(scope.account, session_id) if scope.level == "actor" else None
    names = {Scope(scope.account, "org", "").index_name(), scope.index_name()}
    writer.add(memory, entry, state, occurred=isoformat(ts), conversation=conversation, scopes=names)


def rebuild(connection: sqlite3.Connection, progress: Progress) -> None:
    """Make all that is derived from the memories' texts anew, as when they were stored; inside a transaction."""
    index.drop(connection)
    index.create(connection)
    (total,) = connection.execute("SELECT count(*) FROM memories").fetchone()
    writer = IndexWriter(connection)
    for done, (memory, account, level, id, text, session_id, ts, *state) in enumerate(connection.execute(_MEMORIES), 1):
        progress.tell(done, total, "memories")
        scope, entry = Scope(account, level, id), index.make_entry(text)
        add_memory(writer, memory, scope, entry, State(*state), session_id, ts)
        if done % TOGETHER == 0:
            writer.flush()  # pragma: no cover – of more memories than a test has
    writer.flush()
    connection.execute("UPDATE memories SET fingerprint = fingerprint(text)")
