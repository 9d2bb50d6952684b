"""Arguments of methods as parameters of click, and back."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import click
from click.types import FuncParamType

from ..exceptions import MemsyDecodeError
from .operations import Argument, ValueType

#: Options of the commands themselves; an argument of the same name has another one.
_OWN_FLAGS = {
    *("--all", "--help", "--json", "--key-file", "--output", "--plane", "--yes"),
    *("--batch-size", "--concurrency", "--dry-run", "--format", "--journal", "--map", "--resend-in-doubt"),
}


def time(text: str) -> str:
    """A date or a time in ISO 8601, as it is written. Raises `click.BadParameter`."""
    from dateutil.parser import isoparse

    try:
        isoparse(text)
    except ValueError:
        raise click.BadParameter(f"{text!r} is not a time in ISO 8601, such as 2026-01-31T09:30:00Z") from None
    return text


def json_reader(model: Any) -> Callable[[str], Any]:
    """What reads a JSON value, or an object of the contract in JSON. It raises `click.BadParameter`."""

    def read(text: str) -> Any:
        try:
            data = json.loads(text)
            return data if model is None else model.from_dict(data)
        except ValueError as error:
            raise click.BadParameter(f"{text!r} is not JSON: {error}") from None
        except MemsyDecodeError as error:
            raise click.BadParameter(f"{text!r} is not a {model.__name__}: {error}") from None

    read.__name__ = "json"  # which the help shows
    return read


def parameters_of(arguments: Sequence[Argument]) -> list[click.Parameter]:
    """What stands for arguments on the command line: an option each, and the values that are given by position."""
    parameters: list[click.Parameter] = [option(argument) for argument in arguments]
    positional = [argument.placeholder for argument in arguments if argument.is_positional]
    if positional:
        parameters.insert(0, click.Argument(["_values"], nargs=-1, metavar=" ".join(positional)))
    return parameters


def collect(
    arguments: Sequence[Argument], given: Mapping[str, Any], values: Sequence[str], context: click.Context
) -> dict[str, Any]:
    """The arguments that were given, by their names in Python: by options, and in their order by position.

    Raises:
        click.UsageError: A required one is missing, or there are values too many.
    """
    names = {argument.name for argument in arguments}
    collected = {name: value for name, value in given.items() if name in names and value not in (None, ())}
    open_arguments = [argument for argument in arguments if argument.is_positional and argument.name not in collected]
    collected |= _by_position(open_arguments, values, context)
    for argument in arguments:
        if argument.is_required and argument.name not in collected:
            position = f"{argument.placeholder}, or " if argument.is_positional else ""
            raise click.UsageError(f"{position}{argument.flag} is missing", context)
    return collected


def _by_position(arguments: Sequence[Argument], values: Sequence[str], context: click.Context) -> dict[str, Any]:
    found: dict[str, Any] = {}
    left = list(values)
    for argument in arguments[: len(left)]:
        taken = left if argument.type.is_list else left[:1]
        left = left[len(taken) :]
        converted = [param_type(argument.type).convert(value, None, context) for value in taken]
        found |= {argument.name: converted if argument.type.is_list else converted[0]} if taken else {}
    if left:
        raise click.UsageError(f"{len(left)} more than it takes: {' '.join(left)}", context)
    return found


def param_type(value_type: ValueType) -> click.ParamType[Any]:
    """How a value is read."""
    if value_type.choices:
        return click.Choice(value_type.choices)
    if value_type.kind == "json":
        return FuncParamType(json_reader(value_type.model))
    return _PARAM_TYPES[value_type.kind]


_PARAM_TYPES: Mapping[str, click.ParamType[Any]] = {
    "text": click.STRING,
    "integer": click.INT,
    "number": click.FLOAT,
    "flag": click.BOOL,
    "time": FuncParamType(time),
}


def option(argument: Argument, prefix: str = "") -> click.Option:
    """The option of an argument; its help begins with the prefix."""
    flag = f"{argument.flag}-argument" if argument.flag in _OWN_FLAGS else argument.flag
    is_flag = argument.type.kind == "flag" and not argument.type.is_list
    default = argument.default
    note = "" if default in (None, False, ()) else f" [default: {_written(default)}]"
    required = " [required]" if argument.is_required and not argument.is_positional else ""
    several = " May be given several times." if argument.type.is_list else ""
    return click.Option(
        [f"{flag}/--no-{flag[2:]}" if is_flag else flag, argument.name],
        type=None if is_flag else param_type(argument.type),
        multiple=argument.type.is_list,
        default=None,
        help=f"{prefix}{argument.help}{several}{note}{required}",
    )


def _written(default: Any) -> str:
    return " ".join(map(str, default)) if isinstance(default, tuple) else str(default)
