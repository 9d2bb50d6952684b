"""Connectors: the whole flow of an application with third parties, all of which the server plays."""

import json
import sqlite3

import httpx
import pytest

from memsy_client import AsyncMemsyControlClient, MemsyControlClient, ResourceSelection
from memsy_client._core.messages import Request
from memsy_client.local import LocalMemsy
from memsy_client.local.providers import PROVIDERS, REFUSED

S3 = {"access_key_id": "AKIA1", "secret_access_key": "topsecret", "region": "eu-west-1", "bucket": "notes"}
WITH_CONSENT = [slug for slug, provider in PROVIDERS.items() if provider.has_consent]
PER_USER = [slug for slug, provider in PROVIDERS.items() if provider.per_user]


def created(api, slug):
    answer = api.post(f"/api/connectors/{slug}/connect")
    assert answer.status == 200, answer.body
    return answer.body


def authorized(api, slug):
    """The id of a new connector that has its consent."""
    body = created(api, slug)
    api.memsy.authorize_connector(body["connector_id"])
    return body["connector_id"]


def configured(api, connector_id, *ids, **fields):
    answer = api.call(
        "PUT", f"/api/connectors/{connector_id}/resources", {"resources": [{"external_id": id, **fields} for id in ids]}
    )
    assert answer.status == 200, answer.body
    return answer.body


def resources(api, connector_id, **query):
    answer = api.get(f"/api/connectors/{connector_id}/resources", **query)
    assert answer.status == 200, answer.body
    return {item["external_id"]: item for item in answer.body["resources"]}


def opened(memsy, url, method="GET"):
    return memsy.engine.handle(Request(method, url, []))


def test_the_providers_are_those_of_the_service(api):
    providers = api.get("/api/connectors/providers").body["providers"]
    assert providers == ["slack", "google_drive", "s3", "notion", "github", "onedrive"]
    assert set(PER_USER) == {"google_drive", "onedrive"}


@pytest.mark.parametrize("slug", WITH_CONSENT)
def test_from_consent_to_sync(api, memsy, slug):
    memsy.clock.freeze("2026-01-01T00:00:00Z")
    assert api.get(f"/api/connectors/{slug}/status").body == {"connected": False, "display_name": None}
    body = created(api, slug)
    path = f"/api/connectors/{body['connector_id']}"
    pending = api.get(path).body
    assert (pending["provider"], pending["status"], pending["scopes"]) == (slug, "pending", [])
    assert pending["display_name"] is pending["last_sync_at"] is None
    for refused in (api.get(f"{path}/resources"), api.call("PUT", f"{path}/resources", {"resources": []})):
        assert refused.status == 409
    assert api.post(f"{path}/sync").status == 409

    assert opened(memsy, body["authorize_url"]).status_code == 200
    assert api.get(f"/api/connectors/{slug}/status").body["connected"] is True
    consented = api.get(path).body
    assert (consented["status"], consented["display_name"]) == ("pending", PROVIDERS[slug].account_name)
    assert consented["scopes"]
    assert api.post(f"{path}/sync").status == 409
    assert not any(item["selected"] for item in resources(api, body["connector_id"]).values())

    active = configured(api, body["connector_id"], PROVIDERS[slug].resources[0].external_id)
    assert (active["status"], active["last_sync_at"]) == ("active", "2026-01-01T00:00:00+00:00")
    memsy.clock.advance(60)
    assert api.post(f"{path}/sync").body["last_sync_at"] == "2026-01-01T00:01:00+00:00"
    assert api.get("/api/connectors").body == [api.get(path).body]

    assert api.call("DELETE", path).status == 204
    assert api.get(path).status == 404
    assert api.get("/api/connectors").body == []
    assert api.get(f"/api/connectors/{slug}/status").body["connected"] is False
    assert opened(memsy, body["authorize_url"]).status_code == 404


