"""Browsing memories and events: filters, orders, pages and statistics."""

import random

import pytest

from memsy_client.local.storage import schema


def texts(answer):
    return [item["text"] for item in answer.body["items"]]


def test_a_memory_is_read_by_its_id_in_any_case(api, an_event):
    (event_id,) = api.ingest(an_event("See https://example.com/a for Lisbon."))
    (item,) = api.get("/v1/console/memories").body["items"]
    assert item["source_event_ids"] == [event_id]
    assert item["source_urls"] == ["https://example.com/a"]
    assert item["scope"] == {"level": "actor", "actor_id": "alice"}
    assert api.get(f"/v1/console/memories/{item['memory_id'].upper()}").body == item


@pytest.mark.parametrize("memory_id", ["7b0f3a52-6c1e-4c1b-9d5e-2f8a41c7d903", "mem_01abc", "x"])
def test_an_unknown_memory_is_404_whatever_its_id_looks_like(api, memory_id):
    assert api.get(f"/v1/console/memories/{memory_id}").status == 404


def test_repeating_a_statement_reinforces_one_memory(api, memsy, an_event):
    memsy.clock.freeze("2026-01-01T00:00:00Z")
    first, second = api.ingest(an_event("I like tea"), an_event("  i LIKE   tea!!", session_id="chat-2"))
    (item,) = api.get("/v1/console/memories").body["items"]
    assert item["text"] == "I like tea"
    assert item["source_event_ids"] == [first, second]
    assert (item["strength"], item["confidence"]) == (1.5, 0.95)


def test_lists_are_filtered_by_actor_kind_type_and_text(api, an_event):
    api.ingest(
        an_event("I prefer tea"),
        an_event("Always lock the ÄRGER door", actor_id="bob"),
        an_event("Checkout failed", kind="app_event"),
    )
    assert texts(api.get("/v1/console/memories", actor_id="bob")) == ["Always lock the ÄRGER door"]
    assert texts(api.get("/v1/console/memories", kind="episodic")) == ["Checkout failed"]
    assert texts(api.get("/v1/console/memories", type="preference")) == ["I prefer tea"]
    assert texts(api.get("/v1/console/memories", search="ärger")) == ["Always lock the ÄRGER door"]
    assert texts(api.get("/v1/console/memories", search="%")) == []
    assert len(texts(api.get("/v1/console/memories", search=""))) == 3
    assert texts(api.get("/v1/console/memories", status="archived")) == []


def test_orders(api, memsy, an_event):
    memsy.clock.freeze("2026-01-10T00:00:00Z")
    api.ingest(an_event("cats", ts="2026-01-02T00:00:00Z"))
    memsy.clock.advance(1)
    api.ingest(
        an_event("maybe dogs", ts="2026-01-03T00:00:00Z"), an_event("birds", session_id="2", ts="2026-01-01T00:00:00Z")
    )
    api.search("dogs")
    assert texts(api.get("/v1/console/memories")) == ["maybe dogs", "cats", "birds"]
    assert texts(api.get("/v1/console/memories", sort="observed_at_asc")) == ["birds", "cats", "maybe dogs"]
    assert texts(api.get("/v1/console/memories", sort="strength_desc"))[0] == "maybe dogs"
    assert texts(api.get("/v1/console/memories", sort="confidence_desc"))[-1] == "maybe dogs"
    assert texts(api.get("/v1/console/memories", sort="created_at_desc"))[-1] == "cats"


STRENGTH = "strength_now(strength, strength_at, half_life, pinned, :now)"
SORTED = {
    "observed_at_desc": "observed DESC, memory_id DESC",
    "observed_at_asc": "observed, memory_id",
    "strength_desc": f"{STRENGTH} DESC, memory_id DESC",
    "confidence_desc": "confidence DESC, memory_id DESC",
    "created_at_desc": "created DESC, memory_id DESC",
}


@pytest.fixture
def faded(api, memsy, an_event):
    """Memories of many ages, strengths and confidences, some of which have decayed."""
    memsy.clock.freeze("2026-01-01T00:00:00Z")
    chance = random.Random(4)
    for day in range(30):
        said = [f"{chance.choice(['I like', 'We never lend', 'Maybe'])} w{chance.randrange(25)}" for _ in range(3)]
        times = [f"2025-0{chance.randrange(1, 9)}-01T00:00:00Z" for _ in said]
        for text, ts in zip(said, times, strict=True):
            api.ingest(an_event(text, ts=ts, actor_id=chance.choice(["ana", "bob"]), session_id=f"{day} {text}"))
        api.search(f"w{chance.randrange(25)}")
        memsy.clock.advance(25 * 86_400)
    return memsy


