"""Pages of long lists, found in order from the end that is nearer, or by how many rows each stretch of time has."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from ..storage.schema import SHIFTS
from .context import MAX_OFFSET


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


def find_in_time(
    connection: sqlite3.Connection, counts: str, values: Mapping[str, Any], *, is_ascending: bool
) -> tuple[int, int]:
    """Where in time the row at an offset is: a moment before it, in this order, and how many come in between.

    Args:
        connection: The database.
        counts: How many rows are in a stretch of time, as an expression, the table that counts them, and a condition:
            `events FROM event_times WHERE account = :account`.
        values: The parameters; `offset` is within the list.
        is_ascending: Whether the earliest is first.
    """
    first, last, skipped = -MAX_OFFSET, MAX_OFFSET, values["offset"]
    sql = (
        f"SELECT stretch, {counts} AND shift = :shift AND stretch BETWEEN :first AND :last "
        f"GROUP BY stretch ORDER BY stretch {'ASC' if is_ascending else 'DESC'}"
    )
    for shift in SHIFTS:
        stretches = {**values, "shift": shift, "first": first >> shift, "last": last >> shift}
        for stretch, count in connection.execute(sql, stretches):  # pragma: no branch – the offset is within the list
            if skipped < count:
                first, last = stretch << shift, ((stretch + 1) << shift) - 1
                break
            skipped -= count
    return (first if is_ascending else last), skipped


def rows_by_number(
    connection: sqlite3.Connection, columns: str, table: str, numbers: Sequence[int], values: Mapping[str, Any]
) -> list[tuple[Any, ...]]:
    """The columns of some rows, in the order of the numbers."""
    # As one parameter, so that the statement is the same for all pages, and is prepared once. A CROSS JOIN takes the
    # tables as they stand, so that the rows come as the numbers do.
    page = "(SELECT value AS number FROM json_each(:numbers))"
    sql = f"SELECT {columns} FROM {page} CROSS JOIN {table} ON {table}.rowid = number"
    return connection.execute(sql, {**values, "numbers": json.dumps(numbers)}).fetchall()


def _turned(expression: str) -> str:
    text, _, direction = expression.rpartition(" ")
    return f"{text} {'ASC' if direction == 'DESC' else 'DESC'}"
