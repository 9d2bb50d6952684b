"""Models that code builds, copies and changes itself."""

from __future__ import annotations

import copy
import inspect
import json
import pickle

import attrs
import pytest

from memsy_client import MemsyDecodeError, RateLimitInfo, UsageInfo, models
from memsy_client._core.messages import Headers
from memsy_client.models import EventPayload, SearchResponse, SearchResult, SearchResultMetadata

USAGE, LIMIT = UsageInfo(plan="pro"), RateLimitInfo(10, 9, 8)


def test_a_copy_has_the_changes_and_all_else() -> None:
    event = EventPayload("alice", "chat-1", "user_message", "hi", additional_properties={"lang": "en"})
    changed = event.copy(content="bye", role_id="r")
    assert changed == EventPayload(
        "alice", "chat-1", "user_message", "bye", role_id="r", additional_properties={"lang": "en"}
    )
    assert event.content == "hi"
    assert type(changed) is EventPayload


def test_a_copy_refuses_an_attribute_that_is_not_there() -> None:
    with pytest.raises(TypeError, match="contents"):
        EventPayload("alice", "chat-1", "user_message", "hi").copy(contents="bye")


def test_a_copy_converts_as_the_constructor_does() -> None:
    changed = SearchResult("m", "text", 0.5).copy(metadata={"tags": ["a"]})
    assert isinstance(changed.metadata, SearchResultMetadata)
    assert changed.tags == ["a"]


def test_usage_and_rate_limit_are_last_and_settable_and_no_part_of_the_value() -> None:
    response = SearchResponse([], USAGE, LIMIT)
    assert (response.usage, response.rate_limit) == (USAGE, LIMIT)
    assert response == SearchResponse([])
    assert response.to_dict() == {"results": []}
    assert repr(response) == repr(SearchResponse([]))
    response.usage = None
    response.rate_limit = RateLimitInfo(1, 1, 1)
    assert (response.usage, response.rate_limit) == (None, RateLimitInfo(1, 1, 1))


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))])
@pytest.mark.parametrize("by_headers", [False, True])
def test_duplicates_keep_usage_and_rate_limit(duplicate, by_headers: bool) -> None:  # type: ignore[no-untyped-def]
    response = SearchResponse([]) if by_headers else SearchResponse([], USAGE)
    if by_headers:
        response._response_headers = Headers.of([("X-Plan", "pro")])
    assert duplicate(response).usage == USAGE
    assert response.copy(results=[SearchResult("m", "t", 1)]).usage == USAGE
    assert attrs.evolve(SearchResponse([], USAGE)).usage == USAGE


@pytest.mark.parametrize("usage", [None, UsageInfo(plan="team")])
def test_what_headers_said_can_be_replaced(usage: UsageInfo | None) -> None:
    response = SearchResponse.from_dict({"results": []})
    response._response_headers = Headers.of([("X-Plan", "pro"), ("X-RateLimit-Limit", "10")])
    response.usage = usage
    assert (response.usage, response.rate_limit) == (usage, RateLimitInfo(limit=10))
    again = SearchResponse.from_dict({"results": []})
    again._response_headers = Headers.of([("X-Plan", "pro"), ("X-RateLimit-Limit", "10")])
    changed = again.copy(usage=usage)
    assert (changed.usage, changed.rate_limit, again.usage) == (usage, RateLimitInfo(limit=10), USAGE)


def test_a_response_stands_for_its_items() -> None:
    first, second = SearchResult("1", "a", 0.5), SearchResult("2", "b", 0.4)
    response = SearchResponse([first, second])
    assert [*response] == list(response) == [first, second]
    assert (len(response), response[0], response[-1], response[:1]) == (2, first, second, [first])
    assert response
    assert not SearchResponse([])
    assert "results" in response
    assert "1" not in response
    assert response["results"] == [first.to_dict(), second.to_dict()]
    with pytest.raises(IndexError):
        response[2]
    for kind in ("MemoryListResponse", "EventListResponse", "ActorListResponse", "KeyListResponse"):
        assert not list(
            getattr(models, kind).from_dict({"total": 0, "limit": 1, "offset": 0, "max_keys": 5, "active_count": 0})
        )


def test_another_model_is_not_iterable() -> None:
    with pytest.raises(TypeError, match="SearchResult has fields, by their names"):
        list(SearchResult("1", "a", 0.5))  # type: ignore[call-overload]
    assert bool(SearchResult("1", "a", 0.5))


def test_the_constructor_documents_the_fields() -> None:
    told = inspect.getdoc(EventPayload.__init__) or ""
    assert told.startswith("One thing that happened")
    for field in attrs.fields(EventPayload):
        assert f"\n    {field.name}: " in told.partition("\nArgs:")[2], field.name


def test_json_text_in_and_out() -> None:
    response = SearchResponse([SearchResult("1", "é", 0.5, {"tags": ["a"]}, additional_properties={"new": [1]})])
    assert SearchResponse.from_json(response.to_json()) == response
    assert SearchResponse.from_json(response.to_json().encode()) == response
    assert json.loads(response.to_json()) == response.to_dict()
    for wrong in ("{", "[]", b"\xff", "\ud800", ""):
        with pytest.raises(MemsyDecodeError):
            SearchResponse.from_json(wrong)


def test_a_model_as_a_dict() -> None:
    response = SearchResponse([SearchResult("1", "a", 0.5)])
    assert dict(response) == {**response} == response.to_dict()  # type: ignore[arg-type, dict-item]


def test_a_model_is_no_list() -> None:
    event = EventPayload("alice", "chat-1", "user_message", "hi")
    assert event["content"] == "hi"
    with pytest.raises(TypeError, match=r"^EventPayload has fields, by their names; it is not a list$"):
        event[0]  # type: ignore[index]
