"""Moves a database as JSON lines: a first line that says what it is, then a row a line, and a last one that counts.

Every table goes, keys (their salted hashes), usage and counters included; the search index is built anew. An import
goes into an empty database, all of it or nothing.
"""

from __future__ import annotations

import base64
import json
import sqlite3
from collections.abc import Iterable, Iterator
from typing import Any

from .storage import indexing, schema
from .storage.database import Store

FORMAT = "memsy-export"


_UNFIT = (sqlite3.Error, ValueError, KeyError, TypeError, OverflowError)
"""What values raise that no export holds."""


class ImportRefused(Exception):
    """What should be imported is no export of this server, or there is no empty database to take it."""


def export(store: Store) -> Iterator[str]:
    """The lines of an export, each with its line feed, of one moment of the database."""
    rows = 0
    with store.read() as connection:
        yield _line({"format": FORMAT, "version": schema.VERSION})
        for table in schema.TABLES:
            cursor = connection.execute(f"SELECT * FROM {table} ORDER BY {', '.join(_key(connection, table))}")
            columns = [column[0] for column in cursor.description]
            for row in cursor:
                rows += 1
                yield _line({"table": table, "row": dict(zip(columns, map(_shown, row), strict=True))})
    yield _line({"rows": rows})


def load(store: Store, lines: Iterable[str]) -> int:
    """Import an export, and return how many rows it had.

    Raises:
        ImportRefused: The database is not empty, or the lines are no complete export that this release can read.
    """
    return store.write(lambda connection: _load(connection, lines))


def _load(connection: sqlite3.Connection, lines: Iterable[str]) -> int:
    if any(connection.execute(f"SELECT EXISTS (SELECT 1 FROM {table})").fetchone()[0] for table in schema.TABLES):
        raise ImportRefused("the database is not empty; import goes into a new one")
    documents = _documents(lines)
    _check_header(next(documents, {}))
    for rows, document in enumerate(documents):
        if "rows" in document:
            if document["rows"] != rows:
                raise ImportRefused(f"the export says that it has {document['rows']} rows, but there are {rows}")
            try:
                indexing.rebuild(connection)
            except (*_UNFIT, AttributeError) as error:
                raise ImportRefused(f"the memories cannot be indexed: {error}") from error
            return rows
        _insert(connection, document, line=rows + 2)
    raise ImportRefused("the export ends before its last line")


def _documents(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(lines, 1):
        try:
            document = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise ImportRefused(f"line {number} is not JSON: {error}") from error
        if not isinstance(document, dict):
            raise ImportRefused(f"line {number} is not a JSON object")
        yield document


def _check_header(header: dict[str, Any]) -> None:
    if header.get("format") != FORMAT:
        raise ImportRefused("this is no export of a local Memsy")
    if header.get("version") not in range(1, schema.VERSION + 1):
        raise ImportRefused(
            f"the export has version {header.get('version')}, this release reads up to {schema.VERSION}"
        )


def _insert(connection: sqlite3.Connection, document: dict[str, Any], line: int) -> None:
    table, row = document.get("table"), document.get("row")
    if not isinstance(table, str) or table not in schema.TABLES or not isinstance(row, dict):
        raise ImportRefused(f"line {line} is no row of a known table")
    known = {column[1] for column in connection.execute(f"PRAGMA table_info({table})")}
    if set(row) != known:
        raise ImportRefused(f"line {line} has not the columns of {table}")
    try:
        values = tuple(map(_stored, row.values()))
        connection.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", values)
    except _UNFIT as error:
        raise ImportRefused(f"line {line} cannot be stored: {error}") from error


def _key(connection: sqlite3.Connection, table: str) -> list[str]:
    columns = connection.execute(f"PRAGMA table_info({table})").fetchall()
    return [column[1] for column in sorted(columns, key=lambda column: column[5]) if column[5]]


def _shown(value: Any) -> Any:
    return {"base64": base64.b64encode(value).decode()} if isinstance(value, bytes) else value


def _stored(value: Any) -> Any:
    return base64.b64decode(value["base64"], validate=True) if isinstance(value, dict) else value


def _line(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n"
