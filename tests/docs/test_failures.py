"""docs/failures.md is right about which failures of `ingest` may have stored an event."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from memsy_client import EventPayload, MemsyAPIError, MemsyClient, MemsyConnectionError, MemsyError, RetryPolicy
from memsy_client.local import LocalMemsy, Plan

PAGE = (Path(__file__).parents[2] / "docs" / "failures.md").read_text("utf-8")
EVENT = EventPayload("ana", "chat-1", "user_message", "I moved to Lisbon.")
#: The most that a caller can ask for.
EAGER = RetryPolicy(max_retries=5, backoff=0.0, statuses={408, 429, 500, 502, 503, 504}, connection_errors=True)


@pytest.fixture
def server() -> Iterator[LocalMemsy]:
    with LocalMemsy(port=None) as server:
        yield server


def ingest(server: LocalMemsy, event: EventPayload = EVENT, **options: Any) -> MemsyError:
    memsy = MemsyClient(server.base_url, server.api_key, http_client=server.transport, **options)
    with pytest.raises(MemsyError) as failure:
        memsy.ingest([event])
    return failure.value


def stored(server: LocalMemsy) -> int:
    server.settle()
    memsy = MemsyClient(server.base_url, server.api_key, http_client=server.transport)
    return memsy.memories.list(actor_id="ana").total


@pytest.mark.parametrize("fault", [{"status": status} for status in (408, 500, 502, 503, 504)] + [{"drop": True}])
@pytest.mark.parametrize("after", [True, False])
def test_the_failures_that_say_perhaps_are_the_same_either_way_and_never_tried_again(
    server: LocalMemsy, fault: dict[str, Any], after: bool
) -> None:
    server.fail_next(**fault, after=after)
    error = ingest(server, retry=EAGER)
    assert len(server.requests) == 1
    assert not isinstance(error, MemsyConnectionError) or not error.unsent
    assert stored(server) == int(after)


def test_a_body_that_cannot_be_read_comes_after_the_fact(server: LocalMemsy) -> None:
    server.fail_next(status=200, body="no JSON", after=True)
    assert type(ingest(server)).__name__ == "MemsyDecodeError"
    assert stored(server) == 1


def test_a_refusal_stores_nothing(server: LocalMemsy) -> None:
    assert isinstance(ingest(server, EventPayload("ana", "chat-1", "user_message", " ")), MemsyAPIError)
    server.set_plan(Plan(limits={"events_ingested": 0}))
    assert type(ingest(server)).__name__ == "UsageLimitExceeded"
    assert stored(server) == 0


def test_a_connection_that_is_refused_says_that_nothing_left() -> None:
    with MemsyClient("http://127.0.0.1:1/v1", "msy_k") as memsy, pytest.raises(MemsyConnectionError) as failure:
        memsy.ingest([EVENT])
    assert failure.value.unsent


def test_sending_it_again_within_a_minute_keeps_the_id(server: LocalMemsy) -> None:
    server.clock.freeze()
    server.fail_next(status=503, after=True)
    ingest(server)
    server.clock.advance(59)
    memsy = MemsyClient(server.base_url, server.api_key, http_client=server.transport)
    first = memsy.ingest([EVENT]).event_ids
    assert memsy.ingest([EVENT]).event_ids == first
    server.settle()
    assert memsy.memories.list(actor_id="ana").items[0].source_event_ids == first


def test_the_page_names_what_is_tested_here() -> None:
    for word in ("408", "500, 502, 503, 504", "MemsyDecodeError", "UsageLimitExceeded", "413, 422", "`unsent` true"):
        assert word in PAGE, word
