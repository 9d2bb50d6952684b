"""From Python values to JSON values, as requests need them."""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from ..exceptions import MemsyDecodeError, MemsyInputError
from .base_model import BaseModel
from .checks import check_number, suggestion
from .foreign import pass_signals
from .null import NULL, Null

T = TypeVar("T")

#: ISO 8601 in all its spellings: a day, a time of day, and nothing that says where on Earth.
_TIME_WITHOUT_OFFSET = re.compile(r"\s*[0-9]{4}[0-9W-]*[Tt _][0-9:.,]+\s*")


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
    if not isinstance(value, datetime.datetime):
        return value.isoformat()
    try:
        offset, text = value.utcoffset(), value.isoformat()
    except Exception as error:  # a time zone of the caller's own may raise anything
        pass_signals(error)
        kind = type(error).__name__
        raise MemsyInputError(f"{value.replace(tzinfo=None).isoformat()} has an unusable time zone ({kind})") from None
    if offset is None:
        raise MemsyInputError(f"{text} has no time zone; give one, as in datetime.now(timezone.utc)")
    return text


def time(name: str, value: T) -> T:
    """The time called `name`, or None. Text is refused that has no offset, as a `datetime` without one is.

    Raises `MemsyInputError`.
    """
    if isinstance(value, str) and _TIME_WITHOUT_OFFSET.fullmatch(value):
        raise MemsyInputError(f"{name} has no offset; give one, as in 2026-01-31T09:30:00Z")
    return value


def number(name: str, value: T) -> T:
    """The number called `name`, or None. Raises `MemsyInputError` for what is not one, such as True."""
    if value is not None and value is not NULL:
        check_number(name, value)
    return value


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


def models(name: str, values: Iterable[Any] | Null | None, model: Any, source: type | None = None) -> Any:
    """As `nullable_items`, of items that are a `model`, or a dict of its fields; a `source` is made into one.

    Raises:
        MemsyInputError: One is something else, or a dict with a field missing, unknown or of a wrong type.
    """
    listed = nullable_items(name, values)
    if listed is None or isinstance(listed, Null):
        return listed
    return [
        value if isinstance(value, model) else _as_model(f"{name}[{index}]", value, model, source)
        for index, value in enumerate(listed)
    ]


def _as_model(location: str, value: Any, model: Any, source: type | None) -> Any:
    if source is not None and isinstance(value, source):
        return model.from_item(value)
    if not isinstance(value, Mapping):
        raise MemsyInputError(f"{location} has to be of the class {model.__name__}, not {type(value).__name__}")
    data = to_jsonable(value)
    try:
        read = model.from_dict(data)
    except MemsyDecodeError as error:
        raise MemsyInputError(f"{location}.{error.location} {error.message}") from None
    if read.additional_properties:
        import attrs  # which the model has loaded

        unknown = str(next(iter(read.additional_properties)))
        known = [field.name for field in attrs.fields(model) if not field.name.startswith("_") and not field.kw_only]
        raise MemsyInputError(f"{location} has no field {unknown}{suggestion(unknown, known)}")
    for field, text in data.items():
        if isinstance(getattr(read, field, None), datetime.date):  # which takes a time without an offset for UTC
            time(f"{location}.{field}", text)
    return data


def to_text(name: str, value: Any) -> str:
    """The value of a header or of a parameter called `name` as text.

    Raises:
        MemsyInputError: It is not text, a number or a time.
    """
    if isinstance(value, str):
        return str.__str__(value)  # str() would give the name of an enum's member, not its value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return _digits(name, value)
    if isinstance(value, float) and math.isfinite(value):
        return float.__repr__(value)
    if isinstance(value, datetime.date):
        return timestamp(value)
    what = "nan or infinity" if isinstance(value, float) else type(value).__name__
    raise MemsyInputError(f"{name} has to be text, a number or a time, not {what}")


def _digits(name: str, value: int) -> str:
    try:
        return int.__repr__(value)
    except ValueError:  # it has more digits than Python prints
        raise MemsyInputError(f"{name} is too large a number") from None
