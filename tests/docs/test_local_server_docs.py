"""docs/local-server.md names everything that can be said to the server."""

from pathlib import Path

import pytest

from memsy_client.cli import server
from memsy_client.local import LocalMemsy, Plan

PAGE = (Path(__file__).parents[2] / "docs" / "local-server.md").read_text("utf-8")


def test_every_route_is_documented():
    with LocalMemsy(port=None) as memsy:
        for route in memsy._admin_actions():
            assert f"`{route}`" in PAGE, route


def test_every_command_and_option_is_documented():
    commands = next(action for action in server._parser()._actions if action.choices)
    for name, parser in commands.choices.items():
        assert f"memsy-client {name}" in PAGE
        for action in parser._actions:
            for option in action.option_strings:
                assert option in {"-h", "--help"} or option in PAGE, f"{name} {option}"


@pytest.mark.parametrize("function", [LocalMemsy.__init__, LocalMemsy.fail_next, Plan.__init__])
def test_every_argument_is_documented(function):
    names = function.__code__.co_varnames[1 : function.__code__.co_argcount + function.__code__.co_kwonlyargcount]
    for name in names:
        assert f"`{name}`" in PAGE or f"{name}=" in PAGE, name


def test_its_limits_come_first():
    headings = [line for line in PAGE.splitlines() if line.startswith("## ")]
    assert headings[0] == "## What it is not"