UNALIKE = {
    "as they are": "",
    "one is pinned": "UPDATE memories SET pinned = 1, decays = NULL WHERE memory % 9 = 0",
    "one fades faster": "UPDATE memories SET half_life = 30.0 WHERE memory % 9 = 0",
    "one is of the future": "UPDATE memories SET strength_at = strength_at + 31536000000000 WHERE memory % 9 = 0",
}


@pytest.mark.parametrize("change", UNALIKE.values(), ids=UNALIKE)
def test_every_page_is_a_part_of_the_whole_list(api, faded, change):
    store, now = faded.engine.services.store, faded.clock.now()
    store.write(lambda connection: connection.execute(change or "SELECT 1"))
    for status, where in (("active", "decays IS NULL OR decays > :now"), ("decayed", "decays <= :now")):
        for sort, order in SORTED.items():
            with store.read() as connection:
                sql = f"SELECT memory_id FROM memories WHERE {where} ORDER BY {order}"
                whole = [memory_id for (memory_id,) in connection.execute(sql, {"now": now})]
            size = len(whole)
            assert size > 9
            for limit, offset in ((1, 0), (7, 3), (5, size - 5), (9, size - 4), (100, 0), (3, size), (1, 999)):
                page = api.get("/v1/console/memories", sort=sort, status=status, limit=limit, offset=offset).body
                assert [item["memory_id"] for item in page["items"]] == whole[offset : offset + limit]
                assert page["total"] == size


FILTERS = {
    "none": ({}, "1"),
    "a type": ({"type": "preference"}, "type = 'preference'"),
    "a kind": ({"kind": "semantic"}, "memory_kind = 'semantic'"),
    "a type that none has": ({"type": "event"}, "type = 'event'"),
    "an actor": ({"actor_id": "ana"}, "actor_id = 'ana'"),
    "one of few": ({"actor_id": "eve"}, "actor_id = 'eve'"),
    "an actor and a type": ({"actor_id": "ana", "type": "preference"}, "actor_id = 'ana' AND type = 'preference'"),
}


@pytest.mark.parametrize("decayed", [False, True], ids=["all active", "some decayed"])
@pytest.mark.parametrize(("filters", "where"), FILTERS.values(), ids=FILTERS)
def test_every_page_of_a_filtered_list_is_a_part_of_the_whole_list(api, memsy, an_event, filters, where, decayed):
    memsy.clock.freeze("2026-01-01T00:00:00Z")
    chance = random.Random(5)
    said = [f"{chance.choice(['I like', 'We never lend', 'Maybe'])} w{chance.randrange(25)}" for _ in range(60)]
    api.ingest(
        *[
            an_event(
                text,
                actor_id=chance.choice(["ana", "bob"]) if number % 15 else "eve",
                session_id=str(number),
                ts=f"{chance.choice(['0001', '1969', '2025'])}-01-01T00:00:0{chance.randrange(3)}Z",
            )
            for number, text in enumerate(said)
        ]
    )
    store, now = memsy.engine.services.store, memsy.clock.now()
    if decayed:
        store.write(lambda connection: connection.execute("UPDATE memories SET decays = 0 WHERE memory % 5 = 0"))
    for sort, order in SORTED.items():
        with store.read() as connection:
            sql = f"SELECT memory_id FROM memories WHERE {where} AND decays > :now ORDER BY {order}"
            whole = [memory_id for (memory_id,) in connection.execute(sql, {"now": now})]
        size = len(whole)
        assert size > 0 or where == "type = 'event'"
        for limit, offset in ((1, 0), (7, 3), (5, max(size - 5, 0)), (100, 0), (3, size)):
            page = api.get("/v1/console/memories", sort=sort, limit=limit, offset=offset, **filters).body
            assert [item["memory_id"] for item in page["items"]] == whole[offset : offset + limit]
            assert page["total"] == size


def page_plan(memsy, read_page):
    """The steps by which SQLite finds the rows of a page that is read meanwhile."""
    store, statements = memsy.engine.services.store, []
    with store.read() as connection:
        pass
    # The connection that was given back last is the next to be used.
    connection.set_trace_callback(statements.append)
    read_page()
    connection.set_trace_callback(None)
    (statement,) = [statement for statement in statements if statement.startswith("SELECT rowid FROM memories")]
    with store.read() as connection:
        return [step for *_, step in connection.execute(f"EXPLAIN QUERY PLAN {statement}")]


