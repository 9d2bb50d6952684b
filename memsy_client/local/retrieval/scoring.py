"""Which eligible memories are nearest to a query: by words, and by the user's own functions where there are any."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from ..memory.plugins import Plugins
from . import index

EMBEDDING_WEIGHT = 0.3
"""How much of a hybrid score is the vectors' likeness; words say more than small models do."""

RANK_DEPTH = 50
"""How many candidates a `rank` function gets to see, at least."""

DEPTH = 150
"""How many are looked at, at least: among them equal scores are put in order, and copies become one."""

Scored = list[tuple[int, float]]
"""Memories with their scores, 0-1, best first."""


@dataclass(frozen=True, slots=True)
class Eligible:
    """Which memories a search may return.

    Attributes:
        sql: A query of their numbers.
        params: Its parameters.
        scopes: The places they are in, by the names under which the index knows them.
        copies: In how many places the same statement may stand: an actor's, and each role's and team's.
        apart: Whether what two actors say stays two results, although it is the same.
    """

    sql: str
    params: tuple[object, ...]
    scopes: tuple[str, ...]
    copies: int
    apart: bool = False


def best(connection: sqlite3.Connection, plugins: Plugins, query: str, limit: int, eligible: Eligible) -> Scored:
    """The `limit` nearest memories, each statement once; of equal scores, the one observed last comes first."""
    wanted = limit if plugins.rank is None else max(limit, RANK_DEPTH)
    depth = max(DEPTH, wanted * eligible.copies)
    found: Scored = index.search(connection, query, depth, eligible.sql, eligible.params, scopes=eligible.scopes)
    vector = plugins.vectors([query])[0]
    if vector is not None:
        found = _fuse(found, _alike(connection, vector, eligible))[:depth]
    found = _once_each(connection, found, eligible)
    if plugins.rank is not None:
        found = _rank(connection, plugins, query, found[:wanted])
    return found[:limit]


def _alike(connection: sqlite3.Connection, vector: bytes, eligible: Eligible) -> Scored:
    """Every eligible memory with a vector, by its cosine to the query's; negative ones count as unlike."""
    import numpy

    # A vector of another length was made by another function, and says nothing about this one.
    sql = f"SELECT memory, embedding FROM memories WHERE length(embedding) = ? AND memory IN ({eligible.sql})"
    rows = connection.execute(sql, (len(vector), *eligible.params)).fetchall()
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
        for memory in words.keys() | vectors.keys()
    }
    return sorted(scores.items(), key=lambda item: (-item[1], -item[0]))


def _once_each(connection: sqlite3.Connection, found: Scored, eligible: Eligible) -> Scored:
    """The best of each statement, in order: a memory and its promoted copies say the same."""
    sql = "SELECT observed, fingerprint, level FROM memories WHERE memory = ?"
    rows = {memory: connection.execute(sql, (memory,)).fetchone() for memory, _ in found}
    kept: dict[object, tuple[int, float]] = {}
    for memory, score in sorted(found, key=lambda item: (-item[1], -rows[item[0]][0], -item[0])):
        _, mark, level = rows[memory]
        kept.setdefault(memory if eligible.apart and level == "actor" else mark, (memory, score))
    return list(kept.values())


def _rank(connection: sqlite3.Connection, plugins: Plugins, query: str, found: Scored) -> Scored:
    sql = "SELECT text FROM memories WHERE memory = ?"
    scores = plugins.scores(query, [connection.execute(sql, (memory,)).fetchone()[0] for memory, _ in found])
    # Sorted as they came: of equal scores, what was found to be nearer stays first.
    ranked = [(memory, score) for (memory, _), score in zip(found, scores, strict=True)]
    return sorted(ranked, key=lambda item: -item[1])
