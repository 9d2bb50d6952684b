"""Full-text search over memories: SQLite's FTS5 finds where the words stand, `relevance` says what that is worth.

The index holds each memory's distinct stems, and marked tokens beside them, told apart by a first character that no
stem has:

    =…  a scope, such as an organisation or an actor: what a search is restricted to
    @…  a name of who speaks
    ~…  the month or the year in which it happened

How it stays fast. A search costs by the number of places it looks at, not by the number of memories: for each term
FTS5 intersects the term's list with the scope's and skips what lies between, and at most `BUDGET` hits are read for
a query, the newest of each term first. A term that is cut short is asked for once more among the memories which have
another term of the query, so that the old memory that has several is still found. What grows with the number of
memories is that intersection when a term is common and the memories that have another are few.

The functions expect a connection whose transactions are the caller's own; none of them commits.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from . import relevance, synonyms, tokens
from .relevance import POSITION_BITS, TermHits
from .stem import stemmer_name

__all__ = ["add", "create", "drop", "is_current", "search"]

BUDGET = 4_000
"""Hits that are read for a query, shared out between its terms."""

LEAST_HITS = 100
"""Hits that are read of each term at least."""

COMPANIONS = 8
"""So many of a query's terms, the rarest ones, are looked for next to each other where they were cut short."""

FOCUS = 300
"""Where more places than this have terms, the turns around the best ones are scored, and no others."""

POOL = 300
"""Candidates whose rows are looked at, at least; and twice as many as are wanted."""

_ALL = "="
"""The scope of everything."""

_TABLES = """
CREATE TABLE retrieval_stemmer (
    name TEXT NOT NULL
);
CREATE TABLE retrieval_rows (
    rowid INTEGER PRIMARY KEY,
    place INTEGER NOT NULL UNIQUE,
    size INTEGER NOT NULL,
    question INTEGER NOT NULL,
    tokens TEXT NOT NULL
);
CREATE TABLE retrieval_threads (
    number INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    turns INTEGER NOT NULL
);
CREATE TABLE retrieval_parts (
    scope TEXT NOT NULL,
    thread INTEGER NOT NULL,
    PRIMARY KEY (scope, thread)
) WITHOUT ROWID;
CREATE TABLE retrieval_totals (
    scope TEXT PRIMARY KEY,
    turns INTEGER NOT NULL,
    conversations INTEGER NOT NULL
) WITHOUT ROWID;
CREATE VIRTUAL TABLE retrieval_index USING fts5(
    tokens, content='retrieval_rows', content_rowid='rowid', detail=none, columnsize=0,
    tokenize="ascii tokenchars '=@~-'"
);
"""


class _Hit(NamedTuple):
    rowid: int
    place: int


def create(connection: sqlite3.Connection) -> None:
    """Make the tables, all named `retrieval_…`.

    Raises:
        ImportError: The stemmer is not installed; the message says what to install.
    """
    # One by one, since `executescript` would commit what the caller has begun.
    for statement in _TABLES.split(";\n"):
        connection.execute(statement)
    connection.execute("INSERT INTO retrieval_stemmer VALUES (?)", (stemmer_name(),))


def drop(connection: sqlite3.Connection) -> None:
    """Remove the tables, an earlier release's too."""
    # A virtual table takes its shadow tables with it, so it has to go first.
    connection.execute("DROP TABLE IF EXISTS retrieval_index")
    listed = "SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'retrieval\\_%' ESCAPE '\\'"
    for (name,) in connection.execute(listed).fetchall():
        connection.execute(f"DROP TABLE {name}")


def is_current(connection: sqlite3.Connection) -> bool:
    """Whether the index was built with the stemmer at hand.

    Raises:
        ImportError: The stemmer is not installed; the message says what to install.
    """
    return bool(connection.execute("SELECT name FROM retrieval_stemmer").fetchone() == (stemmer_name(),))


def add(
    connection: sqlite3.Connection,
    rowid: int,
    content: str,
    *,
    occurred: str = "",
    thread: str | None = None,
    scopes: Iterable[str] = (),
) -> None:
    """Index one memory.

    Args:
        connection: The database.
        rowid: The memory's number, which is not indexed yet. The higher, the newer.
        content: Its text.
        occurred: When it happened, in ISO 8601; its month and year become findable. Anything else is ignored.
        thread: The name of the conversation it belongs to, if any. Memories of one thread are added in the order of
            their turns, and lend each other their words.
        scopes: Names under which a search may ask for it, at most a few.
    """
    names = [_ALL, *map(_scope_token, scopes)]
    place = -rowid << POSITION_BITS if thread is None else _take_place(connection, thread)
    for name in names:
        _count(connection, name, int(thread is None or _enter(connection, place, name)))
    _insert(connection, rowid, place, content, [*names[1:], *(f"~{date}" for date in tokens.dates(occurred))])


