"""Keys: who may come in, and what a key may do."""

import pytest

from memsy_client._core.messages import Request
from memsy_client.local import LocalMemsy


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer nonsense",
        "Basic bXN5OmtleQ==",
        "Bearer msy_unknown",
        "msy_local",
        "Bearer \udcff",
    ],
)
def test_without_a_valid_key_a_request_is_401(api, authorization):
    headers = [] if authorization is None else [("Authorization", authorization)]
    answer = api.send(Request("GET", "http://x/v1/orgs", headers))
    assert answer.status == 401
    assert answer.body["detail"]["error"] == "invalid_api_key"
    assert answer.headers["www-authenticate"] == "Bearer"


def test_the_scheme_is_found_under_any_spelling(api):
    headers = [("AUTHORIZATION", f"bearer {api.key}")]
    assert api.send(Request("GET", "http://x/v1/orgs", headers)).status == 200


def test_a_key_without_the_scope_is_told_which_one_it_lacks(api, memsy, an_event):
    reader = api.with_key(memsy.create_key(scopes=["read"]))
    answer = reader.post("/v1/ingest", {"events": [an_event()]})
    assert answer.status == 403
    assert answer.body["detail"]["error"] == "insufficient_scope"
    assert answer.body["detail"]["required_scope"] == "write"
    assert reader.get("/v1/orgs").status == 200


def test_a_key_made_through_the_api_works_at_once_but_is_no_admins(api):
    created = api.post("/api/keys", {"name": "app"}).body
    assert created["scopes"] == ["read", "write"]
    app = api.with_key(created["raw_key"])
    assert app.get("/v1/orgs").status == 200
    answer = app.get("/api/usage/summary")
    assert (answer.status, answer.body["error"]) == (403, "admin_required")
    assert app.get("/api/me").body["org_role"] == "org:member"


def test_an_expired_key_is_401(api, memsy):
    memsy.clock.freeze("2026-01-01T00:00:00Z")
    created = api.post("/api/keys", {"name": "short", "expires_at": "2026-01-01T01:00:00Z"}).body
    short = api.with_key(created["raw_key"])
    assert short.get("/v1/orgs").status == 200
    memsy.clock.advance(3600)
    assert short.get("/v1/orgs").status == 401
    listed = {key["name"]: key["is_active"] for key in api.get("/api/keys").body["keys"]}
    assert listed == {"local": True, "short": False}


def test_a_revoked_key_is_401_and_gone(api):
    created = api.post("/api/keys", {"name": "app"}).body
    app = api.with_key(created["raw_key"])
    assert app.get("/v1/orgs").status == 200
    assert api.call("DELETE", f"/api/keys/{created['key_id']}").status == 204
    assert app.get("/v1/orgs").status == 401
    assert api.call("DELETE", f"/api/keys/{created['key_id']}").status == 404
    assert [key["name"] for key in api.get("/api/keys").body["keys"]] == ["local"]


def test_a_key_that_expires_in_the_past_is_refused(api):
    answer = api.post("/api/keys", {"name": "late", "expires_at": "2001-01-01T00:00:00Z"})
    assert answer.status == 422
    assert answer.body["detail"][0]["loc"] == ["body", "expires_at"]


def test_the_database_holds_no_key_in_clear(tmp_path):
    path = tmp_path / "memsy.db"
    with LocalMemsy(path, port=None, api_key="msy_my_very_secret_key") as memsy:
        other = memsy.create_key()
    content = path.read_bytes()
    assert b"my_very_secret_key" not in content
    assert other.encode() not in content


def test_the_servers_own_key_of_an_earlier_start_no_longer_works(tmp_path):
    path = tmp_path / "memsy.db"
    LocalMemsy(path, port=None, api_key="msy_first_key").close()
    with LocalMemsy(path, port=None, api_key="msy_second_key") as memsy:
        headers = [("authorization", "Bearer msy_first_key")]
        assert memsy.engine.handle(Request("GET", "http://x/v1/orgs", headers)).status_code == 401


def test_organisations_see_nothing_of_each_other(api, memsy, an_event):
    other = api.with_key(memsy.create_key(org="other"))
    mine = api.ingest(an_event("Alice lives in Lisbon."))
    theirs = other.ingest(an_event("Alice lives in Porto."))
    assert api.found("where does Alice live") == {"Alice lives in Lisbon."}
    assert other.found("where does Alice live") == {"Alice lives in Porto."}
    memory = api.get("/v1/console/memories").body["items"][0]["memory_id"]
    assert other.get(f"/v1/console/memories/{memory}").status == 404
    assert other.post("/v1/status", {"event_ids": mine}).body["completedIds"] == []
    assert api.post("/v1/status", {"event_ids": theirs}).body["completedIds"] == []
    assert [item["event_id"] for item in api.get("/api/console/events").body["items"]] == mine
    assert [org["org_id"] for org in other.get("/v1/orgs").body] == ["other"]
    assert other.get("/v1/orgs/local").status == 404
