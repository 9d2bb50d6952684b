"""The commands that need the extra `cli`: those of the contract, and what is made of some of them by hand."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from functools import cached_property, partial
from typing import NamedTuple

import click
from click.shell_completion import CompletionItem, get_completion_class, shell_complete

from .._version import __version__
from . import operations, standalone
from .commands import command_of
from .failures import DONE, INTERRUPTED, USAGE, CommandError, report
from .operations import Command, Group

PROGRAM = "memsy-client"
COMPLETE_VARIABLE = "_MEMSY_CLIENT_COMPLETE"


def main(arguments: Sequence[str]) -> int:
    """Run the command, and return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # pragma: no branch – what a terminal lacks is no reason to fail
            stream.reconfigure(errors="backslashreplace")
    app = App()
    if instruction := os.environ.get(COMPLETE_VARIABLE):
        return shell_complete(app, {}, PROGRAM, COMPLETE_VARIABLE, instruction)
    try:
        with app.make_context(PROGRAM, list(arguments)) as context:
            code = app.invoke(context)
    except click.exceptions.Exit as ended:  # as after the help
        return ended.exit_code
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return USAGE
    except click.ClickException as error:
        report(error, error.format_message())
        return USAGE
    except CommandError as error:
        report(error)
        return USAGE
    except KeyboardInterrupt:
        report(KeyboardInterrupt("interrupted"))
        return INTERRUPTED
    return code if isinstance(code, int) else DONE


class _Entry(NamedTuple):
    """A command in the list of all."""

    summary: str
    make: Callable[[], click.Command]


class _CommandGroup(click.Group):
    """A group whose commands are made when they are asked for."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that is asked for. Raises `click.UsageError`, which names what may have been meant."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            close = get_close_matches(args[0], self.list_commands(ctx), n=1)
            hint = f"Did you mean {close[0]!r}?" if close else f"{ctx.command_path} --help lists all."
            raise click.UsageError(f"{error.format_message()} {hint}", ctx) from error


class App(_CommandGroup):
    """All commands, each made when it is asked for."""

    def __init__(self) -> None:
        super().__init__(
            PROGRAM,
            help="Persistent memory for AI agents. The server and the key come from MEMSY_BASE_URL, MEMSY_CONTROL_URL "
            "and MEMSY_API_KEY; `memsy-client serve --memory` runs a server of your own.",
            no_args_is_help=True,
            context_settings={"help_option_names": ["-h", "--help"]},
        )
        click.version_option(__version__, prog_name=PROGRAM, message="%(prog)s %(version)s")(self)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all, in the order in which the help has them."""
        return [name for names in self._sections.values() for name in names]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name."""
        for section in self._sections.values():
            if cmd_name in section:
                return section[cmd_name].make()
        return None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands, by what they are for."""
        for title, section in self._sections.items():
            with formatter.section(title):
                formatter.write_dl([(name, listed.summary) for name, listed in section.items()])

    @cached_property
    def _sections(self) -> Mapping[str, Mapping[str, _Entry]]:
        by_name: dict[str, list[Command]] = {}
        for command in operations.plane_commands():
            by_name.setdefault(command.name, []).append(command)
        return {
            "Commands": {
                name: _Entry(commands[0].summary, partial(_plane_command, commands))
                for name, commands in by_name.items()
            },
            "Groups of commands": {
                group.name: _Entry(group.summary, partial(_Group, group)) for group in operations.groups()
            },
            "Servers and help": {
                **{name: _Entry(summary, partial(_Standalone, name)) for name, summary in standalone.SUMMARIES.items()},
                "completion": _Entry("Print what makes a shell complete commands and options.", _completion_command),
            },
        }


class _Group(_CommandGroup):
    """The commands of one tag of the contract."""

    def __init__(self, group: Group) -> None:
        super().__init__(group.name, help=group.summary, no_args_is_help=True)
        self._group = group

    @cached_property
    def _found(self) -> Mapping[str, Command]:
        return {command.name: command for command in self._group.commands()}

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all, in the contract's order."""
        return list(self._found)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name."""
        return command_of([self._found[cmd_name]]) if cmd_name in self._found else None


class _Standalone(click.Command):
    """A command that needs no extra, and reads its arguments itself."""

    def __init__(self, name: str) -> None:
        super().__init__(
            name,
            params=[click.Argument(["arguments"], nargs=-1, type=click.UNPROCESSED)],
            callback=partial(standalone.run, name),
            help=standalone.SUMMARIES[name],
            add_help_option=False,
            context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
        )

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Its options."""
        return [
            CompletionItem(option) for option in standalone.options_of(str(self.name)) if option.startswith(incomplete)
        ]


def _plane_command(commands: Sequence[Command]) -> click.Command:
    """The command of an operation of the client itself; of some there is more to say than the contract does."""
    (name, *_) = {command.name for command in commands}
    if name == "ingest":
        from .ingest import command_of as ingest_command

        return ingest_command(commands[0])
    if name == "status":
        from .status import command_of as status_command

        return status_command(commands[0])
    if name == "search":
        return command_of(commands, columns=("score", "content", "observed_at", "id"), joins_words=True)
    return command_of(commands)


def _completion_command() -> click.Command:
    return click.Command(
        "completion",
        params=[click.Argument(["shell"], type=click.Choice(["bash", "zsh", "fish"]))],
        callback=_print_completion,
        help='Print what makes a shell complete commands and options: eval "$(memsy-client completion bash)"',
    )


def _print_completion(shell: str) -> None:
    completion = get_completion_class(shell)
    assert completion is not None
    print(completion(App(), {}, PROGRAM, COMPLETE_VARIABLE).source())