def search(
    connection: sqlite3.Connection,
    query: str,
    limit: int = 10,
    candidates_sql: str | None = None,
    params: Sequence[object] = (),
    *,
    scopes: Iterable[str] = (),
) -> list[tuple[int, float]]:
    """The memories nearest to a query.

    Args:
        connection: The database.
        query: Any text at all; its first 8,000 characters count. It has no syntax.
        limit: How many at most.
        candidates_sql: A query of one column, the rowids that are eligible. It is looked up in by rowid for each hit,
            so its table should have the rowid as its key. None: all are.
        params: Its positional parameters.
        scopes: A memory is eligible that was added under at least one of these. They make a search among few of many
            memories fast, and a term's weight what it is in their memories alone, so they are worth giving beside
            `candidates_sql`. None: all.

    Returns:
        The best first, equal ones from the newest on, each with its score, 0-1: the root of the share of the query's
        weight that the memory and the turns around it have, stretched: a short memory with every term has about
        0.86, with half of their weight 0.6, see `relevance.score`. A memory is only found by a term that stands in
        it or at most four turns away, or by its speaker or month.
    """
    terms = tokens.query_terms(query)
    if not terms or limit < 1:
        return []
    names = list(map(_scope_token, scopes))
    lookup = _Lookup(connection, names, candidates_sql, params, max(LEAST_HITS, BUDGET // len(terms)))
    hits = _focused(lookup.hits(terms), max(FOCUS, limit))
    marked = lookup.marked([f"@{term}" for term in terms] + [f"~{date}" for date in tokens.query_dates(query)])
    relevant = relevance.relevance(hits, marked, *_totals(connection, names))
    best = sorted(relevant, key=lambda place: (-relevant[place], -place))[: max(POOL, 2 * limit)]
    found = [
        (rowid, round(relevance.score(relevant[place], size, bool(question)), 6))
        for rowid, place, size, question in lookup.rows(best)
    ]
    found.sort(key=lambda item: (-item[1], -item[0]))
    return found[:limit]


class _Lookup:
    """One search's questions to the database, all under its restriction."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        names: Sequence[str],
        candidates_sql: str | None,
        params: Sequence[object],
        limit: int,
    ) -> None:
        self._connection = connection
        self._names = frozenset(names)
        self._scope = f" AND ({_any(names)})" if names else ""
        # CROSS JOIN keeps SQLite from starting at the eligible rows, of which there may be a million.
        self._with = f"WITH eligible(number) AS ({candidates_sql}) " if candidates_sql else ""
        self._join = "CROSS JOIN eligible ON eligible.number = retrieval_rows.rowid " if candidates_sql else ""
        self._params = tuple(params)
        self._limit = limit

    def hits(self, terms: Sequence[str]) -> list[TermHits]:
        """Where each term of the query stands."""
        newest = [self._match(_any([term]), self._limit) for term in terms]
        frequencies = [self._frequency(hits) for hits in newest]
        rarest = [term for _, term in sorted(zip(frequencies, terms, strict=True))][:COMPANIONS]
        found: list[TermHits] = []
        for term, hits, frequency in zip(terms, newest, frequencies, strict=True):
            others = [other for other in rarest if other != term]
            if len(hits) == self._limit and term in rarest and others:
                hits = hits + self._match(f"{_any([term])} AND ({_any(others)})", self._limit // 2)
            words = synonyms.related(term)
            related = self._match(_any(words), self._limit // 2) if words else []
            found.append(
                TermHits(
                    exact={hit.place for hit in hits},
                    related={hit.place for hit in related},
                    frequency=frequency,
                )
            )
        return found

    def _frequency(self, newest: Sequence[_Hit]) -> int:
        """In how many memories a term stands; where not all were read, as if the others were spread as these are."""
        if len(newest) < self._limit:
            return len(newest)
        return len(newest) * newest[0].rowid // (newest[0].rowid - newest[-1].rowid + 1)

    def marked(self, marks: Iterable[str]) -> list[set[int]]:
        """Where each of the marked tokens stands, of those that do."""
        found = [{hit.place for hit in self._match(_any([token]), self._limit)} for token in marks]
        return [places for places in found if places]

    def _match(self, expression: str, limit: int) -> list[_Hit]:
        sql = (
            f"{self._with}SELECT retrieval_index.rowid, place FROM retrieval_index "
            f"CROSS JOIN retrieval_rows ON retrieval_rows.rowid = retrieval_index.rowid {self._join}"
            "WHERE retrieval_index MATCH ? ORDER BY retrieval_index.rowid DESC LIMIT ?"
        )
        found = self._connection.execute(sql, (*self._params, f"({expression}){self._scope}", limit))
        return [_Hit(*row) for row in found]

    def rows(self, places: Iterable[int]) -> list[tuple[int, int, int, int]]:
        """Rowid, place, size and question of those places that are eligible memories."""
        sql = (
            f"{self._with}SELECT retrieval_rows.rowid, place, size, question, tokens FROM retrieval_rows {self._join}"
            f"WHERE place IN ({', '.join(map(str, places))})"
        )
        rows = self._connection.execute(sql, self._params)
        # A turn that another one reaches need not be of the same scope.
        return [row[:4] for row in rows if not self._names or not self._names.isdisjoint(row[4].split())]


def _focused(hits: list[TermHits], most: int) -> list[TermHits]:
    """The hits on and around the most promising places, if there are too many to score all."""
    promise: dict[int, float] = {}
    for hit in hits:
        for place in hit.exact:
            promise[place] = promise.get(place, 0.0) + 1 / (1 + max(hit.frequency, len(hit.exact)))
    if len(promise) <= most:
        return hits
    best = sorted(promise, key=lambda place: (-promise[place], -place))[:most]
    kept = relevance.nearby(best)
    return [
        TermHits(
            exact=kept.intersection(hit.exact),
            related=kept.intersection(hit.related),
            frequency=max(hit.frequency, len(hit.exact)),
        )
        for hit in hits
    ]


def _scope_token(scope: str) -> str:
    """A scope's name as a token, whatever characters it has."""
    return f"={hashlib.blake2b(scope.encode(errors='surrogatepass'), digest_size=8).hexdigest()}"


def _any(tokens: Iterable[str]) -> str:
    """An FTS5 expression for any of the tokens, none of which has a quote."""
    return " OR ".join(f'"{token}"' for token in tokens)


def _totals(connection: sqlite3.Connection, names: Sequence[str]) -> tuple[int, int]:
    marks = ", ".join("?" * len(names or [_ALL]))
    sql = f"SELECT sum(turns), sum(conversations) FROM retrieval_totals WHERE scope IN ({marks})"
    turns, conversations = connection.execute(sql, tuple(names or [_ALL])).fetchone()
    return turns or 0, conversations or 0


def _count(connection: sqlite3.Connection, scope: str, conversations: int) -> None:
    """Count one more turn of a scope, and the conversations that are new to it."""
    sql = (
        "INSERT INTO retrieval_totals VALUES (:scope, 1, :conversations) ON CONFLICT (scope) "
        "DO UPDATE SET turns = turns + 1, conversations = conversations + :conversations"
    )
    connection.execute(sql, {"scope": scope, "conversations": conversations})


def _take_place(connection: sqlite3.Connection, thread: str) -> int:
    """The next place of the thread."""
    sql = "INSERT INTO retrieval_threads (name, turns) VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET turns = turns + 1"
    connection.execute(sql, (thread,))
    sql = "SELECT number, turns FROM retrieval_threads WHERE name = ?"
    number, turns = connection.execute(sql, (thread,)).fetchone()
    # The first position leaves room below, so that nothing reaches back into another thread.
    place: int = (number << POSITION_BITS) + relevance.REACH + turns
    return place


def _enter(connection: sqlite3.Connection, place: int, scope: str) -> bool:
    """Whether the place's thread is a new one to the scope: several may take part in one conversation."""
    sql = "INSERT OR IGNORE INTO retrieval_parts VALUES (?, ?)"
    return connection.execute(sql, (scope, place >> POSITION_BITS)).rowcount == 1


def _insert(connection: sqlite3.Connection, rowid: int, place: int, content: str, marks: Iterable[str]) -> None:
    text = " ".join([*tokens.terms(content), *(f"@{name}" for name in tokens.speakers(content)), *marks])
    connection.execute(
        "INSERT INTO retrieval_rows VALUES (?, ?, ?, ?, ?)",
        (rowid, place, tokens.content_size(content), tokens.is_question(content), text),
    )
    connection.execute("INSERT INTO retrieval_index (rowid, tokens) VALUES (?, ?)", (rowid, text))
