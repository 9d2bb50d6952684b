"""Write the list of commands that the contract gives into docs/command-line.md.

python docs/_site/commands.py            write it
python docs/_site/commands.py --check    fail when it is not what the generated client gives
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from memsy_client.cli.operations import Argument, Command, groups, kebab, plane_commands

PAGE = Path(__file__).parents[1] / "command-line.md"
BEGIN, END = "<!-- commands: written by `make generate` -->\n", "<!-- end of commands -->\n"


def page() -> str:
    """The page with the list as it should be."""
    before, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
    return f"{before}{BEGIN}{''.join(_lines())}{END}{rest.partition(END)[2]}"


def _lines() -> Iterator[str]:
    yield "\n| command | |\n| --- | --- |\n"
    seen = {"ingest"}  # which takes files
    for command in [*plane_commands(), *(command for group in groups() for command in group.commands())]:
        if command.full_name not in seen:  # one that both planes have is there once
            yield f"| `{_usage(command)}` | {command.summary} |\n"
        seen.add(command.full_name)
    yield "\n"


def _usage(command: Command) -> str:
    needed = [_written(command, argument) for argument in command.arguments if argument.is_required]
    output = ["--output FILE"] if command.secret_results else []
    return " ".join(["memsy-client", command.full_name, *needed, *output])


def _written(command: Command, argument: Argument) -> str:
    if argument.name in command.secret_arguments:
        return f"--{kebab(argument.name)}-file PATH"
    return argument.placeholder if argument.is_positional else f"{argument.flag} {argument.placeholder}"


def main() -> None:
    """Write the list, or compare it."""
    parser = argparse.ArgumentParser(description="Write the list of commands into docs/command-line.md.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail when the list is not current")
    if not parser.parse_args().check:
        PAGE.write_text(page(), "utf-8")
    elif PAGE.read_text("utf-8") != page():
        raise SystemExit(f"{PAGE.name} is not what the generated client gives: run `make generate`")


if __name__ == "__main__":
    main()
