"""`memsy-client check`: what it asks, what it says of the answers, and how it ends."""

from __future__ import annotations

import email.utils
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import memsy_client
from memsy_client._core.json_schema import load_contract
from memsy_client.cli.probes import ACTOR
from memsy_client.local import LocalMemsy

Run = Callable[..., Any]

NOT_READING = {"ingest", "search"}
HEALTH = {"status": "ok", "version": "1", "billing_enabled": True, "components": {}}


def asked(memsy: LocalMemsy, since: int) -> list[tuple[str, str]]:
    """The method and operation of each request after the first so many."""
    return [(request.method, str(request.operation)) for request in memsy.requests[since:]]


def test_it_asks_the_embedded_server_all_that_can_be_read_and_finds_nothing(memsy: LocalMemsy, run: Run) -> None:
    before = len(memsy.requests)
    ran = run("check", "--json", **memsy.environment)
    assert (ran.code, ran.err, ran.report["result"]) == (0, "", "clean")
    assert (ran.outcomes("deviates"), ran.outcomes("failed")) == ({}, {})
    # No answer names a repository, and only some connectors have a picker.
    assert set(ran.outcomes("skipped")) == {"connectors_list_branches"}
    assert set(ran.outcomes("declined")) == {"connectors_picker_config"}
    readable = {
        node["operationId"]
        for item in load_contract()["paths"].values()
        for name, node in item.items()
        if name == "get"
    }
    assert set(ran.outcomes("ok")) == (readable | {"status"}) - {"connectors_list_branches", "connectors_picker_config"}
    assert {check["plane"] for check in ran.report["checks"] if check["operation"] == "health"} == {"core", "control"}
    sent = asked(memsy, before)
    assert {operation for method, operation in sent if method != "GET"} == {"status"}
    assert ran.report["spec_sha256"] == memsy_client.__spec_sha256__


def test_it_writes_only_when_told_to_and_says_beforehand_what_stays(memsy: LocalMemsy, run: Run) -> None:
    before = len(memsy.requests)
    ran = run("check", "--write", **memsy.environment)
    assert ran.code == 0
    assert "nothing can delete events" in ran.err
    assert ACTOR in ran.err
    assert [operation for method, operation in asked(memsy, before) if method == "POST"][:2] == ["ingest", "search"]
    assert {operation for method, operation in asked(memsy, before) if method == "POST"} == NOT_READING | {"status"}


def test_a_server_without_data_is_asked_what_needs_none(run: Run) -> None:
    with LocalMemsy() as memsy:
        ran = run("check", **memsy.environment)
    assert ran.code == 0
    assert "skipped: core roles_get (GET /roles/{role_id}): no role_id is known" in ran.out
    assert ran.out.splitlines()[-1] == "nothing is amiss"


@pytest.mark.parametrize(
    ("body", "status", "told"),
    [
        (
            {**HEALTH, "version": None},
            200,
            {"path": "version", "expected": "a string", "found": "null"},
        ),
        ({**HEALTH, "status": 3}, 200, {"path": "status", "expected": "a string", "found": "a number"}),
        (HEALTH, 202, {"path": "", "expected": "the status 200", "found": "the status 202"}),
    ],
)
def test_where_an_answer_differs_is_told_with_its_path(
    memsy: LocalMemsy, run: Run, body: Any, status: int, told: dict[str, str]
) -> None:
    memsy.fail_next(status=status, body=body, operation="health")
    ran = run("check", "--json", **memsy.environment)
    assert (ran.code, ran.report["result"]) == (1, "deviations")
    assert told in ran.outcomes("deviates")["health"]["deviations"]


def test_an_answer_that_is_no_json_is_a_deviation(memsy: LocalMemsy, run: Run) -> None:
    memsy.fail_next(status=200, body="<html>", operation="orgs_list")
    ran = run("check", **memsy.environment)
    assert ran.code == 1
    assert "deviates: core orgs_list (GET /orgs): 200 the client cannot read it: is not JSON" in ran.out
    assert ran.out.splitlines()[-1].startswith("1 of ")


