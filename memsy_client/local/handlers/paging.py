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


def numbers_in_time(
    connection: sqlite3.Connection,
    rows: str,
    column: str,
    counts: str,
    values: Mapping[str, Any],
    *,
    is_ascending: bool,
) -> list[int]:
    """The row numbers of a page of rows sorted by time; of the same moment, by their numbers.

    Args:
        connection: The database.
        rows: The table and the condition: `events WHERE account = :account`.
        column: When a row was.
        counts: How many rows are in a stretch of time, as an expression, the table that counts them, and a condition:
            `events FROM event_times WHERE account = :account`.
        values: The parameters; `limit` and `offset` say which page, and `offset` is within the list.
        is_ascending: Whether the earliest is first.
    """
    first, last, skipped, count = _stretch(connection, counts, values, is_ascending=is_ascending)
    on, back = ((">=", "ASC"), ("<=", "DESC")) if is_ascending else (("<=", "DESC"), (">=", "ASC"))
    start, end = (first, last) if is_ascending else (last, first)
    begin, number = f"{column} {on[0]} :start", None
    if skipped > count // 2:
        # Fewer are passed over from the other end of the stretch, up to the row with which the page begins.
        sql = (
            f"SELECT {column}, rowid FROM {rows} AND {column} {back[0]} :end "
            f"ORDER BY {column} {back[1]}, rowid {back[1]} LIMIT 1 OFFSET :skipped"
        )
        passed_over = {**values, "end": end, "skipped": count - skipped - 1}
        found = connection.execute(sql, passed_over).fetchone()
        if found is None:  # somebody else has taken rows out of the file, which are still counted
            return []
        start, number = found
        begin, skipped = f"({column}, rowid) {on[0]} (:start, :number)", 0
    sql = f"SELECT rowid FROM {rows} AND {begin} ORDER BY {column} {on[1]}, rowid {on[1]} LIMIT :limit OFFSET :skipped"
    page = connection.execute(sql, {**values, "start": start, "number": number, "skipped": skipped})
    return [number for (number,) in page]


def _stretch(
    connection: sqlite3.Connection, counts: str, values: Mapping[str, Any], *, is_ascending: bool
) -> tuple[int, int, int, int]:
    """The shortest counted stretch of time that has the row at the offset.

    Returns its first and last moment, how many of its rows come before that one in this order, and how many it has.
    """
    first, last, skipped, count = -MAX_OFFSET, MAX_OFFSET, values["offset"], 0
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
    return first, last, skipped, count


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
