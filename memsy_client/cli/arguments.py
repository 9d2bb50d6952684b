"""Arguments of methods as parameters of click, and back."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import click

from ..exceptions import MemsyDecodeError
from .operations import Argument, ValueType

#: Options of the commands themselves; an argument of the same name has another one.
_OWN_FLAGS = {"--all", "--help", "--json", "--key-file", "--output", "--plane", "--yes"}


class Time(click.ParamType[str]):
    """A date or a time in ISO 8601, which is sent as it is written."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The text, if it is one. Raises `click.BadParameter`."""
        from dateutil.parser import isoparse

        try:
            isoparse(value)
        except ValueError:
            self.fail(f"{value!r} is not a time in ISO 8601, such as 2026-01-31T09:30:00Z", param, ctx)
        return str(value)


class Json(click.ParamType[Any]):
    """A JSON value, or an object of the contract in JSON."""

    name = "json"

    def __init__(self, model: Any) -> None:
        self._model = model

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The value, as a model where it is one. Raises `click.BadParameter`."""
        try:
            data = json.loads(value)
            return data if self._model is None else self._model.from_dict(data)
        except ValueError as error:
            self.fail(f"is not JSON: {error}", param, ctx)
        except MemsyDecodeError as error:
            self.fail(f"is not a {self._model.__name__}: {error}", param, ctx)


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
    missing = [argument.flag for argument in arguments if argument.is_required and argument.name not in collected]
    if missing:
        raise click.UsageError(f"{missing[0]} is missing", context)
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
        return Json(value_type.model)
    return {"text": click.STRING, "integer": click.INT, "number": click.FLOAT, "flag": click.BOOL, "time": Time()}[
        value_type.kind
    ]


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
