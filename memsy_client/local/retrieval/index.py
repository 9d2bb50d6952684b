"""The search index of memories, and where in it the terms of a query stand. `scoring` says what that is worth.

The index holds each memory's distinct stems, and labels beside them, told apart by a first character that no stem has:

    =…  a scope, such as an organisation or an actor: what a search is restricted to
    @…  a name of who speaks
    ~…  the month or the year in which it happened

How it stays fast. A search costs by the number of positions it looks at, not by the number of memories: for each term
SQLite's FTS5 intersects the term's list with the scope's and skips what lies between, and at most `BUDGET` hits are
read for a query, the newest of each term first. A scope that has nearly all memories is not intersected with, since
its list is the longest of all and leaves out next to nothing: its hits are told by their rows. A term that is cut
short is asked for once more among the memories which have another term of the query, so that the old memory that has
several is still found. What grows with the number of memories is that intersection when a term is common and the
memories that have another are few.

The functions expect a connection whose transactions are the caller's own; none of them commits.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from ..progress import Progress
from . import fingerprint, synonyms, tokens
from .relevance import TURN_BITS, TermHits
from .stem import stemmer_name

BUDGET = 4_000
"""Hits that are read for a query, shared out between its terms."""

LEAST_HITS = 100
"""Hits that are read of each term at least."""

MAX_COOCCURRING = 8
"""So many of a query's terms, the rarest ones, are looked for next to each other where they were cut short."""

WIDE = 0.9
"""From which share of all memories on a scope's list is not intersected with."""

_Hit = tuple[int, int, int]
"""A memory that has a term: its number, its position, and when it was observed."""

ALL = "="
"""The scope of everything."""

_ROWS = """
CREATE TABLE retrieval_rows (
    rowid INTEGER PRIMARY KEY,
    position INTEGER NOT NULL UNIQUE,
    size INTEGER NOT NULL,
    question INTEGER NOT NULL,
    scopes TEXT NOT NULL,
    account INTEGER NOT NULL,
    observed INTEGER NOT NULL,
    decays INTEGER,
    promoted INTEGER,
    session INTEGER
)"""
_INDEX = """
CREATE VIRTUAL TABLE retrieval_index USING fts5(
    tokens, content='', detail=none, columnsize=0, tokenize="ascii tokenchars '=@~-'"
)"""
_TABLES = f"""
CREATE TABLE retrieval_stemmer (
    name TEXT NOT NULL
);
{_ROWS};
CREATE TABLE retrieval_conversations (
    conversation INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    turns INTEGER NOT NULL
);
CREATE TABLE retrieval_participation (
    scope TEXT NOT NULL,
    conversation INTEGER NOT NULL,
    PRIMARY KEY (scope, conversation)
) WITHOUT ROWID;
CREATE TABLE retrieval_totals (
    scope TEXT PRIMARY KEY,
    turns INTEGER NOT NULL,
    conversations INTEGER NOT NULL
) WITHOUT ROWID;
{_INDEX}
"""


def create(connection: sqlite3.Connection) -> None:
    """Make the tables, all named `retrieval_…`.

    Raises:
        ImportError: The stemmer is not installed; the message says what to install.
    """
    # One by one, since `executescript` would commit what the caller has begun.
    for statement in _TABLES.split(";\n"):
        connection.execute(statement)
    connection.execute("INSERT INTO retrieval_stemmer VALUES (?)", (built_with(),))
    _merge_less(connection)


def _merge_less(connection: sqlite3.Connection) -> None:
    """Let FTS5 merge eight of its segments, not four: what is written is copied less often."""
    connection.execute("INSERT INTO retrieval_index (retrieval_index, rank) VALUES ('automerge', 8)")


def renew_rows(connection: sqlite3.Connection, progress: Progress, *, have_tokens: bool) -> None:
    """Turn the rows of an older version into these, which say of each memory what a search asks of it.

    Args:
        connection: The database.
        progress: Is told how far it is.
        have_tokens: Whether the rows hold the tokens in place of the scopes, and the index is to be built of them.
    """
    if have_tokens:
        connection.execute("DROP TABLE retrieval_index")
        connection.execute(_INDEX)
    _merge_less(connection)
    connection.execute("ALTER TABLE retrieval_rows RENAME TO retrieval_former_rows")
    connection.execute(_ROWS)
    (total,) = connection.execute("SELECT count(*) FROM retrieval_former_rows").fetchone()
    sql = (
        "SELECT former.*, account, observed, decays, promoted, "
        f"CASE WHEN session_id IS NOT NULL THEN position >> {TURN_BITS} END FROM retrieval_former_rows former "
        "JOIN memories ON memory = former.rowid ORDER BY former.rowid"
    )
    for done, (number, position, size, question, text, *state) in enumerate(connection.execute(sql)):
        progress.tell(done, total, "memories")
        scopes = " ".join(sorted(token for token in text.split() if token.startswith("=")))
        insert_rows(
            connection,
            [(number, position, size, question, scopes, *state)],
            [(number, text)] if have_tokens else [],
        )
    connection.execute("DROP TABLE retrieval_former_rows")


