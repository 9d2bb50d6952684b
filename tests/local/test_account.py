"""The control plane: who, usage, billing, keys, interest; and the plan's limits."""

import pytest

from memsy_client.local import Plan


def test_me_says_whose_key_it_is(api):
    body = api.get("/api/me").body
    assert (body["org_id"], body["tier"], body["org_role"], body["is_billing_admin"]) == (
        "local",
        "local",
        "org:admin",
        True,
    )


def test_headers_count_for_real(api, an_event):
    api.ingest(an_event("one"), an_event("one"), an_event("two"))
    api.search("two")
    headers = api.get("/v1/health").headers
    assert headers["x-usage-apicalls"] == "3"
    assert headers["x-usage-eventsingested"] == "2"
    assert headers["x-usage-memoriesstored"] == "2"
    assert headers["x-usage-searchqueries"] == "1"
    assert headers["x-usage-llmtokens"] == "0"
    assert headers["x-plan"] == "local"


def test_rate_limit_headers_count_down_to_the_next_month(api, memsy):
    memsy.clock.freeze("2026-12-15T00:00:00Z")
    memsy.set_plan(Plan(limits={"api_calls": 3}))
    headers = api.get("/v1/health").headers
    assert (headers["x-ratelimit-limit"], headers["x-ratelimit-remaining"]) == ("3", "2")
    assert headers["x-ratelimit-reset"] == "1798761600"  # 2027-01-01
    assert headers["x-usage-apicalls-limit"] == "3"


def test_a_failed_batch_costs_no_events(api, an_event):
    api.post("/v1/ingest", {"events": [an_event(kind="dream")]})
    assert api.get("/v1/health").headers["x-usage-eventsingested"] == "0"


@pytest.mark.parametrize(
    ("dimension", "path", "body"),
    [
        ("search_queries", "/v1/search", {"query": "x"}),
        (
            "events_ingested",
            "/v1/ingest",
            {"events": [{"actor_id": "a", "session_id": "s", "kind": "app_event", "content": "c"}]},
        ),
        (
            "memory_stored",
            "/v1/ingest",
            {"events": [{"actor_id": "a", "session_id": "s", "kind": "app_event", "content": "c"}]},
        ),
        ("api_calls", "/v1/status", {"event_ids": []}),
    ],
)
def test_a_spent_quota_is_a_429_that_says_which(api, memsy, dimension, path, body):
    memsy.set_plan(Plan(limits={dimension: 0}))
    answer = api.post(path, body)
    assert answer.status == 429
    detail = answer.body["detail"]
    assert (detail["error"], detail["dimension"]) == ("usage_limit_exceeded", dimension)
    assert (detail["current"], detail["limit"]) == (0, 0)
    assert "retry-after" not in answer.headers


def test_a_batch_that_does_not_fit_in_the_quota_is_refused_whole(api, memsy, an_event):
    memsy.set_plan(Plan(limits={"events_ingested": 2}))
    assert api.post("/v1/ingest", {"events": [an_event("a"), an_event("b"), an_event("c")]}).status == 429
    assert api.post("/v1/ingest", {"events": [an_event("a"), an_event("b")]}).status == 200
    assert api.post("/v1/ingest", {"events": [an_event("d")]}).body["detail"]["current"] == 2


def test_quotas_begin_anew_each_month_but_memories_stay_stored(api, memsy, an_event):
    memsy.clock.freeze("2026-01-31T23:59:59Z")
    memsy.set_plan(Plan(limits={"search_queries": 1}))
    api.ingest(an_event())
    api.search("x")
    assert api.post("/v1/search", {"query": "x"}).status == 429
    memsy.clock.advance(1)
    assert api.post("/v1/search", {"query": "x"}).status == 200
    headers = api.get("/v1/health").headers
    assert (headers["x-usage-eventsingested"], headers["x-usage-memoriesstored"]) == ("0", "1")


def test_too_many_requests_a_minute_are_told_how_long_to_wait(api, memsy):
    memsy.clock.freeze("2026-01-01T00:00:00Z")
    memsy.set_plan(Plan(requests_per_minute=2))
    assert [api.get("/v1/health").status for _ in range(2)] == [200, 200]
    memsy.clock.advance(15)
    answer = api.get("/v1/health")
    assert (answer.status, answer.headers["retry-after"]) == (429, "45")
    assert answer.body["detail"]["error"] == "rate_limit_exceeded"
    memsy.clock.advance(45)
    assert api.get("/v1/health").status == 200


def test_the_summary_of_usage_is_what_was_used(api, memsy, an_event):
    memsy.clock.freeze("2026-02-10T00:00:00Z")
    memsy.set_plan(Plan(tier="pro", limits={"search_queries": 10}))
    api.ingest(an_event())
    api.search("x")
    body = api.get("/api/usage/summary").body
    assert (body["tier"], body["period_start"], body["period_end"]) == (
        "pro",
        "2026-02-01T00:00:00+00:00",
        "2026-03-01T00:00:00+00:00",
    )
    dimensions = {item["dimension"]: (item["used"], item["limit"]) for item in body["dimensions"]}
    assert dimensions == {
        "api_calls": (3, None),
        "events_ingested": (1, None),
        "memory_stored": (1, None),
        "llm_tokens": (0, None),
        "search_queries": (1, 10),
    }