def test_an_active_connector_is_read_each_hour_of_the_servers_clock(api, memsy):
    memsy.clock.freeze("2026-01-01T00:00:00Z")
    connector = authorized(api, "slack")
    configured(api, connector, "C0GENERAL")
    memsy.clock.advance(2 * 3600 + 5)
    found = api.get(f"/api/connectors/{connector}").body
    assert found["last_sync_at"] == "2026-01-01T02:00:00+00:00"
    assert found["next_sync_at"] == "2026-01-01T03:00:00+00:00"
    memsy.clock.freeze("9999-12-31T23:59:00Z")
    assert api.get(f"/api/connectors/{connector}").status == 200


def test_a_selection_is_replaced(api):
    connector = authorized(api, "slack")
    configured(api, connector, "C0GENERAL", "C0SUPPORT")
    configured(api, connector, "C0RANDOM")
    assert {id for id, item in resources(api, connector).items() if item["selected"]} == {"C0RANDOM"}


def test_a_connection_that_has_begun_is_told_again_and_one_that_is_made_is_a_conflict(api, memsy):
    first = created(api, "slack")
    assert created(api, "slack") == first
    memsy.authorize_connector(first["connector_id"])
    assert api.post("/api/connectors/slack/connect").status == 409


def test_a_provider_that_nobody_knows_is_404(api):
    assert api.post("/api/connectors/gmail/connect").status == 404
    assert api.get("/api/connectors/gmail/status").status == 404
    assert api.get("/api/connectors/conn_1").status == 404


@pytest.mark.parametrize(
    "change", [("GET", "POST"), ("authorize", "other"), ("slack", "github"), ("state=", "state=0")]
)
def test_only_the_page_that_was_told_gives_consent(api, memsy, change):
    body = created(api, "slack")
    method = "POST" if change[1] == "POST" else "GET"
    assert opened(memsy, body["authorize_url"].replace(*change), method).status_code == 404
    assert api.get("/api/connectors/slack/status").body["connected"] is False


def test_a_scripted_fault_waits_for_a_call_and_not_for_a_browser(api, memsy):
    body = created(api, "slack")
    memsy.fail_next(status=503)
    assert opened(memsy, body["authorize_url"]).status_code == 200
    assert api.get("/api/connectors").status == 503


def test_github_lists_repositories_and_their_branches(api):
    connector = authorized(api, "github")
    assert set(resources(api, connector)) == {"acme/app", "acme/docs"}
    configured(api, connector, "acme/app#main", resource_type="default_branch")
    path = f"/api/connectors/{connector}/branches"
    branches = api.get(path, repo="acme/app").body["resources"]
    assert branches == [
        {"external_id": "acme/app#main", "resource_type": "default_branch", "name": "main", "selected": True},
        {"external_id": "acme/app#develop", "resource_type": "branch", "name": "develop", "selected": False},
    ]
    assert api.get(path, repo="acme/none").status == 404
    assert api.get(path).status == 422


def test_onedrive_opens_folders(api):
    connector = authorized(api, "onedrive")
    assert set(resources(api, connector)) == {"folder_projects", "file_readme"}
    assert set(resources(api, connector, parent_id="folder_projects")) == {"folder_2026"}
    assert set(resources(api, connector, parent_id="folder_2026")) == {"file_plan"}
    assert api.get(f"/api/connectors/{connector}/resources", parent_id="folder_none").status == 404


def test_google_drive_lists_what_was_picked(api):
    connector = authorized(api, "google_drive")
    assert resources(api, connector) == {}
    picker = api.get(f"/api/connectors/{connector}/picker-token").body
    assert picker["access_token"]
    assert picker["expires_in"] > 0
    configured(api, connector, "file_handbook", "file_of_mine", resource_type="file")
    assert list(resources(api, connector).values()) == [
        {"external_id": "file_handbook", "resource_type": "file", "name": "Handbook", "selected": True},
        {"external_id": "file_of_mine", "resource_type": "file", "name": None, "selected": True},
    ]


