"""Adds memories to the search index, many with few statements.

What is added is kept until `flush`, so that a conversation, a scope and a count which many of the memories share are
written once for all of them.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable

from . import tokens
from .index import ALL, Entry, State, insert_rows, scope_token
from .relevance import CONTEXT_WINDOW, TURN_BITS

_UNKNOWN = State()


class IndexWriter:
    """Adds memories, inside a transaction of the caller's own; nothing else may add any between two calls of `flush`.

    Args:
        connection: The database.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        # Of each conversation by name, its number and how many turns it has.
        self._conversations: dict[str, tuple[int, int]] = {}
        self._last_conversation: int | None = None
        self._turns: Counter[str] = Counter()
        self._alone: Counter[str] = Counter()
        self._participation: dict[str, dict[int, None]] = {}
        self._rows: list[tuple[object, ...]] = []
        self._texts: list[tuple[int, str]] = []

    def add(
        self,
        rowid: int,
        entry: Entry,
        state: State = _UNKNOWN,
        *,
        occurred: str = "",
        conversation: str | None = None,
        scopes: Iterable[str] = (),
    ) -> None:
        """Index one memory.

        Args:
            rowid: The memory's number, which is not indexed yet. The higher, the newer.
            entry: Its text, as `make_entry` read it.
            state: What else a search asks of it.
            occurred: When it happened, in ISO 8601; its month and year become findable. Anything else is ignored.
            conversation: The name of the conversation it belongs to, if any. Memories of one conversation are added
                in the order of their turns, and lend each other their words.
            scopes: Names under which a search may ask for it, at most a few.
        """
        names = [ALL, *map(scope_token, scopes)]
        position = -rowid << TURN_BITS if conversation is None else self._next_position(conversation)
        self._turns.update(names)
        if conversation is None:
            self._alone.update(names)
        else:
            for name in names:
                self._participation.setdefault(name, {})[position >> TURN_BITS] = None
        own = " ".join(sorted(names[1:]))
        text = " ".join([*entry.tokens, own, *(f"~{date}" for date in tokens.dates(occurred))])
        session = position >> TURN_BITS if conversation is not None and state.is_of_session else None
        of_memory = (state.account, state.observed, state.decays, state.promoted, session)
        self._rows.append((rowid, position, entry.size, entry.question, own, *of_memory))
        self._texts.append((rowid, text))

    def flush(self) -> None:
        """Write what was added."""
        if not self._rows:
            return
        connection = self._connection
        connection.executemany(
            "INSERT INTO retrieval_conversations (name, conversation, turns) VALUES (?, ?, ?) "
            "ON CONFLICT (name) DO UPDATE SET turns = excluded.turns",
            [(name, number, turns) for name, (number, turns) in self._conversations.items()],
        )
        connection.executemany(
            "INSERT INTO retrieval_totals VALUES (?, ?, ?) ON CONFLICT (scope) "
            "DO UPDATE SET turns = turns + excluded.turns, conversations = conversations + excluded.conversations",
            [(scope, turns, self._alone[scope] + self._take_part(scope)) for scope, turns in self._turns.items()],
        )
        insert_rows(connection, self._rows, self._texts)
        # Another transaction may add to the same conversations before this one adds again.
        self._last_conversation = None
        for written in (self._conversations, self._turns, self._alone, self._participation, self._rows, self._texts):
            written.clear()

    def _next_position(self, conversation: str) -> int:
        """The position of the conversation's next turn."""
        number, turns = self._conversations.get(conversation) or self._find_conversation(conversation)
        self._conversations[conversation] = number, turns + 1
        # The first turn leaves room below, so that nothing reaches back into another conversation.
        return (number << TURN_BITS) + CONTEXT_WINDOW + turns + 1

    def _find_conversation(self, name: str) -> tuple[int, int]:
        """The number of a conversation, a new one if there is none of that name, and how many turns it has."""
        sql = "SELECT conversation, turns FROM retrieval_conversations WHERE name = ?"
        found: tuple[int, int] | None = self._connection.execute(sql, (name,)).fetchone()
        if found is not None:
            return found
        if self._last_conversation is None:
            sql = "SELECT coalesce(max(conversation), 0) FROM retrieval_conversations"
            self._last_conversation = int(self._connection.execute(sql).fetchone()[0])
        self._last_conversation += 1
        return self._last_conversation, 0

    def _take_part(self, scope: str) -> int:
        """Note that a scope takes part in conversations, as several may; returns how many of them are new to it."""
        pairs = [(scope, conversation) for conversation in self._participation.get(scope, ())]
        if not pairs:
            return 0
        sql = "INSERT OR IGNORE INTO retrieval_participation VALUES (?, ?)"
        return self._connection.executemany(sql, pairs).rowcount
