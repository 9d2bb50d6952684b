"""docs/command-line.md has every command, and every option of those that are made by hand."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from memsy_client.cli import standalone
from memsy_client.cli.app import App

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "command-line.md").read_text("utf-8")


def commands(group: click.Group, path: str = "memsy-client") -> Iterator[tuple[str, click.Command]]:
    """Every command with what is typed for it."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command


ALL = dict(commands(App()))
BY_HAND = ["memsy-client ingest", "memsy-client status", "memsy-client health", "memsy-client keys create"]


def options(command: click.Command) -> set[str]:
    return {option for parameter in command.params for option in parameter.opts if option.startswith("--")}


def test_every_command_is_on_the_page() -> None:
    assert len(ALL) > 50
    for command in ALL:
        assert re.search(rf"{command}(?![\w-])", PAGE), f"{command} is not documented: run `make generate`"


def test_every_command_on_the_page_is_there() -> None:
    named = set(re.findall(r"memsy-client ((?:[a-z0-9-]+ ?)+)", re.sub(r"memsy-client\[", "", PAGE)))
    groups = {command.split(" ")[1] for command in ALL}
    for words in named:
        first, _, rest = words.strip().partition(" ")
        assert first in groups, words
        if any(command.startswith(f"memsy-client {first} ") for command in ALL) and rest:
            assert f"memsy-client {first} {rest.split(' ')[0]}" in ALL, words


@pytest.mark.parametrize("name", BY_HAND)
def test_every_option_of_what_is_made_by_hand_is_on_the_page(name: str) -> None:
    arguments = {"--event-ids", "--name", "--scopes", "--expires-at"}  # of the contract
    for option in options(ALL[name]) - arguments:
        assert re.search(rf"{option}(?![\w-])", PAGE), option


def test_so_is_every_option_that_all_commands_share() -> None:
    shared = set.intersection(*(options(command) for name, command in ALL.items() if name.count(" ") > 1))
    assert shared == {"--json", "--key-file"}
    for option in (*shared, "--all", "--max-items", "--yes", "--help"):
        assert f"`{option}" in PAGE, option


def test_the_standalone_commands_are_documented() -> None:
    pages = PAGE + (ROOT / "docs" / "local-server.md").read_text("utf-8")
    for name in standalone.SUMMARIES:
        for option in standalone.options_of(name):
            assert option == "--help" or option in pages, f"{name} {option}"


def test_the_list_is_what_the_generated_client_gives() -> None:
    checked = subprocess.run(
        [sys.executable, "docs/_site/commands.py", "--check"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stderr
