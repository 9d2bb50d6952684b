"""What the command line makes of values, of findings, and of a method that no operation of the contract is behind."""

from __future__ import annotations

from collections import deque
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("click")

from memsy_client import Headers, MemsyClient, Request, Response
from memsy_client._core.transport import Limits, TransportError
from memsy_client.cli.check import _lines
from memsy_client.cli.contract_check import ContractCheck, Finding, NotCheckedError
from memsy_client.cli.ingest import EventError, _events
from memsy_client.cli.operations import all_commands
from memsy_client.cli.output import _cell
from memsy_client.cli.probes import all_probes


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, ""),
        (True, "yes"),
        (0.123456, "0.1235"),
        (5, "5"),
        ("2026-01-31T09:30:00+00:00", "2026-01-31 09:30:00Z"),
        (["a", None], "a, "),
        ({"a": None}, "a: "),
        ({"a": {"b": [1]}}, '{"a": {"b": [1]}}'),
    ],
)
def test_a_cell(value: Any, shown: str) -> None:
    assert _cell(value) == shown


def test_a_deviation_is_a_line_each() -> None:
    probe: Any = SimpleNamespace(
        plane="core", operation_id="search", operation=SimpleNamespace(method="POST", path="/search")
    )
    finding = Finding(
        probe, "deviates", 200, "odd", (("results[0].id", "a string", "null"), ("", "an object", "a list"))
    )
    assert list(_lines(finding)) == [
        "deviates: core search (POST /search): 200 odd",
        "deviates: core search (POST /search): results[0].id is null where a string is expected",
        "deviates: core search (POST /search): the body is a list where an object is expected",
    ]


def test_what_waits_only_asks() -> None:
    waits = [command for command in all_commands() if "wait" in command.name]
    assert waits
    assert all(command.is_read and not command.is_delete for command in waits)


def test_a_file_that_has_changed_since_it_was_checked_is_an_error() -> None:
    source: Any = SimpleNamespace(entries=lambda: iter([("a.jsonl:3", None, "is not JSON")]))
    with pytest.raises(EventError, match=r"^a\.jsonl:3: is not JSON, which has changed since it was checked$"):
        list(_events([source], deque()))


class Answering:
    """A transport that gives one response, or fails."""

    def __init__(self, how: Response | Exception) -> None:
        self._how = how

    def send(self, request: Request, limits: Limits) -> Response:
        if isinstance(self._how, Exception):
            raise self._how
        return self._how

    def close(self) -> None:
        pass


def checked(how: Response | Exception, operation: str) -> ContractCheck:
    client = MemsyClient("http://memsy.test/v1", "key", http_client=Answering(how))
    check = ContractCheck({"core": client})
    check.run([probe for probe in all_probes(write=False) if probe.plane == "core" and probe.operation_id == operation])
    return check


def test_a_plane_that_cannot_be_reached_is_not_checked() -> None:
    with pytest.raises(NotCheckedError, match=r"^the core plane cannot be reached: "):
        checked(TransportError("lost"), "health")


def test_a_server_without_a_date_has_no_skew() -> None:
    check = checked(Response(200, Headers(), b'{"status": "ok"}'), "health")
    assert check.clock_skew is None
    assert [finding.status for finding in check.findings] == [200]


def test_a_response_without_a_body_gives_no_values_to_ask_for() -> None:
    check = checked(Response(204, Headers(), b""), "health")
    assert [finding.outcome for finding in check.findings] == ["deviates"]
