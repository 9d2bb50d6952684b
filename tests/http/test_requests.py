"""What travels: the same bytes whichever client sends them, and nothing that cannot be told apart on arrival."""

from __future__ import annotations

import json
import platform
from collections.abc import Callable
from importlib.metadata import version
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from support.flavours import EVERY, KEY, OWN, Flavour
from support.operations import ALL, Case
from support.server import Recorded, Server, answer

import memsy_client
from memsy_client import MemsyInputError

pytestmark = pytest.mark.anyio


@pytest.fixture(params=EVERY, ids=lambda flavour: flavour.name)
def flavour(request: pytest.FixtureRequest) -> Flavour:
    """A kind of client, of each library: they differ in what they send and show themselves."""
    return request.param  # type: ignore[no-any-return]


Serve = Callable[..., Server]
WITH_PATH = [case for case in ALL if case.path_parameters]


async def sent_by(flavour: Flavour, server: Server, case: Case, *args: Any, **kwargs: Any) -> Recorded:
    """What a call of an operation puts on the wire."""
    async with flavour.client(f"{server.origin}/base", control=case.control) as client:
        await flavour.call(case.method(client), *args, **kwargs)
    return server.requests[-1]


@pytest.mark.parametrize("everything", [False, True], ids=["required", "everything"])
@pytest.mark.parametrize("case", ALL, ids=str)
async def test_sync_and_async_send_the_same_bytes(case: Case, everything: bool, serve: Serve) -> None:
    server = serve(answer(case.answer()))
    args, kwargs = case.arguments(everything=everything)
    sync, asynchronous = [await sent_by(flavour, server, case, *args, **kwargs) for flavour in OWN]
    assert sync.raw == asynchronous.raw
    assert len(server.requests) == 2


@pytest.mark.parametrize("case", ALL, ids=str)
async def test_a_request_is_what_the_contract_says(case: Case, serve: Serve) -> None:
    server = serve(answer(case.answer()))
    args, kwargs = case.arguments(everything=True)
    request = await sent_by(OWN[0], server, case, *args, **kwargs)
    assert request.raw.startswith(case.operation.method.encode() + b" /base/")
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert request.headers["accept"] == "application/json"
    assert request.headers["user-agent"].startswith(f"memsy-client/{memsy_client.__version__}")
    assert request.headers["host"] == f"127.0.0.1:{server.port}"
    assert ("content-type" in request.headers) == bool(request.body)
    if request.body:
        assert request.headers["content-type"] == "application/json"
        assert isinstance(json.loads(request.body), dict)


async def test_every_kind_of_client_sends_the_same_target_headers_and_body(flavour: Flavour, serve: Serve) -> None:
    case = next(case for case in ALL if case.operation.name == "roles.update")
    server = serve(answer(case.answer()))
    args, kwargs = case.arguments(everything=True)
    own = await sent_by(OWN[0], server, case, *args, **kwargs)
    other = await sent_by(flavour, server, case, *args, **kwargs)
    assert other.target == own.target
    assert other.body == own.body
    for name in ("authorization", "accept", "accept-encoding", "content-type", "host"):
        assert other.headers[name] == own.headers[name]


async def test_the_user_agent_names_the_package_python_and_what_carries_the_request(
    flavour: Flavour, serve: Serve
) -> None:
    case = next(case for case in ALL if case.operation.name == "health")
    request = await sent_by(flavour, serve(answer(case.answer())), case)
    library = flavour.name.partition("-")[2] or "httpx"  # our own pools use it
    expected = (
        f"memsy-client/{memsy_client.__version__} Python/{platform.python_version()} {library}/{version(library)}"
    )
    assert request.headers["user-agent"] == expected


SEGMENTS = ["a/b", "../health", "..%2f", "é", "%2e", "%2e%2e", "a b", "a?b#c", "a&b=c", "a+b", ":@;,", "…", "...", "~"]


@pytest.mark.parametrize("own", OWN, ids=lambda flavour: flavour.name)
@pytest.mark.parametrize("case", WITH_PATH, ids=str)
async def test_a_path_parameter_is_one_segment(case: Case, own: Flavour, serve: Serve) -> None:
    server = serve(answer(case.answer()))
    args, named = case.arguments()
    async with own.client(f"{server.origin}/base", control=case.control) as client:
        for text in SEGMENTS:
            args[: len(case.path_parameters)] = [text] * len(case.path_parameters)
            await own.call(case.method(client), *args, **named)
            target = server.requests[-1].target
            steps = urlsplit(target).path.split("/")[2:]
            expected = [text if step.startswith("{") else step for step in case.operation.path.split("/")[1:]]
            assert [unquote(step) for step in steps] == expected
            assert target.isascii()


@pytest.mark.parametrize("text", ["a/b", "..%2f", "é", "%2e%2e", "a b?#&"])
async def test_every_kind_of_client_leaves_a_segment_as_it_was_encoded(
    flavour: Flavour, text: str, serve: Serve
) -> None:
    case = next(case for case in ALL if case.operation.name == "orgs.get")
    server = serve(answer(case.answer()))
    request = await sent_by(flavour, server, case, text)
    assert unquote(request.target.split("/")[3]) == text
    assert request.target.count("/") == 3


