"""Ingest and status: what is taken in, once, in order, and what becomes of it."""

import threading

import pytest

from memsy_client.local import Draft, LocalMemsy, Plan


def test_ids_come_in_the_order_of_the_events(api, an_event):
    ids = api.ingest(*[an_event(f"fact number {number}") for number in range(20)])
    listed = api.get("/api/console/events", sort="ts_asc", limit=50).body["items"]
    by_content = {item["content"]: item["event_id"] for item in listed}
    assert ids == [by_content[f"fact number {number}"] for number in range(20)]


def test_a_repeated_event_within_a_minute_is_stored_once_and_has_the_first_id(api, memsy, an_event):
    memsy.clock.freeze("2026-01-01T00:00:00Z")
    first, again = api.ingest(an_event(), an_event())
    memsy.clock.advance(59.9)
    (later,) = api.ingest(an_event())
    assert first == again == later
    assert api.get("/api/console/events").body["total"] == 1


def test_the_window_of_duplicates_begins_with_the_first_event_and_ends_after_a_minute(api, memsy, an_event):
    memsy.clock.freeze("2026-01-01T00:00:00Z")
    (first,) = api.ingest(an_event())
    memsy.clock.advance(40)
    assert api.ingest(an_event()) == [first]
    memsy.clock.advance(20)
    assert api.ingest(an_event()) != [first]
    assert api.get("/api/console/events").body["total"] == 2


@pytest.mark.parametrize(
    "change",
    [{"actor_id": "bob"}, {"session_id": "chat-2"}, {"kind": "app_event"}, {"content": "Alice lives in Porto."}],
)
def test_events_that_differ_in_actor_session_kind_or_content_are_no_duplicates(api, an_event, change):
    first, second = api.ingest(an_event(), {**an_event(), **change})
    assert first != second


def test_events_that_differ_only_in_metadata_or_time_are_duplicates(api, an_event):
    first, second = api.ingest(an_event(ts="2026-01-01T00:00:00Z"), an_event(metadata="{}", role_id="r"))
    assert first == second


def test_one_invalid_event_refuses_the_whole_batch(api, an_event):
    answer = api.post("/v1/ingest", {"events": [an_event(), an_event(kind="dream")]})
    assert answer.status == 422
    assert answer.body["detail"] == [
        {
            "loc": ["body", "events", 1, "kind"],
            "msg": "Input should be 'user_message', 'assistant_message', 'tool_result' or 'app_event'",
            "type": "enum",
        }
    ]
    assert api.get("/api/console/events").body["total"] == 0


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"content": ""}, "string_too_short"),
        ({"content": " \n\t "}, "string_pattern_mismatch"),
        ({"content": "\0"}, "string_too_short"),
        ({"content": "x" * 8000}, "string_too_long"),
        ({"content": 5}, "string_type"),
        ({"content": None}, "string_type"),
        ({"actor_id": "  "}, "string_pattern_mismatch"),
        ({"actor_id": "a" * 257}, "string_too_long"),
        ({"session_id": ""}, "string_too_short"),
        ({"role_id": "r" * 257}, "string_too_long"),
        ({"metadata": "m" * 4097}, "string_too_long"),
        ({"metadata": {"a": 1}}, "string_type"),
        ({"ts": "yesterday"}, "datetime_parsing"),
        ({"ts": "2026-02-30T00:00:00Z"}, "datetime_parsing"),
    ],
)
def test_a_field_that_breaks_its_limit_is_named(api, an_event, change, kind):
    answer = api.post("/v1/ingest", {"events": [{**an_event(), **change}]})
    assert answer.status == 422
    (violation,) = answer.body["detail"]
    assert violation["loc"] == ["body", "events", 0, *change]
    assert violation["type"] == kind


def test_every_missing_field_is_named(api):
    answer = api.post("/v1/ingest", {"events": [{}]})
    assert answer.status == 422
    missing = {item["loc"][-1] for item in answer.body["detail"] if item["type"] == "missing"}
    assert missing == {"actor_id", "session_id", "kind", "content"}


def test_the_longest_content_is_taken(api, an_event):
    assert len(api.ingest(an_event("x" * 7999))) == 1


def test_ids_are_trimmed_nul_is_stripped_and_blank_groups_are_unset(api, an_event):
    api.ingest(an_event("nul\0 here", actor_id="  alice ", role_id="  ", metadata="\0"))
    (item,) = api.get("/api/console/events").body["items"]
    assert (item["actor_id"], item["content"]) == ("alice", "nul here")


def test_metadata_that_is_no_json_object_is_kept(api, an_event):
    api.ingest(an_event("one", metadata='{"a": [1]}'), an_event("two", metadata="not json"), an_event("three"))
    items = {item["content"]: item for item in api.get("/api/console/events").body["items"]}
    assert items["one"]["metadata"] == {"a": [1]}
    assert (items["two"]["metadata"], items["two"]["raw_metadata"]) == (None, "not json")
    assert items["three"]["metadata"] is None


