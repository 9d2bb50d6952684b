"""From Python values to JSON values, as requests need them."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from ..exceptions import MemsyInputError
from .base_model import BaseModel
from .null import NULL, Null

S = TypeVar("S")
T = TypeVar("T")


def to_jsonable(value: Any) -> Any:
    """`value` with the models, dates and containers in it turned into JSON values; anything else as it is."""
    if isinstance(value, BaseModel):
        return value.to_dict()
    if isinstance(value, datetime.date):
        return timestamp(value)
    if isinstance(value, Mapping):
        return {name: to_jsonable(inner) for name, inner in value.items()}
    if isinstance(value, Iterable) and not isinstance(value, str | bytes):
        return [to_jsonable(inner) for inner in value]
    return None if value is NULL else value


def timestamp(value: datetime.date) -> str:
    """A date or time in ISO 8601. Raises `MemsyInputError` for a time without a zone, whose hour would be a guess."""
    if isinstance(value, datetime.datetime) and value.utcoffset() is None:
        raise MemsyInputError(f"{value.isoformat()} has no time zone; give one, as in datetime.now(timezone.utc)")
    return value.isoformat()


def items(name: str, values: Iterable[T] | None) -> list[T] | None:
    """The list of what the argument `name` iterates over, or None. A single text is refused: it is not its letters.

    Raises `MemsyInputError`.
    """
    if values is None:
        return None
    if isinstance(values, str | bytes | Mapping | BaseModel) or not isinstance(values, Iterable):
        raise MemsyInputError(f"{name} takes a list, not one {type(values).__name__}")
    return list(values)


def nullable_items(name: str, values: Iterable[T] | Null | None) -> list[T] | Null | None:
    """As `items`, of what may be `NULL` as well. Raises `MemsyInputError`."""
    return values if isinstance(values, Null) else items(name, values)


def converted_items(
    name: str, values: Iterable[Any] | None, source: type[S], convert: Callable[[S], T]
) -> list[T] | None:
    """As `items`, with those that are a `source` converted. Raises `MemsyInputError`."""
    listed = items(name, values)
    return listed and [convert(value) if isinstance(value, source) else value for value in listed]


def to_text(name: str, value: Any) -> str:
    """The value of a header or of a parameter called `name` as text.

    Raises:
        MemsyInputError: It is not text, a number or a time.
    """
    if isinstance(value, str):
        return str.__str__(value)  # str() would give the name of an enum's member, not its value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, datetime.date):
        return timestamp(value)
    raise MemsyInputError(f"{name} has to be text, a number or a time, not {type(value).__name__}")
