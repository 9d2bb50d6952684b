"""Organisations, roles and teams, and what is promoted to them."""

import pytest

GROUPS = ["roles", "teams"]


def one(plural):
    return plural[:-1]


def test_an_organisation_is_created_read_changed_and_deleted(api, memsy):
    memsy.clock.freeze("2026-01-01T00:00:00Z")
    created = api.post("/v1/orgs", {"org_id": "acme", "name": "Acme", "focus": "What customers buy."})
    assert created.status == 200
    assert created.body["created_at"] == "2026-01-01T00:00:00+00:00"
    assert "What customers buy." in created.body["promotion_prompt"]
    assert created.body["prompt_meta"] == {"source": "derived"}
    assert api.get("/v1/orgs/acme").body == created.body
    memsy.clock.advance(60)
    changed = api.call("PATCH", "/v1/orgs/acme", {"name": "Acme Ltd", "promotion_prompt": "My own."}).body
    assert (changed["name"], changed["focus"], changed["promotion_prompt"]) == (
        "Acme Ltd",
        "What customers buy.",
        "My own.",
    )
    assert (changed["prompt_meta"], changed["updated_at"]) == ({"source": "custom"}, "2026-01-01T00:01:00+00:00")
    derived = api.post("/v1/orgs/acme/regenerate-prompt").body
    assert "Acme Ltd" in derived["promotion_prompt"]
    assert derived["prompt_meta"] == {"source": "derived"}
    assert {org["org_id"] for org in api.get("/v1/orgs").body} == {"local", "acme"}
    assert api.call("DELETE", "/v1/orgs/acme").status == 204
    assert api.call("DELETE", "/v1/orgs/acme").status == 404
    assert api.get("/v1/orgs/acme").status == 404


def test_an_organisation_id_that_is_taken_is_a_conflict(api, memsy):
    body = {"org_id": "acme", "name": "Acme", "focus": ""}
    assert api.post("/v1/orgs", body).status == 200
    assert api.post("/v1/orgs", body).status == 409
    assert api.with_key(memsy.create_key(org="other")).post("/v1/orgs", body).status == 409


def test_changing_nothing_changes_nothing(api, memsy):
    before = api.get("/v1/orgs/local").body
    memsy.clock.advance(60)
    assert api.call("PATCH", "/v1/orgs/local", {}).body == before


@pytest.mark.parametrize("plural", GROUPS)
def test_a_group_is_created_read_changed_and_deleted(api, plural):
    name = f"{one(plural)}_id"
    created = api.post(f"/v1/{plural}", {"org_id": "local", "name": "Support", "focus": "Refunds."}).body
    assert created["org_id"] == "local"
    path = f"/v1/{plural}/{created[name]}"
    assert api.get(path, org_id="local").body == created
    assert api.call("PATCH", path, {"focus": "Returns."}, org_id="local").body["focus"] == "Returns."
    assert "Returns." in api.call("POST", f"{path}/regenerate-prompt", org_id="local").body["promotion_prompt"]
    assert api.call("DELETE", path, org_id="local").status == 204
    for method in ("GET", "DELETE"):
        assert api.call(method, path, org_id="local").status == 404
    assert api.call("PATCH", path, {}, org_id="local").status == 404


@pytest.mark.parametrize("plural", GROUPS)
def test_groups_are_paged_in_the_order_of_their_making(api, plural):
    names = [f"group {number}" for number in range(7)]
    for name in names:
        api.post(f"/v1/{plural}", {"org_id": "local", "name": name, "focus": ""})
    pages = [api.get(f"/v1/{plural}", org_id="local", limit=3, offset=offset).body for offset in (0, 3, 6, 9)]
    assert [len(page) for page in pages] == [3, 3, 1, 0]
    assert [item["name"] for page in pages for item in page] == names
    assert len(api.get(f"/v1/{plural}", org_id="local").body) == 7


