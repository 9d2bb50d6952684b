"""Free-form data never costs a caller the result, and what code relies on stays strict."""

from __future__ import annotations

import copy
import datetime
import json
import pickle
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memsy_client import MemsyDecodeError
from memsy_client.models import (
    ActorListResponse,
    BillingSummaryResponse,
    EventItemResource,
    HealthResponse,
    MemoryItemResource,
    OrgResource,
    PickerConfig,
    SearchResponse,
    SearchResult,
    SearchResultMetadata,
    SourceEvent,
    SourceMetadata,
)

KNOWN = {
    "title": "Lisbon",
    "tags": ["address"],
    "entities": [{"name": "Lisbon"}],
    "strength": 1.5,
    "observed_at": "2026-01-31T09:30:00+00:00",
    "session_id": "chat-1",
    "source_metadata": [{"event_id": "e1", "metadata": {"a": 1}}, {"event_id": "e2", "raw": "x"}],
    "source_events": [{"event_id": "e1", "kind": "user_message", "content": "I moved."}],
}
RESULT = {"id": "m", "content": "text", "score": 0.5, "metadata": KNOWN}


def test_known_keys_are_typed() -> None:
    result = SearchResult.from_dict(RESULT)
    assert (result.title, result.tags, result.strength, result.session_id) == ("Lisbon", ["address"], 1.5, "chat-1")
    assert result.observed_at == datetime.datetime(2026, 1, 31, 9, 30, tzinfo=datetime.timezone.utc)
    assert [(source.event_id, source.metadata, source.raw) for source in result.source_metadata] == [
        ("e1", {"a": 1}, None),
        ("e2", None, "x"),
    ]
    assert result.source_events == [SourceEvent("e1", "user_message", "I moved.")]
    assert result.entities == [{"name": "Lisbon"}]


def test_metadata_is_a_dict_of_what_came() -> None:
    metadata = SearchResult.from_dict(RESULT).metadata
    assert metadata is not None
    assert metadata == KNOWN
    assert {**metadata} == dict(metadata) == KNOWN
    assert ("title" in metadata, len(metadata), list(metadata.items())) == (True, len(KNOWN), list(KNOWN.items()))
    assert json.loads(json.dumps(metadata)) == metadata.to_dict() == KNOWN
    assert type(metadata.to_dict()) is dict
    for copied in (copy.deepcopy(metadata), pickle.loads(pickle.dumps(metadata))):
        assert (type(copied), copied) == (SearchResultMetadata, metadata)


@pytest.mark.parametrize(
    ("key", "value", "read"),
    [
        ("title", 5, None),
        ("title", None, None),
        ("title", ["x"], None),
        ("tags", "address", []),
        ("tags", None, []),
        ("tags", ["a", 1, None, "b"], ["a", "b"]),
        ("entities", [{"a": 1}, "Lisbon", None], [{"a": 1}]),
        ("strength", "high", None),
        ("strength", True, None),
        ("observed_at", "soon", None),
        ("observed_at", 17, None),
        ("session_id", 7, None),
        ("session_id", [], None),
        ("source_events", [7, {"ts": "soon"}, {"event_id": "e"}], [SourceEvent("e")]),
        ("source_metadata", {"event_id": "e"}, []),
    ],
)
def test_what_is_unexpected_in_metadata_reads_as_nothing_and_is_kept(key: str, value: Any, read: Any) -> None:
    result = SearchResult.from_dict({**RESULT, "metadata": {key: value}})
    assert getattr(result, key) == read
    assert getattr(result.metadata, key) == read
    assert result.metadata is not None
    assert result.metadata[key] == value
    assert result.to_dict()["metadata"] == {key: value}


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=3), lambda inner: st.lists(inner)))
@settings(max_examples=100, deadline=None)
def test_any_value_of_any_key_leaves_the_result(value: Any) -> None:
    document = {"results": [{**RESULT, "metadata": dict.fromkeys(KNOWN, value)}, {**RESULT, "metadata": value}]}
    found = SearchResponse.from_dict(document).results
    for result in found:
        for key in KNOWN:
            getattr(result, key)
    assert found[1].metadata is None


def test_a_plain_dict_in_a_constructor_is_metadata() -> None:
    result = SearchResult("m", "text", 0.5, {"tags": ["a"]})
    assert result.tags == ["a"]
    assert isinstance(result.metadata, SearchResultMetadata)
    assert SearchResult("m", "text", 0.5).tags == []


