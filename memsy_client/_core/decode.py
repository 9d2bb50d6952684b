"""The checks that generated models make while they are built out of JSON.

A check takes a JSON value and returns what the model keeps of it, or raises a `MemsyDecodeError` that says where in the
data it failed and what was expected there. Checks run for every field of every object received, and are written for
speed: a model's `from_dict` takes its values as they come and tests all at once. Only when that fails does `settle`
go through the model's table of fields, to put right what may be otherwise and to find what is wrong. Free-form data is
`readable` or passed over.
"""

from __future__ import annotations

import datetime
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set, Sized
from operator import length_hint
from typing import Any, NamedTuple, NoReturn, TypeVar

from ..exceptions import MemsyDecodeError
from .foreign import pass_signals

T = TypeVar("T")
Check = Callable[[Any], T]

if sys.version_info >= (3, 11):
    read_time = datetime.datetime.fromisoformat
else:  # pragma: no cover – Python 3.10

    def read_time(text: str) -> datetime.datetime:
        """The time in `text`: `fromisoformat` of 3.10 is fast, but reads neither `Z` nor other than 3 or 6 decimals."""
        try:
            return datetime.datetime.fromisoformat(text[:-1] + "+00:00" if text[-1:] == "Z" else text)
        except ValueError:
            from dateutil.parser import isoparse

            return isoparse(text)


_MISSING = "is missing"
_MAX_DIGITS = 20  # more than 64 bits have
_JSON_NAMES = {dict: "an object", list: "a list", str: "a string", bool: "a boolean", type(None): "null"}


_REQUIRED: Any = object()
#: What reading a value that is not as it should be may raise.
UNEXPECTED = (KeyError, TypeError, AttributeError, ValueError, OverflowError, MemsyDecodeError)


class Field(NamedTuple):
    """How a field of a model is read.

    Attributes:
        name: Its name on the wire.
        check: What reads its value.
        default: What it is when it is absent or null; `list` or `dict` make an empty one.
        is_nullable: Whether null is as good as a value.
        is_open: Whether what the check refuses counts as absent.
        attribute: The attribute that holds it, where that has another name.
    """

    name: str
    check: Check[Any]
    default: Any = _REQUIRED
    is_nullable: bool = False
    is_open: bool = False
    attribute: str = ""


def settle(model: Any, data: dict[str, Any], fields: Sequence[Field], error: Exception | None = None) -> None:
    """Set the attributes of a model one by one, in the order in which its `from_dict` has set some of them already.

    `error` is what ended that. Objects within the model, which have been read, are not read again: where each level of
    nested data had something to settle, the work would double with each.

    Raises:
        MemsyDecodeError: A value is not what the contract says; of several, the first.
    """
    if error is not None:
        pass_signals(error)
    mapping(data)
    for field in fields:
        attribute = field.attribute or field.name
        is_set = hasattr(model, attribute)
        if is_set and field.check not in _REPEATABLE:
            continue
        failed = error if not is_set and isinstance(error, MemsyDecodeError) else None
        setattr(model, attribute, _settled(field, data, failed))
        error = error if is_set else None
    others = unknown(data, {field.name for field in fields})
    if others:
        model.additional_properties = others


def _settled(field: Field, data: dict[str, Any], failed: MemsyDecodeError | None) -> Any:
    """The value of a field; `failed` is what its check has raised already."""
    value = data.get(field.name)
    if value is None:
        if field.default is not _REQUIRED:
            return _default(field)
        if field.name not in data:
            raise MemsyDecodeError(_MISSING).prepend_location(field.name) from None
        if field.is_nullable:
            return None
    if field.is_open:
        value = readable(value, field.check)
        return _default(field) if value is None else value
    if failed is not None:
        raise failed.prepend_location(field.name) from None
    return decode_at(value, field.name, field.check)


def _default(field: Field) -> Any:
    return field.default() if field.default in (list, dict) else field.default