@pytest.mark.parametrize("plural", GROUPS)
def test_an_organisation_must_exist_and_be_the_keys_own(api, memsy, plural):
    api.with_key(memsy.create_key(org="theirs")).post(
        f"/v1/{plural}", {"org_id": "theirs", "name": "Secret", "focus": ""}
    )
    new = {"name": "x", "focus": ""}
    assert api.post(f"/v1/{plural}", {"org_id": "nowhere", **new}).status == 404
    answer = api.post(f"/v1/{plural}", {"org_id": "theirs", **new})
    assert (answer.status, answer.body["detail"]["error"]) == (400, "org_id_not_allowed")
    for org_id in ("nowhere", "theirs"):
        assert (api.get(f"/v1/{plural}", org_id=org_id).status, api.get(f"/v1/{plural}", org_id=org_id).body) == (
            200,
            [],
        )
    assert api.get(f"/v1/{plural}").status == 422


@pytest.mark.parametrize("plural", GROUPS)
def test_a_group_is_found_only_under_its_own_organisation(api, plural):
    api.post("/v1/orgs", {"org_id": "acme", "name": "Acme", "focus": ""})
    created = api.post(f"/v1/{plural}", {"org_id": "acme", "name": "Support", "focus": ""}).body
    path = f"/v1/{plural}/{created[f'{one(plural)}_id']}"
    assert api.get(path, org_id="local").status == 404
    assert api.get(path, org_id="acme").status == 200


@pytest.mark.parametrize("plural", GROUPS)
def test_what_two_actors_of_a_group_say_is_promoted_to_it(api, an_event, plural):
    carried = {f"{one(plural)}_id": "g1"}
    first, second = api.ingest(
        an_event("The printer jams", **carried), an_event("the printer jams!", actor_id="bob", **carried)
    )
    assert api.found("printer", actor_id="carol") == set()
    (result,) = api.search("printer", actor_id="carol", **{f"{one(plural)}_ids": ["g1"]})
    assert set(result["metadata"]["source_event_ids"]) == {first, second}
    assert "session_id" not in result["metadata"]
    scope = api.get(f"/v1/console/memories/{result['id']}").body["scope"]
    assert scope == {"level": one(plural), f"{one(plural)}_id": "g1"}


def test_what_one_actor_says_is_not_promoted_by_itself(api, an_event):
    api.ingest(an_event("The printer jams", role_id="g1"), an_event("The printer jams", role_id="g1", session_id="2"))
    assert api.found("printer", actor_id="carol", role_ids=["g1"]) == set()


def test_a_fact_that_shares_a_word_with_the_roles_prompt_is_promoted_at_once(api, an_event):
    role = api.post("/v1/roles", {"org_id": "local", "name": "Support", "focus": "refunds and returns"}).body["role_id"]
    api.ingest(
        an_event("A refund takes five days.", role_id=role),
        an_event("The sun is shining.", role_id=role),
        an_event("I love quick refunds.", role_id=role),
    )
    found = api.found("refund takes days sun shining love", actor_id="carol", role_ids=[role])
    assert found == {"A refund takes five days."}


def test_the_prompt_set_by_hand_decides_what_matters(api, an_event):
    role = api.post("/v1/roles", {"org_id": "local", "name": "Support", "focus": "refunds"}).body["role_id"]
    api.call("PATCH", f"/v1/roles/{role}", {"promotion_prompt": "Anything about printers."}, org_id="local")
    api.ingest(an_event("A refund takes five days.", role_id=role), an_event("The printer jams.", role_id=role))
    assert api.found("refund printer", actor_id="carol", role_ids=[role]) == {"The printer jams."}


def test_what_three_actors_say_is_promoted_to_the_organisation_and_shown_once(api, an_event):
    ids = api.ingest(*[an_event("The printer jams", actor_id=actor) for actor in ("alice", "bob", "carol")])
    (result,) = api.search("printer")
    assert set(result["metadata"]["source_event_ids"]) == set(ids)
    assert api.get(f"/v1/console/memories/{result['id']}").body["scope"] == {"level": "org"}
    assert api.get("/v1/console/memories").body["total"] == 4


