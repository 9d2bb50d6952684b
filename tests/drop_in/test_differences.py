"""docs/differences.md: what stays different, and that the change it names is one that works."""

from __future__ import annotations

import dataclasses
import datetime
import json
import logging
import pickle
import weakref
from importlib.metadata import version

import attrs
import pytest

import memsy_client
from memsy_client import (
    EventPayload,
    MemsyAPIError,
    MemsyClient,
    MemsyClosedError,
    MemsyConnectionError,
    MemsyDecodeError,
    MemsyError,
    MemsyInputError,
    MemsyTimeoutError,
    OrgResource,
    RateLimitInfo,
    SearchResponse,
    SearchResult,
    UsageInfo,
    UsageLimitExceeded,
    UsageSummaryResponse,
)

ORG = {"org_id": "acme", "name": "Acme", "focus": "", "promotion_prompt": ""}
URL, KEY = "http://127.0.0.1:9/v1", "msy_key"


def org(created_at: str = "2026-01-01T10:00:00Z") -> OrgResource:
    return OrgResource.from_dict({**ORG, "created_at": created_at, "updated_at": "2026-01-01T10:00:00"})


def test_times_are_datetimes_and_their_text_is_there_by_name():
    assert org().created_at == datetime.datetime(2026, 1, 1, 10, tzinfo=datetime.timezone.utc)
    assert org()["created_at"] == org().created_at.isoformat() == "2026-01-01T10:00:00+00:00"
    assert org().updated_at == org().created_at, "a time without a zone is read as UTC"
    by_hand = OrgResource("acme", "Acme", "", "", "2026-01-01", "2026-01-01")
    assert by_hand.created_at == "2026-01-01"


def test_the_bounds_of_a_period_are_the_first_moments_of_days():
    data = {"org_id": "acme", "tier": "pro", "period_start": "2026-04-01", "period_end": "2026-04-30"}
    assert UsageSummaryResponse.from_dict(data).period_end.date().isoformat() == "2026-04-30"


def test_the_times_in_metadata_stay_text():
    result = SearchResult("m", "text", 0.5, {"observed_at": "2026-01-01T10:00:00Z"})
    assert result.metadata["observed_at"] == "2026-01-01T10:00:00Z"
    assert result.observed_at.year == 2026
    assert SearchResult("m", "text", 0.5, {"observed_at": "soon"}).observed_at is None


def test_a_datetime_without_a_zone_is_refused_before_anything_is_sent():
    event = EventPayload("ana", "s", "user_message", "Hello.", ts=datetime.datetime(2026, 1, 1))
    with MemsyClient(URL, KEY) as memsy, pytest.raises(MemsyInputError, match="zone"):
        memsy.ingest([event])


def test_models_are_attrs_classes_with_slots():
    for function in (vars, dataclasses.asdict, dataclasses.replace, dataclasses.fields, weakref.ref):
        with pytest.raises(TypeError):
            function(org())
    with pytest.raises(AttributeError):
        org().seen = True
    assert not dataclasses.is_dataclass(org())
    assert attrs.has(OrgResource)
    assert {field.name for field in attrs.fields(OrgResource)} > set(ORG)
    assert org().to_dict()["org_id"] == "acme"
    assert org().copy(name="Other").name == "Other"
    changed = org()
    changed.additional_properties["seen"] = True
    assert changed["seen"] is True


def test_usage_and_rate_limit_are_named_tuples():
    for info in (UsageInfo(api_calls=3), RateLimitInfo(10)):
        with pytest.raises(AttributeError):
            info.limit = 5
        assert list(info._asdict()) == list(info._fields)
    assert UsageInfo(api_calls=3)._replace(api_calls=0).api_calls == 0


def test_unknown_fields_count():
    more = SearchResponse.from_dict({"results": [], "took_ms": 3})
    assert more != SearchResponse([])
    assert more.to_dict() == {"results": [], "took_ms": 3}
    assert "took_ms" in repr(more)
    assert more.copy(additional_properties={}) == SearchResponse([])


def test_iteration_and_truth():
    result = SearchResult("m", "text", 0.5)
    assert list(SearchResponse([result])) == [result]
    assert bool(SearchResponse([result]))
    assert not SearchResponse([])
    assert bool(result)
    assert "results" in SearchResponse([])
    assert SearchResponse([]).get("took_ms", 0) == 0
    assert not SearchResult("m", "text", 0.5, {}).metadata
    assert type(dict(SearchResult("m", "text", 0.5, {"a": 1}).metadata)) is dict


def test_the_typed_attributes_of_a_result_need_metadata_that_the_constructor_was_given():
    result = SearchResult("m", "text", 0.5).copy(metadata={"tags": ["a"]})
    assert result.tags == ["a"]
    result.metadata = {"tags": ["b"]}
    with pytest.raises(AttributeError):
        _ = result.tags


def test_metadata_that_is_no_object_reads_as_none_and_a_wrong_type_elsewhere_is_an_error():
    data = {"id": "m", "content": "text", "score": 0.5}
    assert SearchResult.from_dict({**data, "metadata": ["a"]}).metadata is None
    with pytest.raises(MemsyDecodeError, match="score") as caught:
        SearchResult.from_dict({**data, "score": "0.5"})
    assert isinstance(caught.value, MemsyError)


