"""Results as tables for people."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Mapping, Sequence
from typing import Any, TextIO

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from .._core.encode import to_jsonable
from .._core.list_model import ListModel
from .text import printable

Row = Mapping[str, Any]

#: Characters in a line at least: a narrower terminal breaks lines itself, so that nothing is cut off.
_MIN_WIDTH = 60
#: Characters that a column of texts takes at least, where they are longer.
_NARROWEST = 36
#: Characters between two columns.
_GAP = 3
_TIME = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?(Z|[+-]\d\d:\d\d)")


class _Console(Console):
    def on_broken_pipe(self) -> None:
        """Leave it to the command, where rich would end the process."""
        raise BrokenPipeError


def console(stream: TextIO | None = None, *, is_live: bool = False) -> Console:
    """A console that writes text as it is, without any escape sequence where `NO_COLOR` is set.

    Args:
        stream: Where it writes, by default standard output.
        is_live: Whether something moves in it, which has to fit the terminal; lines above it are written as they are.
    """
    made = _Console(
        file=stream or sys.stdout,
        soft_wrap=is_live,
        color_system=None if os.environ.get("NO_COLOR") else "auto",
        markup=False,
        emoji=False,
        highlight=False,
    )
    if not is_live:
        made.width = max(made.width, _MIN_WIDTH)
    return made


def print_result(result: Any, columns: Sequence[str] = ()) -> None:
    """Print a result of a call.

    Args:
        result: What the method gave.
        columns: Of a list of models, the attributes to choose from, instead of all fields.
    """
    value = to_jsonable(result)
    if result is None:
        value = "done"
    elif isinstance(result, ListModel):
        others = {name: inner for name, inner in value.items() if name != result._ITEMS and is_plain(inner)}
        rows = [{name: to_jsonable(getattr(item, name)) for name in columns} for item in result] if columns else None
        _print_list(to_jsonable(list(result)) if rows is None else rows, others)
        return
    if isinstance(value, list):
        _print_list(value, {})
    elif isinstance(value, dict):
        _print_fields(value)
    else:
        console().print(Text(_cell(value)))


def is_plain(value: Any) -> bool:
    """Whether a value fits into a cell: neither an object nor a list of such."""
    if isinstance(value, list):
        return not any(isinstance(item, dict | list) for item in value)
    return not isinstance(value, dict)


def _print_list(items: list[Any], others: Row) -> None:
    out = console()
    rows = [item if isinstance(item, dict) else {"": item} for item in items]
    notes = [f"{name}: {_cell(value)}" for name, value in others.items()]
    if rows:
        shown = _fitting(rows, out.width)
        out.print(_table_of(rows, shown, out.width))
        hidden = [name for name in _names(rows) if name not in shown]
        notes += [f"more with --json: {', '.join(hidden)}"] if hidden else []
    else:
        notes.insert(0, "nothing")
    if notes:
        out.print(Text(printable("; ".join(notes)), style="dim"))


def _table_of(rows: Sequence[Row], names: Sequence[str], width: int) -> Table:
    table = _table(show_header=any(names))
    for name in names:
        is_whole = not _is_prose(rows, name) and _width(rows, name) <= width
        table.add_column(name, no_wrap=is_whole, overflow="fold", justify=_side(rows, name))
    for row in rows:
        table.add_row(*(Text(_cell(row.get(name))) for name in names))
    return table


def _print_fields(fields: Row) -> None:
    table = _table(show_header=False)
    table.add_column(no_wrap=True, style="bold")
    table.add_column(overflow="fold")
    for name, value in fields.items():
        table.add_row(Text(printable(name)), Text(_cell(value)))
    console().print(table)


def _table(*, show_header: bool = True) -> Table:
    return Table(box=SIMPLE_HEAD, show_header=show_header, pad_edge=False, padding=(0, _GAP - 1, 0, 0), show_edge=False)


def _names(rows: Sequence[Row]) -> list[str]:
    """The fields that any of them has something in, in the order that they come in."""
    return list(dict.fromkeys(name for row in rows for name, value in row.items() if value not in (None, "", [])))


def _fitting(rows: Sequence[Row], width: int) -> list[str]:
    """The fields that fit side by side: the first, then texts, then the others; in the order that they come in."""
    plain = [name for name in _names(rows) if all(is_plain(row.get(name)) for row in rows)]
    wanted = sorted(plain, key=lambda name: (name != plain[0], not _is_prose(rows, name)))
    chosen = set(wanted[:1])
    width += _GAP  # there is none after the last
    for name in wanted:
        width -= _width(rows, name) + _GAP
        if width >= 0:
            chosen.add(name)
    return [name for name in plain if name in chosen]


def _width(rows: Sequence[Row], name: str) -> int:
    """How wide the column of a field has to be."""
    longest = max(cell_len(name), *(cell_len(_cell(row.get(name))) for row in rows))
    return min(longest, _NARROWEST) if _is_prose(rows, name) else longest


def _is_prose(rows: Sequence[Row], name: str) -> bool:
    """Whether a field has texts of several words, which can be broken where others, such as ids, cannot."""
    return any(isinstance(row.get(name), str) and row[name].count(" ") > 1 for row in rows)


def _side(rows: Sequence[Row], name: str) -> Any:
    values = [row.get(name) for row in rows]
    return (
        "right" if all(isinstance(value, int | float) and not isinstance(value, bool) for value in values) else "left"
    )


def _cell(value: Any) -> str:
    if isinstance(value, list | dict):
        return _nested(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4g}"
    if not isinstance(value, str):
        return str(value)
    time = _TIME.fullmatch(value)
    return printable(value) if time is None else f"{time[1]} {time[2]}{'Z' if time[3] == '+00:00' else time[3]}"


def _nested(value: list[Any] | dict[str, Any]) -> str:
    """An object in words, objects in a list below each other; as JSON what is deeper."""
    if isinstance(value, list):
        return (", " if is_plain(value) else "\n").join(map(_cell, value))
    if all(map(is_plain, value.values())):
        return ", ".join(f"{printable(name)}: {_cell(inner)}" for name, inner in value.items())
    return printable(json.dumps(value, ensure_ascii=False))