@pytest.mark.parametrize("slug", PROVIDERS)
def test_what_a_provider_cannot_do_is_a_400(api, slug):
    connector = api.post("/api/connectors/s3/configure", S3).body["id"] if slug == "s3" else authorized(api, slug)
    path = f"/api/connectors/{connector}"
    assert (api.get(f"{path}/resources", parent_id="x").status == 400) is (slug != "onedrive")
    assert (api.get(f"{path}/branches", repo="x").status == 400) is (slug != "github")
    assert (api.get(f"{path}/picker-token").status == 400) is (slug != "google_drive")
    assert (api.post(f"/api/connectors/{slug}/connect").status == 400) is (slug == "s3")


def test_s3_is_connected_by_one_call(api, memsy):
    memsy.clock.freeze("2026-01-01T00:00:00Z")
    connector = api.post("/api/connectors/s3/configure", S3).body
    assert (connector["status"], connector["bucket"], connector["region"]) == ("active", "notes", "eu-west-1")
    assert connector["last_sync_at"] == "2026-01-01T00:00:00+00:00"
    assert [(item["external_id"], item["selected"]) for item in resources(api, connector["id"]).values()] == [
        ("notes", True)
    ]
    assert api.get("/api/connectors/s3/status").body == {"connected": True, "display_name": "notes"}


def test_s3_is_changed_by_the_id_of_its_connector(api):
    connector = api.post("/api/connectors/s3/configure", S3).body
    other = {**S3, "bucket": "others"}
    assert api.post("/api/connectors/s3/configure", other).status == 409
    changed = api.post("/api/connectors/s3/configure", {**other, "connector_id": connector["id"]}).body
    assert (changed["id"], changed["bucket"]) == (connector["id"], "others")
    assert set(resources(api, connector["id"])) == {"others"}
    assert api.post("/api/connectors/s3/configure", {**other, "connector_id": "conn_none"}).status == 404
    slack = created(api, "slack")["connector_id"]
    assert api.post("/api/connectors/s3/configure", {**other, "connector_id": slack}).status == 400
    assert len(api.get("/api/connectors").body) == 2


@pytest.mark.parametrize("name", ["access_key_id", "secret_access_key", "region", "bucket"])
def test_s3_stores_nothing_that_it_refuses(api, name):
    assert api.post("/api/connectors/s3/configure", {**S3, name: REFUSED}).status == 400
    assert api.get("/api/connectors").body == []
    connector = api.post("/api/connectors/s3/configure", S3).body
    refused = {**S3, "bucket": "others", name: REFUSED, "connector_id": connector["id"]}
    assert api.post("/api/connectors/s3/configure", refused).status == 400
    assert api.get(f"/api/connectors/{connector['id']}").body["bucket"] == "notes"


@pytest.mark.parametrize(
    "body", [json.dumps(S3).encode(), b'{"secret_access_key": "topsecret"', b'["topsecret"]', b'"topsecret"']
)
def test_a_secret_is_neither_stored_nor_shown(tmp_path, api, body):
    path = tmp_path / "memsy.db"
    with LocalMemsy(path, port=None) as memsy:
        own = type(api)(memsy)
        answer = own.call("POST", "/api/connectors/s3/configure", body)
        assert b"topsecret" not in json.dumps(answer.body).encode()
        received = memsy.requests[-1]
        assert b"topsecret" not in received.content
        if answer.status == 200:
            assert received.json() == {name: value for name, value in S3.items() if name != "secret_access_key"}
    for file in tmp_path.iterdir():
        assert b"topsecret" not in file.read_bytes()


@pytest.mark.parametrize("admin", [True, False])
@pytest.mark.parametrize("slug", ["slack", "notion", "github"])
def test_any_key_acts_for_the_whole_organisation(api, memsy, slug, admin):
    connector = authorized(api, slug)
    other = api.with_key(memsy.create_key(admin=admin))
    assert [item["id"] for item in other.get("/api/connectors").body] == [connector]
    assert other.get(f"/api/connectors/{slug}/status").body["connected"] is True
    assert other.post(f"/api/connectors/{slug}/connect").status == 409
    configured(other, connector, "x")
    assert other.call("DELETE", f"/api/connectors/{connector}").status == 204