def type_error(value: Any, expected: str, location: str | None = None) -> NoReturn:
    """Refuse `value`, found at `location`, where something else is expected. Raises `MemsyDecodeError`."""
    error = MemsyDecodeError(f"is {_JSON_NAMES.get(type(value), 'a number')} where {expected} is expected")
    raise error if location is None else error.prepend_location(location)


def missing_field(error: KeyError) -> MemsyDecodeError:
    """The error for a required field that is not there, which `error` names."""
    return MemsyDecodeError(_MISSING).prepend_location(str(error.args[0]))


def any_value(data: Any) -> Any:
    """Anything at all."""
    return data


def text(data: Any, location: str | None = None) -> str:
    """A string."""
    return data if type(data) is str else type_error(data, "a string", location)


def integer(data: Any, location: str | None = None) -> int:
    """A whole number, which may be written as `3.0`."""
    if type(data) is int:
        return data
    if type(data) is float and data.is_integer():
        return int(data)
    type_error(data, "an integer", location)


def integer_or_digits(data: Any, location: str | None = None) -> int:
    """A whole number, which may be text of ASCII digits."""
    is_digits = type(data) is str and data.isascii() and data.isdigit() and len(data) < _MAX_DIGITS
    return int(data) if is_digits else integer(data, location)


def number(data: Any, location: str | None = None) -> float:
    """A number."""
    return data if type(data) is float or type(data) is int else type_error(data, "a number", location)


def boolean(data: Any, location: str | None = None) -> bool:
    """True or false."""
    return data if type(data) is bool else type_error(data, "a boolean", location)


def null(data: Any) -> Any:
    """Nothing but null."""
    return None if data is None else type_error(data, "null")


def mapping(data: Any, location: str | None = None) -> dict[str, Any]:
    """An object, whatever its values."""
    return data if type(data) is dict else type_error(data, "an object", location)


def time(data: Any, location: str | None = None) -> datetime.datetime:
    """A time in ISO 8601. One without an offset is read as UTC, as the contract says."""
    try:
        moment = read_time(data)
    except (TypeError, ValueError, OverflowError):
        type_error(data, "an ISO 8601 date-time", location)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=datetime.timezone.utc)


def date(data: Any, location: str | None = None) -> datetime.date:
    """A day in ISO 8601."""
    try:
        return datetime.date.fromisoformat(data)
    except (TypeError, ValueError):
        type_error(data, "an ISO 8601 date", location)


def texts(data: Any, location: str | None = None) -> list[str]:
    """A list of strings."""
    if type(data) is not list:
        type_error(data, "a list", location)
    for item in data:
        if type(item) is not str:
            return _each_text(data) if location is None else decode_at(data, location, _each_text)
    return data


#: Raises a TypeError unless all items of a list are strings. It joins them: nothing looks at each of them faster.
require_texts: Callable[[Iterable[str]], object] = "".join


def text_values(data: Any) -> dict[str, str]:
    """An object whose values are strings."""
    if type(data) is dict:
        for value in data.values():
            if type(value) is not str:
                break
        else:
            return data
    return _each_text_value(data)


def each(check: Check[T]) -> Check[list[T]]:
    """The check of a list whose items pass `check`."""

    def check_list(data: Any) -> list[T]:
        if type(data) is not list:
            type_error(data, "a list")
        items = iter(data)
        try:
            return [check(item) for item in items]
        except MemsyDecodeError as error:
            raise error.prepend_location(_number_taken(items, data) - 1) from None

    return check_list


def items_of(*checks: Check[Any]) -> Check[Any]:
    """The check of a list of as many items as there are checks, each of which passes its own; it gives a tuple."""

    def check_items(data: Any) -> Any:
        if type(data) is not list or len(data) != len(checks):
            type_error(data, f"a list of {len(checks)} items")
        return tuple(
            decode_at(item, index, check) for index, (item, check) in enumerate(zip(data, checks, strict=True))
        )

    return check_items


