"""Which eligible memories are nearest to a query: by words, and by the user's own functions where there are any."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from memsy_client.local import retrieval
from memsy_client.local.plugins import Plugins

EMBEDDING_WEIGHT = 0.3
"""How much of a hybrid score is the vectors' likeness; words say more than small models do."""

RANK_DEPTH = 50
"""How many candidates a `rank` function gets to see, at least."""

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
    """

    sql: str
    params: tuple[object, ...]
    scopes: tuple[str, ...]
    copies: int


def best(connection: sqlite3.Connection, plugins: Plugins, query: str, limit: int, eligible: Eligible) -> Scored:
    """The `limit` nearest memories, each statement once."""
    wanted = limit if plugins.rank is None else max(limit, RANK_DEPTH)
    depth = wanted * eligible.copies
    found: Scored = retrieval.search(connection, query, depth, eligible.sql, eligible.params, scopes=eligible.scopes)
    vector = plugins.vectors([query])[0]
    if vector is not None:
        found = _fuse(found, _alike(connection, vector, eligible))[:depth]
    if eligible.copies > 1:
        found = _once_each(connection, found)
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
    return sorted(scores.items(), key=lambda item: (-item[1], item[0]))


def _once_each(connection: sqlite3.Connection, found: Scored) -> Scored:
    """The best of each statement: an actor's own memory and its promoted copies say the same."""
    kept: dict[bytes, tuple[int, float]] = {}
    for memory, score in found:
        mark = connection.execute("SELECT fingerprint FROM memories WHERE memory = ?", (memory,)).fetchone()[0]
        kept.setdefault(mark, (memory, score))
    return list(kept.values())


def _rank(connection: sqlite3.Connection, plugins: Plugins, query: str, found: Scored) -> Scored:
    assert plugins.rank is not None
    if not found:
        return found
    texts = [
        connection.execute("SELECT text FROM memories WHERE memory = ?", (memory,)).fetchone()[0] for memory, _ in found
    ]
    scores = [min(max(float(score), 0.0), 1.0) for score in plugins.rank(query, texts)]
    if len(scores) != len(found):
        raise ValueError(f"rank returned {len(scores)} scores for {len(found)} texts")
    return sorted(zip([memory for memory, _ in found], scores, strict=True), key=lambda item: (-item[1], item[0]))