def built_with() -> str:
    """What everything depends on that is derived from the texts and stored: the stemmer, and our own rules.

    Raises:
        ImportError: The stemmer is not installed; the message says what to install.
    """
    return f"{stemmer_name()}, words {tokens.VERSION}, fingerprints {fingerprint.VERSION}"


def drop(connection: sqlite3.Connection) -> None:
    """Remove the tables, an earlier release's too."""
    # A virtual table takes its shadow tables with it, so it has to go first.
    connection.execute("DROP TABLE IF EXISTS retrieval_index")
    listed = "SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'retrieval\\_%' ESCAPE '\\'"
    for (name,) in connection.execute(listed).fetchall():
        connection.execute(f"DROP TABLE {name}")


def is_current(connection: sqlite3.Connection) -> bool:
    """Whether the index was built with the stemmer and the rules at hand.

    Raises:
        ImportError: The stemmer is not installed; the message says what to install.
    """
    return bool(connection.execute("SELECT name FROM retrieval_stemmer").fetchone() == (built_with(),))


@dataclass(frozen=True, slots=True)
class Entry:
    """What the index keeps of a text. Making it takes longer than adding it, and needs no connection.

    Attributes:
        tokens: Its distinct stems and its speaker.
        size: How many content words it has.
        question: Whether it ends by asking.
    """

    tokens: tuple[str, ...]
    size: int
    question: bool


@dataclass(frozen=True, slots=True)
class State:
    """What a search asks of each memory that it meets: looking into the memory itself takes longer.

    Attributes:
        account: Whose it is.
        observed: When it was observed last: the later, the larger.
        decays: When it is decayed; None for never.
        promoted: The number of a copy that may stand for it; None where there is none.
        is_of_session: Whether it belongs to its conversation alone.
    """

    account: int = 0
    observed: int = 0
    decays: int | None = None
    promoted: int | None = None
    is_of_session: bool = True


def make_entry(content: str) -> Entry:
    """What the index keeps of a text."""
    words = tokens.words(content)
    found = (*tokens.terms(words), *(f"@{name}" for name in tokens.speakers(content)))
    return Entry(found, tokens.content_size(words), tokens.is_question(content))


