"""A failure is always a `MemsyError` that says which call it was, whatever a server or a proxy sends."""

from __future__ import annotations

import gzip
import json
import pickle
from collections.abc import Callable
from typing import Any

import pytest
from support.flavours import OWN, Flavour
from support.operations import WITH_BODY, Case
from support.server import Server, answer, chunked, gzipped, message, raw

from memsy_client import MemsyAPIError, MemsyConnectionError, MemsyDecodeError, MemsyError

pytestmark = pytest.mark.anyio

Serve = Callable[..., Server]

NO_JSON = {
    "empty": b"",
    "blank": b" \r\n",
    "html": b"<html><body>502 Bad Gateway</body></html>",
    "cut off": b'{"results": [',
    "two documents": b"{} {}",
    "not a number": b"NaN",
    "infinite": b'{"results": [{"score": -Infinity}]}',
    "huge integer": b"9" * 5_000,
    "nested without end": b"[" * 100_000,
    "nested objects": b'{"a":' * 100_000,
    "latin-1": '{"status": "é"}'.encode("latin-1"),
    "utf-16": '{"status": "ok"}'.encode("utf-16"),
}
OTHER_JSON = {
    "null": b"null",
    "text": b'"<html>"',
    "lone surrogate": b'"\\ud800"',
    "number": b"1",
    "true": b"true",
    "empty object in a list": b"[[]]",
    "nulls": b"[null]",
}


@pytest.mark.parametrize("own", OWN, ids=lambda flavour: flavour.name)
@pytest.mark.parametrize("case", WITH_BODY, ids=str)
async def test_a_body_that_is_not_what_is_due_is_a_decode_error(case: Case, own: Flavour, serve: Serve) -> None:
    shape = b"{}" if isinstance(case.answer(), list) else b"[]"
    no_json = NO_JSON.values() if case is WITH_BODY[0] else [NO_JSON["html"]]  # all are read by the same code
    bodies = [*no_json, *OTHER_JSON.values(), shape]
    if case.takes_null:
        bodies.remove(OTHER_JSON["null"])
    server = serve(*[answer(body) for body in bodies])
    args, named = case.arguments()
    async with own.client(server.origin, control=case.control) as client:
        for body in bodies:
            with pytest.raises(MemsyDecodeError) as caught:
                await own.call(case.method(client), *args, **named)
            _check(caught.value, case, 200)
            assert caught.value.response is not None
            assert caught.value.response.content == body
    assert len(server.requests) == len(bodies)


@pytest.mark.parametrize("own", OWN, ids=lambda flavour: flavour.name)
@pytest.mark.parametrize("case", WITH_BODY, ids=str)
async def test_a_success_without_its_body_is_a_decode_error(case: Case, own: Flavour, serve: Serve) -> None:
    server = serve(raw(b"HTTP/1.1 204 No Content\r\n\r\n"))
    args, named = case.arguments()
    async with own.client(server.origin, control=case.control) as client:
        with pytest.raises(MemsyDecodeError, match="empty") as caught:
            await own.call(case.method(client), *args, **named)
    _check(caught.value, case, 204)