@pytest.mark.parametrize("sort", ["strength_desc", "confidence_desc", "created_at_desc"])
@pytest.mark.parametrize(("actor", "sorted_by"), [("ana", []), ("eve", ["USE TEMP B-TREE FOR ORDER BY"])])
def test_only_an_actor_with_few_memories_has_them_sorted(api, memsy, an_event, sort, actor, sorted_by):
    memsy.clock.freeze("2026-01-01T00:00:00Z")
    api.ingest(*[an_event(f"w{number}", actor_id="ana" if number else "eve") for number in range(20)])
    plan = page_plan(memsy, lambda: api.get("/v1/console/memories", sort=sort, actor_id=actor))
    assert len(plan) >= 1
    assert plan[1:] == sorted_by


def test_what_is_kept_beside_the_memories_and_events_follows_them(api, faded, an_event):
    for actor in ("ana", "bob", "eve"):
        api.ingest(an_event("Shared by three", actor_id=actor, role_id="cook"))
    with faded.engine.services.store.read() as connection:
        state = "memory, memories.account, memories.observed, memories.decays, memories.promoted, session_id IS NULL"
        kept = "rowid, account, observed, decays, promoted, session IS NULL"
        rows = connection.execute(f"SELECT {kept} FROM retrieval_rows ORDER BY rowid").fetchall()
        assert rows == connection.execute(f"SELECT {state} FROM memories ORDER BY memory").fetchall()
        assert {row[4] is None for row in rows} == {row[5] for row in rows} == {True, False}
        tables = ("event_totals", "event_times", "memory_counts", "memory_times")
        counted = {table: set(connection.execute(f"SELECT * FROM {table}")) for table in tables}
    faded.engine.services.store.write(schema.count)
    with faded.engine.services.store.read() as connection:
        for table in tables:
            # Every new moment of a memory is another stretch of time: those that are left must not add up.
            counts = {row for row in counted[table] if row[-1] or table == "memory_times"}
            assert counts == set(connection.execute(f"SELECT * FROM {table}"))


@pytest.mark.parametrize("filters", [{}, {"actor_id": "bob"}, {"session_id": "s1"}, {"kind": "app_event"}])
@pytest.mark.parametrize("sort", ["ts_desc", "ts_asc"])
def test_every_page_of_events_is_a_part_of_the_whole_list(api, memsy, an_event, filters, sort):
    api.with_key(memsy.create_key(org="other")).ingest(an_event("Nobody else's"))
    chance, stored = random.Random(2), []
    for number in range(40):
        event = an_event(
            f"Event {number}",
            actor_id=chance.choice(["ana", "bob"]),
            session_id=chance.choice(["s1", "s2"]),
            kind=chance.choice(["user_message", "app_event"]),
            ts=f"{chance.choice(['0001', '1969', '2026'])}-01-0{chance.randrange(1, 9)}T00:00:0{chance.randrange(3)}Z",
        )
        # The second time, it is a duplicate and counts once.
        (event_id,) = set(api.post("/v1/ingest", {"events": [event, event]}).body["event_ids"])
        stored.append({**event, "event_id": event_id})
    matching = [event for event in stored if filters.items() <= event.items()]
    whole = [event["event_id"] for event in sorted(matching, key=lambda event: (event["ts"], event["event_id"]))]
    whole = whole if sort == "ts_asc" else whole[::-1]
    size = len(whole)
    assert size > 9
    for limit, offset in ((1, 0), (7, 3), (5, size - 5), (9, size - 4), (100, 0), (3, size), (1, 999)):
        page = api.get("/api/console/events", sort=sort, limit=limit, offset=offset, **filters).body
        assert [item["event_id"] for item in page["items"]] == whole[offset : offset + limit]
        assert page["total"] == size


@pytest.mark.parametrize(
    ("path", "sort", "name", "time"),
    [
        ("/api/console/events", "ts_desc", "event_id", "ts"),
        ("/api/console/events", "ts_asc", "event_id", "ts"),
        ("/v1/console/memories", "observed_at_desc", "memory_id", "observed_at"),
        ("/v1/console/memories", "observed_at_asc", "memory_id", "observed_at"),
    ],
)
def test_every_page_of_one_second_is_found_from_whichever_end_is_nearer(api, an_event, path, sort, name, time):
    chance = random.Random(6)
    moments = [f"2026-01-0{day}T00:00:00.{chance.randrange(9):06}Z" for day in (1, 2, 3) for _ in range(13)]
    api.ingest(*[an_event(f"w{number}", ts=ts, session_id=str(number)) for number, ts in enumerate(moments)])
    whole = api.get(path, sort=sort, limit=100).body["items"]
    ordered = sorted(whole, key=lambda item: (item[time], item[name]), reverse=sort.endswith("_desc"))
    assert [item[name] for item in whole] == [item[name] for item in ordered]
    assert len({item[time] for item in whole}) < len(whole) == len(moments)
    for offset in range(len(moments)):
        assert api.get(path, sort=sort, limit=5, offset=offset).body["items"] == whole[offset : offset + 5]