def test_usage_over_time_by_day_and_hour(api, memsy):
    memsy.clock.freeze("2026-01-31T23:30:00Z")
    api.search("x")
    memsy.clock.advance(3600)
    api.search("x")
    memsy.clock.advance(3600)
    api.search("x")
    query = {
        "dimension": "search_queries",
        "period_start": "2026-01-31T00:00:00Z",
        "period_end": "2026-02-02T00:00:00Z",
    }
    daily = api.get("/api/usage/timeseries", **query).body
    assert [(item["date"], item["quantity"]) for item in daily["data"]] == [("2026-01-31", 1), ("2026-02-01", 2)]
    hourly = api.get("/api/usage/timeseries", granularity="hourly", **query).body
    assert [item["date"] for item in hourly["data"]] == [
        "2026-01-31T23:00:00+00:00",
        "2026-02-01T00:00:00+00:00",
        "2026-02-01T01:00:00+00:00",
    ]
    assert len(api.get("/api/usage/timeseries", dimension="search_queries").body["data"]) == 1


@pytest.mark.parametrize(
    ("period_end", "counted"),
    [
        ("2026-01-30", []),
        ("2026-01-31", ["2026-01-31"]),
        ("2026-01-31T23:59:59.999999Z", ["2026-01-31"]),
        ("2026-02-01T00:00:00Z", ["2026-01-31", "2026-02-01"]),
        ("2026-02-01", ["2026-01-31", "2026-02-01"]),
    ],
)
def test_a_period_may_name_days_and_its_end_counts(api, memsy, period_end, counted):
    memsy.clock.freeze("2026-01-31T12:00:00Z")
    api.search("x")
    memsy.clock.advance(12 * 3600)
    api.search("x")
    query = {"dimension": "search_queries", "period_start": "2026-01-30", "period_end": period_end}
    assert [item["date"] for item in api.get("/api/usage/timeseries", **query).body["data"]] == counted


@pytest.mark.parametrize("period_end", ["2026-02-30", "20260130", "2026-W05-1", "yesterday"])
def test_a_period_that_ends_at_no_time_is_refused(api, period_end):
    assert api.get("/api/usage/timeseries", period_end=period_end).status == 422


@pytest.mark.parametrize(
    ("period_end", "status"),
    [
        ("2026-01-01T00:00:00Z", 422),
        ("2026-01-30", 422),
        ("2026-01-31", 422),
        ("2026-01-31T23:59:59.999999Z", 422),
        ("2026-02-01T00:00:00Z", 200),
        ("2026-02-01", 200),
    ],
)
def test_a_period_that_ends_before_it_begins_is_refused(api, period_end, status):
    for start in ("2026-02-01", "2026-02-01T00:00:00Z"):
        assert api.get("/api/usage/timeseries", period_start=start, period_end=period_end).status == status


def test_the_usage_of_one_key_is_its_own(api, memsy):
    memsy.clock.freeze("2026-01-31T00:00:00Z")
    created = api.post("/api/keys", {"name": "app"}).body
    app = api.with_key(created["raw_key"])
    app.search("x")
    assert api.get(f"/api/keys/{created['key_id']}/usage").body["usage"] == [
        {"date": "2026-01-31", "dimension": "api_calls", "quantity": 1},
        {"date": "2026-01-31", "dimension": "search_queries", "quantity": 1},
    ]
    listed = {key["name"]: key["last_used_at"] for key in api.get("/api/keys").body["keys"]}
    assert listed["app"] == "2026-01-31T00:00:00+00:00"
    assert api.get("/api/keys/key_unknown/usage").status == 404


def test_a_plan_limits_keys_and_organisations(api, memsy):
    memsy.set_plan(Plan(max_keys=1, max_orgs=1))
    answer = api.post("/api/keys", {"name": "app"})
    assert (answer.status, answer.body["detail"]["error"]) == (403, "key_limit_reached")
    assert (answer.body["detail"]["limit"], answer.body["detail"]["current"]) == (1, 1)
    answer = api.post("/v1/orgs", {"org_id": "acme", "name": "Acme", "focus": ""})
    assert (answer.status, answer.body["detail"]["error"]) == (403, "org_limit_reached")


def test_billing_is_the_local_plan_or_not_enabled(api, memsy):
    assert api.get("/api/billing/summary").body["available_seats"] == 9
    assert api.get("/api/billing/invoices").body == []
    memsy.set_plan(Plan(billing=False))
    for path in ("/api/billing/summary", "/api/billing/invoices"):
        answer = api.get(path)
        assert answer.status == 403
        assert answer.body["detail"]["error"] == "billing_not_enabled"
        assert answer.body["detail"]["interest_path"] == "/interest/pro"
    assert api.get("/v1/health").body["billing_enabled"] is False


def test_interest_is_expressed_once_for_the_whole_account(api):
    assert api.get("/api/interest/pro/status").body == {"expressed": False}
    assert api.post("/api/interest/pro", {"email": "nonsense", "name": "Ada"}).status == 422
    assert api.post("/api/interest/pro", {"email": "ada@example.com", "name": "Ada"}).status == 200
    assert api.get("/api/interest/pro/status").body == {"expressed": True}


def test_usage_survives_a_restart(tmp_path, api):
    make = type(api)
    from memsy_client.local import LocalMemsy

    with LocalMemsy(tmp_path / "memsy.db", port=None) as memsy:
        make(memsy).search("x")
    with LocalMemsy(tmp_path / "memsy.db", port=None) as memsy:
        assert make(memsy).get("/v1/health").headers["x-usage-searchqueries"] == "1"


def test_a_plan_with_an_unknown_dimension_is_refused():
    with pytest.raises(ValueError, match="no dimension seats"):
        Plan(limits={"seats": 1})


def test_a_clock_that_is_set_back_begins_another_minute(api, memsy):
    memsy.set_plan(Plan(requests_per_minute=1))
    memsy.clock.freeze("2026-01-01T00:01:00Z")
    assert (api.get("/v1/orgs").status, api.get("/v1/orgs").status) == (200, 429)
    memsy.clock.freeze("2026-01-01T00:00:10Z")
    assert api.get("/v1/orgs").status == 200
