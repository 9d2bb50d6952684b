"""`request()`: calls of endpoints that the contract does not have."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from support.flavours import KEY, Flavour
from support.server import Server, answer, hang_up, raw

from memsy_client import MemsyDecodeError, MemsyError, MemsyInputError, UsageInfo

pytestmark = pytest.mark.anyio
Serve = Callable[..., Server]


class Unreadable:
    """A value that fails while it is written."""

    def __iter__(self) -> Any:
        raise RuntimeError("not today")


async def test_an_endpoint_beyond_the_contract_can_be_called(
    flavour: Flavour, serve: Serve, waits: list[float]
) -> None:
    server = serve(answer({}, 429), answer({"new": [1]}, headers={"X-Plan": "pro"}), raw(b"HTTP/1.1 204 None\r\n\r\n"))
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
    assert (response.usage, len(response.attempts), waits) == (UsageInfo(plan="pro"), 2, [1.0])
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
