"""What a client tolerates in a response, it says when asked, or in the log at DEBUG."""

from __future__ import annotations

import copy
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from support.flavours import OWN, Flavour
from support.operations import ALL, Case
from support.server import Server, answer

from memsy_client import Deviation, MemsyDecodeError
from memsy_client._core.deviations import find_deviations

pytestmark = pytest.mark.anyio
Serve = Callable[..., Server]


@pytest.mark.parametrize("case", [case for case in ALL if case.has_body], ids=str)
async def test_the_contracts_own_examples_have_none(case: Case) -> None:
    operation = case.operation
    for status in (200, 201):
        assert find_deviations(operation.method, operation.path, status, case.answer()) == ()
        assert find_deviations(operation.method, operation.path, status, 1) != ()


#: Objects whose values the contract does not describe.
FREE_FORM = {
    "metadata",
    "payload",
    "components",
    "prompt_meta",
    "top_entities",
    "confidence_buckets",
    "entity_refs",
    "usage[0]",
}
ID = ("results[0].id", "a string", "a number")


def _values(data: Any, path: str = "") -> Iterator[tuple[Any, Any, str]]:
    """Each value that the contract gives a type: what holds it, under which name or index, and its path."""
    steps = enumerate(data) if isinstance(data, list) else data.items() if isinstance(data, dict) else ()
    for step, value in steps:
        where = f"{path}[{step}]" if isinstance(step, int) else f"{path}.{step}".lstrip(".")
        if value is not None and where.rpartition(".")[2] not in FREE_FORM:
            yield data, step, where
            yield from _values(value, where)


@pytest.mark.parametrize("case", [case for case in ALL if case.has_body], ids=str)
async def test_each_value_of_another_type_is_one_where_it_is(case: Case) -> None:
    operation, seen = case.operation, 0
    for holder, step, path in _values(body := copy.deepcopy(case.answer())):
        kept, holder[step] = holder[step], "text" if isinstance(holder[step], bool) else True
        found = find_deviations(operation.method, operation.path, 200, body)
        holder[step] = kept
        assert [deviation.path for deviation in found] == [path]
        seen += 1
    assert seen or case.answer() == []


def _memory(**fields: Any) -> dict[str, Any]:
    return {"id": "m", "content": "c", "score": 0.5, **fields}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"results": None}, [("results", "a list", "null")]),
        ({}, [("results", "a list", "nothing")]),
        ([], [("", "an object", "a list")]),
        ({"results": [_memory(), _memory(score="high")]}, [("results[1].score", "a number", "a string")]),
        ({"results": [{"id": 1, "score": 2}]}, [("results[0].content", "a string", "nothing"), ID]),
        ({"results": [_memory(new_field=1)], "took_ms": 3}, []),
        ({"results": [_memory(score=1)]}, []),
        ({"results": [_memory(metadata=None)]}, []),
        ({"results": [_memory(metadata={"tags": "a"})]}, [("results[0].metadata.tags", "a list", "a string")]),
        (
            {"results": [_memory(metadata={"observed_at": "soon"})]},
            [("results[0].metadata.observed_at", "an ISO 8601 date-time", "a string")],
        ),
        ({"results": [_memory(metadata={"observed_at": "2026-01-31T09:30:05"})]}, []),
        (
            {"results": [_memory(metadata={"title": 7, "tags": ["a", 1], "source_events": [{"event_id": 5}]})]},
            [
                ("results[0].metadata.title", "a string", "a number"),
                ("results[0].metadata.tags[1]", "a string", "a number"),
                ("results[0].metadata.source_events[0].event_id", "a string", "a number"),
            ],
        ),
        ({"results": [_memory(metadata="text")]}, [("results[0].metadata", "an object", "a string")]),
    ],
)
async def test_only_types_and_required_fields_count(body: Any, expected: list[tuple[str, ...]]) -> None:
    assert sorted(find_deviations("POST", "/search", 200, body)) == sorted(expected)


@pytest.mark.parametrize("own", OWN, ids=lambda flavour: flavour.name)
async def test_a_response_says_where_it_deviates(own: Flavour, serve: Serve) -> None:
    server = serve(answer({"completedIds": [], "failedIds": [], "pendingIds": [], "total": 3.0}))
    async with own.client(server.origin) as client:
        response = await own.call(client.with_raw_response.status, ["e"])
    assert response.deviations == (Deviation("total", "an integer", "a number"),)


async def test_an_enum_of_a_response_is_open() -> None:
    item = {"scope": {"level": "galaxy"}, "status": "dreaming"}
    found = find_deviations("GET", "/console/memories", 200, {"items": [item], "limit": 50, "offset": 0, "total": 1})
    paths = {deviation.path for deviation in found}
    assert "items[0].memory_id" in paths
    assert not {"items[0].scope.level", "items[0].status"} & paths


@pytest.mark.parametrize("own", OWN, ids=lambda flavour: flavour.name)
async def test_a_body_that_is_not_json_is_an_error_as_it_is_for_parse(own: Flavour, serve: Serve) -> None:
    server = serve(answer(b"<html>"))
    async with own.client(server.origin) as client:
        response = await own.call(client.with_raw_response.search, "Lisbon?")
    with pytest.raises(MemsyDecodeError, match="unusable 200 response") as caught:
        _ = response.deviations
    assert caught.value.operation == "search"


@pytest.mark.parametrize("own", OWN, ids=lambda flavour: flavour.name)
async def test_of_an_endpoint_that_the_contract_lacks_nothing_is_known(own: Flavour, serve: Serve) -> None:
    server = serve(answer({"anything": None}))
    async with own.client(server.origin) as client:
        assert (await own.call(client.request, "GET", "/new")).deviations == ()


@pytest.mark.parametrize("own", OWN, ids=lambda flavour: flavour.name)
async def test_one_line_at_debug_names_them_and_no_value(
    own: Flavour, serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    server = serve(answer([{"org_id": "secret", "name": 7}]))
    async with own.client(server.origin) as client:
        for level in (logging.INFO, logging.DEBUG):
            with caplog.at_level(level, "memsy_client"):
                (await own.call(client.request, "GET", "/orgs")).parse()
    lines = [record.getMessage() for record in caplog.records if "deviation" in record.getMessage()]
    assert len(lines) == 1
    assert "[0].name is a number where a string is expected" in lines[0]
    assert "secret" not in lines[0]