def test_a_time_is_kept_with_its_offset_resolved_and_stamped_when_left_out(api, memsy, an_event):
    memsy.clock.freeze("2026-03-01T12:00:00Z")
    api.ingest(
        an_event("one", ts="2026-01-31T09:30:00.25+02:00"), an_event("two", ts="2026-01-31T09:30:00"), an_event("three")
    )
    times = {item["content"]: item["ts"] for item in api.get("/api/console/events").body["items"]}
    assert times == {
        "one": "2026-01-31T07:30:00.250000+00:00",
        "two": "2026-01-31T09:30:00+00:00",
        "three": "2026-03-01T12:00:00+00:00",
    }


def test_an_organisation_in_the_body_is_refused(api, an_event):
    for body in ({"events": [an_event()], "org_id": "local"}, {"events": [an_event(org_id="local")]}):
        answer = api.post("/v1/ingest", body)
        assert (answer.status, answer.body["detail"]["error"]) == (400, "org_id_not_allowed")


def test_events_are_pending_until_they_are_processed(api, memsy, an_event):
    memsy.hold()
    ids = api.post("/v1/ingest", {"events": [an_event("cats"), an_event("dogs")]}).body["event_ids"]
    answer = api.post("/v1/status", {"event_ids": ids}).body
    assert (answer["pendingIds"], answer["completedIds"], answer["total"]) == (ids, [], 2)
    assert api.found("cats dogs") == set()
    memsy.release()
    memsy.settle()
    answer = api.post("/v1/status", {"event_ids": ids}).body
    assert (answer["pendingIds"], answer["completedIds"]) == ([], ids)
    assert api.found("cats dogs") == {"cats", "dogs"}


def test_settle_says_so_when_events_stay_pending(api, memsy, an_event):
    memsy.hold()
    api.post("/v1/ingest", {"events": [an_event()]})
    with pytest.raises(TimeoutError, match="still pending"):
        memsy.settle(timeout=0.01)


def test_status_answers_in_the_order_asked_and_leaves_out_what_it_does_not_know(api, an_event):
    ids = api.ingest(an_event("one"), an_event("two"))
    answer = api.post("/v1/status", {"event_ids": [ids[1], "evt_unknown", ids[0], ids[1]]}).body
    assert answer["completedIds"] == [ids[1], ids[0], ids[1]]
    assert answer["total"] == 4
    assert answer["statuses"] == {ids[0]: "completed", ids[1]: "completed", "evt_unknown": "not_found"}


def test_status_takes_500_ids_and_no_more(api):
    assert api.post("/v1/status", {"event_ids": ["evt"] * 500}).body["total"] == 500
    assert api.post("/v1/status", {"event_ids": ["evt"] * 501}).status == 422
    assert api.post("/v1/status", {"event_ids": []}).body["total"] == 0


def test_an_extraction_of_ones_own_decides_what_is_remembered(an_event, request):
    def extract(event):
        if event.content == "boom":
            raise RuntimeError("no model today")
        return [Draft(f"{event.actor_id} said {event.content}", type="quote", tags=("own",)), "a second one"]

    with LocalMemsy(port=None, extract=extract) as memsy:
        api = request.getfixturevalue("api").__class__(memsy)
        ids = api.ingest(an_event("hello"), an_event("boom"))
        answer = api.post("/v1/status", {"event_ids": ids}).body
        assert (answer["completedIds"], answer["failedIds"]) == ([ids[0]], [ids[1]])
        items = api.get("/v1/console/memories").body["items"]
        assert {item["text"]: item["type"] for item in items} == {"alice said hello": "quote", "a second one": "fact"}


def test_what_an_extraction_returns_and_cannot_be_stored_fails_its_own_event_only(an_event, api, caplog):
    def extract(event):
        return [Draft(event.content, payload={"odd": object()} if "odd" in event.content else None)]

    with LocalMemsy(port=None, extract=extract) as memsy:
        own = type(api)(memsy)
        ids = own.ingest(an_event("even"), an_event("odd"), an_event("plain"))
        answer = own.post("/v1/status", {"event_ids": ids}).body
        assert (answer["completedIds"], answer["failedIds"]) == ([ids[0], ids[2]], [ids[1]])
        assert own.found("even odd plain") == {"even", "plain"}
        assert ids[1] in caplog.text


def test_closing_does_not_wait_for_a_slow_extraction_of_all_that_is_pending(tmp_path, an_event, api):
    begun = threading.Event()
    never = threading.Event()

    def extract(event):
        begun.set()
        for _ in range(6000):  # a minute at most, should the test fail before it holds
            if memsy._services.worker.held:
                break
            never.wait(0.01)
        return [event.content]

    with LocalMemsy(tmp_path / "memsy.db", port=None, extract=extract) as memsy:
        events = [an_event(f"note {number}") for number in range(50)]
        ids = type(api)(memsy).post("/v1/ingest", {"events": events}).body["event_ids"]
        assert begun.wait(60)
        memsy.hold()
        answer = type(api)(memsy).post("/v1/status", {"event_ids": ids}).body
        assert len(answer["completedIds"]) == 1
        assert len(answer["pendingIds"]) == 49


