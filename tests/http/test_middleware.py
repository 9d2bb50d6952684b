"""Middleware is around each attempt, in every kind of client: it may change what is sent and what comes back."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import json
import logging
from collections.abc import AsyncGenerator, Callable, Generator
from typing import Any

import anyio.to_thread
import pytest
from support.flavours import EACH_TRANSPORT, KEY, OWN, Flavour
from support.server import Server, answer, hang, hang_up
from test_secrets import everything_shown, reachable

from memsy_client import (
    Headers,
    MemsyAPIError,
    MemsyConnectionError,
    MemsyDecodeError,
    MemsyError,
    MemsyInputError,
    Middleware,
    Request,
    RequestEvent,
    Response,
    ResponseEvent,
    RetryPolicy,
    Timeout,
)

pytestmark = pytest.mark.anyio
Serve = Callable[..., Server]
Flow = Generator[Request, Response, Response]

own_pools = pytest.mark.parametrize("own", OWN, ids=lambda flavour: flavour.name)
each_transport = pytest.mark.parametrize("carried", EACH_TRANSPORT, ids=lambda flavour: flavour.name)


def tagged(name: str, value: str = "1") -> Middleware:
    def tag(request: Request) -> Flow:
        return (yield request.with_header(name, value))

    return tag


def noting(seen: list[Any], name: str) -> Middleware:
    def note(request: Request) -> Flow:
        seen.append(f"{name} in")
        try:
            response = yield request
            seen.append(f"{name} out")
            return response
        finally:
            seen.append(f"{name} end")

    return note


def untouched(request: Request) -> Flow:
    return (yield request)


def cached(request: Request) -> Flow:
    return Response(200, Headers({"X-Cache": "hit"}), b"[]")
    yield request


async def test_it_changes_what_is_sent_and_what_comes_back(flavour: Flavour, serve: Serve) -> None:
    def translate(request: Request) -> Flow:
        assert request.method == "POST"
        assert request.url == f"{server.origin}/v1/search"
        body = json.loads(request.body or b"null")
        request.body = json.dumps({**body, "query": "changed"}).encode()
        response = yield request.with_header("X-Tag", "a").with_header("x-tag", "b")
        response.content = response.content.replace(b'"theirs"', b'"ours"')
        return response

    server = serve(answer({"results": [{"id": "theirs", "content": "c", "score": 1.0, "metadata": None}]}))
    async with flavour.client(f"{server.origin}/v1", middleware=[translate]) as client:
        found = await flavour.call(client.search, "asked")
        raw = await flavour.call(client.with_raw_response.search, "asked")
    assert [result.id for result in found.results] == ["ours"]
    assert raw.parse().results[0].id == "ours"
    assert [json.loads(request.body)["query"] for request in server.requests] == ["changed"] * 2
    assert [request.raw.lower().count(b"x-tag:") for request in server.requests] == [1, 1]
    assert {request.headers["x-tag"] for request in server.requests} == {"b"}


async def test_it_sees_the_key_and_each_retry_as_an_attempt_of_its_own(
    flavour: Flavour, serve: Serve, waits: list[float]
) -> None:
    server = serve(answer({}, 429), answer({}, 503), answer([]))
    seen: list[tuple[Request, int]] = []

    def add(request: Request) -> Flow:
        request.headers.append(("X-Attempt", "once"))
        response = yield request
        seen.append((request, response.status_code))
        return response

    policy = RetryPolicy(3, statuses={429, 503})
    async with flavour.client(server.origin, middleware=[add], retry=policy) as client:
        response = await flavour.call(client.with_raw_response.orgs.list)
    assert len(waits) == 2
    assert [status for _, status in seen] == [429, 503, 200]
    assert len({id(request) for request, _ in seen}) == 3
    assert all(("Authorization", f"Bearer {KEY}") in request.headers for request, _ in seen)
    assert [request.raw.count(b"X-Attempt: once") for request in server.requests] == [1, 1, 1]
    assert [attempt.status_code for attempt in response.attempts] == [429, 503, 200]


async def test_the_first_is_outermost(flavour: Flavour, serve: Serve) -> None:
    server, seen = serve(answer([])), list[str]()
    async with flavour.client(server.origin, middleware=(noting(seen, "a"), noting(seen, "b"))) as client:
        await flavour.call(client.orgs.list)
    assert seen == ["a in", "b in", "b out", "b end", "a out", "a end"]


async def test_an_inner_one_cannot_change_the_request_of_an_outer_one(flavour: Flavour, serve: Serve) -> None:
    kept: list[Request] = []

    def keep(request: Request) -> Flow:
        kept.append(request)
        return (yield request)

    def spoil(request: Request) -> Flow:
        request.headers.append(("X-Inner", "1"))
        return (yield request)

    server = serve(answer([]))
    async with flavour.client(server.origin, middleware=[keep, spoil]) as client:
        await flavour.call(client.orgs.list)
    assert "x-inner" in server.requests[0].headers
    assert "X-Inner" not in dict(kept[0].headers)


async def test_one_that_returns_without_yielding_answers_itself(flavour: Flavour) -> None:
    with Server([hang_up]) as gone:
        pass
    seen: list[str] = []
    events: list[Any] = []
    layers = [noting(seen, "a"), cached, noting(seen, "c")]
    async with flavour.client(gone.origin, middleware=layers, on_response=events.append) as client:
        response = await flavour.call(client.with_raw_response.orgs.list)
    assert (response.parse(), response.headers["x-cache"]) == ([], "hit")
    assert seen == ["a in", "a out", "a end"]
    assert [event.status_code for event in events] == [200]


async def test_what_it_answers_is_an_error_and_retried_as_any_response(flavour: Flavour, waits: list[float]) -> None:
    statuses = [429, 429, 404]

    def refuse(request: Request) -> Flow:
        return Response(statuses.pop(0), Headers({"Retry-After": "7"}), b'{"detail": "busy"}')
        yield request

    async with flavour.client("http://memsy.test", middleware=[refuse]) as client:
        with pytest.raises(MemsyAPIError, match="404 busy") as caught:
            await flavour.call(client.orgs.list)
    assert waits == [7, 7]
    assert len(caught.value.attempts) == 3


async def test_it_can_make_a_success_of_a_failure_and_the_other_way_round(flavour: Flavour, serve: Serve) -> None:
    def turn(request: Request) -> Flow:
        response = yield request
        return Response(500 if response.status_code == 200 else 200, Headers(), b"[]")

    server = serve(answer({}, 404), answer([]))
    async with flavour.client(server.origin, middleware=[turn]) as client:
        assert await flavour.call(client.orgs.list) == []
        with pytest.raises(MemsyAPIError, match="500"):
            await flavour.call(client.orgs.list)


class OwnError(Exception):
    pass


def raising(error: BaseException, *, after: bool) -> Middleware:
    def fail(request: Request) -> Flow:
        if after:
            yield request
        raise error
        yield request

    return fail


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(
    "error",
    [OwnError("x"), MemsyConnectionError("mine"), TimeoutError(), MemsyInputError("mine"), KeyboardInterrupt()],
    ids=lambda error: type(error).__name__,
)
async def test_what_it_raises_passes_unchanged_and_is_not_retried(
    flavour: Flavour, serve: Serve, error: BaseException, after: bool, waits: list[float]
) -> None:
    server, seen = serve(answer([])), list[str]()
    policy = RetryPolicy(3, connection_errors=True)
    told = str(error)

    async def call(client: Any) -> None:  # an event loop lets no KeyboardInterrupt of its tasks through alone
        with contextlib.suppress(asyncio.CancelledError), pytest.raises(type(error)) as caught:
            await (client.orgs.list() if flavour.is_async else flavour.call(client.orgs.list))
        assert caught.value is error
        assert str(error) == told

    layers = [noting(seen, "outer"), raising(error, after=after)]
    async with flavour.client(server.origin, middleware=layers, retry=policy) as client:
        await call(client)
        assert await flavour.call(client.with_options(middleware=[]).orgs.list) == []
    assert seen == ["outer in", "outer end"]
    assert waits == []
    assert len(server.requests) == 1 + after


async def test_where_no_response_comes_each_is_ended_at_its_yield(
    flavour: Flavour, serve: Serve, waits: list[float]
) -> None:
    server, seen = serve(hang_up, answer([])), list[str]()
    policy = RetryPolicy(1, connection_errors=True)
    layers = [noting(seen, "a"), noting(seen, "b")]
    async with flavour.client(server.origin, middleware=layers, retry=policy) as client:
        assert await flavour.call(client.orgs.list) == []
    first, second = seen[:4], seen[4:]
    assert first == ["a in", "b in", "b end", "a end"]
    assert second == ["a in", "b in", "b out", "b end", "a out", "a end"]


async def test_where_a_call_is_cancelled_each_is_ended_at_once(serve: Serve) -> None:
    server, seen = serve(hang), list[str]()
    for flavour in [flavour for flavour in EACH_TRANSPORT if flavour.is_async]:
        seen.clear()
        async with flavour.client(server.origin, middleware=[noting(seen, "a")]) as client:
            task = asyncio.create_task(client.orgs.list())
            await anyio.to_thread.run_sync(server.wait_for_requests, len(server.requests) + 1)
            task.cancel()
            kept = None
            try:
                await task
            except asyncio.CancelledError as error:
                kept = error  # it keeps the frames that it went through
            assert seen == ["a in", "a end"]
            assert kept is not None


def twice(request: Request) -> Flow:
    yield request
    return (yield request)


def forgetful(request: Request) -> Any:
    yield request


def ordinary(request: Request) -> Any:
    return Response(200, Headers(), b"[]")


async def _awaited(request: Request) -> Any:
    return None


def awaiting(request: Request) -> Any:
    return _awaited(request)


def yielding(value: Any) -> Any:
    def give(request: Request) -> Any:
        yield value(request) if callable(value) else value

    return give


def with_url(request: Request, ending: str) -> Request:
    return Request(request.method, request.url + ending, request.headers, request.body)


MISUSED: dict[str, tuple[Any, str]] = {
    "not a generator": (ordinary, "ordinary gave a Response, not a generator"),
    "a coroutine": (awaiting, "awaiting gave a coroutine, not a generator"),
    "yields no request": (yielding(None), "yielded a NoneType, not a Request"),
    "yields a response": (yielding(Response(200, Headers(), b"")), "yielded a Response, not a Request"),
    "goes elsewhere": (
        yielding(lambda request: Request("GET", "http://127.0.0.1:1/v1/orgs", request.headers)),
        "to another server",
    ),
    "a body that is text": (
        yielding(lambda request: Request(request.method, request.url, request.headers, "{}")),  # type: ignore[arg-type]
        "its body is a str, not bytes",
    ),
    "a URL to be encoded": (yielding(lambda request: with_url(request, "?q=a b")), "percent-encoded"),
    "a URL with a line": (yielding(lambda request: with_url(request, "\r\nX-Evil: 1")), "percent-encoded"),
    "a fragment": (yielding(lambda request: with_url(request, "#a")), "or a fragment"),
    "no URL": (yielding(lambda request: Request("GET", None, request.headers)), "to another server"),  # type: ignore[arg-type]
    "no method": (yielding(lambda request: Request("GE T", request.url, request.headers)), "'GE T' is not an HTTP"),
    "no header's value": (yielding(lambda request: request.with_header("X-A", "a\r\nX-B: b")), "the header X-A"),
    "no header's name": (yielding(lambda request: request.with_header("a b", "a")), "'a b' is not the name"),
    "a length": (yielding(lambda request: request.with_header("content-length", "3")), "content-length is set"),
}


@pytest.mark.parametrize(("middleware", "told"), MISUSED.values(), ids=MISUSED)
async def test_one_that_gives_no_request_is_refused_before_anything_is_sent(
    flavour: Flavour, serve: Serve, middleware: Any, told: str
) -> None:
    server, seen = serve(answer([])), list[str]()
    async with flavour.client(server.origin, middleware=[noting(seen, "outer"), middleware]) as client:
        with pytest.raises(MemsyInputError, match=told) as caught:
            await flavour.call(client.orgs.list)
    assert (caught.value.operation, caught.value.method, caught.value.path) == ("orgs.list", "GET", "/orgs")
    assert caught.value.attempts == ()
    assert caught.value.status_code is None
    assert seen == ["outer in", "outer end"]
    assert server.requests == []


@pytest.mark.parametrize(
    ("middleware", "told"),
    [(twice, "the middleware twice yielded twice"), (forgetful, "the middleware forgetful returned a NoneType")],
    ids=["twice", "nothing"],
)
async def test_one_that_loses_the_response_is_an_error_that_says_a_response_came(
    flavour: Flavour, serve: Serve, middleware: Any, told: str, waits: list[float]
) -> None:
    server, seen = serve(answer({}, 429), answer([KEY], headers={"x-request-id": KEY})), list[str]()
    layers = [noting(seen, "outer"), only_after_success(middleware)]
    async with flavour.client(server.origin, middleware=layers) as client:
        with pytest.raises(MemsyDecodeError, match=f"unusable 200 response: {told}") as caught:
            await flavour.call(client.orgs.list)
    assert [attempt.status_code for attempt in caught.value.attempts] == [429, 200]
    assert caught.value.operation == "orgs.list"
    assert KEY not in reachable(caught.value)
    assert len(server.requests) == 2
    assert seen == ["outer in", "outer out", "outer end", "outer in", "outer end"]


def only_after_success(middleware: Any) -> Middleware:
    """The middleware, but for a 429, which it lets through."""

    @functools.wraps(middleware)
    def through(request: Request) -> Any:
        flow = middleware(request)
        response = yield next(flow)
        if response.status_code == 429:
            return response
        try:
            yield flow.send(response)
        except StopIteration as end:
            return end.value

    return through


async def _coroutine(request: Request) -> Response:
    return Response(200, Headers(), b"")


async def _asynchronous_generator(request: Request) -> AsyncGenerator[Request, Response]:
    yield request


class Asynchronous:
    async def __call__(self, request: Request) -> Response:
        return Response(200, Headers(), b"")


@pytest.mark.parametrize(
    ("middleware", "told"),
    [
        (untouched, "takes a list"),
        ("untouched", "takes a list"),
        (None, "takes a list"),
        ({untouched}, "takes a list"),
        ([None], "has to be a function, not None"),
        ([untouched, 5], "has to be a function, not 5"),
        ([_coroutine], "_coroutine has to be an ordinary generator function, not an async one"),
        ([_asynchronous_generator], "_asynchronous_generator has to be an ordinary generator function"),
        ([functools.partial(_coroutine)], "ordinary generator function"),
        ([Asynchronous()], "Asynchronous has to be an ordinary generator function"),
    ],
)
@own_pools
def test_what_cannot_be_middleware_is_refused_at_once(own: Flavour, middleware: Any, told: str) -> None:
    with pytest.raises(MemsyInputError, match=told):
        own.kind()("http://memsy.test", KEY, middleware=middleware)
    with pytest.raises(MemsyInputError, match=told):
        own.kind(control=True)("http://memsy.test", KEY).with_options(middleware=middleware)


async def test_an_object_and_a_partial_serve_as_well(flavour: Flavour, serve: Serve) -> None:
    class Tagging:
        def __call__(self, request: Request) -> Flow:
            return (yield request.with_header("X-Object", "1"))

    def tag(name: str, request: Request) -> Flow:
        return (yield request.with_header(name, "1"))

    server = serve(answer([]))
    async with flavour.client(server.origin, middleware=[Tagging(), functools.partial(tag, "X-Partial")]) as client:
        await flavour.call(client.orgs.list)
    assert {"x-object", "x-partial"} <= server.requests[0].headers.keys()


async def test_it_may_change_the_method_the_path_and_the_query(flavour: Flavour, serve: Serve) -> None:
    def change(request: Request) -> Flow:
        request.method, request.url = "POST", f"{request.url}/a%20b?q=%C3%A9&x=[1]"
        return (yield request)

    server = serve(answer([]))
    async with flavour.client(server.origin, middleware=[change]) as client:
        await flavour.call(client.orgs.list)
    line = server.requests[0].raw.partition(b"\r\n")[0].decode()
    assert line.replace("%5B", "[").replace("%5D", "]") == "POST /orgs/a%20b?q=%C3%A9&x=[1] HTTP/1.1"


async def test_one_object_serves_clients_of_both_kinds_and_planes(serve: Serve) -> None:
    server = serve(answer({"user_id": "u"}), answer([]), answer({}))
    layers, seen = [tagged("X-Tag")], []
    for flavour in OWN:
        async with flavour.client(server.origin, middleware=layers, control=True) as client:
            seen.append(await flavour.call(client.request, "GET", "/anything"))
        async with flavour.client(server.origin, middleware=layers) as client:
            seen.append(await flavour.call(client.request, "GET", "/anything"))
    assert len(server.requests) == len(seen) == 4
    assert all(request.headers["x-tag"] == "1" for request in server.requests)


async def test_with_options_replaces_the_middleware_and_keeps_it_otherwise(flavour: Flavour, serve: Serve) -> None:
    server = serve(answer([]))
    layers = [tagged("X-First")]
    async with flavour.client(server.origin, middleware=layers) as client:
        layers.append(tagged("X-Late"))
        for view in (
            client.with_options(timeout=30),
            client.with_options(middleware=[tagged("X-Second")]),
            client.with_options(middleware=()),
            client,
        ):
            await flavour.call(view.orgs.list)
    sent = [sorted(name for name in request.headers if name.startswith("x-")) for request in server.requests]
    assert sent == [["x-first"], ["x-second"], [], ["x-first"]]


async def test_hooks_are_told_each_attempt_around_it(flavour: Flavour, serve: Serve, waits: list[float]) -> None:
    server, seen = serve(answer({}, 429), answer([])), list[Any]()
    hooks = {"on_request": seen.append, "on_response": seen.append}
    async with flavour.client(server.origin, middleware=[noting(seen, "m")], **hooks) as client:
        await flavour.call(client.orgs.list)
    told = [each if isinstance(each, str) else type(each) for each in seen]
    assert told == [RequestEvent, "m in", "m out", "m end", ResponseEvent] * 2
    assert [each.status_code for each in seen if isinstance(each, ResponseEvent)] == [429, 200]


@pytest.mark.parametrize("status", [200, 401, 500])
@each_transport
async def test_a_key_that_it_puts_in_place_of_the_clients_is_shown_nowhere_either(
    carried: Flavour, serve: Serve, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    other = f"{KEY}_other"

    def replace(request: Request) -> Flow:
        return (yield request.with_header("authorization", f"Bearer {other}"))

    body = {"detail": f"{other} and {KEY}", "results": other}
    server = serve(answer(body, status, {"x-request-id": other}))
    with caplog.at_level(logging.DEBUG):
        async with carried.client(server.origin, middleware=[replace]) as client:
            with pytest.raises(MemsyError) as caught:
                await carried.call(client.search, "x")
    assert server.requests[0].headers["authorization"] == f"Bearer {other}"
    logged = "".join(record.getMessage() for record in caplog.records if record.name == "memsy_client")
    shown = reachable(caught.value) + str(caught.value) + logged
    assert "POST /search" in logged
    assert [secret for secret in (KEY, "_other") if secret in shown] == []


@each_transport
async def test_a_report_of_a_lost_connection_shows_no_key(carried: Flavour, serve: Serve) -> None:
    server = serve(hang_up)
    async with carried.client(server.origin, middleware=[untouched, tagged("X-Tag")]) as client:
        with pytest.raises(MemsyConnectionError) as caught:
            await carried.call(client.search, "x")
    frames = caught.value.__traceback__
    while frames is not None and "/memsy_client/" not in frames.tb_frame.f_code.co_filename:
        frames = frames.tb_next
    assert KEY not in everything_shown(caught.value.with_traceback(frames))
    assert KEY not in reachable(caught.value)


@each_transport
async def test_the_limits_of_an_attempt_hold_as_without_it(carried: Flavour, serve: Serve) -> None:
    server, seen = serve(hang), list[str]()
    async with carried.client(server.origin, middleware=[noting(seen, "a")], timeout=Timeout(total=0.1)) as client:
        with pytest.raises(MemsyConnectionError, match="timed out"):
            await carried.call(client.orgs.list)
    async with carried.client(server.origin, middleware=[noting(seen, "a")], max_response_bytes=1) as client:
        server.scripts[:] = [answer([1, 2, 3])]
        with pytest.raises(MemsyDecodeError, match="over the 1 bytes"):
            await carried.call(client.orgs.list)
    assert seen == ["a in", "a end"] * 2


def test_a_header_replaces_those_of_its_name_in_a_copy() -> None:
    request = Request("GET", "http://memsy.test", [("A", "1"), ("X-b", "2"), ("x-B", "3")])
    changed = request.with_header("X-B", "4")
    assert changed.headers == [("A", "1"), ("X-B", "4")]
    assert request.headers == [("A", "1"), ("X-b", "2"), ("x-B", "3")]
    assert (changed.method, changed.url, changed.body) == (request.method, request.url, None)


def test_headers_made_by_hand_are_found_under_any_spelling() -> None:
    headers = Headers({"Retry-After": "1", "X-A": "2"})
    assert headers["retry-after"] == headers["RETRY-AFTER"] == headers.get("Retry-After") == "1"
    assert "x-a" in headers
    assert Headers() == {}
