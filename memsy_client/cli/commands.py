"""Commands of click out of the contract's operations."""

from __future__ import annotations

import functools
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from .._core.encode import to_jsonable
from ..exceptions import MemsyError
from .arguments import collect, parameters_of
from .clients import Client, client_of
from .failures import DONE, FAILED, CommandError, exit_code, report
from .keys import SecretFile, SecretLostError, read_secret
from .operations import Command, kebab
from .text import write_json

JSON = click.Option(["--json", "_json"], is_flag=True, help="Print the result as one JSON document.")
KEY_FILE = click.Option(
    ["--key-file", "_key_file"], metavar="PATH", help="Read the API key from a file, or with - from standard input."
)


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
    print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
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


def _own_options(commands: Sequence[Command]) -> list[click.Parameter]:
    command, options = commands[0], [JSON]
    if command.gives_items:
        options.append(
            click.Option(["--all", "_all"], is_flag=True, help="Print the items, of all pages, as JSON lines.")
        )
    if command.is_delete:
        options.append(click.Option(["--yes", "_yes"], is_flag=True, help="Do not ask."))
    if len(commands) > 1:
        planes = click.Choice([each.plane for each in commands])
        options.append(click.Option(["--plane", "_plane"], type=planes, default=command.plane, show_default=True))
    if command.secret_results:
        secret = " and ".join(command.secret_results)
        file = click.Path(path_type=Path, dir_okay=False)
        options += [
            click.Option(["--output", "_output"], type=file, help=f"Write {secret} into a new file of your own."),
            click.Option([_show_flag(command), "_show"], is_flag=True, help=f"Print {secret} with the rest."),
        ]
    return [*options]


def _show_flag(command: Command) -> str:
    """What allows to print a secret: `--show-key` for `raw_key`."""
    return f"--show-{command.secret_results[0].rpartition('_')[2]}"


def _run(
    commands: Sequence[Command], columns: Sequence[str], joins_words: bool, /, _values: Sequence[str] = (), **given: Any
) -> int:
    command = next(each for each in commands if each.plane == given.get("_plane", each.plane))
    values = [" ".join(_values)] if joins_words and _values else _values
    arguments = _arguments(command, values, given)
    if command.is_delete:
        named = " ".join(str(arguments[argument.name]) for argument in command.arguments if argument.is_required)
        confirm(f"{command.summary.rstrip('.')}: {named}?", yes=given["_yes"])

    def work(client: Client) -> None:
        methods = getattr(client, command.group) if command.group else client
        if given.get("_all"):
            items = getattr(methods, command.iterator.__name__ if command.iterator else command.method)
            for item in items(**arguments):
                write_json(to_jsonable(item))
            return
        method = functools.partial(getattr(methods, command.method), **arguments)
        output = given.get("_output")
        result = method() if output is None else _call_for_secret(method, command.secret_results, output)
        show(result, as_json=given["_json"], columns=columns)

    return perform(command, given["_key_file"], work)


def _arguments(command: Command, values: Sequence[str], given: dict[str, Any]) -> dict[str, Any]:
    """What to call the method with.

    Raises:
        click.UsageError: It is not what the method takes, or it is not said what becomes of a secret.
        CommandError: There is no secret that it needs.
    """
    context = click.get_current_context()
    if command.secret_results and not given["_show"] and given["_output"] is None:
        secret = " and ".join(command.secret_results)
        raise click.UsageError(f"{secret} is a secret: give --output FILE, or {_show_flag(command)}", context)
    for name in sorted(command.secret_arguments):
        given[name] = read_secret(given[name], name, f"give --{kebab(name)}-file PATH")
    arguments = collect([*command.arguments, *command.iterator_arguments], given, values, context)
    of_all = [argument.flag for argument in command.iterator_arguments if argument.name in arguments]
    if of_all and not given["_all"]:
        raise click.UsageError(f"{of_all[0]} is for --all", context)
    return arguments


def _call_for_secret(method: Callable[[], Any], secrets: Sequence[str], output: Path) -> dict[str, Any]:
    """Call the method and write the secrets of its result into a file; returns what is left."""
    with SecretFile(output) as file:
        fields: dict[str, Any] = to_jsonable(method())
        found = [fields.pop(name) for name in secrets]
        try:
            file.write("\n".join(found))
        except SecretLostError as error:
            raise SecretLostError(f"{error}: {' and '.join(secrets)} of {json.dumps(fields)}") from None
    return fields


def _as_paragraphs(text: str) -> str:
    r"""The text for click: `\b` keeps the lines of a list apart."""
    paragraphs = text.split("\n\n")
    return "\n\n".join(f"\b\n{part}" if part.lstrip().startswith("- ") else part for part in paragraphs)
