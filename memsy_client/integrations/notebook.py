"""The models in a notebook: a list as a table of its items, any other model as a table of its fields."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

import attrs

#: Items of a list that are shown, and letters of a text: an output is saved with its notebook.
_SHOWN_ITEMS = 200
_SHOWN_LETTERS = 500


def table_of(model: Any) -> str:
    """A model as an HTML table in which everything is escaped; what its repr leaves out, such as keys, is left out."""
    name = escape(type(model).__name__)
    if not hasattr(model, "_ITEMS"):  # of a model that stands for a list
        return _table(name, ["field", "value"], ((field, getattr(model, field)) for field in _fields(model)))
    items = list(model)
    counted = f"{name}: {len(items)} item{'s' * (len(items) != 1)}"
    if len(items) > _SHOWN_ITEMS:
        counted += f", of which {_SHOWN_ITEMS} are shown"
    items = items[:_SHOWN_ITEMS]
    columns = _columns(items)
    return _table(counted, columns, ([getattr(item, column) for column in columns] for item in items))


def _columns(items: Sequence[Any]) -> list[str]:
    """The fields that one of the items has something in."""
    empty: tuple[Any, ...] = (None, "", [], {})
    fields = _fields(items[0]) if items else []
    return [field for field in fields if any(getattr(item, field) not in empty for item in items)]


def _fields(model: Any) -> list[str]:
    fields = [field.name for field in attrs.fields(type(model)) if field.repr and field.name != "additional_properties"]
    return [*fields, "additional_properties"] if model.additional_properties else fields


def _table(caption: str, columns: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    head = "".join(f"<th>{escape(column)}</th>" for column in columns)
    body = "".join(f"<tr>{''.join(f'<td>{_cell(value)}</td>' for value in row)}</tr>" for row in rows)
    return f"<table><caption>{caption}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _cell(value: Any) -> str:
    if value is None:
        return ""
    text = value.isoformat(sep=" ", timespec="seconds") if isinstance(value, datetime.datetime) else str(value)
    return escape(text if len(text) <= _SHOWN_LETTERS else f"{text[:_SHOWN_LETTERS]}…")
