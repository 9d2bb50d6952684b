"""Scripted faults, the clock, recorded requests and reset: from the program, and from another process by URL."""

import json
import urllib.error
import urllib.request

import pytest

from memsy_client import MemsyClient
from memsy_client._core.messages import Request
from memsy_client.exceptions import MemsyAPIError, MemsyConnectionError
from memsy_client.local import LocalMemsy, Plan
from memsy_client.local.http.faults import ConnectionDropped, Fault


def send(api, path="/v1/health"):
    return api.send(Request("GET", f"http://x{path}", [("authorization", f"Bearer {api.key}")]), documented=False)


def test_the_next_calls_fail_as_scripted_and_then_no_more(api, memsy):
    memsy.fail_next(2, status=418, body={"message": "teapot"}, headers={"X-Why": "script"})
    for _ in range(2):
        answer = send(api)
        assert (answer.status, answer.body, answer.headers["x-why"]) == (418, {"message": "teapot"}, "script")
    assert send(api).status == 200


def test_a_body_may_be_a_proxys_page(api, memsy):
    memsy.fail_next(status=502, body="<html>Bad gateway</html>")
    answer = send(api)
    assert (answer.body, answer.headers["content-type"]) == (b"<html>Bad gateway</html>", "text/html")


def test_a_fault_of_one_operation_leaves_the_others_alone(api, memsy):
    memsy.fail_next(status=500, operation="search")
    assert send(api).status == 200
    assert api.post("/v1/search", {"query": "x"}).status == 500
    assert api.post("/v1/search", {"query": "x"}).status == 200


def test_a_failed_call_was_not_carried_out_unless_the_script_says_so(api, memsy, an_event):
    memsy.fail_next(status=500, operation="ingest")
    api.post("/v1/ingest", {"events": [an_event()]})
    assert api.get("/api/console/events").body["total"] == 0
    memsy.fail_next(drop=True, after=True, operation="ingest")
    with pytest.raises(ConnectionDropped):
        api.post("/v1/ingest", {"events": [an_event()]})
    assert api.get("/api/console/events").body["total"] == 1


def test_a_delay_alone_lets_the_call_go_on(api, memsy):
    memsy.fail_next(delay=0.02)
    assert send(api).status == 200
    assert memsy.requests[-1].seconds >= 0.02


def test_a_fault_may_meet_a_call_of_an_unknown_path_too(api, memsy):
    memsy.fail_next(delay=0.001)
    assert send(api, "/nowhere").status == 404
    memsy.fail_next(status=500)
    assert send(api, "/nowhere").status == 500


def test_closing_the_server_ends_a_delay(memsy):
    memsy.fail_next(delay=3600)
    memsy.engine.close()
    response = memsy.engine.handle(Request("GET", "http://x/v1/health", []))
    assert response.status_code == 401