def test_what_matters_to_a_role_and_to_the_organisation_goes_all_the_way_up(api, an_event):
    api.call("PATCH", "/v1/orgs/local", {"promotion_prompt": "Refunds."})
    role = api.post("/v1/roles", {"org_id": "local", "name": "Support", "focus": "refunds"}).body["role_id"]
    api.ingest(an_event("A refund takes five days.", role_id=role))
    levels = {item["scope"]["level"] for item in api.get("/v1/console/memories").body["items"]}
    assert levels == {"actor", "role", "org"}


def test_a_later_event_reinforces_the_promoted_copy(api, an_event):
    carried = {"team_id": "t"}
    api.ingest(an_event("The printer jams", **carried), an_event("The printer jams", actor_id="bob", **carried))
    (third,) = api.ingest(an_event("The printer jams", actor_id="alice", session_id="later", **carried))
    (result,) = api.search("printer", actor_id="zoe", team_ids=["t"])
    assert third in result["metadata"]["source_event_ids"]


def test_an_actors_own_memory_and_its_promoted_copy_are_one_result(api, an_event):
    api.ingest(an_event("The printer jams", role_id="r"), an_event("The printer jams", actor_id="bob", role_id="r"))
    assert len(api.search("printer", actor_id="alice", role_ids=["r"])) == 1


def test_memories_stay_when_the_record_of_their_role_goes(api, an_event):
    role = api.post("/v1/roles", {"org_id": "local", "name": "Support", "focus": "refunds"}).body["role_id"]
    api.ingest(an_event("A refund takes five days.", role_id=role))
    api.call("DELETE", f"/v1/roles/{role}", org_id="local")
    assert api.found("refund", actor_id="carol", role_ids=[role]) == {"A refund takes five days."}


def test_the_id_of_an_account_is_not_for_others_although_its_record_is_deleted(api, memsy):
    role = api.post("/v1/roles", {"org_id": "local", "name": "Support", "focus": ""}).body
    other = api.with_key(memsy.create_key(org="other"))
    assert api.call("DELETE", "/v1/orgs/local").status == 204
    body = {"org_id": "local", "name": "Mine now", "focus": ""}
    assert other.post("/v1/orgs", body).status == 409
    assert api.post("/v1/orgs", body).status == 200
    assert api.get("/v1/roles", org_id="local").body == [role]


@pytest.mark.parametrize("plural", GROUPS)
def test_the_id_of_a_deleted_organisation_stays_taken_while_it_has_groups(api, memsy, plural):
    other = api.with_key(memsy.create_key(org="other"))
    body = {"org_id": "acme", "name": "Acme", "focus": ""}
    assert api.post("/v1/orgs", body).status == 200
    created = api.post(f"/v1/{plural}", {"org_id": "acme", "name": "Support", "focus": ""}).body
    assert api.call("DELETE", "/v1/orgs/acme").status == 204
    assert other.post("/v1/orgs", body).status == 409
    assert api.post("/v1/orgs", body).status == 200
    assert api.get(f"/v1/{plural}", org_id="acme").body == [created]


def test_an_account_cannot_take_the_id_of_anothers_organisation(api, memsy):
    assert api.post("/v1/orgs", {"org_id": "acme", "name": "Acme", "focus": ""}).status == 200
    with pytest.raises(ValueError, match="acme"):
        memsy.create_key(org="acme")


@pytest.mark.parametrize("level", ["orgs", *GROUPS])
def test_only_an_admins_key_changes_the_hierarchy_and_any_key_lists_it(api, memsy, level):
    member = api.with_key(memsy.create_key(admin=False))
    body = {"org_id": "local", "name": "Support", "focus": "Help."}
    where = {} if level == "orgs" else {"org_id": "local"}
    assert member.get(f"/v1/{level}", **where).status == 200
    for method, path in [
        ("POST", f"/v1/{level}"),
        ("PATCH", f"/v1/{level}/local"),
        ("POST", f"/v1/{level}/local/regenerate-prompt"),
        ("DELETE", f"/v1/{level}/local"),
    ]:
        answer = member.call(method, path, body if path == f"/v1/{level}" else None, **where)
        assert (answer.status, answer.body["error"]) == (403, "admin_required")
