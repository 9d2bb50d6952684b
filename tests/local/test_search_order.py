"""Which of equal results come first, what stands for what, and what a reset or an import changes of it."""

from __future__ import annotations

import json
import random
import threading

import pytest

from memsy_client._core.messages import Request
from memsy_client.local import LocalMemsy

DAY = 86_400


def shuffled_events(an_event, count, **fields):
    """Equally good answers, in an order that is not that of their times; and the times, newest first."""
    chance = random.Random(7)
    minutes = list(range(count))
    chance.shuffle(minutes)
    times = [f"2026-01-{1 + minute // 600:02}T{minute // 60 % 10:02}:{minute % 60:02}:00+00:00" for minute in minutes]
    events = [
        an_event(f"Cats like milk, says number {minute}", ts=ts) for minute, ts in zip(minutes, times, strict=True)
    ]
    for number, event in enumerate(events):
        event.update({name: value(number) for name, value in fields.items()})
    return events, sorted(times, reverse=True)


@pytest.mark.parametrize("conversations", [1, 7, 600])
@pytest.mark.parametrize("filters", [{"actor_id": "alice"}, {}])
def test_of_very_many_equal_results_the_newest_come_first(api, an_event, conversations, filters):
    events, times = shuffled_events(an_event, 320, session_id=lambda number: f"s{number % conversations}")
    # Between two of them, more turns than reach from one to the next.
    mixed = [
        one
        for event in events
        for one in (event, *[an_event(f"a{n} {event['ts']}", session_id=event["session_id"]) for n in range(6)])
    ]
    for at in range(0, len(mixed), 100):
        api.post("/v1/ingest", {"events": mixed[at : at + 100]})
    api.memsy.settle(120)
    results = api.search("cats like milk", limit=100, **filters)
    assert len({result["score"] for result in results}) == 1
    assert [result["metadata"]["observed_at"] for result in results] == times[:100]


def test_of_very_many_equal_likenesses_the_newest_come_first(api, an_event):
    pytest.importorskip("numpy")
    with LocalMemsy(port=None, embed=lambda texts: [[1.0, 0.0]] * len(texts)) as memsy:
        own = type(api)(memsy)
        events, times = shuffled_events(an_event, 300, session_id=str)
        for at in range(0, 300, 100):
            own.post("/v1/ingest", {"events": events[at : at + 100]})
        memsy.settle(60)
        results = own.search("unheard of", limit=50)
        assert [result["metadata"]["observed_at"] for result in results] == times[:50]


def test_a_copy_that_has_decayed_hides_nothing(api, memsy, an_event):
    memsy.clock.freeze("2026-01-01T00:00:00Z")
    for actor in ("ana", "bob", "eve"):
        api.ingest(an_event("The kettle is green", actor_id=actor))
    assert [result["metadata"]["strength"] for result in api.search("kettle")] == [1.1]
    memory = {item["scope"].get("actor_id", "org"): item for item in api.get("/v1/console/memories").body["items"]}
    assert set(memory) == {"ana", "bob", "eve", "org"}
    memsy.clock.advance(300 * DAY)
    api.search("kettle", actor_id="ana")
    memsy.clock.advance(150 * DAY)
    assert {item["scope"]["level"] for item in api.get("/v1/console/memories").body["items"]} == {"actor"}
    assert [result["id"] for result in api.search("kettle")] == [memory["ana"]["memory_id"]]


def test_a_copy_that_is_left_stands_for_the_others_when_the_widest_has_decayed(api, memsy, an_event):
    memsy.clock.freeze("2026-01-01T00:00:00Z")
    for actor in ("ana", "bob", "eve"):
        api.ingest(an_event("The kettle is green", actor_id=actor, role_id="cook"))
    memsy.clock.advance(300 * DAY)
    api.search("kettle", actor_id="ana", role_ids=["cook"])
    api.search("kettle", actor_id="bob")
    memsy.clock.advance(150 * DAY)
    levels = [item["scope"]["level"] for item in api.get("/v1/console/memories").body["items"]]
    assert sorted(levels) in (["actor", "role"], ["role"])
    (result,) = api.search("kettle")
    (item,) = [item for item in api.get("/v1/console/memories").body["items"] if item["scope"]["level"] == "role"]
    assert result["id"] == item["memory_id"]


@pytest.mark.parametrize("seed", [None, "a seed"])
def test_no_secret_comes_again_after_a_reset(api, seed):
    with LocalMemsy(port=None, seed=seed) as memsy:
        own, secrets = type(api)(memsy), []
        for _ in range(3):
            secrets += [memsy.create_key(), memsy.create_key(org="other")]
            secrets.append(own.post("/api/connectors/slack/connect").body["authorize_url"])
            memsy.reset()
        assert len(set(secrets)) == 9


def test_a_seed_gives_the_same_ids_after_a_reset(api, memsy, an_event):
    before = api.ingest(an_event())
    memsy.reset()
    assert api.ingest(an_event()) == before


def call_again_and_again(memsy, method, path, body, done, statuses):
    headers = [("authorization", f"Bearer {memsy.api_key}"), ("content-type", "application/json")]
    number = 0
    while not done.is_set():
        number += 1
        content = None if body is None else json.dumps(body).replace("NUMBER", str(number)).encode()
        statuses.add(memsy.engine.handle(Request(method, path, headers, content)).status_code)


@pytest.mark.parametrize("on_disk", [True, False])
def test_calls_that_race_a_reset_are_answered(an_event, tmp_path, on_disk):
    with LocalMemsy(tmp_path / "memsy.db" if on_disk else None, port=None) as memsy:
        event = an_event("Cats like milk NUMBER", role_id="r")
        calls = [
            ("POST", "/v1/ingest", {"events": [event, {**event, "actor_id": "bob"}]}),
            ("POST", "/v1/search", {"query": "cats", "include_source_events": True}),
            ("POST", "/v1/search", {"query": "cats", "actor_id": "alice", "role_ids": ["r"]}),
            ("GET", "/v1/console/memories", None),
            ("GET", "/v1/console/memories/stats", None),
            ("GET", "/api/console/events", None),
            ("POST", "/v1/orgs", {"org_id": "oNUMBER", "name": "o", "focus": ""}),
        ]
        done, statuses = threading.Event(), set()
        threads = [threading.Thread(target=call_again_and_again, args=(memsy, *call, done, statuses)) for call in calls]
        for thread in threads:
            thread.start()
        for _ in range(25):
            memsy.reset()
        done.set()
        for thread in threads:
            thread.join()
        # Between the loss of the old key and the new one, there is no key.
        assert statuses <= {200, 401}
        memsy.settle(60)