def test_pickles_name_our_classes():
    assert b"memsy_client" in pickle.dumps(org())


@pytest.mark.parametrize(
    "arguments",
    [("", KEY), ("api.memsy.io/v1", KEY), (URL, ""), (URL, KEY, 0), (URL, KEY, -1.0), (URL, KEY, 3.0, -1)],
)
def test_a_constructor_refuses_what_cannot_work(arguments):
    with pytest.raises(MemsyInputError):
        MemsyClient(*arguments)
    assert not issubclass(MemsyInputError, ValueError)


def test_an_httpx_timeout_is_refused_and_ours_is_taken():
    import httpx

    with pytest.raises(MemsyInputError, match="timeout"):
        MemsyClient(URL, KEY, httpx.Timeout(3.0))
    MemsyClient(URL, KEY, memsy_client.Timeout(connect=1.0, read=2.0, write=3.0, pool=4.0)).close()
    MemsyClient(URL, KEY, None).close()


@pytest.mark.parametrize("memory_id", ["", ".", ".."])
def test_an_id_that_no_path_carries_is_refused(memory_id):
    with MemsyClient(URL, KEY) as memsy, pytest.raises(MemsyInputError, match="memory_id"):
        memsy.memories.get(memory_id)


def test_a_copy_of_a_response_keeps_what_its_headers_say_and_evolve_does_not(server):
    with MemsyClient(server.base_url, server.api_key) as memsy:
        found = memsy.search("text")
    assert found.copy(results=[]).usage == found.usage
    assert found.usage.plan
    assert attrs.evolve(found).usage is None


def test_what_came_is_in_the_raw_response(server):
    server.fail_next(status=200, body={"results": [{"id": "m", "content": "text", "score": 1, "metadata": ["a"]}]})
    with MemsyClient(server.base_url, server.api_key) as memsy:
        raw = memsy.with_raw_response.search("text")
    assert raw.parse().results[0].metadata is None
    assert json.loads(raw.text)["results"][0]["metadata"] == ["a"]


def test_any_other_id_is_one_segment_as_it_is(server):
    with MemsyClient(server.base_url, server.api_key) as memsy, pytest.raises(MemsyAPIError):
        memsy.memories.get("a/b?c#d")
    assert server.requests[-1].url.endswith("/console/memories/a%2Fb%3Fc%23d")


def test_one_where_a_list_is_meant_is_refused():
    with MemsyClient(URL, KEY) as memsy:
        for call in (
            lambda: memsy.status("evt_1"),
            lambda: memsy.ingest(EventPayload("ana", "s", "user_message", "Hello.")),
            lambda: memsy.search("text", role_ids="r1"),
        ):
            with pytest.raises(MemsyInputError, match="list"):
                call()
    with pytest.raises(MemsyClosedError):
        memsy.health()


def test_limits_of_values_stay_the_services_to_refuse(server):
    with MemsyClient(server.base_url, server.api_key) as memsy:
        with pytest.raises(MemsyAPIError) as caught:
            memsy.search("text", limit=0)
        with pytest.raises(MemsyAPIError):
            memsy.ingest([EventPayload("ana", "s", "user_message", " ")])
    error = caught.value
    assert error.status_code == 422
    assert type(error.detail) is str
    assert [(item["loc"], bool(item["msg"])) for item in error.errors] == [(["body", "limit"], True)]
    assert json.loads(error.response.content)["detail"] == error.errors
    assert error.message in str(error)
    assert str(error).startswith("search (POST /search): 422 ")
    assert error.request_id in str(error)


def test_a_spent_quota_is_one_class_whatever_its_status(server):
    spent = {"detail": {"error": "usage_limit_exceeded", "message": "Spent.", "dimension": "events_ingested"}}
    with MemsyClient(server.base_url, server.api_key) as memsy:
        for status in (403, 429):
            server.fail_next(status=status, body=spent)
            with pytest.raises(UsageLimitExceeded) as caught:
                memsy.ingest([EventPayload("ana", "s", "user_message", "text")])
            assert (caught.value.status_code, caught.value.dimension) == (status, "events_ingested")


def test_errors_have_further_classes_and_a_text_without_the_key():
    assert issubclass(MemsyTimeoutError, MemsyConnectionError)
    with MemsyClient(URL, KEY) as memsy:
        with pytest.raises(MemsyConnectionError) as caught:
            memsy.health()
        assert KEY not in repr(memsy) + repr(caught.value) + str(caught.value)
    assert caught.value.unsent


@pytest.mark.usefixtures("memsy")
def test_the_package_says_who_it_is():
    import memsy

    assert memsy.__version__ == memsy_client.__version__
    assert memsy.__version__
    assert version("memsy-client")
    assert callable(memsy.MemsyClient.clear)
    assert callable(memsy.AsyncMemsyClient.clear)


def test_the_logger_and_the_user_agent_have_our_name(server, caplog):
    with caplog.at_level(logging.INFO, "memsy_client"), MemsyClient(server.base_url, server.api_key) as memsy:
        memsy.health()
    assert {record.name for record in caplog.records} >= {"memsy_client"}
    assert dict(server.requests[-1].headers)["user-agent"].startswith("memsy-client/")
