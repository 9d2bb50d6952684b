"""Which listed events are taken for those that are in doubt."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from memsy_client import EventItemResource, EventListResponse, MemsyConnectionError
from memsy_client._bulk.lookup import Findings, Wanted, find

SENT = datetime(2026, 1, 1, tzinfo=timezone.utc)
TS = datetime(2025, 5, 1, 12, tzinfo=timezone.utc)
SKEW = 300.0


def wanted(position: int = 0, *, digest: str = "d", **fields: Any) -> Wanted:
    form = {"actor_id": "ana", "session_id": "s", "kind": "app_event", "content": "note", **fields}
    return Wanted(position, digest, form, SENT.timestamp())


def item(**fields: Any) -> EventItemResource:
    usual = {"event_id": "e1", "org_id": "o", "actor_id": "ana", "session_id": "s", "kind": "app_event"}
    given = {**usual, "content": "note", "ts": SENT, "ingested_at": SENT, **fields}
    return EventItemResource(**given)


def found(events: list[Wanted], listed: list[EventItemResource], **holders: str) -> Findings:
    """What is found in one page. `holders` are the hashes of the journal's other events, by their ids."""

    def claim(event_id: str, event: Wanted) -> bool:
        return holders.setdefault(event_id, f"claimed by {event.position}") == f"claimed by {event.position}"

    flow = find(events, claim, 5, SKEW)
    page = EventListResponse(listed, len(listed), 200, 0)
    try:
        next(flow)
        while True:
            flow.send(page)
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    "listed",
    [
        {},
        {"content": " note\n"},
        {"actor_id": " ana", "session_id": "s "},
        {"ingested_at": SENT - timedelta(seconds=SKEW)},
        {"ingested_at": SENT + timedelta(days=30)},
        {"ts": TS},
        {"metadata": {"a": 1}},
    ],
    ids=str,
)
def test_an_event_that_agrees_is_ours(listed: dict[str, Any]):
    assert found([wanted()], [item(**listed)]).event_ids == {0: "e1"}


@pytest.mark.parametrize(
    "listed",
    [
        {"actor_id": "bob"},
        {"session_id": "t"},
        {"session_id": None},
        {"kind": "tool_result"},
        {"content": "Note"},
        {"ingested_at": SENT - timedelta(seconds=SKEW + 1)},
    ],
    ids=str,
)
def test_an_event_that_differs_is_not(listed: dict[str, Any]):
    assert found([wanted()], [item(**listed)]).verdict(0) == "missing"


def test_what_the_service_takes_out_of_texts_makes_no_difference():
    assert found([wanted(actor_id=" a\0na ", content="\0 no\0te ")], [item()]).event_ids == {0: "e1"}


@pytest.mark.parametrize(
    ("ts", "verdict"),
    [
        ("2025-05-01T12:00:00Z", "stored"),
        ("2025-05-01T14:00:00+02:00", "stored"),
        ("2025-05-01T12:00:00.000999Z", "stored"),
        ("2025-05-01T12:00:00.002Z", "missing"),
        ("2025-05-01T12:00:00", "stored"),
        ("yesterday", "unknown"),
    ],
)
def test_a_time_that_we_gave_has_to_agree_to_the_millisecond(ts: str, verdict: str):
    assert found([wanted(ts=ts)], [item(ts=TS)]).verdict(0) == verdict


def test_an_id_that_the_journal_gives_to_another_event_is_not_ours():
    assert found([wanted()], [item()], e1="another").verdict(0) == "missing"
    assert found([wanted()], [item(), item(event_id="e2")], e1="another").event_ids == {0: "e2"}


def test_equal_events_get_one_each():
    both = found([wanted(0), wanted(1)], [item(event_id="e2"), item(event_id="e1")])
    assert both.event_ids == {0: "e2", 1: "e1"}
    one = found([wanted(0), wanted(1)], [item()])
    assert (one.verdict(0), one.verdict(1)) == ("stored", "missing")


def test_of_equal_events_the_one_with_a_time_of_its_own_comes_first():
    assert found([wanted(0), wanted(1, ts=TS.isoformat())], [item(ts=TS)]).event_ids == {1: "e1"}


def test_without_the_time_of_its_arrival_nothing_is_known_of_an_event():
    assert found([wanted()], [item(ingested_at=None)]).verdict(0) == "unknown"
    assert found([wanted()], [item(ingested_at=None), item(event_id="e2")]).event_ids == {0: "e2"}
    assert found([wanted()], [item(ingested_at=None, content="other")]).verdict(0) == "missing"


def test_each_conversation_is_listed_once():
    events = [wanted(0), wanted(1, session_id="t"), wanted(2, content="other"), wanted(3, actor_id="bob")]
    flow = find(events, lambda event_id, event: True, 5, SKEW)
    asked = [next(flow).call.query]
    for _ in range(2):
        asked.append(flow.send(EventListResponse([], 0, 200, 0)).call.query)  # noqa: PERF401
    with pytest.raises(StopIteration) as end:
        flow.send(EventListResponse([], 0, 200, 0))
    assert {end.value.value.verdict(position) for position in range(4)} == {"missing"}
    assert [
        (f"actor_id={actor}&session_id={session}" in query)
        for (actor, session), query in zip([("ana", "s"), ("ana", "t"), ("bob", "s")], asked, strict=True)
    ] == [True] * 3


def test_a_page_that_fails_leaves_the_others_as_they_are():
    flow = find([wanted(0), wanted(1, content="other")], lambda event_id, event: True, 5, SKEW)
    next(flow)
    flow.send(EventListResponse([item()], 500, 1, 0))
    with pytest.raises(StopIteration) as end:
        flow.throw(MemsyConnectionError("lost"))
    assert (end.value.value.verdict(0), end.value.value.verdict(1)) == ("stored", "unknown")
