"""Settings of a view, raw access, calls beyond the contract, hooks, and the end of a client."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest
from support.flavours import EVERY, KEY, OWN, Flavour
from support.operations import ALL, Case
from support.server import Server, answer, hang_up, raw

from memsy_client import (
    MemsyClosedError,
    MemsyDecodeError,
    MemsyError,
    MemsyInputError,
    RateLimitExceeded,
    RateLimitInfo,
    RawResponse,
    RequestEvent,
    ResponseEvent,
    RetryPolicy,
    Timeout,
    UsageInfo,
)

pytestmark = pytest.mark.anyio

Serve = Callable[..., Server]
METERED = {
    "X-Usage-ApiCalls": "10",
    "X-Usage-ApiCalls-Limit": "100",
    "X-Usage-EventsIngested": "nonsense",
    "X-Usage-MemoriesStored": "3",
    "X-Usage-LlmTokens": "-4",
    "X-Usage-SearchQueries": " 5 ",
    "X-Plan": "pro",
    "X-RateLimit-Limit": "60",
    "X-RateLimit-Remaining": "59",
    "X-RateLimit-Reset": "1767225600",
    "X-Request-Id": "req_1",
}
USAGE = UsageInfo(api_calls=10, api_calls_limit=100, memory_stored=3, search_queries=5, plan="pro")
RATE_LIMIT = RateLimitInfo(limit=60, remaining=59, reset=1767225600)


@pytest.mark.parametrize("own", OWN, ids=lambda flavour: flavour.name)
@pytest.mark.parametrize("case", ALL, ids=str)
async def test_every_operation_has_raw_access_and_its_headers(case: Case, own: Flavour, serve: Serve) -> None:
    server = serve(answer(case.answer(), headers=METERED) if case.has_body else raw(_no_content(METERED)))
    args, kwargs = case.arguments(everything=True)
    async with own.client(server.origin, control=case.control) as client:
        result = await own.call(case.method(client), *args, **kwargs)
        response = await own.call(case.method(client.with_raw_response), *args, **kwargs)
    assert type(response) is RawResponse
    assert response.status_code == (200 if case.has_body else 204)
    assert response.headers["X-PLAN"] == response.headers.get("x-plan") == "pro"
    assert response.request_id == "req_1"
    assert (response.usage, response.rate_limit) == (USAGE, RATE_LIMIT)
    assert response.elapsed >= response.attempts[0].elapsed > 0
    assert len(response.attempts) == 1
    assert response.parse() == result
    assert case.operation.name in repr(response)
    if isinstance(result, list | bool | None):
        assert not hasattr(result, "rate_limit")
    else:
        assert (result.usage, result.rate_limit) == (USAGE, RATE_LIMIT)
        assert response.parse().rate_limit == RATE_LIMIT
    assert server.requests[0].raw == server.requests[1].raw


class Unreadable:
    """A value that fails while it is written."""

    def __iter__(self) -> Any:
        raise RuntimeError("not today")


def _no_content(headers: dict[str, str]) -> bytes:
    return "\r\n".join(["HTTP/1.1 204 None", *(f"{n}: {v}" for n, v in headers.items()), "", ""]).encode()


async def test_without_headers_there_is_no_usage_and_no_rate_limit(flavour: Flavour, serve: Serve) -> None:
    server = serve(
        answer({"results": [{"id": "1", "content": "c", "score": 1}]}), answer({"results": []}, headers={"X-Plan": ""})
    )
    async with flavour.client(server.origin) as client:
        result = await flavour.call(client.search, "Lisbon?")
        assert (result.usage, result.rate_limit, result.results[0].usage) == (None, None, None)
        assert (await flavour.call(client.search, "Lisbon?")).usage == UsageInfo(plan="")


async def test_raw_access_does_not_parse(flavour: Flavour, serve: Serve) -> None:
    server = serve(answer(b"<html>"))
    async with flavour.client(server.origin) as client:
        response = await flavour.call(client.with_raw_response.search, "Lisbon?")
    assert (response.text, response.content) == ("<html>", b"<html>")
    with pytest.raises(MemsyDecodeError, match="unusable 200 response") as caught:
        response.parse()
    assert caught.value.operation == "search"


async def test_a_view_changes_its_own_calls_alone(flavour: Flavour, serve: Serve, waits: list[float]) -> None:
    server = serve(answer({"message": "busy"}, 429))
    async with flavour.client(server.origin, headers={"X-A": "1", "X-B": "1"}) as client:
        view = client.with_options(max_retries=1, headers={"x-b": "2", "X-C": "3"}, timeout=50)
        again = view.with_options(retry=RetryPolicy(5), max_retries=0)
        for one, attempts in ((view, 2), (again, 1), (client, 4), (again, 1)):
            with pytest.raises(RateLimitExceeded) as caught:
                await flavour.call(one.orgs.list)
            assert len(caught.value.attempts) == attempts
    first, last, parent = server.requests[0], server.requests[2], server.requests[3]
    for request in (first, last):
        assert [request.headers[name] for name in ("x-a", "x-b", "x-c")] == ["1", "2", "3"]
        assert request.raw.lower().count(b"\r\nx-b: ") == 1
    assert (parent.headers["x-b"], parent.headers.get("x-c")) == ("1", None)


async def test_a_view_shares_the_connections_and_closes_none(flavour: Flavour, serve: Serve) -> None:
    server = serve(answer([]))
    async with flavour.client(server.origin) as client:
        await flavour.call(client.orgs.list)
        view = client.with_options(timeout=50)
        await flavour.call(view.orgs.list)
        if flavour.is_async:
            async with view:
                pass
            await view.close()
        else:
            with view:
                pass
            view.close()
        await flavour.call(view.orgs.list)
        await flavour.call(client.orgs.list)
    assert server.connections == 1
    with pytest.raises(MemsyClosedError):
        await flavour.call(view.orgs.list)


async def test_a_closed_client_says_so(flavour: Flavour, serve: Serve) -> None:
    server = serve(answer([]))
    async with flavour.client(server.origin) as client:
        pass
    for call in (client.orgs.list, client.with_raw_response.orgs.list, client.with_options(timeout=1).orgs.list):
        with pytest.raises(MemsyClosedError, match="closed") as caught:
            await flavour.call(call)
        assert caught.value.operation == "orgs.list"
    with pytest.raises(MemsyClosedError):
        await flavour.call(client.request, "GET", "/new")
    if flavour.is_async:
        await client.close()
        await client.aclose()
    else:
        client.close()
    assert server.connections == 0


async def test_the_callers_client_is_left_open(flavour: Flavour, serve: Serve) -> None:
    if flavour.http_client is None:
        return
    server = serve(answer([]))
    carrier = flavour.http_client()
    for _ in range(2):
        client: Any = flavour.kind()(server.origin, KEY, http_client=carrier)
        await flavour.call(client.orgs.list)
        await client.close() if flavour.is_async else client.close()
    await carrier.aclose() if flavour.is_async else carrier.close()
    assert server.connections == 1


@pytest.mark.parametrize(
    "options",
    [
        {"timeout": 0},
        {"timeout": True},
        {"timeout": "1"},
        {"deadline": -1},
        {"deadline": float("inf")},
        {"max_retries": 1.5},
        {"retry": None},
        {"retry": 3},
        {"headers": 5},
        {"headers": {"X-A": "é"}},
        {"headers": {"X-A": None}},
        {"headers": {"X-A": " x"}},
        {"headers": {5: "x"}},
        {"headers": {"Host": "x"}},
        {"headers": {"Accept-Encoding": "br"}},
        {"max_response_bytes": 1.5},
        {"on_request": 5},
        {"surprise": 1},
        {"http_client": None},
    ],
)
async def test_an_option_that_cannot_be_used_is_refused(flavour: Flavour, options: Any) -> None:
    async with flavour.client("http://memsy.test") as client:
        with pytest.raises(MemsyInputError):
            client.with_options(**options)


async def test_a_number_may_be_a_header(flavour: Flavour, serve: Serve) -> None:
    server = serve(answer([]))
    async with flavour.client(server.origin, headers={"X-Level": 5}) as client:
        await flavour.call(client.orgs.list)
    assert server.requests[0].headers["x-level"] == "5"


async def test_an_endpoint_beyond_the_contract_can_be_called(
    flavour: Flavour, serve: Serve, waits: list[float]
) -> None:
    server = serve(answer({}, 429), answer({"new": [1]}, headers=METERED), raw(_no_content({})))
    async with flavour.client(f"{server.origin}/v1") as client:
        response = await flavour.call(
            client.request,
            "post",
            "/new/a%2Fb",
            query={"q": "a b", "none": None, "many": [1, True]},
            json={"a": "é"},
            headers={"X-A": "1"},
        )
        assert (await flavour.call(client.request, "DELETE", "/new")).parse() is None
    assert response.parse() == {"new": [1]}
    assert (response.usage, len(response.attempts), waits) == (USAGE, 2, [1.0])
    request = server.requests[1]
    assert request.target == "/v1/new/a%2Fb?q=a%20b&many=1&many=true"
    assert request.body == '{"a":"é"}'.encode()
    assert (request.headers["x-a"], request.headers["authorization"]) == ("1", f"Bearer {KEY}")


async def test_its_errors_are_those_of_any_call(flavour: Flavour, serve: Serve) -> None:
    server = serve(answer({"error": "not_found", "message": "No."}, 404), hang_up, answer(b"<html>"))
    async with flavour.client(server.origin) as client:
        for _ in range(2):
            with pytest.raises(MemsyError, match=r"^request \(GET /new\): "):
                await flavour.call(client.request, "GET", "/new")
        with pytest.raises(MemsyDecodeError):
            (await flavour.call(client.request, "GET", "/new")).parse()


@pytest.mark.parametrize(
    "arguments",
    [
        ("GET", "new"),
        ("GET", ""),
        ("GET", "/../admin"),
        ("GET", "/%2e%2E/admin"),
        ("GET", "/a b"),
        ("GET", "/a?b=c"),
        ("GET", "/a#b"),
        ("GET", "/é"),
        ("GET", "/a\r\nX: y"),
        ("GET", "/a\n"),
        ("GET", "http://elsewhere.test/"),
        ("GET", None),
        ("GE T", "/new"),
        ("", "/new"),
        (None, "/new"),
    ],
)
async def test_a_target_that_cannot_be_sent_is_refused(flavour: Flavour, arguments: Any, serve: Serve) -> None:
    server = serve(answer({}))
    async with flavour.client(server.origin) as client:
        with pytest.raises(MemsyInputError):
            await flavour.call(client.request, *arguments)
    assert server.connections == 0


@pytest.mark.parametrize(
    "options",
    [
        {"headers": {"Authorization": "Bearer other"}},
        {"headers": {"Content-Length": "5"}},
        {"headers": {"a\nb": "x"}},
        {"headers": {"": "x"}},
        {"headers": {"a": "x\r\ny: z"}},
        {"headers": {"a": object()}},
        {"headers": [1]},
        {"query": "a=b"},
        {"query": {"a": object()}},
        {"json": object()},
        {"json": {"a": Unreadable()}},
        {"json": float("nan")},
    ],
)
async def test_a_request_that_cannot_be_sent_is_refused(flavour: Flavour, options: Any, serve: Serve) -> None:
    server = serve(answer({}))
    async with flavour.client(server.origin) as client:
        with pytest.raises(MemsyInputError):
            await flavour.call(client.request, "GET", "/new", **options)
    assert server.connections == 0


async def test_hooks_see_each_attempt(flavour: Flavour, serve: Serve, waits: list[float]) -> None:
    server = serve(answer({}, 429, {"x-request-id": "req_1"}), hang_up)
    seen: list[Any] = []
    async with flavour.client(server.origin, on_request=seen.append, on_response=seen.append) as client:
        with pytest.raises(MemsyError):
            await flavour.call(client.roles.get, "r/1", "acme")
    assert [type(event) for event in seen] == [RequestEvent, ResponseEvent] * 2
    assert seen[0] == RequestEvent("roles.get", "GET", "/roles/r%2F1", 1)
    assert (seen[1].attempt, seen[1].status_code, seen[1].error, seen[1].request_id) == (1, 429, None, "req_1")
    assert (seen[3].attempt, seen[3].status_code, seen[3].request_id) == (2, None, None)
    assert seen[3].error.startswith("MemsyConnectionError: ")
    assert seen[3].elapsed > 0
    with pytest.raises(AttributeError):
        seen[1].status_code = 200


async def test_a_hook_that_raises_breaks_no_call(
    flavour: Flavour, serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(event: object) -> None:
        raise ValueError("hook")

    server = serve(answer([]))
    async with flavour.client(server.origin, on_request=broken, on_response=broken) as client:
        assert await flavour.call(client.orgs.list) == []
    assert [record.levelno for record in caplog.records if "hook" in record.getMessage()] == [logging.ERROR] * 2


@pytest.mark.parametrize("kind", [each.kind(control=control) for each in OWN for control in (False, True)])
def test_the_environment_describes_a_client(kind: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    url = "MEMSY_CONTROL_URL" if "Control" in kind.__name__ else "MEMSY_BASE_URL"
    for name in ("MEMSY_CONTROL_URL", "MEMSY_BASE_URL", "MEMSY_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(MemsyInputError, match=f"{url}, MEMSY_API_KEY"):
        kind.from_env()
    monkeypatch.setenv(url, "http://memsy.test/plane/")
    with pytest.raises(MemsyInputError, match=r": MEMSY_API_KEY$"):
        kind.from_env()
    monkeypatch.setenv("MEMSY_API_KEY", KEY)
    client = kind.from_env(timeout=Timeout(read=3))
    assert type(client) is kind
    assert client.base_url == "http://memsy.test/plane"
    assert client._sender.settings.timeout == Timeout(read=3)


@pytest.mark.parametrize("each", EVERY, ids=lambda flavour: flavour.name)
async def test_a_connection_is_used_again(each: Flavour, serve: Serve) -> None:
    server = serve(answer([]))
    async with each.client(server.origin) as client:
        for _ in range(5):
            await each.call(client.orgs.list)
    assert server.connections == 1


async def test_a_connection_that_the_server_closed_is_replaced(flavour: Flavour, serve: Serve) -> None:
    last = raw(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n[]", close=True)
    server = serve(last)
    async with flavour.client(server.origin) as client:
        for _ in range(3):
            assert await flavour.call(client.orgs.list) == []
    assert server.connections == 3