@pytest.mark.parametrize(
    "fault",
    [
        {},
        {"status": 199},
        {"status": 600},
        {"status": "503"},
        {"status": True},
        {"status": 500.0},
        {"delay": -1, "drop": True},
        {"delay": float("nan")},
        {"delay": 1e9},
        {"delay": "1"},
        {"operation": "dream", "drop": True},
        {"drop": "yes"},
        {"status": 500, "headers": {"X-A": "a\r\nX-B: b"}},
        {"status": 500, "headers": {"X-A": "漢"}},
        {"status": 500, "headers": {"X A": "a"}},
        {"status": 500, "headers": {"X-A": 5}},
        {"status": 500, "headers": {"Content-Length": "5"}},
        {"status": 500, "headers": ["X-A"]},
        {"status": 500, "body": {1, 2}},
        {"status": 500, "body": "\ud800"},
        {"status": 500, "times": 10**9},
        {"status": 500, "times": 1.5},
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(memsy, fault):
    with pytest.raises(ValueError):  # noqa: PT011 - each has a text of its own
        memsy.fail_next(**fault)


def test_a_fault_has_to_happen_at_least_once(memsy):
    with pytest.raises(ValueError, match="at least one"):
        memsy.engine.faults.add(Fault(drop=True), 0)


def test_a_client_in_process_meets_dropped_connections_and_time_outs_as_it_would_on_a_wire(memsy):
    client = MemsyClient(memsy.base_url, memsy.api_key, http_client=memsy.transport)
    memsy.fail_next(drop=True)
    with pytest.raises(MemsyConnectionError):
        client.health()
    memsy.fail_next(delay=3600)
    with pytest.raises(MemsyConnectionError, match="timed out"):
        client.with_options(timeout=0.05).health()
    memsy.fail_next(status=500)
    with pytest.raises(MemsyAPIError):
        client.health()
    assert client.health().status == "ok"


def test_every_request_received_can_be_read(api, memsy):
    api.post("/v1/search", {"query": "x"}, extra=1)
    (received,) = memsy.requests
    assert (received.operation, received.method, received.url) == ("search", "POST", "/v1/search?extra=1")
    assert (received.json(), received.status) == ({"query": "x"}, 200)
    assert received.headers["Authorization"] == f"Bearer {api.key}"
    assert api.key not in repr(received)


def test_a_frozen_clock_stands_still_and_moves_when_told(memsy):
    memsy.clock.freeze("2026-01-01T00:00:00+01:00")
    assert memsy.clock.now() == memsy.clock.now() == 1767222000 * 10**6
    memsy.clock.advance(1.5)
    assert memsy.clock.now() == 1767222001_500000
    memsy.clock.run()
    assert 0 <= memsy.clock.now() - 1767222001_500000 < 60 * 10**6


def test_reset_makes_everything_as_it_was_at_the_start(api, memsy, an_event):
    before = api.get("/v1/console/memories").body
    (first,) = api.ingest(an_event())
    other = memsy.create_key()
    memsy.set_plan(Plan(tier="pro"))
    memsy.clock.freeze("2001-01-01T00:00:00Z")
    memsy.fail_next(9, status=500)
    memsy.reset()
    assert memsy.requests == ()
    assert api.get("/v1/console/memories").body == before
    assert api.get("/v1/health").headers["x-plan"] == "local"
    assert api.get("/v1/health").headers["x-usage-eventsingested"] == "0"
    assert api.with_key(other).get("/v1/health").status == 401
    assert api.ingest(an_event()) == [first]
    assert not api.get("/api/console/events").body["items"][0]["ts"].startswith("2001")


@pytest.fixture(scope="module")
def socket_memsy():
    with LocalMemsy() as memsy:
        yield memsy


def script(memsy, route, arguments=None, *, headers=None, method="POST"):
    request = urllib.request.Request(
        memsy.base_url.replace("/v1", f"/_local/{route}"),
        data=None if method == "GET" else json.dumps(arguments or {}).encode(),
        headers={"Content-Type": "application/json"} if headers is None else headers,
        method=method,
    )
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def test_another_process_scripts_the_server_by_url(socket_memsy):
    memsy = socket_memsy
    assert script(memsy, "reset") == (200, {})
    assert script(memsy, "clock/freeze", {"at": "2026-01-01T00:00:00Z"})[1] == {"now": "2026-01-01T00:00:00+00:00"}
    assert script(memsy, "clock/advance", {"seconds": 60})[1] == {"now": "2026-01-01T00:01:00+00:00"}
    assert script(memsy, "hold") == (200, {})
    assert script(memsy, "release") == (200, {})
    assert script(memsy, "settle", {"timeout": 60}) == (200, {})
    assert script(memsy, "fail_next", {"times": 1, "status": 503, "body": {"message": "later"}}) == (200, {})
    assert script(memsy, "set_plan", {"tier": "pro", "limits": {"search_queries": 5}}) == (200, {})
    key = script(memsy, "create_key", {"scopes": ["read"], "admin": False})[1]["api_key"]
    with MemsyClient(memsy.base_url, key, max_retries=0) as client:
        with pytest.raises(MemsyAPIError, match="later"):
            client.health()
        assert client.health().usage.plan == "pro"
    (first, second) = script(memsy, "requests")[1]["requests"]
    assert (first["operation"], first["status"], second["status"]) == ("health", 503, 200)
    assert "authorization" not in first["headers"]
    script(memsy, "clock/run")
    script(memsy, "reset")


@pytest.mark.parametrize(
    ("route", "arguments", "headers", "method", "status"),
    [
        ("nowhere", None, None, "POST", 404),
        ("reset", None, None, "GET", 405),
        ("reset", {"unknown": 1}, None, "POST", 422),
        ("clock/freeze", {"at": "noon"}, None, "POST", 422),
        ("clock/advance", {"seconds": 1e300}, None, "POST", 422),
        ("clock/advance", {"seconds": 10**12}, None, "POST", 422),
        ("set_plan", {"limits": {"api_calls": -1}}, None, "POST", 422),
        ("set_plan", {"requests_per_minute": "many"}, None, "POST", 422),
        ("create_key", {"scopes": ["admin"]}, None, "POST", 422),
        ("fail_next", {"operation": "dream", "status": 500}, None, "POST", 422),
        ("fail_next", {"status": 0}, None, "POST", 422),
        ("fail_next", {"\ud800": 0}, None, "POST", 422),
        ("set_plan", {"tier": 5}, None, "POST", 422),
        ("set_plan", {"tier": "a\nb"}, None, "POST", 422),
        ("set_plan", {"billing": "no"}, None, "POST", 422),
        ("set_plan", {"limits": [5]}, None, "POST", 422),
        ("set_plan", {"seats": True}, None, "POST", 422),
        ("set_plan", {"requests_per_minute": ""}, None, "POST", 422),
        ("create_key", {"org": 5}, None, "POST", 422),
        ("create_key", {"admin": "no"}, None, "POST", 422),
        ("settle", None, {"Content-Type": "Application/JSON", "Host": "LocalHost"}, "POST", 200),
        ("reset", None, {"Content-Type": "text/plain"}, "POST", 422),
        ("reset", None, {"Content-Type": "application/json", "Host": "evil.example"}, "POST", 403),
        ("reset", None, {"Content-Type": "application/json", "Host": "evil.example:80"}, "POST", 403),
        ("reset", None, {"Content-Type": "application/json", "Host": "["}, "POST", 403),
        ("settle", None, {"Content-Type": "application/json", "Host": "[::1]:8787"}, "POST", 200),
    ],
)
def test_a_script_that_cannot_be_is_told_so(socket_memsy, route, arguments, headers, method, status):
    assert script(socket_memsy, route, arguments, headers=headers, method=method)[0] == status


def test_a_forwarding_header_does_not_change_who_a_client_is(socket_memsy):
    request = urllib.request.Request(socket_memsy.base_url + "/health", headers={"X-Forwarded-For": "1.2.3.4"})
    socket_memsy.fail_next(drop=True)
    with pytest.raises(OSError, match=r"reset|closed|remote"):
        urllib.request.urlopen(request)


def test_a_dropped_connection_is_dropped_on_the_wire_too(socket_memsy):
    with MemsyClient(socket_memsy.base_url, socket_memsy.api_key, max_retries=0) as client:
        socket_memsy.fail_next(drop=True)
        with pytest.raises(MemsyConnectionError):
            client.health()
        assert client.health().status == "ok"


def test_a_scripted_header_takes_the_place_of_the_servers_own(api, memsy):
    memsy.fail_next(status=500, body={}, headers={"content-type": "application/problem+json", "x-plan": "mine"})
    headers = send(api).headers
    assert (headers["content-type"], headers["x-plan"]) == ("application/problem+json", "mine")


def test_a_status_without_a_body_gets_none(socket_memsy):
    socket_memsy.fail_next(status=204, body="text")
    with urllib.request.urlopen(socket_memsy.base_url + "/health") as answer:
        assert (answer.status, answer.read()) == (204, b"")


def test_arguments_nested_too_deeply_are_refused(socket_memsy):
    request = urllib.request.Request(
        socket_memsy.base_url.replace("/v1", "/_local/reset"), b"[" * 100_000, {"Content-Type": "application/json"}
    )
    with pytest.raises(urllib.error.HTTPError) as raised:
        urllib.request.urlopen(request)
    with raised.value as error:
        assert error.code == 422
