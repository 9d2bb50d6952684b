"""The key is shown nowhere, and neither it nor a body goes to anyone but the service."""

from __future__ import annotations

import contextlib
import logging
import pickle
import traceback
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from support.flavours import CALLERS, KEY, OWN, Flavour
from support.server import Script, Server, answer, hang, hang_up, raw, redirect

from memsy_client import MemsyAPIError, MemsyError, MemsyInputError, RateLimitExceeded, Timeout

pytestmark = pytest.mark.anyio

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
