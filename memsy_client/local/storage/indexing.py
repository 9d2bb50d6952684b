"""The search index of the stored memories: under which names it knows each, and how it is built anew.

Which stems a text has depends on the stemmer and its version, and stems of two kinds do not meet. So a file says what
its index was built with, and gets a new one when that is something else.
"""

from __future__ import annotations

import sqlite3

from ..clock import isoformat
from ..retrieval import index
from . import schema

_MEMORIES = """
    SELECT memory, memories.account, level, coalesce(memories.actor_id, memories.role_id, memories.team_id, ''), text,
        events.session_id, effective_from
    FROM memories JOIN events ON event = (SELECT min(event) FROM sources WHERE sources.memory = memories.memory)
    ORDER BY memory
"""
"""Each memory with the conversation in which it was first stated, in the order in which they were made."""


def add_memory(
    connection: sqlite3.Connection, memory: int, account: int, level: str, id: str, text: str, session_id: str, ts: int
) -> None:
    """Make a memory searchable.

    Args:
        connection: The database, in a transaction.
        memory: Its number.
        account: Its account.
        level: `actor`, `role`, `team` or `org`.
        id: The id of the actor, role, team or organisation.
        text: What it states.
        session_id: The conversation in which it was first stated.
        ts: When that was.
    """
    # Only an actor's memory has its turn in a conversation; one that was promoted stands alone.
    conversation = f"{account}/{session_id}" if level == "actor" else None
    scopes = {scope_name(account, "org", ""), scope_name(account, level, id)}
    index.add(connection, memory, text, occurred=isoformat(ts), conversation=conversation, scopes=scopes)


def scope_name(account: int, level: str, id: str) -> str:
    """The name under which the index knows a scope; an organisation's is that of everything in it."""
    return f"{account}/{level}/{'' if level == 'org' else id}"


def rebuild(connection: sqlite3.Connection) -> None:
    """Build the index of all memories anew, as it was built when they were stored; inside a transaction."""
    index.drop(connection)
    index.create(connection)
    for row in connection.execute(_MEMORIES):
        add_memory(connection, *row)
    connection.execute(f"PRAGMA user_version = {schema.VERSION}")
