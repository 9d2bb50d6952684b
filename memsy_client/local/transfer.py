"""Export and import of a database as JSON lines: a header, a line for each row, and a last line with their number.

An export holds every table, including keys (their salted hashes), usage and counters; an import builds the search
index anew. An import needs an empty database, and stores everything or nothing.
"""

from __future__ import annotations

import base64
import json
import math
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields
from typing import Any, NamedTuple

from .clock import is_moment
from .memory.extraction import may_be
from .progress import Progress
from .providers import PROVIDERS, Resource
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
    tables = {table: _columns(connection, table) for table in schema.TABLES}
    for rows, document in enumerate(documents):
        if "rows" in document:
            if type(document["rows"]) is not int or document["rows"] != rows:
                raise TransferError(f"the export says that it has {document['rows']} rows, but there are {rows}")
            if next(documents, None) is not None:
                raise TransferError(f"line {rows + 3} comes after the number of rows, which is the last line")
            # An export does not say all of it, and one of an older version none.
            schema.count(connection)
            try:
                indexing.rebuild(connection, Progress("indexing the memories"))
            except (*_INVALID, AttributeError) as error:  # pragma: no cover – rows are checked before
                raise TransferError(f"the memories cannot be indexed: {error}") from error
            return rows
        _insert(connection, tables, document, line=rows + 2)
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
    if type(header.get("version")) is not int or header["version"] not in range(1, schema.VERSION + 1):
        raise TransferError(
            f"the export has version {header.get('version')}, this release reads up to {schema.VERSION}"
        )


def _insert(
    connection: sqlite3.Connection, tables: dict[str, dict[str, _Column]], document: dict[str, Any], line: int
) -> None:
    table, row = document.get("table"), document.get("row")
    if not isinstance(table, str) or table not in tables or not isinstance(row, dict):
        raise TransferError(f"line {line} is not a row of a known table")
    columns = tables[table]
    if set(row) != set(columns):
        raise TransferError(f"line {line} does not have the columns of {table}")
    try:
        values = {name: _from_json(value) for name, value in row.items()}
    except _INVALID as error:
        raise TransferError(f"line {line} cannot be stored: {error}") from error
    wrong = [name for name, value in values.items() if not columns[name].may_hold(value)]
    if wrong:
        raise TransferError(f"line {line} cannot be stored: {wrong[0]} is not of its type")
    try:
        schema.insert(connection, table, values)
    except _INVALID as error:
        raise TransferError(f"line {line} cannot be stored: {error}") from error


class _Column(NamedTuple):
    """A column, as its table declares it."""

    table: str
    name: str
    type: str
    nullable: bool

    def may_hold(self, value: object) -> bool:
        """Whether a value is of the column's type, and one that a response can show."""
        if value is None:
            return self.nullable
        if not isinstance(value, _TYPES[self.type]) or isinstance(value, bool):
            return False
        if isinstance(value, float) and not math.isfinite(value):
            return False
        if self.table == "memories" and self.name in _OF_DRAFTS:
            return may_be(self.name, value)
        return _CHECKS[self.name](value) if self.name in _CHECKS else True


def _is_flag(value: object) -> bool:
    return value in (0, 1)


def _may_be_json(field: str) -> Callable[[str], bool]:
    return lambda text: may_be(field, _loads(text))


def _are_resources(text: str) -> bool:
    """Whether a text is a list of what a provider has, or what is selected of that."""
    found = _loads(text)
    return isinstance(found, list) and all(isinstance(item, dict) and _is_resource(item) for item in found)


def _is_resource(item: dict[str, Any]) -> bool:
    texts = isinstance(item.get("external_id"), str) and isinstance(item.get("resource_type"), str)
    return (
        texts and set(item) <= _OF_RESOURCES and all(value is None or isinstance(value, str) for value in item.values())
    )


_TYPES: dict[str, type | tuple[type, ...]] = {"INTEGER": int, "REAL": (int, float), "TEXT": str, "BLOB": bytes}
_TIMES = """
created updated expires last_used ts ingested strength_at last_recalled effective_from effective_to observed hour synced
"""
_CHECKS: dict[str, Callable[[Any], bool]] = {
    **dict.fromkeys(_TIMES.split(), is_moment),
    **dict.fromkeys(("admin", "pinned", "authorized"), _is_flag),
    **{field: _may_be_json(field) for field in ("tags", "entities", "source_urls", "payload")},
    **dict.fromkeys(("selection", "resources"), _are_resources),
    "level": {"org", "role", "team", "actor"}.__contains__,
    "provider": PROVIDERS.__contains__,
}
"""What a column of this name may hold, in whatever table it is, beside its type."""

_OF_DRAFTS = {"text", "type", "memory_kind", "kind", "title", "summary", "confidence"}
_OF_RESOURCES = {field.name for field in fields(Resource)}


def _loads(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _columns(connection: sqlite3.Connection, table: str) -> dict[str, _Column]:
    rows = connection.execute(f"PRAGMA table_info({table})").fetchall()
    return {name: _Column(table, name, type, not required and not key) for _, name, type, required, _, key in rows}


def _key(connection: sqlite3.Connection, table: str) -> list[str]:
    columns = connection.execute(f"PRAGMA table_info({table})").fetchall()
    return [column[1] for column in sorted(columns, key=lambda column: column[5]) if column[5]]


def _to_json(value: Any) -> Any:
    return {"base64": base64.b64encode(value).decode()} if isinstance(value, bytes) else value


def _from_json(value: Any) -> Any:
    return base64.b64decode(value["base64"], validate=True) if isinstance(value, dict) else value


def _line(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n"
