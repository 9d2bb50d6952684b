"""How a search is scored: `best_matches` is the only way in, and the scores it returns are those that are answered.

By words first (`index` knows where they stand, `relevance` what that is worth), then with the likeness of vectors where
the user embeds, each statement once, and at last by the user's own ranking where there is one.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from . import tokens
from .index import Eligible, Lookup
from .relevance import first, focus, relevance, score

FOCUS = 300
"""Where more positions than this have terms, the turns around the best ones are scored, and no others."""

POOL = 300
"""Candidates whose rows are looked at, at least; and twice as many as are wanted."""

EMBEDDING_WEIGHT = 0.3
"""How much of a hybrid score is the vectors' likeness; words say more than small models do."""

RANK_DEPTH = 50
"""How many candidates a `rank` function gets to see, at least."""

DEPTH = 150
"""How many are looked at, at least: among them equal scores are put in order, and copies become one."""

Scored = list[tuple[int, float]]
"""Memories with their scores, 0-1, best first."""

Rank = Callable[[str, Sequence[str]], Sequence[float]]


def best_matches(
    connection: sqlite3.Connection,
    query: str,
    eligible: Eligible,
    *,
    limit: int,
    threshold: float = 0.0,
    vector: bytes | None = None,
    rank: Rank | None = None,
) -> Scored:
    """The memories nearest to a query, each statement once; of equal scores, the one observed last comes first.

    Args:
        connection: The database.
        query: Any text at all; its first 8,000 characters count. It has no syntax.
        eligible: Which memories may be returned.
        limit: How many at most.
        threshold: The least score of a result.
        vector: The query's vector, 32-bit floats, where memories have such.
        rank: Scores the best candidates' texts anew.
    """
    wanted = limit if rank is None else max(limit, RANK_DEPTH)
    depth = max(DEPTH, wanted * eligible.copies)
    found = score_by_words(connection, query, eligible, depth)
    if vector is not None:
        found = _fuse(found, _cosine_similarities(connection, vector, eligible))[:depth]
        found = _newest_first(connection, found)
    found = list(islice(_deduplicated(connection, found, per_actor=eligible.per_actor), wanted))
    if rank is not None:
        found = _rank(connection, rank, query, found)
    # Rounded before they are compared, so that a score which was answered works as a threshold.
    rounded = [(memory, round(value, 6)) for memory, value in found[:limit]]
    return [(memory, value) for memory, value in rounded if value >= threshold]


def score_by_words(connection: sqlite3.Connection, query: str, eligible: Eligible, limit: int) -> Scored:
    """The memories nearest to a query by its words alone; of equal scores, the one observed last comes first.

    A score is the root of the share of the query's weight that the memory and the turns around it have, stretched: a
    short memory with every term has about 0.86, with half of their weight 0.6, see `relevance.score`. A memory is only
    found by a term that stands in it or at most four turns away, or by its speaker or month.
    """
    terms = tokens.query_terms(query)
    if not terms or limit < 1:
        return []
    lookup = Lookup(connection, eligible, len(terms))

    def newness(position: int) -> tuple[int, int]:
        return lookup.observed.get(position, 0), position

    hits = focus(lookup.hits(terms), max(FOCUS, limit), newness)
    labelled = lookup.labelled([f"@{term}" for term in terms] + [f"~{date}" for date in tokens.query_dates(query)])
    shares = relevance(hits, labelled, *lookup.totals())
    best = first(shares, max(POOL, 2 * limit), newness)
    found = [
        (round(score(shares[position], size, bool(question)), 6), observed, memory)
        for memory, position, size, question, observed in lookup.rows(best)
    ]
    return [(memory, value) for value, _, memory in sorted(found, reverse=True)[:limit]]


def _cosine_similarities(connection: sqlite3.Connection, vector: bytes, eligible: Eligible) -> Scored:
    """Every eligible memory with a vector, from the newest on, and its cosine to the query's.

    Negative ones count as unlike.
    """
    import numpy

    # A vector of another length was made by another function, and says nothing about this one.
    sql = (
        f"WITH eligible(number, observed) AS ({eligible.sql}) SELECT memory, embedding FROM memories "
        "JOIN eligible ON eligible.number = memory WHERE length(embedding) = ? "
        "ORDER BY eligible.observed DESC, memory DESC"
    )
    rows = connection.execute(sql, (*eligible.params, len(vector))).fetchall()
    if not rows:
        return []
    matrix = numpy.frombuffer(b"".join(row[1] for row in rows), dtype=numpy.float32).reshape(len(rows), -1)
    asked = numpy.frombuffer(vector, dtype=numpy.float32)
    lengths = numpy.linalg.norm(matrix, axis=1) * numpy.linalg.norm(asked)
    cosines = numpy.clip(matrix @ asked / numpy.maximum(lengths, 1e-12), 0.0, 1.0)
    return [(row[0], float(cosine)) for row, cosine in zip(rows, cosines, strict=True)]


def _fuse(by_words: Scored, by_vectors: Scored) -> Scored:
    words, vectors = dict(by_words), dict(by_vectors)
    scores = {
        memory: (1 - EMBEDDING_WEIGHT) * words.get(memory, 0.0) + EMBEDDING_WEIGHT * vectors.get(memory, 0.0)
        for memory in vectors | words
    }
    # Of equal ones, the newest stay first, as they come.
    return sorted(scores.items(), key=lambda item: -item[1])


def _newest_first(connection: sqlite3.Connection, found: Scored) -> Scored:
    """The same in order; of equal scores, the one observed last comes first."""
    sql = "SELECT observed FROM memories WHERE memory = ?"
    observed = {memory: connection.execute(sql, (memory,)).fetchone()[0] for memory, _ in found}
    return sorted(found, key=lambda item: (-item[1], -observed[item[0]], -item[0]))


def _deduplicated(connection: sqlite3.Connection, found: Scored, *, per_actor: bool) -> Iterator[tuple[int, float]]:
    """The best of each statement, in order: a memory and its promoted copies say the same."""
    sql = "SELECT fingerprint, level FROM memories WHERE memory = ?"
    seen: set[bytes] = set()
    for memory, value in found:
        fingerprint, level = connection.execute(sql, (memory,)).fetchone()
        if per_actor and level == "actor":
            yield memory, value
        elif fingerprint not in seen:
            seen.add(fingerprint)
            yield memory, value


def _rank(connection: sqlite3.Connection, rank: Rank, query: str, found: Scored) -> Scored:
    sql = "SELECT text FROM memories WHERE memory = ?"
    values = rank(query, [connection.execute(sql, (memory,)).fetchone()[0] for memory, _ in found])
    # Sorted as they came: of equal scores, what was found to be nearer stays first.
    ranked = [(memory, value) for (memory, _), value in zip(found, values, strict=True)]
    return sorted(ranked, key=lambda item: -item[1])
