"""Full-text search over memories (being built: plain FTS5 behind the final interface)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

from memsy_client.local.text import STOP, tokens


def create(connection: sqlite3.Connection) -> None:
    connection.execute("CREATE VIRTUAL TABLE IF NOT EXISTS retrieval_index USING fts5(text, context)")


def add(
    connection: sqlite3.Connection,
    rowid: int,
    text: str,
    context: str = "",
    occurred: str | None = None,
    *,
    thread: str | None = None,
    scopes: Iterable[str] = (),
) -> None:
    connection.execute("INSERT INTO retrieval_index (rowid, text, context) VALUES (?, ?, ?)", (rowid, text, context))


def update(connection: sqlite3.Connection, rowid: int, text: str) -> None:
    connection.execute("UPDATE retrieval_index SET text = ? WHERE rowid = ?", (text, rowid))


def remove(connection: sqlite3.Connection, rowid: int) -> None:
    connection.execute("DELETE FROM retrieval_index WHERE rowid = ?", (rowid,))


def search(
    connection: sqlite3.Connection,
    query: str,
    limit: int = 10,
    candidates_sql: str | None = None,
    params: Sequence[object] = (),
    *,
    scopes: Sequence[str] = (),
) -> list[tuple[int, float]]:
    words = [word for word in dict.fromkeys(tokens(query)) if word not in STOP][:32]
    if not words:
        return []
    match = " OR ".join(f'"{word}"' for word in words)
    condition = f"AND rowid IN ({candidates_sql})" if candidates_sql else ""
    sql = (
        f"SELECT rowid, bm25(retrieval_index, 1.0, 0.5) FROM retrieval_index WHERE retrieval_index MATCH ? {condition} "
        "ORDER BY 2, 1 LIMIT ?"
    )
    found = connection.execute(sql, (match, *params, limit)).fetchall()
    return [(rowid, -score / (1 - score)) for rowid, score in found]
