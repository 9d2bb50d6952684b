"""Commands of click out of the contract's operations."""

from __future__ import annotations

import contextlib
import functools
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from .._core.encode import to_jsonable
from ..exceptions import MemsyDecodeError, MemsyError
from .clients import Client, client_of
from .failures import DONE, FAILED, CommandError, exit_code, report
from .keys import SecretFile, SecretLostError, read_secret
from .operations import Argument, Command, ValueType
from .text import write_json

#: Options of the commands themselves; an argument of the same name has another one.
_OWN_FLAGS = {"--all", "--help", "--json", "--key-file", "--output", "--plane", "--yes"}

JSON = click.Option(["--json", "_json"], is_flag=True, help="Print the result as one JSON document.")
KEY_FILE = click.Option(
    ["--key-file", "_key_file"], metavar="PATH", help="Read the API key from a file, or with - from standard input."
)


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


def command_of(commands: Sequence[Command], *, columns: Sequence[str] = (), joins_words: bool = False) -> click.Command:
    """The command of an operation.

    Args:
        commands: The operation, on each plane that has it.
        columns: The fields to show of a list, instead of those that fit.
        joins_words: Whether all that is given by position is one text.
    """
    first = commands[0]
    return click.Command(
        first.name,
        params=[*_parameters(first), *_own_options(commands), KEY_FILE],
        callback=functools.partial(_run, commands, columns, joins_words),
        help=_as_paragraphs(first.description),
        short_help=first.summary,
    )


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
    collected = {
        argument.name: given[argument.name] for argument in arguments if given.get(argument.name) not in (None, ())
    }
    left = list(values)
    for argument in arguments:
        if argument.is_positional and argument.name not in collected and left:
            count = len(left) if argument.type.is_list else 1
            kind = param_type(argument.type)
            converted = [kind.convert(value, None, context) for value in left[:count]]
            collected[argument.name] = converted if argument.type.is_list else converted[0]
            del left[:count]
    if left:
        raise click.UsageError(f"{len(left)} more than it takes: {' '.join(left)}", context)
    for argument in arguments:
        if argument.is_required and argument.name not in collected:
            raise click.UsageError(f"{argument.flag} is missing", context)
    return collected


def param_type(value_type: ValueType) -> click.ParamType[Any]:
    """How a value is read."""
    if value_type.choices:
        return click.Choice(value_type.choices)
    if value_type.kind == "json":
        return Json(value_type.model)
    return {"text": click.STRING, "integer": click.INT, "number": click.FLOAT, "flag": click.BOOL, "time": Time()}[
        value_type.kind
    ]


def perform(command: Command, key_file: str | None, work: Callable[[Client], Any]) -> int:
    """Do something with a client of the command's plane, and return the exit code.

    Raises:
        CommandError: There is no key.
    """
    try:
        with client_of(command.plane, key_file) as client:
            work(client)
    except MemsyError as error:
        report(error)
        return exit_code(error, is_read=command.is_read)
    except (TimeoutError, SecretLostError) as error:  # the one is of what waits
        report(error)
        return FAILED
    return DONE


def show(result: Any, *, as_json: bool, columns: Sequence[str] = ()) -> None:
    """Print a result."""
    if as_json:
        write_json(to_jsonable(result), indent=2)
        return
    from .output import print_result

    print_result(result, columns)


def confirm(question: str, *, yes: bool) -> None:
    """Ask whoever sits at the terminal.

    Raises:
        CommandError: The answer is no, or nobody is there.
    """
    if yes:
        return
    if sys.stdin is None or not sys.stdin.isatty():
        raise CommandError(f"{question} Say so with --yes")
    if not click.confirm(question, err=True):
        raise CommandError("not confirmed, and not done")


