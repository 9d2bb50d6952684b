"""The key is shown nowhere, and neither it nor a body goes to anyone but the service."""

from __future__ import annotations

import base64
import contextlib
import html
import json
import logging
import pickle
import traceback
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from types import FunctionType, GetSetDescriptorType, MemberDescriptorType, ModuleType, TracebackType
from typing import Any
from urllib.parse import quote

import pytest
from support.flavours import AIOHTTP, CALLERS, EVERY, KEY, OWN, Flavour
from support.server import Script, Server, answer, hang, hang_up, raw, redirect

from memsy_client import (
    AiohttpTransport,
    MemsyAPIError,
    MemsyConnectionError,
    MemsyError,
    MemsyInputError,
    RateLimitExceeded,
    Request,
    Response,
    Timeout,
)

pytestmark = pytest.mark.anyio


@pytest.fixture(params=EVERY, ids=lambda flavour: flavour.name)
def flavour(request: pytest.FixtureRequest) -> Flavour:
    """A kind of client, of each library: they differ in what they send and show themselves."""
    return request.param  # type: ignore[no-any-return]


Serve = Callable[..., Server]
BODY = "a very private thought"


def everything_shown(error: BaseException) -> str:
    """What a careless error report of it holds: all variables of all frames, of its causes too."""
    shown = [repr(error), str(error), *traceback.TracebackException.from_exception(error, capture_locals=True).format()]
    seen: set[int] = set()
    pending: list[BaseException | None] = [error]
    while pending:
        one = pending.pop()
        if one is not None and id(one) not in seen:
            seen.add(id(one))
            shown += traceback.TracebackException.from_exception(one, capture_locals=True).format()
            pending += [one.__cause__, one.__context__]
    return "".join(shown)


FAILING: dict[str, Script] = {
    "401": answer({"detail": {"error": "invalid_key", "message": "No such key."}}, 401),
    "500": answer(b"<html>", 500),
    "not JSON": answer(b"<html>"),
    "garbage": raw(b"garbage\r\n\r\n", close=True),
    "hangs up": hang_up,
    "silent": hang,
    "redirect": redirect("http://127.0.0.1:1/elsewhere"),
}


