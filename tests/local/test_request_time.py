"""A request has one time, however long it takes: what it selects by, shows and counts never disagree."""

import itertools

import pytest

from memsy_client.local import LocalMemsy, Plan
from memsy_client.local.clock import DAY, HOUR, parse


def let_time_pass(monkeypatch, memsy, start, step):
    """Let the server's clock move on by a step at each reading."""
    readings = itertools.count(start, step)
    monkeypatch.setattr(memsy.clock, "now", lambda: next(readings))


@pytest.mark.parametrize("status", ["active", "decayed"])
def test_a_list_holds_only_memories_of_the_status_it_was_asked_for(api, memsy, an_event, monkeypatch, status):
    memsy.clock.freeze("2026-01-01T00:00:00Z")
    api.ingest(an_event())
    decayed = parse("2026-01-01T00:00:00Z") + 389 * DAY
    shown = []
    # Wherever in the request the memory decays, the request sees it before or after.
    for days in range(-3, 30):
        let_time_pass(monkeypatch, memsy, decayed - days * DAY, DAY)
        shown += api.get("/v1/console/memories", status=status).body["items"]
    assert {item["status"] for item in shown} == {status}


def test_a_search_at_the_turn_of_the_month_counts_in_one_of_the_two(tmp_path, api, monkeypatch):
    turn = parse("2026-02-01T00:00:00Z")
    for readings in range(1, 12):
        path = tmp_path / f"{readings}.db"
        with LocalMemsy(path, port=None) as memsy:
            with monkeypatch.context() as patch:
                let_time_pass(patch, memsy, turn - readings * HOUR, HOUR)
                type(api)(memsy).search("anything")
            counted = searches_in_february(type(api)(memsy))
        with LocalMemsy(path, port=None) as memsy:
            assert searches_in_february(type(api)(memsy)) == counted


def searches_in_february(api):
    api.memsy.clock.freeze("2026-02-15T00:00:00Z")
    return api.get("/v1/health").headers["x-usage-searchqueries"]


def test_calls_that_come_at_once_are_all_counted_in_whatever_order_they_get_there(api, memsy, monkeypatch):
    memsy.set_plan(Plan(requests_per_minute=1))
    let_time_pass(monkeypatch, memsy, parse("2026-01-01T00:00:00Z"), -1)
    assert [api.get("/v1/health").status for _ in range(3)] == [200, 429, 429]