@pytest.mark.parametrize("admin", [True, False])
@pytest.mark.parametrize("slug", PER_USER)
def test_a_users_own_connection_is_changed_by_its_owner_alone_and_seen_by_an_admin(api, memsy, slug, admin):
    connector = authorized(api, slug)
    other = api.with_key(memsy.create_key(admin=admin))
    path = f"/api/connectors/{connector}"
    assert other.get(path).status == (200 if admin else 403)
    assert [item["id"] for item in other.get("/api/connectors").body] == ([connector] if admin else [])
    refused = [
        other.get(f"{path}/resources"),
        other.get(f"{path}/picker-token"),
        other.get(f"{path}/branches", repo="x"),
        other.call("PUT", f"{path}/resources", {"resources": []}),
        other.post(f"{path}/sync"),
        other.call("DELETE", path),
    ]
    assert {answer.status for answer in refused} == {403}
    assert other.get(f"/api/connectors/{slug}/status").body["connected"] is False
    assert created(other, slug)["connector_id"] != connector


def test_another_organisation_sees_nothing_of_it(api, memsy):
    connector = authorized(api, "slack")
    other = api.with_key(memsy.create_key(org="other"))
    assert other.get("/api/connectors").body == []
    assert other.get(f"/api/connectors/{connector}").status == 404
    assert other.call("DELETE", f"/api/connectors/{connector}").status == 404
    assert other.get("/api/connectors/slack/status").body["connected"] is False


def test_what_there_is_to_read_can_be_set_for_a_provider_and_for_one_connector(api, memsy):
    memsy.set_connector_resources("slack", ["C1", {"external_id": "C2", "name": "two", "resource_type": "dm"}])
    connector = authorized(api, "slack")
    assert list(resources(api, connector).values()) == [
        {"external_id": "C1", "resource_type": "channel", "name": "C1", "selected": False},
        {"external_id": "C2", "resource_type": "dm", "name": "two", "selected": False},
    ]
    memsy.set_connector_resources(connector, [])
    assert resources(api, connector) == {}
    api.call("DELETE", f"/api/connectors/{connector}")
    assert set(resources(api, authorized(api, "slack"))) == {"C1", "C2"}


def test_a_repository_of_ones_own_has_the_branches_that_were_set_or_a_main_one(api, memsy):
    memsy.set_connector_resources("github", ["me/one", "me/two", "me/one#next"])
    connector = authorized(api, "github")
    assert set(resources(api, connector)) == {"me/one", "me/two"}
    branches = {
        repo: [
            item["external_id"]
            for item in api.get(f"/api/connectors/{connector}/branches", repo=repo).body["resources"]
        ]
        for repo in ("me/one", "me/two")
    }
    assert branches == {"me/one": ["me/one#next"], "me/two": ["me/two#main"]}


@pytest.mark.parametrize(
    "resources",
    ["C1", {"C1": {}}, [1], [{}], [{"external_id": 1}], [{"external_id": ""}], [{"name": "x"}], [None], ["\ud800"]],
)
def test_resources_that_are_none_are_refused(api, memsy, resources):
    with pytest.raises(ValueError, match=r"resource|surrogates"):
        memsy.set_connector_resources("slack", resources)
    assert len(api.get(f"/api/connectors/{authorized(api, 'slack')}/resources").body["resources"]) == 3


def test_a_connector_that_is_not_there_can_be_neither_authorised_nor_given_resources(memsy):
    with pytest.raises(ValueError, match="no connector 'conn_none'"):
        memsy.authorize_connector("conn_none")
    with pytest.raises(ValueError, match="no connector 1"):
        memsy.authorize_connector(1)
    with pytest.raises(ValueError, match="no connector or provider 'conn_none'"):
        memsy.set_connector_resources("conn_none", [])