def _check(error: MemsyError, case: Case, status: int | None) -> None:
    assert error.operation == case.operation.name
    assert error.method == case.operation.method
    assert error.status_code == status
    assert len(error.attempts) == 1
    text = str(error)
    assert text.startswith(f"{error.operation} ({error.method} {error.path}): ")
    assert "\n" not in text
    assert len(text) < 500
    assert error.path is not None
    assert str(pickle.loads(pickle.dumps(error))) == text


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        (["results", 0, "score"], "high", "results[0].score is a string where a number is expected"),
        (["results", 0, "score"], True, "results[0].score is a boolean where a number is expected"),
        (["results", 0, "id"], None, "results[0].id is null where a string is expected"),
        (["results"], {}, "results is an object where a list is expected"),
        (["results", 0], [], "results[0] is a list where an object is expected"),
        (["results", 0, "score"], ..., "results[0].score is missing"),
        (["results", 0, "id"], ..., "results[0].id is missing"),
    ],
)
async def test_the_error_says_where_in_the_json(
    flavour: Flavour, path: list[Any], value: Any, told: str, serve: Serve
) -> None:
    case = next(case for case in WITH_BODY if case.operation.name == "search")
    document = json.loads(json.dumps(case.answer()))
    node = document
    for step in path[:-1]:
        node = node[step]
    if value is ...:
        del node[path[-1]]
    else:
        node[path[-1]] = value
    server = serve(answer(document, headers={"x-request-id": "req_7"}))
    async with flavour.client(server.origin) as client:
        with pytest.raises(MemsyDecodeError) as caught:
            await flavour.call(client.search, "Lisbon?")
    assert told in str(caught.value)
    assert caught.value.location == told.split(" is ")[0]
    assert str(caught.value).startswith("search (POST /search): unusable 200 response: ")
    assert str(caught.value).endswith("request id req_7")


async def test_the_location_of_an_item_of_a_bare_list_is_its_index(flavour: Flavour, serve: Serve) -> None:
    case = next(case for case in WITH_BODY if case.operation.name == "orgs.list")
    server = serve(answer([*case.answer(), {"org_id": "x"}]))
    async with flavour.client(server.origin) as client:
        with pytest.raises(MemsyDecodeError) as caught:
            await flavour.call(client.orgs.list)
    assert caught.value.location == f"[{len(case.answer())}].name"


async def test_a_lone_surrogate_in_a_text_is_kept(flavour: Flavour, serve: Serve) -> None:
    server = serve(answer(b'{"event_ids": ["\\ud800", "\\ud83d\\ude00"]}'))
    async with flavour.client(server.origin) as client:
        assert (await flavour.call(client.ingest, [])).event_ids == ["\ud800", "😀"]


@pytest.mark.parametrize("status", [0, 101, 300, 304, 305, 400, 418, 451, 499, 500, 502, 520, 599, 600, 999])
async def test_a_status_that_nobody_expects_is_an_error(flavour: Flavour, status: int, serve: Serve) -> None:
    server = serve(raw(f"HTTP/1.1 {status:03} Odd\r\nContent-Length: 0\r\n\r\n".encode(), close=True))
    async with flavour.client(server.origin) as client:
        with pytest.raises((MemsyAPIError, MemsyConnectionError)) as caught:
            await flavour.call(client.health)
    if isinstance(caught.value, MemsyAPIError):
        assert caught.value.status_code == status
        assert caught.value.detail


async def test_answers_of_every_framing_are_read(flavour: Flavour, serve: Serve) -> None:
    body = {"event_ids": ["é" * 50]}
    data = json.dumps(body).encode()
    server = serve(
        answer(body),
        chunked([data[:3], data[3:40], data[40:]]),
        gzipped(data),
        gzipped(data, encoding="x-gzip"),
        chunked([gzip.compress(data)[i : i + 7] for i in range(0, len(gzip.compress(data)), 7)], GZIP),
        raw(b"HTTP/1.1 200 OK\r\n\r\n" + data, close=True),
        raw(b"HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(data), data), close=True),
        raw(b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + message(data)),
        raw(message(data, headers={"Content-Encoding": "identity"})),
        raw(message(data, 202)),
    )
    async with flavour.client(server.origin) as client:
        for _ in range(10):
            assert (await flavour.call(client.ingest, [])).event_ids == ["é" * 50]


GZIP = {"Content-Encoding": "gzip"}


async def test_a_delete_needs_no_body_and_ignores_one(flavour: Flavour, serve: Serve) -> None:
    server = serve(raw(b"HTTP/1.1 204 No Content\r\n\r\n"), answer(b"<html>deleted</html>"))
    async with flavour.client(server.origin) as client:
        assert await flavour.call(client.orgs.delete, "acme") is None
        assert await flavour.call(client.orgs.delete, "acme") is None