@pytest.mark.parametrize(("status", "outcome", "code"), [(403, "declined", 0), (500, "failed", 1), (418, "failed", 1)])
def test_an_error_is_one_that_the_key_may_explain_or_a_failure(
    memsy: LocalMemsy, run: Run, status: int, outcome: str, code: int
) -> None:
    memsy.fail_next(status=status, body={"detail": "for a reason"}, operation="usage_summary")
    ran = run("check", "--json", **memsy.environment)
    assert ran.code == code
    assert ran.outcomes(outcome)["usage_summary"]["status"] == status


def test_what_a_server_says_cannot_steer_a_terminal(memsy: LocalMemsy, run: Run) -> None:
    memsy.fail_next(status=403, body={"detail": "no\n\x1b[2Jmore"}, operation="me")
    ran = run("check", **memsy.environment)
    assert ran.code == 0
    (line,) = [line for line in ran.out.splitlines() if line.startswith("declined: control me ")]
    assert line.split()[-3:] == ["403", "no", "[2Jmore"]


@pytest.mark.parametrize(("ahead", "code"), [(5, 0), (-3600, 1), (3600, 1)])
def test_clocks_that_differ_by_more_than_a_minute_are_amiss(
    run: Run, ahead: int, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "memsy_client.local.http.listener._date",
        lambda second: email.utils.formatdate(second + ahead, usegmt=True),
    )
    with LocalMemsy() as memsy:
        ran = run("check", "--json", **memsy.environment)
        text = run("check", **memsy.environment).out
    assert ran.code == code
    assert ran.report["clock_skew"] == pytest.approx(ahead, abs=2)
    assert f"s {'ahead of' if ahead > 0 else 'behind'} this machine's" in text


@pytest.mark.parametrize("status", [401, 429])
def test_a_server_that_refuses_is_not_checked(memsy: LocalMemsy, run: Run, status: int) -> None:
    memsy.fail_next(2, status=status, headers={"Retry-After": "0"}, operation="me")
    ran = run("check", "--json", **memsy.environment)
    assert (ran.code, ran.report["result"]) == (2, "refused")
    assert "control plane" in ran.report["reason"]


def test_a_key_that_is_not_valid_is_refused_and_not_repeated(memsy: LocalMemsy, run: Run) -> None:
    ran = run("check", **{**memsy.environment, "MEMSY_API_KEY": "msy_topsecret"})
    assert ran.code == 2
    assert ran.out.splitlines()[-1].startswith("refused: the core plane refuses: health (GET /health): ")
    assert "topsecret" not in ran.out + ran.err


def test_a_server_that_is_not_there_is_not_reachable(memsy: LocalMemsy, run: Run) -> None:
    ran = run("check", **{**memsy.environment, "MEMSY_CONTROL_URL": "http://127.0.0.1:9/api"})
    assert ran.code == 2
    assert ran.out.splitlines()[-1].startswith("not reachable: the control plane cannot be reached: health")


def test_what_is_missing_in_the_environment_is_named(run: Run) -> None:
    ran = run("check", "--json", MEMSY_BASE_URL="http://127.0.0.1:9/core", MEMSY_API_KEY="msy_key")
    assert (ran.code, ran.report["result"]) == (2, "not configured")
    assert "MEMSY_CONTROL_URL" in ran.report["reason"]


def test_it_needs_nothing_of_the_embedded_server() -> None:
    code = (
        "import sys; sys.modules |= dict.fromkeys(['starlette', 'uvicorn', 'snowballstemmer', 'aiohttp', 'numpy'])\n"
        "from memsy_client.cli.main import main\n"
        "print(main(['check']), [name for name in sys.modules if name.startswith('memsy_client.local')])"
    )
    environment = {
        "MEMSY_BASE_URL": "http://127.0.0.1:9/v1",
        "MEMSY_CONTROL_URL": "http://127.0.0.1:9/api",
        "MEMSY_API_KEY": "msy_key",
    }
    ran = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=60)
    assert ran.stdout.splitlines()[-1] == "2 []", ran.stderr


def test_the_key_may_come_from_a_file(memsy: LocalMemsy, run: Run, tmp_path: Path) -> None:
    key_file = tmp_path / "key"
    key_file.write_text(f"{memsy.api_key}\n")
    environment = {name: value for name, value in memsy.environment.items() if name != "MEMSY_API_KEY"}
    assert run("check", "--key-file", str(key_file), **environment).code == 0
    refused = run("check", "--json", "--key-file", str(tmp_path / "none"), **environment)
    assert (refused.code, refused.report["result"]) == (2, "not configured")
