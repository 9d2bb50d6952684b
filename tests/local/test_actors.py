"""Actors: found in the memories, counted, and listed in pages."""

import pytest

from memsy_client import MemsyClient


def listed(api, **query):
    answer = api.get("/v1/actors", **query)
    assert answer.status == 200, answer.body
    return answer.body


def names(api, **query):
    return [item["actor_id"] for item in listed(api, **query)["items"]]


@pytest.fixture
def three(api, memsy, an_event):
    """Three actors: the memories of `bob` begin first and end last, those of `Carol` begin last."""
    for at, actor in enumerate(["bob", "alice", "Carol", "bob"]):
        memsy.clock.freeze(f"2026-01-0{at + 1}T00:00:00Z")
        api.ingest(an_event(f"statement number {at}", actor_id=actor))
    return api


def test_an_actor_is_what_its_memories_say(three, memsy):
    assert three.get("/v1/actors/bob").body == {
        "actor_id": "bob",
        "first_memory_at": "2026-01-01T00:00:00+00:00",
        "last_memory_at": "2026-01-04T00:00:00+00:00",
        "memory_count": 2,
        "active_memory_count": 2,
        "scope_levels": ["actor"],
        "role_ids": [],
        "team_ids": [],
    }
    memsy.clock.freeze("2027-01-26T00:00:00Z")  # the first is decayed after 389 days
    assert three.get("/v1/actors/bob").body["active_memory_count"] == 1


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        (None, ["Carol", "alice", "bob"]),
        ("first_memory_desc", ["Carol", "alice", "bob"]),
        ("first_memory_asc", ["bob", "alice", "Carol"]),
        ("last_memory_desc", ["bob", "Carol", "alice"]),
        ("actor_id_asc", ["Carol", "alice", "bob"]),
    ],
)
def test_a_list_has_the_order_it_was_asked_for(three, sort, order):
    assert names(three, **({} if sort is None else {"sort": sort})) == order


def test_a_sort_by_number_is_refused(three):
    assert three.get("/v1/actors", sort="memory_count_desc").status == 422


def test_pages_are_of_distinct_actors_and_total_counts_all_that_match(three):
    page = listed(three, sort="actor_id_asc", limit=2, offset=1)
    assert [item["actor_id"] for item in page["items"]] == ["alice", "bob"]
    assert (page["total"], page["limit"], page["offset"], page["truncated"]) == (3, 2, 1, False)
    assert listed(three, offset=7) == {"items": [], "total": 3, "limit": 100, "offset": 7, "truncated": False}
    assert listed(three, offset=2**70)["items"] == []


@pytest.mark.parametrize(("q", "found"), [("AR", ["Carol"]), ("", ["Carol", "alice", "bob"]), ("%", []), ("zed", [])])
def test_q_finds_a_part_of_an_id_in_upper_and_lower_case(three, q, found):
    page = listed(three, sort="actor_id_asc", q=q)
    assert [item["actor_id"] for item in page["items"]] == found
    assert page["total"] == len(found)


def test_roles_teams_and_levels_are_those_of_its_own_memories(api, an_event):
    api.ingest(an_event(actor_id="alice", role_id="support", team_id="lisbon"))
    api.ingest(an_event(actor_id="bob", role_id="support", session_id="chat-2"))
    api.ingest(an_event("Nobody else says so.", actor_id="carol", team_id="porto"), an_event(actor_id="dave"))
    by_id = {item["actor_id"]: item for item in listed(api)["items"]}
    # Alice, Bob and Dave say the same, two of them with one role: a copy for the role, and one for the organisation.
    assert by_id["alice"]["scope_levels"] == by_id["bob"]["scope_levels"] == ["actor", "role", "org"]
    assert by_id["dave"]["scope_levels"] == ["actor", "org"]
    assert by_id["carol"]["scope_levels"] == ["actor"]
    assert (by_id["alice"]["role_ids"], by_id["alice"]["team_ids"]) == (["support"], ["lisbon"])
    assert (by_id["carol"]["role_ids"], by_id["carol"]["team_ids"]) == ([], ["porto"])
    assert sum(item["memory_count"] for item in by_id.values()) == 4


def test_an_actor_without_memories_does_not_exist(api, memsy, an_event):
    memsy.hold()
    api.post("/v1/ingest", {"events": [an_event(role_id="support")]})
    assert listed(api)["total"] == 0
    assert api.get("/v1/actors/alice").status == 404
    memsy.release()
    memsy.settle()
    assert api.get("/v1/actors/alice").body["role_ids"] == ["support"]
    api.ingest(an_event("...", actor_id="bob"))
    assert api.get("/v1/actors/bob").status == 404


def test_an_organisation_may_be_named_only_if_it_is_the_keys(three, memsy):
    assert listed(three, org_id="local")["total"] == 3
    assert three.get("/v1/actors/bob", org_id="local").status == 200
    for path in ("/v1/actors", "/v1/actors/bob"):
        assert three.get(path, org_id="other").status == 403
    other = three.with_key(memsy.create_key(org="other"))
    assert listed(other)["total"] == 0
    assert other.get("/v1/actors/bob").status == 404


def test_reading_actors_needs_the_scope_to_read(three, memsy):
    assert three.with_key(memsy.create_key(scopes=["write"])).get("/v1/actors").status == 403
    assert three.with_key(memsy.create_key(scopes=["read"], admin=False)).get("/v1/actors").status == 200


def test_an_id_with_structure_is_one_segment_of_the_path(memsy, api, an_event):
    ids = ["slack:T0B7FKNKKTR:U0B7TN132E9", "a/b", "ä b", "100%"]
    api.ingest(*[an_event(actor_id=actor) for actor in ids])
    with MemsyClient(memsy.base_url, memsy.api_key, http_client=memsy.transport) as client:
        assert [client.actors.get(actor).actor_id for actor in ids] == ids
        assert {actor.actor_id for actor in client.actors.iter(limit=2)} == set(ids)