@pytest.mark.parametrize("script", FAILING.values(), ids=FAILING)
async def test_the_key_is_in_nothing_that_a_failed_call_shows(
    flavour: Flavour, script: Script, serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    server = serve(script)
    with caplog.at_level(logging.DEBUG):
        async with flavour.client(server.origin, timeout=Timeout(read=0.1 if script is hang else 60)) as client:
            with pytest.raises(MemsyError) as caught:
                await flavour.call(client.search, BODY)
            assert KEY not in repr(client) + repr(client._sender) + repr(client.with_options(timeout=1))
    assert KEY not in everything_shown(_without_this_test(caught.value))
    assert KEY.encode() not in pickle.dumps(caught.value)
    assert KEY not in caplog.text
    assert BODY not in caplog.text
    assert BODY not in str(caught.value)


async def test_the_key_is_in_nothing_that_a_call_which_cannot_be_written_shows(flavour: Flavour, serve: Serve) -> None:
    with Server([hang_up]) as gone:
        pass
    server = serve(hang, reads=False)
    for origin, size in [(gone.origin, 1), (server.origin, 8_000_000)]:
        async with flavour.client(origin, timeout=Timeout(write=0.1, read=0.1)) as client:
            with pytest.raises(MemsyError) as caught:
                await flavour.call(client.search, "a" * size)
        assert KEY not in everything_shown(_without_this_test(caught.value))


async def test_successes_log_neither_key_nor_body(
    flavour: Flavour, serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    server = serve(answer({"results": []}, headers={"x-request-id": "req_5"}))
    with caplog.at_level(logging.DEBUG):
        async with flavour.client(server.origin) as client:
            await flavour.call(client.search, BODY)
    assert KEY not in caplog.text
    assert BODY not in caplog.text


@pytest.mark.parametrize(
    "options",
    [
        {"timeout": -1},
        {"timeout": "soon"},
        {"max_retries": -1},
        {"retry_backoff": None},
        {"deadline": 0},
        {"headers": {"Authorization": "x"}},
        {"headers": {"a b": "x"}},
        {"headers": {"x": "\n"}},
        {"max_connections": 0},
        {"max_response_bytes": 0},
        {"http_client": object()},
        {"base_url": "ftp://memsy.test"},
        {"base_url": ""},
        {"api_key": f"{KEY}\n"},
        {"api_key": f"{KEY}é"},
        {"api_key": f"{KEY} "},
        {"api_key": KEY.encode()},
        {"api_key": ""},
        {"api_key": None},
    ],
)
@pytest.mark.parametrize("own", OWN, ids=lambda flavour: flavour.name)
async def test_a_constructor_that_refuses_shows_no_key(own: Flavour, options: dict[str, Any]) -> None:
    arguments = {"base_url": "http://memsy.test", "api_key": KEY, **options}
    with pytest.raises(MemsyInputError) as caught:
        own.kind()(**arguments)
    assert KEY not in everything_shown(_without_this_test(caught.value))


def reachable(error: BaseException) -> str:
    """All text that a chain of attributes, items and causes leads to from the error, frames aside."""
    texts: list[str] = []
    kept: list[Any] = []  # so that no two of them have one identity
    pending: list[Any] = [error, error.__cause__, error.__context__]
    seen: set[int] = set()
    while pending:
        value = pending.pop()
        if id(value) in seen or isinstance(value, type | ModuleType | FunctionType | TracebackType | float | None):
            continue
        seen.add(id(value))
        kept.append(value)
        assert len(seen) < 20_000
        if isinstance(value, str | bytes | bytearray):
            texts.append(value if isinstance(value, str) else bytes(value).decode("latin-1"))
        elif isinstance(value, Mapping):
            pending += [*value.keys(), *value.values()]
        elif isinstance(value, Collection):
            pending += value
        elif not isinstance(value, int):
            names = {
                name for kind in type(value).__mro__ for name, kept in vars(kind).items() if isinstance(kept, DATA)
            }
            for name in ({*names, *getattr(value, "__dict__", ())} - {"__dict__"}) | {"__cause__", "__context__"}:
                with contextlib.suppress(Exception):
                    pending.append(getattr(value, name))
    return "\n".join(texts)


DATA = property | MemberDescriptorType | GetSetDescriptorType

ECHOES: dict[str, Script] = {
    "message": answer({"detail": {"error": "invalid_key", "message": f"No such key: {KEY}."}}, 401),
    "header": answer({"detail": f"Authorization: Bearer {KEY}"}, 403),
    "code": answer({"detail": {"error": KEY, "message": "x", KEY: {"deep": [KEY]}}}, 500),
    "422": answer({"detail": [{"loc": ["header", KEY], "msg": f"bad {KEY}", "type": "x", "input": KEY}]}, 422),
    "escaped": answer(json.dumps({"detail": KEY}).replace("m", "\\u006d").encode(), 400),
    "page": answer(f"<html>{KEY}</html>".encode(), 502),
    "cut off": answer(b"a" * 195 + KEY.encode(), 502),
    "headers": answer({"detail": "x"}, 500, {"x-request-id": KEY, "X-Debug": f"Bearer {KEY}", "Retry-After": "1"}),
    "redirect": redirect(f"http://memsy.test/{KEY}"),
    "not JSON": answer(f"<html>{KEY}".encode()),
    "another type": answer({"results": KEY}),
    "another key's type": answer([{KEY: KEY}], headers={"x-request-id": KEY}),
}


@pytest.mark.parametrize("script", ECHOES.values(), ids=ECHOES)
async def test_a_key_that_the_service_echoes_is_in_nothing_of_the_error(
    flavour: Flavour, script: Script, serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    server = serve(script)
    events: list[Any] = []
    with caplog.at_level(logging.DEBUG):
        async with flavour.client(server.origin, on_response=events.append, max_retries=0) as client:
            with pytest.raises(MemsyError) as caught:
                await flavour.call(client.search, BODY)
    error = caught.value
    logged = "".join(record.getMessage() for record in caplog.records if record.name == "memsy_client")
    assert "POST /search" in logged
    assert KEY in server.requests[0].headers["authorization"]
    for shown in (str(error), repr(error), repr(error.args), repr(events), logged, reachable(error)):
        assert KEY not in shown
    assert KEY.encode() not in pickle.dumps(error)
    assert KEY not in reachable(pickle.loads(pickle.dumps(error)))
    assert error.response is not None  # type: ignore[attr-defined]


async def test_a_key_that_a_page_echoes_escaped_is_in_nothing_of_the_error(flavour: Flavour, serve: Serve) -> None:
    key = "msy_a&b<c>'d\"e"
    forms = [html.escape(key), quote(key), base64.b64encode(f"Bearer {key}".encode()).decode()]
    everywhere = " ".join(forms)
    body = {"detail": [{"loc": forms, "msg": everywhere, "type": everywhere, "input": everywhere}], everywhere: 1}
    server = serve(answer(body, 422, {"x-request-id": everywhere}))
    async with flavour.client(server.origin, api_key=key) as client:
        with pytest.raises(MemsyAPIError) as caught:
            await flavour.call(client.search, BODY)
    error = caught.value
    for form in [*forms, json.dumps(forms[0])[1:-1]]:
        for shown in (str(error), repr(error), repr(error.args), reachable(error)):
            assert form not in shown
        assert form.encode() not in pickle.dumps(error)


@pytest.mark.parametrize("own", OWN, ids=lambda flavour: flavour.name)
async def test_what_is_not_the_key_stays_in_an_error_as_it_was(own: Flavour, serve: Serve) -> None:
    body = json.dumps({"detail": {"error": "invalid_key", "message": "Key müde \\ \u006dsy_"}}).encode()
    server = serve(answer(body, 401, {"x-request-id": "key_1"}))
    for key in ("key", "e", "msy_other"):
        async with own.client(server.origin, api_key=key) as client:
            with pytest.raises(MemsyAPIError, match=r"401 invalid_key: Key müde .* msy_, request id key_1") as caught:
                await own.call(client.health)
        assert caught.value.response is not None
        assert caught.value.response.content == body


async def test_a_success_is_never_altered(flavour: Flavour, serve: Serve) -> None:
    server = serve(answer([{"results": KEY}], headers={"x-request-id": KEY}))
    async with flavour.client(server.origin) as client:
        raw = await flavour.call(client.request, "GET", "/x")
    assert raw.parse() == [{"results": KEY}]
    assert (KEY in raw.text, raw.headers["x-request-id"], raw.request_id) == (True, KEY, KEY)


@pytest.mark.parametrize("script", [hang_up, hang, raw(b"garbage\r\n\r\n", close=True)], ids=["lost", "slow", "junk"])
async def test_no_chain_of_attributes_leads_from_a_connection_error_to_the_key(
    flavour: Flavour, script: Script, serve: Serve
) -> None:
    with Server([hang_up]) as gone:
        pass
    for origin in (serve(script).origin, gone.origin):
        async with flavour.client(origin, timeout=Timeout(read=0.1 if script is hang else 60)) as client:
            with pytest.raises(MemsyConnectionError) as caught:
                await flavour.call(client.search, BODY)
        assert KEY not in reachable(caught.value)
        assert caught.value.__context__ is None
        assert caught.value.__cause__ is not None


@pytest.mark.parametrize("own", OWN, ids=lambda flavour: flavour.name)
async def test_a_transport_of_the_callers_own_does_not_show_the_key_either(own: Flavour) -> None:
    class TellingError(Exception):
        def __init__(self, request: Request) -> None:
            super().__init__(f"cannot send {request.headers}", request)
            self.request = request

    class Transport:
        def send(self, request: Request, limits: object) -> Response:
            try:
                raise KeyError(request.headers)
            except KeyError as error:
                raise TellingError(request) from error

        def close(self) -> None:
            pass

    class AsyncTransport:
        async def send(self, request: Request, limits: object) -> Response:
            return Transport().send(request, limits)

        async def aclose(self) -> None:
            pass

    transport = AsyncTransport() if own.is_async else Transport()
    async with own.client("http://memsy.test", http_client=transport) as client:
        with pytest.raises(MemsyConnectionError, match="cannot send") as caught:
            await own.call(client.search, BODY)
    assert KEY not in reachable(caught.value)
    assert KEY.encode() not in pickle.dumps(caught.value)
    assert type(caught.value.__cause__) is TellingError
    assert isinstance(caught.value.__cause__.__cause__, KeyError)


@pytest.mark.parametrize(
    "proxy",
    [
        "http://user:sk_word@host:port",
        "http://user:sk_word@[::1",
        "http://user:sk_word@",
        "http://user:sk_word@host:99999999",
        "http://user:sk_word/@host:80",
        "http://user:sk_word#@host:80",
        "http://user:sk_ word\x01@host\x02:80",
        "user:sk_word@host:1x",
        "://user:sk_word@host",
    ],
)
@pytest.mark.parametrize("own", [*OWN, AIOHTTP], ids=lambda flavour: flavour.name)
async def test_a_password_in_a_proxy_url_that_is_malformed_is_not_shown(
    own: Flavour, proxy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "NO_PROXY", "no_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("http_proxy", proxy)
    async with own.client("http://127.0.0.1:9", max_retries=0) as client:
        with pytest.raises(MemsyConnectionError, match="cannot connect") as caught:
            await own.call(client.health)
    assert caught.value.unsent
    for shown in (str(caught.value), everything_shown(_without_this_test(caught.value)), reachable(caught.value)):
        assert "sk_" not in shown


def test_a_password_in_a_proxy_that_is_malformed_is_not_shown_by_the_transport_that_takes_it() -> None:
    for proxy in ("http://user:sk_word@host:port", "http://user:sk_word@[::1", "http://user:sk_word@"):
        with pytest.raises(MemsyInputError, match="proxy") as caught:
            AiohttpTransport(proxy=proxy)
        assert "sk_" not in reachable(caught.value) + str(caught.value)


@pytest.mark.parametrize("base_url", ["http://user:sk_word@[::1", "http://sk_word@h:port"])
@pytest.mark.parametrize("own", OWN, ids=lambda flavour: flavour.name)
async def test_a_base_url_that_is_refused_is_in_nothing_of_the_error(own: Flavour, base_url: str) -> None:
    with pytest.raises(MemsyInputError) as caught:
        own.kind()(base_url, KEY)
    assert "sk_" not in reachable(caught.value)
    assert KEY not in reachable(caught.value)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirects_are_not_followed(flavour: Flavour, status: int, serve: Serve) -> None:
    elsewhere = serve(answer({"results": []}))
    server = serve(redirect(f"{elsewhere.origin}/v1/search", status))
    async with flavour.client(server.origin) as client:
        with pytest.raises(MemsyAPIError, match="redirects are not followed") as caught:
            await flavour.call(client.search, BODY)
        with pytest.raises(MemsyAPIError):
            await flavour.call(client.health)
    assert caught.value.status_code == status
    assert elsewhere.origin in caught.value.detail
    assert elsewhere.connections == 0


async def test_a_redirect_within_the_service_is_not_followed_either(flavour: Flavour, serve: Serve) -> None:
    server = serve(redirect("/elsewhere"))
    async with flavour.client(server.origin) as client:
        with pytest.raises(MemsyAPIError):
            await flavour.call(client.health)
    assert len(server.requests) == 1


@pytest.mark.parametrize("callers", CALLERS, ids=lambda flavour: flavour.name)
async def test_a_header_of_the_callers_client_does_not_replace_the_key(callers: Flavour, serve: Serve) -> None:
    def with_credentials() -> Any:
        carrier = callers.http_client()
        carrier.headers["Authorization"] = "Bearer other"
        carrier.auth = ("user", "password")
        return carrier

    server = serve(answer({"results": []}))
    async with replace(callers, http_client=with_credentials).client(server.origin) as client:
        await callers.call(client.search, BODY)
    assert server.requests[0].headers["authorization"] == f"Bearer {KEY}"


async def test_retries_log_one_line_each(
    flavour: Flavour, serve: Serve, waits: list[float], caplog: pytest.LogCaptureFixture
) -> None:
    server = serve(answer({}, 429))
    with caplog.at_level(logging.INFO, "memsy_client"):
        async with flavour.client(server.origin, max_retries=2) as client:
            with contextlib.suppress(RateLimitExceeded):
                await flavour.call(client.orgs.get, "a/b")
    lines = [record.getMessage() for record in caplog.records if record.name == "memsy_client"]
    assert len(lines) == 3
    assert all(line.startswith("GET /orgs/a%2Fb: 429 in ") for line in lines)


def _without_this_test(error: BaseException) -> BaseException:
    """The error without the frames of tests, which know the key."""
    frames = error.__traceback__
    while frames is not None and "/memsy_client/" not in frames.tb_frame.f_code.co_filename:
        frames = frames.tb_next
    return error.with_traceback(frames)
