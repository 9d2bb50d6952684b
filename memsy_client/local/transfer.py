"""Export and import of a database as JSON lines: a header, a line for each row, and a last line with their number.

An export holds every table, including keys (their salted hashes), usage and counters; an import builds the search
index anew. An import needs an empty database, and stores everything or nothing.
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

_INVALID = (sqlite3.Error, ValueError, KeyError, TypeError, OverflowError)
"""What invalid values raise when they are stored."""


class TransferError(Exception):
    """An import is not possible; the message says why in one line."""


def export_lines(store: Store) -> Iterator[str]:
    """The lines of an export, each with its line feed; all of them show one moment of the database."""
    rows = 0
    with store.read() as connection:
        yield _line({"format": FORMAT, "version": schema.VERSION})
        for table in schema.TABLES:
            cursor = connection.execute(f"SELECT * FROM {table} ORDER BY {', '.join(_key(connection, table))}")
            columns = [column[0] for column in cursor.description]
            for row in cursor:
                rows += 1
                yield _line({"table": table, "row": dict(zip(columns, map(_to_json, row), strict=True))})
    yield _line({"rows": rows})


def import_lines(store: Store, lines: Iterable[str]) -> int:
    """Import an export, and return how many rows it had.

    Raises:
        TransferError: The database is not empty, or the lines are not a complete export that this release can read.
    """
    return store.write(lambda connection: _import(connection, lines))


def _import(connection: sqlite3.Connection, lines: Iterable[str]) -> int:
    if any(connection.execute(f"SELECT EXISTS (SELECT 1 FROM {table})").fetchone()[0] for table in schema.TABLES):
        raise TransferError("the database is not empty; import goes into a new one")
    documents = _documents(lines)
    _check_header(next(documents, {}))
    for rows, document in enumerate(documents):
        if "rows" in document:
            if document["rows"] != rows:
                raise TransferError(f"the export says that it has {document['rows']} rows, but there are {rows}")
            try:
                indexing.rebuild(connection)
            except (*_INVALID, AttributeError) as error:
                raise TransferError(f"the memories cannot be indexed: {error}") from error
            return rows
        _insert(connection, document, line=rows + 2)
    raise TransferError("the export ends before its last line")


def _documents(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(lines, 1):
        try:
            document = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise TransferError(f"line {number} is not JSON: {error}") from error
        if not isinstance(document, dict):
            raise TransferError(f"line {number} is not a JSON object")
        yield document


def _check_header(header: dict[str, Any]) -> None:
    if header.get("format") != FORMAT:
        raise TransferError("this is not an export of a local Memsy")
    if header.get("version") not in range(1, schema.VERSION + 1):
        raise TransferError(
            f"the export has version {header.get('version')}, this release reads up to {schema.VERSION}"
        )


def _insert(connection: sqlite3.Connection, document: dict[str, Any], line: int) -> None:
    table, row = document.get("table"), document.get("row")
    if not isinstance(table, str) or table not in schema.TABLES or not isinstance(row, dict):
        raise TransferError(f"line {line} is not a row of a known table")
    known = {column[1] for column in connection.execute(f"PRAGMA table_info({table})")}
    if set(row) != known:
        raise TransferError(f"line {line} does not have the columns of {table}")
    try:
        schema.insert(connection, table, {column: _from_json(value) for column, value in row.items()})
    except _INVALID as error:
        raise TransferError(f"line {line} cannot be stored: {error}") from error


def _key(connection: sqlite3.Connection, table: str) -> list[str]:
    columns = connection.execute(f"PRAGMA table_info({table})").fetchall()
    return [column[1] for column in sorted(columns, key=lambda column: column[5]) if column[5]]


def _to_json(value: Any) -> Any:
    return {"base64": base64.b64encode(value).decode()} if isinstance(value, bytes) else value


def _from_json(value: Any) -> Any:
    return base64.b64decode(value["base64"], validate=True) if isinstance(value, dict) else value


def _line(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n"