def test_connectors_survive_a_restart_and_an_export_and_are_gone_after_a_reset(tmp_path, api):
    from memsy_client.cli.server import main

    first, second, file = (tmp_path / name for name in ("first.db", "second.db", "data.jsonl"))
    with LocalMemsy(first, port=None) as memsy:
        own = type(api)(memsy)
        memsy.set_connector_resources("onedrive", ["folder_own"])
        connector = authorized(own, "onedrive")
        before = configured(own, connector, "folder_own")
    assert main(["export", "--data", str(first), "--output", str(file)]) == 0
    assert main(["import", "--data", str(second), "--input", str(file)]) == 0
    for path in (first, second):
        with LocalMemsy(path, port=None) as memsy:
            own = type(api)(memsy)
            assert own.get(f"/api/connectors/{connector}").body["created_at"] == before["created_at"]
            assert resources(own, connector)["folder_own"]["selected"] is True
            memsy.reset()
            assert own.get("/api/connectors").body == []
            assert "folder_own" not in resources(own, authorized(own, "onedrive"))


def test_a_page_of_consent_says_so_when_the_database_fails(api, memsy, monkeypatch):
    def full(work, durable=True):
        raise sqlite3.OperationalError("database or disk is full")

    body = created(api, "slack")
    monkeypatch.setattr(memsy.engine.services.store, "write", full)
    assert opened(memsy, body["authorize_url"]).status_code == 503


def test_an_application_goes_from_consent_to_sync_over_http():
    with LocalMemsy() as memsy, MemsyControlClient(memsy.control_url, memsy.api_key) as control:
        connection = control.connectors.create("slack")
        assert connection.authorize_url.startswith(memsy.base_url.removesuffix("/v1"))
        page = httpx.get(connection.authorize_url, trust_env=False)  # the browser of the end user: no key
        assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert "Slack" in page.text
        channels = control.connectors.list_resources(connection.connector_id)
        assert [channel.name for channel in channels] == ["general", "support", "random"]
        selection = [ResourceSelection(channel.external_id) for channel in channels[:2]]
        assert control.connectors.configure_resources(connection.connector_id, selection).status == "active"
        selected = control.connectors.list_resources(connection.connector_id)
        assert [channel.selected for channel in selected] == [True, True, False]
        assert control.connectors.sync(connection.connector_id).last_sync_at is not None
        assert control.connectors.delete(connection.connector_id) is None
        assert control.connectors.status("slack").connected is False

        local = f"{memsy.base_url.removesuffix('/v1')}/_local"
        again = control.connectors.create("slack").connector_id
        for route, body in [
            ("authorize_connector", {"connector_id": again}),
            ("set_connector_resources", {"connector": again, "resources": [{"external_id": "C9"}]}),
        ]:
            assert httpx.post(f"{local}/{route}", json=body, trust_env=False).status_code == 200
        assert [item.external_id for item in control.connectors.list_resources(again)] == ["C9"]
        missing = httpx.post(f"{local}/authorize_connector", json={"connector_id": "x"}, trust_env=False)
        assert missing.status_code == 422


@pytest.mark.anyio
async def test_an_application_goes_from_consent_to_sync_without_a_port():
    memsy = LocalMemsy(port=None)
    async with AsyncMemsyControlClient(memsy.control_url, memsy.api_key, http_client=memsy.async_transport) as control:
        connection = await control.connectors.create("onedrive")
        assert connection.authorize_url.startswith("http://memsy.localhost/")
        memsy.authorize_connector(connection.connector_id)
        (folder, _) = await control.connectors.list_resources(connection.connector_id)
        (inside,) = await control.connectors.list_resources(connection.connector_id, parent_id=folder.external_id)
        assert inside.name == "2026"
        selection = [ResourceSelection(inside.external_id, resource_type="folder", name=inside.name)]
        active = await control.connectors.configure_resources(connection.connector_id, selection)
        assert active.status == (await control.connectors.sync(connection.connector_id)).status == "active"
        bucket = await control.connectors.configure_s3(**S3)
        assert (bucket.status, bucket.bucket) == ("active", "notes")
        assert (await control.connectors.status("s3")).connected is True
        await control.connectors.delete(bucket.id)
        await control.connectors.delete(connection.connector_id)
        assert await control.connectors.list() == []
    memsy.close()
