"""A server with something of everything, and the command run against it."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest

from memsy_client import EventPayload, MemsyClient, MemsyControlClient
from memsy_client.cli.main import main
from memsy_client.local import LocalMemsy


class Ran(NamedTuple):
    """How the command ended."""

    code: int
    out: str
    err: str

    @property
    def errors(self) -> list[Any]:
        """What it wrote to standard error, where each line has to be an error."""
        return [json.loads(line)["error"] for line in self.err.splitlines()]

    @property
    def error(self) -> Any:
        """The one error."""
        (error,) = self.errors
        return error

    @property
    def report(self) -> Any:
        """The JSON that it printed."""
        return json.loads(self.out)

    def outcomes(self, outcome: str) -> dict[str, Any]:
        """What it says of the operations with that outcome, by their ids."""
        return {check["operation"]: check for check in self.report["checks"] if check["outcome"] == outcome}


@pytest.fixture
def memsy() -> Iterator[LocalMemsy]:
    """A server that holds an event, memories, a role, a team and a connector."""
    with LocalMemsy() as memsy:
        with MemsyClient(memsy.base_url, memsy.api_key) as client:
            client.roles.create("local", "Support", "Helps customers")
            client.teams.create("local", "Lisbon", "Ships parcels")
            client.ingest([EventPayload("ana", "chat-1", "user_message", "I moved to Lisbon.")])
        memsy.settle()
        with MemsyControlClient(memsy.control_url, memsy.api_key) as control:
            memsy.authorize_connector(control.connectors.create("github").connector_id)
        yield memsy


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """Runs `memsy-client` with these variables, and no others of ours."""

    def run(*arguments: str, stdin: str | bytes = "", **environment: str) -> Ran:
        content = stdin.encode() if isinstance(stdin, str) else stdin
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content), "utf-8"))
        for name in ("MEMSY_BASE_URL", "MEMSY_CONTROL_URL", "MEMSY_API_KEY"):
            monkeypatch.delenv(name, raising=False)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        try:
            code = main(list(arguments))
        except SystemExit as ended:  # as argparse and click end
            code = int(ended.code or 0)
        return Ran(code, *capsys.readouterr())

    return run
