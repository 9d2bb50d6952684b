"""Pages of long lists, found by walking an index from the end that is nearer."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any


def numbers_of_page(
    connection: sqlite3.Connection, rows: str, order: Sequence[str], values: Mapping[str, Any], total: int
) -> list[int]:
    """The row numbers of a page, in order.

    Args:
        connection: The database.
        rows: The table and the condition: `memories WHERE account = :account`.
        order: The expressions to sort by, each with ASC or DESC, the last of which tells all rows apart.
        values: The parameters; `limit` and `offset` say which page.
        total: How many rows there are.
    """
    start, end = min(values["offset"], total), min(values["offset"] + values["limit"], total)
    backwards = total - end < start
    if backwards:
        start, end = total - end, total - start
        order = [_turned(expression) for expression in order]
    sql = f"SELECT rowid FROM {rows} ORDER BY {', '.join(order)} LIMIT :page_size OFFSET :skipped"
    found = connection.execute(sql, {**values, "page_size": end - start, "skipped": start}).fetchall()
    numbers = [number for (number,) in found]
    return numbers[::-1] if backwards else numbers


def rows_by_number(
    connection: sqlite3.Connection, columns: str, table: str, numbers: Sequence[int], values: Mapping[str, Any]
) -> list[tuple[Any, ...]]:
    """The columns of some rows, in the order of the numbers."""
    sql = f"SELECT rowid, {columns} FROM {table} WHERE rowid IN ({', '.join(map(str, numbers))})"
    found = {number: row for number, *row in connection.execute(sql, values)}
    return [tuple(found[number]) for number in numbers]


def _turned(expression: str) -> str:
    text, _, direction = expression.rpartition(" ")
    return f"{text} {'ASC' if direction == 'DESC' else 'DESC'}"