@pytest.mark.parametrize("value", ["x", 7, True, [1], {"a": 1}])
def test_free_form_fields_take_what_is_theirs_and_pass_over_the_rest(value: Any) -> None:
    memory = MemoryItemResource.from_dict(
        {"memory_id": "m", "org_id": "o", "scope": {"level": "actor"}, "entity_refs": value, "payload": value}
    )
    assert memory.payload == (value if isinstance(value, dict) else None)
    assert memory.entity_refs == []
    assert HealthResponse.from_dict({"components": value}).components == memory.payload
    stamps = {"created_at": "2026-01-01", "updated_at": "2026-01-01"}
    org = {"org_id": "o", "name": "n", "focus": "f", "promotion_prompt": "p", **stamps, "prompt_meta": value}
    assert OrgResource.from_dict(org).prompt_meta == memory.payload
    event = {"event_id": "e", "org_id": "o", "actor_id": "a", "kind": "k", "content": "c", "ts": "2026-01-01"}
    assert EventItemResource.from_dict({**event, "metadata": value}).metadata == memory.payload


def test_items_that_cannot_be_read_are_left_out_of_a_free_form_list() -> None:
    refs = [{"name": "Lisbon"}, "x", None, {"n": 1}]
    data = {"memory_id": "m", "org_id": "o", "scope": {"level": "actor"}, "entity_refs": refs}
    assert MemoryItemResource.from_dict(data).entity_refs == [{"name": "Lisbon"}, {"n": 1}]


def test_all_of_a_source_may_be_missing() -> None:
    assert SourceEvent.from_dict({}) == SourceEvent()
    assert SourceMetadata.from_dict({}).event_id is None


@pytest.mark.parametrize("written", [3.0, 3])
def test_a_whole_number_may_be_written_with_a_point(written: float) -> None:
    page = ActorListResponse.from_dict({"items": [], "total": written, "limit": 100, "offset": 0})
    assert page.total == 3
    assert type(page.total) is int


@pytest.mark.parametrize("wrong", [3.5, "3", True, [3], 1e400])
def test_another_number_is_refused(wrong: Any) -> None:
    with pytest.raises(MemsyDecodeError) as caught:
        ActorListResponse.from_dict({"items": [], "total": wrong, "limit": 100, "offset": 0})
    assert caught.value.location == "total"


@pytest.mark.parametrize(("written", "read"), [(3599, 3599), ("3599", 3599), (3599.0, 3599)])
def test_seconds_of_a_picker_may_be_text(written: Any, read: int) -> None:
    data = {"access_token": "t", "expires_in": written, "api_key": "k", "app_id": "a"}
    assert PickerConfig.from_dict(data).expires_in == read


@pytest.mark.parametrize("wrong", ["soon", "", "-1", "3.5", "٣", "9" * 5000, None, []])
def test_seconds_of_a_picker_are_digits(wrong: Any) -> None:
    with pytest.raises(MemsyDecodeError, match="integer") as caught:
        PickerConfig.from_dict({"access_token": "t", "expires_in": wrong, "api_key": "k", "app_id": "a"})
    assert caught.value.location == "expires_in"


def test_tokens_are_not_shown() -> None:
    assert "ya29" not in repr(PickerConfig("ya29", 3599, "key", "app"))


def test_an_empty_object_for_a_card_or_an_invoice_is_none() -> None:
    seats = {"tier": "pro", "purchased_seats": 1, "assigned_seats": 1, "available_seats": 0}
    summary = BillingSummaryResponse.from_dict({**seats, "payment_method": {}, "upcoming_invoice": {}})
    assert (summary.payment_method, summary.upcoming_invoice) == (None, None)
    with pytest.raises(MemsyDecodeError) as caught:
        BillingSummaryResponse.from_dict({**seats, "payment_method": {"brand": "visa"}})
    assert caught.value.location == "payment_method.last4"


@pytest.mark.parametrize(
    ("document", "location"),
    [
        ({"results": {}}, "results"),
        ({"results": [{**RESULT, "score": "x"}]}, "results[0].score"),
        ({"results": [{**RESULT, "id": 7}]}, "results[0].id"),
    ],
)
def test_what_code_relies_on_is_refused_with_its_path(document: Any, location: str) -> None:
    with pytest.raises(MemsyDecodeError) as caught:
        SearchResponse.from_dict(document)
    assert caught.value.location == location
