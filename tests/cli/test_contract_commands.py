"""Every operation of the contract is a command, which sends what the Python method sends and prints what it gives."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from support.operations import ALL, Case
from support.server import Script, Server, answer, message, raw

from memsy_client import MemsyClient, MemsyControlClient
from memsy_client._core.encode import to_jsonable
from memsy_client.cli import operations
from memsy_client.cli.arguments import option
from memsy_client.cli.commands import command_of as command_of_click
from memsy_client.cli.operations import Argument, Command, ValueType, kebab

Run = Callable[..., Any]

KEY = "msy_key_of_a_test"
COMMANDS = {(command.plane, command.group, command.method): command for command in operations.all_commands()}


def command_of(case: Case) -> Command:
    group, _, method = case.operation.name.rpartition(".")
    return COMMANDS["control" if case.control else "core", group or None, method]


def environment(server: Server) -> dict[str, str]:
    return {"MEMSY_BASE_URL": f"{server.origin}/v1", "MEMSY_CONTROL_URL": f"{server.origin}/api", "MEMSY_API_KEY": KEY}


def success(case: Case) -> Script:
    return answer(case.answer()) if case.has_body else raw(message(status=204))


def arguments_of(case: Case, *, everything: bool) -> tuple[list[Any], dict[str, Any]]:
    """As `Case.arguments`, of words that the contract has and objects as it has them."""
    positional, named = case.arguments(everything=everything)
    for argument in command_of(case).arguments:
        if argument.type.choices and argument.name in named:
            named[argument.name] = list(argument.type.choices) if argument.type.is_list else argument.type.choices[-1]
    return [value[:1] if argument_is_of_models(value) else value for value in positional], named


def argument_is_of_models(value: Any) -> bool:
    return isinstance(value, list) and hasattr(value[0], "to_dict")


def as_text(value: Any) -> str:
    if isinstance(value, datetime.date):
        return value.isoformat()
    return json.dumps(to_jsonable(value)) if hasattr(value, "to_dict") else str(value)


def as_options(values: dict[str, Any]) -> Iterator[str]:
    """Arguments as the command line has them."""
    for name, value in values.items():
        if isinstance(value, bool):
            yield f"--{kebab(name)}" if value else f"--no-{kebab(name)}"
            continue
        for item in value if isinstance(value, list) else [value]:
            yield from (f"--{kebab(name)}", as_text(item))


def test_every_operation_of_the_contract_is_a_command() -> None:
    assert {command_of(case).full_name for case in ALL} <= {command.full_name for command in COMMANDS.values()}
    assert len({(command.plane, command.full_name) for command in COMMANDS.values()}) == len(COMMANDS)


def test_an_argument_called_as_an_option_of_the_commands_has_another_one() -> None:
    argument = Argument("json", ValueType("text"), is_required=False, is_positional=False, default=None, help="")
    assert option(argument).opts == ["--json-argument"]


def test_each_option_of_a_command_is_there_once() -> None:
    for command in COMMANDS.values():
        made = command_of_click([command])
        flags = [flag for parameter in made.params for flag in (*parameter.opts, *parameter.secondary_opts)]
        assert len(flags) == len(set(flags)), command.full_name


def own_options(command: Command, arguments: dict[str, Any], tmp_path: Any) -> list[str]:
    """What a command wants beside the arguments; secrets among these are put into files."""
    options = ["--json"]
    options += ["--yes"] if command.is_delete else []
    options += ["--show-key"] if "raw_key" in command.secret_results else []
    options += ["--show-token"] if "access_token" in command.secret_results else []
    options += ["--plane", "control"] if command.plane == "control" and command.name == "health" else []
    for name in command.secret_arguments & arguments.keys():
        file = tmp_path / name
        file.write_text(arguments.pop(name), "utf-8")
        options += [f"--{kebab(name)}-file", str(file)]
    return options


@pytest.mark.parametrize("case", [case for case in ALL if case.operation.name != "ingest"], ids=str)
@pytest.mark.parametrize("way", ["by position", "by option"])
def test_it_sends_what_the_method_sends_and_prints_what_it_gives(
    case: Case, way: str, run: Run, serve: Any, tmp_path: Any
) -> None:
    command = command_of(case)
    server = serve(success(case))
    client: Any = MemsyControlClient if case.control else MemsyClient
    positional, named = arguments_of(case, everything=True)
    with client(f"{server.origin}/{'api' if case.control else 'v1'}", KEY) as connected:
        given = case.method(connected)(*positional, **named)
    names = [argument.name for argument in command.arguments if argument.is_positional]
    if way == "by position":
        values = [as_text(item) for value in positional for item in (value if isinstance(value, list) else [value])]
    else:
        values, named = [], {**dict(zip(names, positional, strict=True)), **named}
    options = own_options(command, named, tmp_path)
    group = [kebab(command.group)] if command.group else []
    ran = run(*group, command.name, *options, *as_options(named), "--", *values, **environment(server))
    assert (ran.code, ran.err) == (0, "")
    expected, sent = server.requests
    assert sent.raw.partition(b" HTTP")[0] == expected.raw.partition(b" HTTP")[0]
    assert sent.body == expected.body
    assert json.loads(ran.out) == to_jsonable(given)


@pytest.mark.parametrize("case", [case for case in ALL if case.operation.name != "ingest"], ids=str)
def test_its_help_and_its_table_can_be_read(case: Case, run: Run, serve: Any, tmp_path: Any) -> None:
    command = command_of(case)
    name = command.full_name.split(" ")
    shown = run(*name, "--help")
    assert (shown.code, shown.err) == (0, "")
    assert " ".join(command.summary.split()) in " ".join(shown.out.split())
    server = serve(success(case))
    positional, named = arguments_of(case, everything=False)
    options = own_options(command, named, tmp_path)
    options.remove("--json")
    values = [as_text(item) for value in positional for item in (value if isinstance(value, list) else [value])]
    ran = run(*name, *options, *as_options(named), "--", *values, **environment(server))
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.strip()
    assert "object at" not in ran.out