def _parameters(command: Command) -> list[click.Parameter]:
    open_arguments = [argument for argument in command.arguments if argument.name not in command.secret_arguments]
    secrets = [argument for argument in command.arguments if argument.name in command.secret_arguments]
    return [
        *parameters_of([*open_arguments, *command.iterator_arguments]),
        *(
            click.Option(
                [f"{secret.flag}-file", secret.name],
                metavar="PATH",
                help=f"{secret.help} Read from a file, or with - from standard input; asked for if left out.",
            )
            for secret in secrets
        ),
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


def _own_options(commands: Sequence[Command]) -> list[click.Parameter]:
    command, options = commands[0], [JSON]
    if command.iterator is not None:
        options.append(
            click.Option(["--all", "_all"], is_flag=True, help="Print the items of all pages as JSON lines.")
        )
    if command.is_delete:
        options.append(click.Option(["--yes", "_yes"], is_flag=True, help="Do not ask."))
    if len(commands) > 1:
        planes = click.Choice([each.plane for each in commands])
        options.append(
            click.Option(
                ["--plane", "_plane"], type=planes, default=command.plane, help="Whom to ask.", show_default=True
            )
        )
    for name in command.secret_results:
        options += [
            click.Option(
                ["--output", "_output"],
                type=click.Path(path_type=Path, dir_okay=False),
                help=f"Write {name} into a new file that only you can read.",
            ),
            click.Option([_show_flag(name), "_show"], is_flag=True, help=f"Print {name} with the rest."),
        ]
    return [*options]


def _show_flag(secret: str) -> str:
    return f"--show-{secret.rpartition('_')[2]}"


def _run(
    commands: Sequence[Command], columns: Sequence[str], joins_words: bool, /, _values: Sequence[str] = (), **given: Any
) -> int:
    command = next(each for each in commands if each.plane == given.get("_plane", each.plane))
    context = click.get_current_context()
    if given.get("_show") is False and given["_output"] is None:
        (secret, *_) = command.secret_results
        raise click.UsageError(
            f"{secret} is a secret: give --output FILE, or {_show_flag(secret)} to print it", context
        )
    for name in sorted(command.secret_arguments):
        given[name] = read_secret(given[name], name, f"give --{name.replace('_', '-')}-file PATH")
    values = [" ".join(_values)] if joins_words and _values else _values
    arguments = collect([*command.arguments, *command.iterator_arguments], given, values, context)
    if not given.get("_all") and any(argument.name in arguments for argument in command.iterator_arguments):
        raise click.UsageError("this is for --all", context)
    if command.is_delete:
        named = " ".join(str(arguments[argument.name]) for argument in command.arguments if argument.is_required)
        confirm(f"{command.summary.rstrip('.')}: {named}?", yes=given["_yes"])

    def work(client: Client) -> None:
        methods = getattr(client, command.group) if command.group else client
        if given.get("_all") and command.iterator is not None:
            for item in getattr(methods, command.iterator.__name__)(**arguments):
                write_json(to_jsonable(item))
            return
        with _secret_file(given.get("_output")) as file:
            result = getattr(methods, command.method)(**arguments)
            if file is not None:
                result = _without_secret(result, command.secret_results[0], file)
        show(result, as_json=given["_json"], columns=columns)

    return perform(command, given["_key_file"], work)


@contextlib.contextmanager
def _secret_file(path: Path | None) -> Any:
    if path is None:
        yield None
        return
    with SecretFile(path) as file:
        yield file


def _without_secret(result: Any, name: str, file: SecretFile) -> dict[str, Any]:
    """Write the secret of a result into the file; returns what is left."""
    fields: dict[str, Any] = to_jsonable(result)
    secret = fields.pop(name)
    try:
        file.write(secret)
    except SecretLostError as error:
        raise SecretLostError(f"{error}: {name} of {json.dumps(fields)}") from None
    return fields


def _as_paragraphs(text: str) -> str:
    r"""The text for click: `\b` keeps the lines of a list apart."""
    paragraphs = text.split("\n\n")
    return "\n\n".join(f"\b\n{part}" if part.lstrip().startswith("- ") else part for part in paragraphs)
