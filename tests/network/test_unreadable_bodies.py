"""A status means what it does, whatever its body: that may be broken, too large, cut short, or not there at all."""

from __future__ import annotations

import gzip
from collections.abc import Callable

import pytest
from support.flavours import EACH_TRANSPORT, Flavour
from support.server import Script, Server, answer, message, raw

from memsy_client import AuthenticationError, MemsyAPIError, MemsyConnectionError, MemsyError

Serve = Callable[..., Server]
pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("flavour", EACH_TRANSPORT, ids=lambda flavour: flavour.name)]


def unreadable(status: int, headers: dict[str, str]) -> dict[str, Script]:
    def compressed(body: bytes, encoding: str) -> Script:
        return raw(message(body, status, {**headers, "Content-Encoding": encoding}))

    return {
        "not gzip": compressed(b"plain", "gzip"),
        "half of gzip": compressed(gzip.compress(b"x" * 9000)[:20], "gzip"),
        "not deflate": compressed(b"plain", "deflate"),
        "unknown": compressed(b"plain", "br"),
        "twice unknown": compressed(b"plain", "zstd, br"),
        "over the cap": raw(message(b"x" * 3000, status, headers)),
        "over the cap once decompressed": compressed(gzip.compress(b"x" * 3000), "gzip"),
        "cut short": raw(message(b"{", status, headers, length=20), close=True),
    }


KINDS = list(unreadable(500, {}))


@pytest.mark.parametrize("kind", KINDS)
async def test_an_error_keeps_its_status_its_headers_and_its_type(flavour: Flavour, kind: str, serve: Serve) -> None:
    server = serve(
        unreadable(401, {"X-Request-Id": "17"})[kind], unreadable(503, {"X-Request-Id": "18", "Retry-After": "7"})[kind]
    )
    async with flavour.client(server.origin, max_response_bytes=1000) as client:
        with pytest.raises(AuthenticationError) as refused:
            await flavour.call(client.ingest, [])
        with pytest.raises(MemsyAPIError) as down:
            await flavour.call(client.ingest, [])
    assert (refused.value.status_code, refused.value.request_id) == (401, "17")
    assert (down.value.status_code, down.value.request_id, down.value.retry_after) == (503, "18", 7)
    assert down.value.response is not None
    assert down.value.response.content == b""
    assert [attempt.status_code for attempt in down.value.attempts] == [503]


@pytest.mark.parametrize("kind", KINDS)
async def test_and_its_retries(flavour: Flavour, kind: str, serve: Serve) -> None:
    server = serve(unreadable(429, {"Retry-After": "0"})[kind], answer({"event_ids": ["own"]}))
    async with flavour.client(server.origin, max_response_bytes=1000) as client:
        assert (await flavour.call(client.ingest, [])).event_ids == ["own"]
    assert len(server.requests) == 2


@pytest.mark.parametrize("kind", KINDS)
async def test_a_success_that_cannot_be_read_is_an_error(flavour: Flavour, kind: str, serve: Serve) -> None:
    server = serve(unreadable(200, {})[kind])
    async with flavour.client(server.origin, max_response_bytes=1000) as client:
        with pytest.raises(MemsyError) as caught:
            await flavour.call(client.ingest, [])
    assert not isinstance(caught.value, MemsyAPIError)
    assert not isinstance(caught.value, MemsyConnectionError) or not caught.value.unsent


@pytest.mark.parametrize("encoding", ["br", "gzip", "deflate", "zstd"])
async def test_a_success_without_a_body_is_one_whatever_its_compression(
    flavour: Flavour, encoding: str, serve: Serve
) -> None:
    server = serve(raw(b"HTTP/1.1 204 No Content\r\nContent-Encoding: %b\r\n\r\n" % encoding.encode()))
    async with flavour.client(server.origin) as client:
        assert (await flavour.call(client.request, "DELETE", "/x")).parse() is None
