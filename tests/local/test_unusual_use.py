"""What few use of the embedded server, and what only a failure of something else brings about."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

import pytest

import memsy_client.local
from memsy_client import Headers, MemsyClient, MemsyDecodeError, Request, models
from memsy_client._core.messages import Response
from memsy_client.local import Draft, LocalMemsy
from memsy_client.local.http.admin import AdminRoutes
from memsy_client.local.http.faults import Fault
from memsy_client.local.memory.plugins import Plugins
from memsy_client.local.providers import _fields


def test_a_pinned_memory_never_decays() -> None:
    with (
        LocalMemsy(port=None, extract=lambda source: [Draft("tea, not coffee", pinned=True)]) as memsy,
        MemsyClient(memsy.base_url, memsy.api_key, http_client=memsy.transport) as client,
    ):
        client.ingest([models.EventPayload("ana", "s", "user_message", "hi")])
        memsy.settle()
        memsy.clock.advance(3600 * 24 * 365 * 50)
        assert [result.content for result in client.search("tea").results] == ["tea, not coffee"]


def test_a_clock_that_runs_already_runs_on(memsy: LocalMemsy) -> None:
    before = memsy.clock.now()
    memsy.clock.run()
    assert memsy.clock.now() >= before


def test_a_fault_may_answer_bytes() -> None:
    assert Fault(503, b"\x00\xff").content() == (b"\x00\xff", "application/octet-stream")


def test_a_response_over_the_limit_is_refused_in_process_too(memsy: LocalMemsy) -> None:
    options: Any = {"http_client": memsy.transport, "max_response_bytes": 5}
    with (
        MemsyClient(memsy.base_url, memsy.api_key, **options) as client,
        pytest.raises(MemsyDecodeError, match="is over the 5 bytes"),
    ):
        client.health()


def admin(action: Any, body: bytes = b"{}") -> Response:
    headers = [("host", "127.0.0.1"), ("content-type", "application/json")]
    request = Request("POST", "http://127.0.0.1/_local/do", headers, body)
    return AdminRoutes({"do": action}).handle(request, from_loopback=True)


def test_the_routes_of_a_test_say_what_is_wrong_with_their_arguments() -> None:
    refused = admin(lambda: None, b"[]")
    assert (refused.status_code, json.loads(refused.content)) == (
        422,
        {"detail": "the arguments have to be a JSON object"},
    )


def test_the_routes_of_a_test_say_when_time_ran_out() -> None:
    def wait() -> dict[str, Any]:
        raise TimeoutError("events are still pending")

    late = admin(wait)
    assert (late.status_code, json.loads(late.content)) == (504, {"detail": "events are still pending"})


def test_nothing_is_ranked_without_asking() -> None:
    def rank(query: str, texts: Any) -> list[float]:
        raise AssertionError("there is nothing to rank")

    assert Plugins(lambda source: [], None, rank).scores("tea", []) == []


def test_a_resource_may_be_a_model_of_the_client() -> None:
    resource = models.ResourceSelection(external_id="7", resource_type="page", name="notes")
    assert _fields(resource)[:3] == ("7", "page", "notes")


def test_its_modules_list_what_they_offer() -> None:
    assert "LocalMemsy" in dir(memsy_client.local)
    assert "EventPayload" in dir(models)


def test_another_plan_can_be_given_to_an_organisation_that_is_named(memsy: LocalMemsy, api: Any) -> None:
    memsy.set_plan(memsy_client.local.Plan(tier="gold"), org="acme")
    key = memsy.create_key(org="acme")
    assert api.with_key(key).get("/api/me").body["tier"] == "gold"
    assert api.get("/api/me").body["tier"] == "local"


def test_a_handler_that_fails_is_a_500_that_says_no_more(
    memsy: LocalMemsy, api: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(state: Any) -> Any:
        raise ZeroDivisionError("of nobody's")

    monkeypatch.setattr(memsy.engine, "_run", broken)
    answer = api.get("/api/me")
    assert (answer.status, answer.body) == (500, {"message": "Internal Server Error"})
    assert "of nobody's" in caplog.text


def test_that_usage_is_unknown_withholds_no_answer(
    memsy: LocalMemsy, api: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*args: Any) -> Any:
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(memsy.engine.services.meter, "headers", broken)
    answer = api.get("/api/me")
    assert answer.status == 200
    assert "x-usage" not in " ".join(answer.headers)
    assert "the database failed" in caplog.text
    assert isinstance(answer.headers, Headers)