@pytest.mark.parametrize("own", OWN, ids=lambda flavour: flavour.name)
@pytest.mark.parametrize("case", WITH_PATH, ids=str)
async def test_a_path_parameter_that_cannot_travel_is_refused(case: Case, own: Flavour, serve: Serve) -> None:
    server = serve(answer(case.answer()))
    args, named = case.arguments()
    async with own.client(server.origin, control=case.control) as client:
        for args[0] in ("", ".", "..", "a\nb", "a\0", "\x7f", "\x85", "\ud800", None, True, 1.5, b"a", ["a"]):
            with pytest.raises(MemsyInputError, match=case.path_parameters[0]) as caught:
                await own.call(case.method(client), *args, **named)
            assert caught.value.operation == case.operation.name
            assert caught.value.method == case.operation.method
    assert server.connections == 0


@pytest.mark.parametrize(
    "event",
    [
        {"content": "\ud800"},
        {"score": float("nan")},
        {"what": object()},
        {"when": 1j},
        memsy_client.EventPayload("a", "s", "user_message", "hi", metadata="\udfff"),
    ],
)
async def test_a_body_that_cannot_be_json_is_refused(flavour: Flavour, event: Any, serve: Serve) -> None:
    server = serve(answer({"event_ids": []}))
    async with flavour.client(server.origin) as client:
        with pytest.raises(MemsyInputError):
            await flavour.call(client.request, "POST", "/ingest", json=[event])
    assert server.connections == 0


async def test_a_body_nested_without_end_is_refused(flavour: Flavour, serve: Serve) -> None:
    server = serve(answer({"event_ids": []}))
    nested: list[Any] = []
    nested.append(nested)
    async with flavour.client(server.origin) as client:
        with pytest.raises(MemsyInputError):
            await flavour.call(client.ingest, nested)
    assert server.connections == 0


@pytest.mark.parametrize("ids", ["evt_1", b"evt_1", {"evt_1": 1}, 5])
async def test_a_single_text_is_no_list_of_ids(flavour: Flavour, ids: Any, serve: Serve) -> None:
    server = serve(answer({}))
    async with flavour.client(server.origin) as client:
        with pytest.raises(MemsyInputError, match="event_ids"):
            await flavour.call(client.status, ids)
    assert server.connections == 0


async def test_unset_arguments_are_left_out(flavour: Flavour, serve: Serve) -> None:
    server = serve(answer({"results": []}))
    async with flavour.client(server.origin) as client:
        await flavour.call(client.search, "Lisbon?", role_ids=(name for name in ["a", "b"]))
    assert json.loads(server.requests[0].body) == {
        "query": "Lisbon?",
        "limit": 10,
        "threshold": 0.0,
        "include_source_events": False,
        "role_ids": ["a", "b"],
    }


async def test_an_update_without_fields_sends_an_empty_object(flavour: Flavour, serve: Serve) -> None:
    case = next(case for case in ALL if case.operation.name == "orgs.update")
    server = serve(answer(case.answer()))
    request = await sent_by(flavour, server, case, "acme")
    assert request.body == b"{}"


async def test_a_query_is_percent_encoded(flavour: Flavour, serve: Serve) -> None:
    server = serve(answer({"items": [], "total": 0, "limit": 50, "offset": 0}))
    async with flavour.client(server.origin) as client:
        await flavour.call(client.memories.list, search="a&b=c d+e/é#\n%", actor_id="")
    query = parse_qs(urlsplit(server.requests[0].target).query, keep_blank_values=True)
    assert query["search"] == ["a&b=c d+e/é#\n%"]
    assert query["actor_id"] == [""]


async def test_a_query_value_that_is_no_text_number_or_time_is_refused(flavour: Flavour, serve: Serve) -> None:
    server = serve(answer({}))
    async with flavour.client(server.origin) as client:
        for value in (object(), {"a": 1}, b"a", [None]):
            with pytest.raises(MemsyInputError, match="search"):
                await flavour.call(client.memories.list, search=value)
    assert server.connections == 0


async def test_a_url_that_no_server_takes_is_refused(flavour: Flavour, serve: Serve) -> None:
    server = serve(answer({}))
    async with flavour.client(server.origin) as client:
        with pytest.raises(MemsyInputError, match="URL"):
            await flavour.call(client.orgs.get, "a" * 100_000)
        with pytest.raises(MemsyInputError, match="URL"):
            await flavour.call(client.memories.list, search="a" * 100_000)
    assert server.connections == 0


async def test_an_enum_of_texts_travels_as_its_value(flavour: Flavour, serve: Serve) -> None:
    import enum

    class Name(str, enum.Enum):
        ACME = "acme"

    case = next(case for case in ALL if case.operation.name == "roles.create")
    server = serve(answer(case.answer()))
    assert json.loads((await sent_by(flavour, server, case, Name.ACME, "n", "f")).body)["org_id"] == "acme"
    case = next(case for case in ALL if case.operation.name == "roles.get")
    request = await sent_by(flavour, server, case, Name.ACME, Name.ACME)
    assert request.target == "/base/roles/acme?org_id=acme"