def test_the_same_seed_gives_the_same_ids(an_event, request):
    make = request.getfixturevalue("api").__class__

    def ids():
        with LocalMemsy(port=None, seed="same") as memsy:
            api = make(memsy)
            events = api.ingest(an_event("one"), an_event("two"))
            memories = [
                item["memory_id"] for item in api.get("/v1/console/memories", sort="observed_at_asc").body["items"]
            ]
            return events, memories, api.post("/api/keys", {"name": "k"}).body["raw_key"]

    assert ids() == ids()


@pytest.mark.parametrize("dimension", ["events_ingested", "memory_stored"])
@pytest.mark.parametrize("limit", [0, 1])
def test_a_duplicate_needs_no_quota_and_has_the_first_id(api, memsy, an_event, dimension, limit):
    (first,) = api.ingest(an_event())
    memsy.set_plan(Plan(limits={dimension: limit}))
    assert api.ingest(an_event(), an_event()) == [first, first]
    refused = api.post("/v1/ingest", {"events": [an_event(), an_event("Bob moved to Porto.")]})
    assert (refused.status, refused.body["detail"]["dimension"]) == (429, dimension)
    assert api.get("/v1/health").headers["x-usage-eventsingested"] == "1"


def test_only_the_new_events_of_a_batch_need_quota(api, memsy, an_event):
    memsy.set_plan(Plan(limits={"events_ingested": 2}))
    api.ingest(an_event())
    api.ingest(an_event(), an_event("Bob moved to Porto."), an_event("Bob moved to Porto."))
    assert api.get("/v1/health").headers["x-usage-eventsingested"] == "2"


def _outcome(api, ids):
    """Which events are completed and which failed, as their numbers in the order of ingestion."""
    statuses = api.post("/v1/status", {"event_ids": ids}).body["statuses"]
    return "".join(statuses[event_id][0] for event_id in ids)


@pytest.mark.parametrize("batch", [1, 5])
def test_no_more_memories_are_stored_than_the_plan_allows_and_the_other_events_fail(
    api, memsy, an_event, batch, caplog
):
    memsy.set_plan(Plan(limits={"memory_stored": 2}))
    memsy.hold()
    events = [an_event(f"fact number {number}") for number in range(5)]
    ids = []
    for start in range(0, 5, batch):
        ids += api.post("/v1/ingest", {"events": events[start : start + batch]}).body["event_ids"]
    memsy.release()
    memsy.settle()
    assert _outcome(api, ids) == "ccfff"
    assert api.get("/v1/console/memories").body["total"] == 2
    assert api.get("/v1/health").headers["x-usage-memoriesstored"] == "2"
    assert "2 memories" in caplog.text


def test_an_event_that_repeats_a_memory_is_completed_when_the_quota_is_spent(api, memsy, an_event):
    memsy.set_plan(Plan(limits={"memory_stored": 1}))
    memsy.hold()
    events = [an_event(), an_event("Bob moved to Porto."), an_event(session_id="chat-2")]
    ids = api.post("/v1/ingest", {"events": events}).body["event_ids"]
    memsy.release()
    memsy.settle()
    assert _outcome(api, ids) == "cfc"


def test_an_event_leaves_all_of_its_memories_or_none(api, an_event):
    def by_word(event):
        return event.content.split()

    with LocalMemsy(port=None, extract=by_word) as memsy:
        api = type(api)(memsy)
        memsy.set_plan(Plan(limits={"memory_stored": 3}))
        memsy.hold()
        ids = api.post("/v1/ingest", {"events": [an_event(text) for text in ("a b", "c d", "e")]}).body["event_ids"]
        memsy.release()
        memsy.settle()
        assert _outcome(api, ids) == "cfc"
        assert [item["text"] for item in api.get("/v1/console/memories", sort="observed_at_asc").body["items"]] == [
            "a",
            "b",
            "e",
        ]


def test_a_promoted_copy_counts_as_a_memory(api, memsy, an_event):
    memsy.set_plan(Plan(limits={"memory_stored": 2}))
    memsy.hold()
    events = [an_event(actor_id=actor, role_id="support") for actor in ("alice", "bob")]
    ids = api.post("/v1/ingest", {"events": events}).body["event_ids"]
    memsy.release()
    memsy.settle()
    assert _outcome(api, ids) == "cf"
    assert api.get("/v1/console/memories").body["total"] == 1


def test_the_status_of_some_events_is_not_looked_for_among_all(api, memsy, an_event):
    ids = api.ingest(*[an_event(f"number {number}") for number in range(9)])
    asked: list[str] = []
    with memsy.engine.services.store.read() as connection:
        connection.set_trace_callback(asked.append)
        api.post("/v1/status", {"event_ids": ids})
        connection.set_trace_callback(None)
        (statement,) = [sql for sql in asked if "LEFT JOIN queue" in sql]
        plan = [step for *_, step in connection.execute(f"EXPLAIN QUERY PLAN {statement}")]
    assert plan[0].endswith("(event_id=?)")