def values(check: Check[T]) -> Check[dict[str, T]]:
    """The check of an object whose values all pass `check`."""

    def check_values(data: Any) -> dict[str, T]:
        items = iter(mapping(data).values())
        try:
            return dict(zip(data, map(check, items), strict=True))
        except MemsyDecodeError as error:
            raise error.prepend_location(list(data)[_number_taken(items, data) - 1]) from None

    return check_values


def _number_taken(items: Iterator[Any], data: Sized) -> int:
    """How many items of `data` an iterator over them has given."""
    return len(data) - length_hint(items)


_each_text = each(text)
_each_text_value = values(text)


def optional(check: Check[T]) -> Check[T | None]:
    """The check of a value that may be null."""
    return lambda data: None if data is None else check(data)


def first_of(*checks: Check[Any]) -> Check[Any]:
    """The check of a value that passes one of `checks`; the first one it passes decides what is kept of it."""

    def check_any(data: Any) -> Any:
        problems = []
        for check in checks:
            try:
                return check(data)
            except MemsyDecodeError as error:
                problems.append(error)
        # The check that got furthest into the data knows best what is wrong with it; least one that misses a field.
        raise max(problems, key=lambda error: (len(re.findall(r"[.[]", error.location)), error.message != _MISSING))

    return check_any


def variant(field: str, checks: Mapping[Any, Check[Any]]) -> Check[Any]:
    """The check of an object whose `field` says by which of `checks` it is read."""

    def check_variant(data: Any) -> Any:
        try:
            value = mapping(data)[field]
        except KeyError as missing:
            raise missing_field(missing) from None
        check = checks.get(value) if type(value) is str or type(value) is int else None
        if check is None:
            expected = ", ".join(map(repr, checks))
            raise MemsyDecodeError(f"is not one of {expected}").prepend_location(field)
        return check(data)

    return check_variant


def decode_at(data: Any, location: str | int, check: Check[T]) -> T:
    """What `check` makes of the value at `location`."""
    try:
        return check(data)
    except MemsyDecodeError as error:
        raise error.prepend_location(location) from None


def none_if_empty(check: Check[T]) -> Check[T | None]:
    """The check of an object that stands for null when it holds nothing."""
    return lambda data: None if data == {} else check(data)


def readable(data: Any, check: Check[T]) -> T | None:
    """What `check` makes of free-form data; None of what it refuses."""
    try:
        return check(data)
    except MemsyDecodeError:
        return None


def readable_items(data: Any, check: Check[T]) -> list[T]:
    """The items of a free-form list that pass `check`; none of what is not a list."""
    if type(data) is not list:
        return []
    try:
        return [check(item) for item in data]
    except MemsyDecodeError:
        return [item for item in (readable(item, check) for item in data) if item is not None]


def readable_mappings(data: Any) -> list[dict[str, Any]]:
    """The objects in a free-form list; none of what is not a list."""
    if type(data) is list:
        for item in data:
            if type(item) is not dict:
                break
        else:
            return data
    return readable_items(data, mapping)


def each_readable(check: Check[T]) -> Check[list[T]]:
    """As `readable_items`, as a check."""
    return lambda data: readable_items(data, check)


def absent(fields: Sequence[Field]) -> dict[str, None]:
    """The fields that may as well be null as absent, as null."""
    return {field.name: None for field in fields if field.default is None}


def unknown(data: dict[str, Any], known: Set[str]) -> dict[str, Any]:
    """The fields of `data` that the contract does not know."""
    return {name: data[name] for name in data if name not in known}


#: Checks of plain values, which `settle` may make twice.
_REPEATABLE = frozenset({any_value, text, integer, integer_or_digits, number, boolean, mapping, time, texts})


def field(data: Any, name: str, check: Check[T]) -> T:
    """What `check` makes of the field `name` of an object."""
    try:
        return decode_at(mapping(data)[name], name, check)
    except KeyError as missing:
        raise missing_field(missing) from None


def field_or_default(data: Any, name: str, check: Check[T], default: T) -> T:
    """What `check` makes of the field `name` of an object; the default where either is null or missing."""
    value = None if data is None else mapping(data).get(name)
    return default if value is None else decode_at(value, name, check)