def test_a_page_of_events_that_somebody_took_out_of_the_file_is_empty(api, memsy, an_event):
    memsy.clock.freeze("2026-01-01T00:00:00Z")
    api.ingest(*[an_event(f"w{number}") for number in range(9)])
    memsy.engine.services.store.write(lambda connection: connection.execute("DELETE FROM events WHERE event % 9"))
    page = api.get("/api/console/events", offset=6).body
    assert (page["items"], page["total"]) == ([], 9)


@pytest.mark.parametrize(
    "sort", ["observed_at_desc", "observed_at_asc", "strength_desc", "confidence_desc", "created_at_desc"]
)
def test_paging_neither_repeats_nor_skips_among_equals(api, memsy, an_event, sort):
    memsy.clock.freeze("2026-01-01T00:00:00Z")
    api.ingest(*[an_event(f"fact {number}") for number in range(25)])
    pages = [api.get("/v1/console/memories", sort=sort, limit=4, offset=offset) for offset in range(0, 28, 4)]
    ids = [item["memory_id"] for page in pages for item in page.body["items"]]
    assert len(ids) == len(set(ids)) == 25
    assert {page.body["total"] for page in pages} == {25}
    assert ids in (sorted(ids), sorted(ids, reverse=True))


def test_events_are_filtered_ordered_and_paged(api, an_event):
    api.ingest(
        *[an_event(f"note {number}", ts=f"2026-01-01T00:00:0{number % 3}Z") for number in range(9)],
        an_event("other", actor_id="bob", session_id="chat-2", kind="tool_result"),
    )
    page = api.get("/api/console/events", actor_id="alice", sort="ts_asc", limit=5, offset=5).body
    assert (len(page["items"]), page["total"], page["limit"], page["offset"]) == (4, 9, 5, 5)
    times = [item["ts"] for item in api.get("/api/console/events", session_id="chat-1").body["items"]]
    assert times == sorted(times, reverse=True)
    assert [item["content"] for item in api.get("/api/console/events", kind="tool_result").body["items"]] == ["other"]


@pytest.mark.parametrize("path", ["/v1/console/memories", "/api/console/events"])
@pytest.mark.parametrize(
    "query",
    [{"limit": 0}, {"limit": 201}, {"limit": "ten"}, {"limit": ""}, {"offset": -1}, {"sort": "best"}, {"actor_id": ""}],
)
def test_a_query_beyond_its_limits_is_refused_by_name(api, path, query):
    answer = api.get(path, **query)
    assert answer.status == 422
    assert answer.body["detail"][0]["loc"] == ["query", *query]


@pytest.mark.parametrize("offset", [10, 2**63, 10**30])
def test_an_offset_beyond_the_end_gives_an_empty_page(api, an_event, offset):
    api.ingest(an_event())
    for path in ("/v1/console/memories", "/api/console/events"):
        answer = api.get(path, offset=offset)
        assert (answer.status, answer.body["items"], answer.body["total"]) == (200, [], 1)


def test_statistics_of_nothing_are_zeros(api):
    stats = api.get("/v1/console/memories/stats").body
    assert (stats["total"], stats["avg_confidence"], stats["avg_strength"], stats["top_entities"]) == (0, 0, 0, [])
    assert stats["date_range"] == {"earliest": None, "latest": None}


def test_statistics_count_what_there_is(api, memsy, an_event):
    memsy.clock.freeze("2026-02-01T00:00:00Z")
    api.ingest(
        an_event("I prefer tea from Lisbon", ts="2026-01-01T00:00:00Z"),
        an_event("The train to Lisbon is late", kind="app_event", ts="2026-01-03T00:00:00Z"),
    )
    stats = api.get("/v1/console/memories/stats").body
    assert stats["total"] == stats["total_memories"] == stats["active_memories"] == 2
    assert stats["by_type"] == {"event": 1, "preference": 1}
    assert stats["by_kind"] == {"episodic": 1, "semantic": 1}
    assert stats["by_status"] == {"active": 2, "archived": 0, "decayed": 0}
    assert (stats["avg_confidence"], stats["avg_strength"]) == (0.925, 1.0)
    assert stats["top_entities"] == [{"type": "name", "name": "Lisbon", "count": 2}]
    assert sum(bucket["count"] for bucket in stats["confidence_buckets"]) == 2
    assert stats["date_range"] == {"earliest": "2026-01-01T00:00:00+00:00", "latest": "2026-01-03T00:00:00+00:00"}