def insert_rows(
    connection: sqlite3.Connection, rows: Iterable[Sequence[object]], texts: Iterable[tuple[int, str]]
) -> None:
    """Write rows of `retrieval_rows`, and the tokens of their texts by number, separated by blanks."""
    connection.executemany("INSERT INTO retrieval_rows VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
    connection.executemany("INSERT INTO retrieval_index (rowid, tokens) VALUES (?, ?)", texts)


@dataclass(frozen=True, slots=True)
class Eligible:
    """Which memories a search may return.

    Attributes:
        sql: A query of two columns, their numbers and when each was observed: the later, the larger. It is looked up
            in by number for each hit, so its table should have the number as its key.
        params: Its positional parameters.
        scopes: The names of scopes of which each was added under at least one; none stands for all. They make a search
            among few of many memories fast, and a term's weight what it is in their memories alone, so they are worth
            giving beside `sql`.
        copies: In how many scopes the same statement may stand: an actor's, and each role's and team's.
        per_actor: Whether what two actors say stays two results, although it is the same.
    """

    sql: str = "SELECT rowid, rowid FROM retrieval_rows"
    params: tuple[object, ...] = ()
    scopes: tuple[str, ...] = ()
    copies: int = 1
    per_actor: bool = False


class Lookup:
    """One search's questions to the index, all under its restriction.

    Args:
        connection: The database.
        eligible: The restriction.
        terms: How many terms the query has.

    Attributes:
        observed: When the memory at each position that was met was observed.
    """

    def __init__(self, connection: sqlite3.Connection, eligible: Eligible, terms: int) -> None:
        self._connection = connection
        self._scopes = [scope_token(scope) for scope in eligible.scopes]
        is_wide = self._has_wide_scope()
        self._in_scope = f" AND ({_any(self._scopes)})" if self._scopes and not is_wide else ""
        told = " OR ".join(f"instr(scopes, '{scope}')" for scope in self._scopes)
        self._of_wide_scope = f" AND ({told})" if is_wide else ""
        self._with = f"WITH eligible(number, observed) AS ({eligible.sql})"
        self.observed: dict[int, int] = {}
        self._params = eligible.params
        self._limit = max(LEAST_HITS, BUDGET // terms)

    def totals(self) -> tuple[int, int]:
        """How many turns there are to choose from, and of how many conversations."""
        scopes = self._scopes or [ALL]
        placeholders = ", ".join("?" * len(scopes))
        sql = f"SELECT sum(turns), sum(conversations) FROM retrieval_totals WHERE scope IN ({placeholders})"
        turns, conversations = self._connection.execute(sql, scopes).fetchone()
        return turns or 0, conversations or 0

    def _has_wide_scope(self) -> bool:
        """Whether one of the scopes has nearly all that there is."""
        names = [ALL, *self._scopes]
        sql = f"SELECT scope, turns FROM retrieval_totals WHERE scope IN ({', '.join('?' * len(names))})"
        turns: dict[str, int] = dict(self._connection.execute(sql, names).fetchall())
        everything = turns.pop(ALL, 0)
        return max(turns.values(), default=0) > WIDE * everything

    def hits(self, terms: Sequence[str]) -> list[TermHits]:
        """Where each term of the query stands."""
        newest = [self._match([term], self._limit) for term in terms]
        frequencies = [self._frequency(hits) for hits in newest]
        rarest = [term for _, term in sorted(zip(frequencies, terms, strict=True))][:MAX_COOCCURRING]
        found: list[TermHits] = []
        for term, hits, frequency in zip(terms, newest, frequencies, strict=True):
            exact = hits + self._cooccurring(term, rarest) if len(hits) == self._limit else hits
            related = self._match(synonyms.related(term), self._limit // 2)
            found.append(TermHits(_positions(exact), _positions(related), frequency))
        return found

    def labelled(self, labels: Iterable[str]) -> list[set[int]]:
        """The positions of each of the labels that are there."""
        found = (_positions(self._match([label], self._limit)) for label in labels)
        return [positions for positions in found if positions]

    def rows(self, positions: Iterable[int]) -> list[tuple[int, int, int, int, int]]:
        """Memory, position, size, question and time of those positions that are eligible memories."""
        sql = (
            f"{self._with} SELECT retrieval_rows.rowid, position, size, question, eligible.observed, scopes "
            "FROM retrieval_rows CROSS JOIN eligible ON eligible.number = retrieval_rows.rowid "
            f"WHERE position IN ({', '.join(map(str, positions))})"
        )
        rows = self._connection.execute(sql, self._params)
        # A turn that another one reaches need not be of the same scope.
        wanted = frozenset(self._scopes)
        return [row[:5] for row in rows if not wanted or not wanted.isdisjoint(row[5].split())]

    def _frequency(self, newest: Sequence[_Hit]) -> int:
        """In how many memories a term stands; where not all were read, as if the others were spread as these are."""
        if len(newest) < self._limit:
            return len(newest)
        (last, *_), (first, *_) = newest[0], newest[-1]
        return len(newest) * last // (last - first + 1)

    def _cooccurring(self, term: str, rarest: Sequence[str]) -> list[_Hit]:
        """Further hits of a term, if it is among the rarest, next to others of these."""
        others = [other for other in rarest if other != term]
        return self._match([term], self._limit // 2, beside=others) if term in rarest and others else []

    def _match(self, any_of: Sequence[str], limit: int, beside: Sequence[str] = ()) -> list[_Hit]:
        """The newest memories that have any of some tokens, and any of those `beside` if there are some."""
        if not any_of:
            return []
        both = f" AND ({_any(beside)})" if beside else ""
        # CROSS JOIN keeps SQLite from starting at the eligible rows, of which there may be a million.
        sql = (
            f"{self._with} SELECT retrieval_index.rowid, position, eligible.observed FROM retrieval_index "
            "CROSS JOIN retrieval_rows ON retrieval_rows.rowid = retrieval_index.rowid "
            "CROSS JOIN eligible ON eligible.number = retrieval_rows.rowid "
            f"WHERE retrieval_index MATCH ?{self._of_wide_scope} ORDER BY retrieval_index.rowid DESC LIMIT ?"
        )
        expression = f"({_any(any_of)}){both}{self._in_scope}"
        hits: list[_Hit] = self._connection.execute(sql, (*self._params, expression, limit)).fetchall()
        self.observed.update([hit[1:] for hit in hits])
        return hits


def _positions(hits: Iterable[_Hit]) -> set[int]:
    return {position for _, position, _ in hits}


@lru_cache(maxsize=4096)
def scope_token(scope: str) -> str:
    """A scope's name as a token, whatever characters it has."""
    return f"={hashlib.blake2b(scope.encode(errors='surrogatepass'), digest_size=8).hexdigest()}"


def _any(tokens: Iterable[str]) -> str:
    """An FTS5 expression for any of the tokens, none of which has a quote."""
    return " OR ".join(f'"{token}"' for token in tokens)
