"""`ingest_many` with a journal: what another run does about what the last one left, alike in both kinds of client."""

from __future__ import annotations

import asyncio
import stat
import threading
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import anyio
import pytest
from callers import AsyncCaller, SyncCaller, event
from journals import ingests, lines, some, states, stored

from memsy_client import (
    AsyncMemsyClient,
    EventPayload,
    Journal,
    MemsyAPIError,
    MemsyClient,
    MemsyConnectionError,
    MemsyInputError,
    OrgIdNotAllowedError,
)
from memsy_client._bulk import files
from memsy_client._core.transport import TransportError
from memsy_client.local import LocalMemsy

TS = datetime(2025, 5, 1, tzinfo=timezone.utc)


# What another run does


@pytest.mark.parametrize("as_text", [True, False])
def test_a_journal_that_is_done_sends_nothing_and_gives_the_same_outcomes(memsy, server, path, as_text):
    events = [event(number, " " if number == 5 else "") for number in range(25)] + [event(3)]
    first = memsy.ingest(events, batch_size=4, journal=str(path) if as_text else path)
    sent, progress = ingests(server), []
    again = memsy.ingest(iter(events), batch_size=7, journal=path, on_progress=progress.append)
    assert ingests(server) == sent
    assert [(o.index, o.event, o.event_id, o.state) for o in again] == [
        (o.index, o.event, o.event_id, o.state) for o in first
    ]
    assert [first[5].state, first[25].state] == ["refused", "duplicate"]
    assert not any(outcome.resumed for outcome in first)
    assert all(outcome.resumed for outcome in again)
    assert again[5].error.status_code == 422
    assert progress[-1] == (25, 1)


def test_a_longer_source_is_gone_on_with(memsy, server, path):
    memsy.ingest(some(5), journal=path)
    outcomes = memsy.ingest(some(9), batch_size=3, journal=path)
    assert [outcome.resumed for outcome in outcomes] == [True] * 5 + [False] * 4
    assert len(stored(server)) == 9


@pytest.mark.parametrize(
    "change",
    [
        lambda events: events.insert(6, event(99)),
        lambda events: events.pop(6),
        lambda events: events.__setitem__(6, events[6].copy(ts="2026-01-01T00:00:00Z")),
        lambda events: events.__setitem__(6, event(6, "\ud800")),
        lambda events: events.__setitem__(slice(6, None), []),
    ],
)
def test_another_source_is_refused_with_the_number_of_the_event_that_differs(memsy, server, path, change):
    events = some(10)
    memsy.ingest(events, journal=path)
    change(events)
    with pytest.raises(MemsyInputError, match=r"event 6\b"):
        memsy.ingest(events, batch_size=4, journal=path)
    assert ingests(server) == 1


def test_the_outcomes_before_the_event_that_differs_are_given(server, path):
    client = SyncCaller(server).client
    list(client.ingest_many(some(10), journal=path))
    run = client.ingest_many([*some(6), event(99)], batch_size=4, journal=path)
    assert [next(run).index for _ in range(6)] == list(range(6))
    with pytest.raises(MemsyInputError, match="event 6"):
        next(run)


def test_the_order_of_an_events_fields_does_not_matter(memsy, server, path):
    fields = {"actor_id": "a", "session_id": "s", "kind": "app_event", "content": "x", "b": 1, "a": {"d": 2, "c": 3}}
    turned = {**dict(reversed(fields.items())), "a": {"c": 3, "d": 2}}
    memsy.ingest([EventPayload.from_dict(fields)], journal=path)
    assert memsy.ingest([EventPayload.from_dict(turned)], journal=path)[0].resumed


@pytest.mark.parametrize("status", [401, 403, 429])
def test_what_was_refused_for_a_while_is_sent_again(memsy, server, path, status):
    memsy.client = memsy.client.with_options(max_retries=0)
    server.fail_next(1, status=status, operation="ingest")
    assert states(memsy.ingest(some(4), journal=path)) == ["failed"] * 4
    outcomes = memsy.ingest(some(4), journal=Journal(path))
    assert states(outcomes) == ["acknowledged"] * 4
    assert not any(outcome.resumed for outcome in outcomes)


class NotConnected:
    """Cannot connect."""

    def send(self, request, limits):
        raise TransportError("cannot connect", unsent=True)

    def close(self):
        pass


def test_what_never_left_is_sent_again(server, path):
    client = MemsyClient(server.base_url, server.api_key, http_client=NotConnected())
    assert states(list(client.ingest_many(some(2), journal=path))) == ["failed"] * 2
    assert lines(path)[2]["state"] == "failed"
    assert states(SyncCaller(server).ingest(some(2), journal=path)) == ["acknowledged"] * 2


def test_a_batch_that_was_halved_no_further_is_sent_again(memsy, server, path):
    server.fail_next(1, status=413, operation="ingest")
    server.fail_next(1, status=401, operation="ingest")
    assert states(memsy.ingest(some(4), journal=path)) == ["failed"] * 4
    assert states(memsy.ingest(some(4), journal=path)) == ["acknowledged"] * 4


@pytest.mark.parametrize("status", [400, 413, 422])
def test_what_is_refused_for_good_is_not_sent_again_and_kept_for_the_user(memsy, server, path, status):
    detail = {"detail": {"error": "org_id_not_allowed", "message": "No such field."}}
    server.fail_next(1, status=status, body=detail, operation="ingest")
    (first,) = memsy.ingest(some(1), journal=path)
    (again,) = memsy.ingest(some(1), journal=path)
    assert ingests(server) == 1
    assert (first.state, first.resumed, again.state, again.resumed) == ("refused", False, "refused", True)
    assert type(again.error) is type(first.error) is (OrgIdNotAllowedError if status == 400 else MemsyAPIError)
    assert (again.error.status_code, again.error.error_code) == (status, "org_id_not_allowed")
    refused = path.with_name("journal.refused.jsonl")
    assert stat.S_IMODE(refused.stat().st_mode) == 0o600
    assert lines(refused) == [
        {
            "index": 0,
            "event": event(0).to_dict(),
            "error": {
                "type": type(first.error).__name__,
                "status_code": status,
                "error_code": "org_id_not_allowed",
                "message": "No such field.",
            },
        }
    ]


def test_an_event_that_cannot_be_sent_is_kept_for_the_user_once(memsy, path):
    unfit = [event(0), event(1, "\ud800"), event(2).copy(ts=datetime(2025, 5, 1))]
    for _ in range(2):
        assert states(memsy.ingest(unfit, journal=path)) == ["acknowledged", "refused", "refused"]
    refused = lines(path.with_name("journal.refused.jsonl"))
    assert [line["index"] for line in refused] == [1, 2]
    assert [line["error"]["type"] for line in refused] == ["MemsyInputError"] * 2
    assert refused[0]["event"]["content"] == "\ud800"
    assert "note number 2" in refused[1]["event"]


def test_a_refused_event_is_written_once_also_when_the_run_ended_before_the_journal_knew(memsy, server, path):
    memsy.ingest([event(0, " ")], journal=path)
    kept = path.read_bytes().splitlines(keepends=True)
    refused = path.with_name("journal.refused.jsonl")
    refused.write_bytes(refused.read_bytes() + b'{"index": 7, "ev')
    path.write_bytes(b"".join(kept[:-1]))
    assert states(memsy.ingest([event(0, " ")], journal=Journal(path, lookup=memsy.control))) == ["refused"]
    assert ingests(server) == 2
    assert len(lines(refused)) == 1


# What is in doubt

#: What leaves a batch in doubt, as faults of the server.
DOUBTS: list[dict[str, Any]] = [
    {"drop": True, "after": True},
    {"status": 500},
    {"status": 503},
    {"status": 404},
    {"status": 200, "body": "junk"},
    {"status": 200, "body": {"event_ids": ["one"]}},
]


@pytest.mark.parametrize("fault", DOUBTS, ids=str)
def test_what_is_in_doubt_stays_so_without_a_lookup_and_is_never_blindly_resent(memsy, server, path, fault):
    server.fail_next(1, operation="ingest", **fault)
    for resumed in (False, True, True):
        outcomes = memsy.ingest(some(3), journal=path)
        assert states(outcomes) == ["in_doubt"] * 3
        assert [outcome.resumed for outcome in outcomes] == [resumed] * 3
    assert ingests(server) == 1
    assert memsy.run.stopped_by is None


@pytest.mark.parametrize("fault", DOUBTS, ids=str)
def test_what_is_in_doubt_is_looked_up_and_sent_if_it_is_not_there(memsy, server, path, fault):
    server.fail_next(1, operation="ingest", **fault)
    outcomes = memsy.ingest(some(3), journal=Journal(path, lookup=memsy.control))
    assert states(outcomes) == ["acknowledged"] * 3
    server.clock.advance(61)
    assert sorted(item.event_id for item in stored(server)) == sorted(outcome.event_id for outcome in outcomes)
    assert ingests(server) == (1 if fault.get("after") else 2)
    assert [o.event_id for o in memsy.ingest(some(3), journal=path)] == [o.event_id for o in outcomes]


def test_what_an_earlier_run_left_in_doubt_is_looked_up(memsy, server, path):
    server.fail_next(1, drop=True, after=True, operation="ingest")
    memsy.ingest(some(3), journal=path)
    server.clock.advance(61)
    outcomes = memsy.ingest(some(5), journal=Journal(path, lookup=memsy.control))
    assert states(outcomes) == ["acknowledged"] * 5
    assert [outcome.resumed for outcome in outcomes] == [True] * 3 + [False] * 2
    assert len(stored(server)) == 5


def test_a_request_without_an_answer_is_in_doubt(memsy, server, path):
    memsy.ingest(some(3), journal=path)
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))
    server.clock.advance(61)
    (first, *_) = outcomes = memsy.ingest(some(3), journal=path)
    assert states(outcomes) == ["in_doubt"] * 3
    assert isinstance(first.error, MemsyConnectionError)
    assert states(memsy.ingest(some(3), journal=Journal(path, lookup=memsy.control))) == ["acknowledged"] * 3
    assert len(stored(server)) == 3


def test_of_a_batch_only_what_is_missing_is_sent_again(memsy, server, path):
    server.fail_next(1, status=503, operation="ingest")
    memsy.ingest(some(6), journal=path)
    SyncCaller(server).ingest([event(1), event(4)])
    server.clock.advance(61)
    outcomes = memsy.ingest(some(6), journal=Journal(path, lookup=memsy.control))
    assert [outcome.resumed for outcome in outcomes] == [False, True, False, False, True, False]
    assert len({outcome.event_id for outcome in outcomes}) == len(stored(server)) == 6


@pytest.mark.parametrize("lookup", [True, False])
def test_rather_twice_than_never_where_the_caller_says_so(memsy, server, path, lookup):
    server.fail_next(1, drop=True, after=True, operation="ingest")
    server.fail_next(1, status=403, operation="events_list")
    control = memsy.control if lookup else None
    outcomes = memsy.ingest(some(2), journal=Journal(path, lookup=control, resend_in_doubt=True))
    assert states(outcomes) == ["acknowledged"] * 2
    assert ingests(server) == 2


@pytest.mark.parametrize(("lookup", "state"), [(False, "in_doubt"), (True, "failed")])
@pytest.mark.parametrize("status", [429, 401])
def test_what_may_be_stored_stays_in_doubt_where_sending_it_again_stores_nothing(
    memsy, server, path, lookup, state, status
):
    """Unless it was looked up, and is not there. Either way the next run sends it again."""
    server.fail_next(1, status=503, operation="ingest")
    server.fail_next(1, status=status, operation="ingest")
    memsy.client = memsy.client.with_options(max_retries=0)
    journal = Journal(path, lookup=memsy.control if lookup else None, resend_in_doubt=True)
    assert states(memsy.ingest(some(2), journal=journal)) == [state] * 2
    outcomes = memsy.ingest(some(2), journal=journal)
    assert states(outcomes) == ["acknowledged"] * 2
    assert len(stored(server)) == 2


def test_what_fails_again_stays_in_doubt(memsy, server, path):
    server.fail_next(2, status=503, operation="ingest")
    journal = Journal(path, lookup=memsy.control)
    assert states(memsy.ingest(some(2), journal=journal)) == ["in_doubt"] * 2
    assert ingests(server) == 2
    assert states(memsy.ingest(some(2), journal=journal)) == ["acknowledged"] * 2


def listed(server: LocalMemsy) -> int:
    return sum(request.operation == "events_list" for request in server.requests)


def test_a_lookup_that_is_refused_is_not_tried_again(memsy, server, path):
    server.fail_next(1, status=403, operation="events_list")
    server.fail_next(2, drop=True, after=True, operation="ingest")
    journal = Journal(path, lookup=memsy.control)
    assert states(memsy.ingest(some(4), batch_size=2, concurrency=1, journal=journal)) == ["in_doubt"] * 4
    assert listed(server) == 1
    assert states(memsy.ingest(some(4), batch_size=2, concurrency=1, journal=journal)) == ["acknowledged"] * 4


def test_a_lookup_that_fails_leaves_it_to_the_next_run(memsy, server, path):
    server.fail_next(1, status=500, operation="events_list")
    server.fail_next(1, drop=True, after=True, operation="ingest")
    journal = Journal(path, lookup=memsy.control)
    assert states(memsy.ingest(some(2), journal=journal)) == ["in_doubt"] * 2
    assert states(memsy.ingest(some(2), journal=journal)) == ["acknowledged"] * 2
    assert ingests(server) == 1


def test_a_lookup_goes_no_further_than_it_may(memsy, server, path):
    server.fail_next(1, drop=True, after=True, operation="ingest")
    old = event(0).copy(ts=TS)
    assert states(memsy.ingest([old], journal=path)) == ["in_doubt"]
    SyncCaller(server).ingest([event(number) for number in range(1, 402)], batch_size=1000)
    server.clock.advance(61)
    for pages, state in ((1, "in_doubt"), (2, "in_doubt"), (3, "acknowledged")):
        before = listed(server)
        assert states(memsy.ingest([old], journal=Journal(path, lookup=memsy.control, max_pages=pages))) == [state]
        assert listed(server) - before == pages
    assert ingests(server) == 2


def test_a_lookup_looks_no_further_back_than_the_event_can_be(memsy, server, path):
    SyncCaller(server).ingest([event(n).copy(ts=TS - timedelta(days=n)) for n in range(1000)], batch_size=1000)
    server.fail_next(1, status=503, operation="ingest")
    journal = Journal(path, lookup=memsy.control)
    assert states(memsy.ingest([event(2000).copy(ts=TS)], journal=journal)) == ["acknowledged"]
    assert listed(server) == 1


def test_equal_events_are_told_apart_by_the_ids_that_the_journal_gave(memsy, server, path):
    """Of two equal events the first is acknowledged, the second in doubt: the one that is listed is the first."""
    server.fail_next(1, status=503, operation="search")
    memsy.ingest([event(0)], journal=path)
    server.fail_next(1, status=503, operation="ingest")
    server.clock.advance(61)
    outcomes = memsy.ingest([event(0), event(0)], journal=Journal(path, lookup=memsy.control))
    assert states(outcomes) == ["acknowledged"] * 2
    assert outcomes[0].event_id != outcomes[1].event_id
    assert len(stored(server)) == 2


def test_an_event_whose_answer_another_got_keeps_the_id_that_is_stored_at_its_time(memsy, server, path):
    """Both say the same at different times. The first is stored, its answer lost; the second is answered its id."""
    early, late = event(0).copy(ts=TS), event(0).copy(ts=TS + timedelta(hours=1))
    server.fail_next(1, drop=True, after=True, operation="ingest")
    first = memsy.ingest([early, late], batch_size=1, concurrency=1, journal=path)
    assert states(first) == ["in_doubt", "acknowledged"]
    server.clock.advance(61)
    again = memsy.ingest([early, late], batch_size=1, journal=Journal(path, lookup=memsy.control))
    assert states(again) == ["acknowledged", "duplicate"]
    assert len(stored(server)) == 1


def test_equal_events_of_before_are_not_taken_for_ours(memsy, server, path):
    server.clock.advance(-3600)
    SyncCaller(server).ingest(some(3))
    server.clock.advance(3600)
    server.fail_next(1, status=503, operation="ingest")
    memsy.ingest(some(3), journal=path)
    outcomes = memsy.ingest(some(3), journal=Journal(path, lookup=memsy.control))
    assert [(outcome.state, outcome.resumed) for outcome in outcomes] == [("acknowledged", False)] * 3
    assert len(stored(server)) == 6


# Arguments, and where it runs


@pytest.mark.parametrize(
    "make",
    [
        lambda path: Journal(5),
        lambda path: Journal(""),
        lambda path: Journal(path, lookup=5),
        lambda path: Journal(path, lookup=MemsyClient("http://memsy.test", "msy_key")),
        lambda path: Journal(path, max_pages=0),
        lambda path: Journal(path, skew=-1),
        lambda path: Journal(path, skew=float("nan")),
    ],
)
def test_what_is_no_journal_is_refused(path: Path, make: Callable[[Path], Any]):
    with pytest.raises(MemsyInputError):
        make(path)
    assert not path.exists()


def test_a_path_that_no_file_can_have_is_refused(memsy):
    with pytest.raises(MemsyInputError, match="cannot be opened"):
        memsy.ingest(some(1), journal="nul\0")


def test_the_lookup_has_to_be_of_the_same_flavour(server, path):
    sync, asynchronous = SyncCaller(server), AsyncCaller(server)
    with pytest.raises(MemsyInputError, match=": MemsyControlClient"):
        sync.client.ingest_many([], journal=Journal(path, lookup=asynchronous.control))
    with pytest.raises(MemsyInputError, match="AsyncMemsyControlClient"):
        asynchronous.client.ingest_many([], journal=Journal(path, lookup=sync.control))
    with pytest.raises(MemsyInputError, match="path"):
        sync.client.ingest_many([], journal=5)


def test_its_representation_holds_no_key(server, path):
    assert server.api_key not in repr(Journal(path, lookup=SyncCaller(server).control))


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_an_asynchronous_run_that_is_broken_off_leaves_nothing_in_doubt(backend, server, path):
    async def main() -> None:
        client = AsyncCaller(server).client
        async with client.ingest_many(some(100), batch_size=1, journal=path) as run:
            async for outcome in run:
                if outcome.index == 20:
                    break
        async with client.ingest_many(some(100), batch_size=1, journal=path) as run:
            assert [outcome.state async for outcome in run] == ["acknowledged"] * 100

    anyio.run(main, backend=backend)
    assert ingests(server) == 100


def test_closing_one_whose_source_has_been_read_gives_what_was_under_way(server, path):
    """The source has ended, and the journal of an earlier run knows more events than this run has taken."""
    client = SyncCaller(server).client
    list(client.ingest_many(some(9), batch_size=1, journal=path))
    with client.ingest_many(some(9), batch_size=9, journal=path) as run:
        next(run)
    assert [outcome.index for outcome in run] == list(range(1, 9))


def test_a_run_that_is_broken_off_is_gone_on_with(server, path):
    client = SyncCaller(server).client
    with client.ingest_many(some(100), batch_size=1, journal=path) as run:
        for outcome in run:
            if outcome.index == 20:
                break
    assert {outcome.state for outcome in run} <= {"acknowledged", "failed"}
    assert run.acknowledged == len(server.requests)
    outcomes = list(client.ingest_many(some(100), batch_size=1, journal=path))
    assert states(outcomes) == ["acknowledged"] * 100
    assert outcomes[20].resumed
    assert len(server.requests) == 100


def test_a_source_that_fails_lets_go_of_the_journal(server, path):
    def failing():
        yield from some(3)
        raise LookupError

    client = SyncCaller(server).client
    run = client.ingest_many(failing(), journal=path)
    with pytest.raises(LookupError):
        list(run)
    outcomes = list(client.ingest_many(some(5), journal=path))
    assert [outcome.resumed for outcome in outcomes] == [True] * 3 + [False] * 2


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_cancelled_request_is_in_doubt_for_the_next_run(backend: str, server, path):
    class Stuck:
        """Carries the second request out and holds its answer back."""

        is_stuck = False

        async def send(self, request, limits):
            response = await server.async_transport.send(request, limits)
            if b"note number 1" in (request.body or b"") and not self.is_stuck:
                self.is_stuck = True
                self.scope.cancel()
                await anyio.sleep_forever()
            return response

        async def aclose(self):
            pass

    async def main() -> None:
        caller, stuck = AsyncCaller(server), Stuck()
        client = AsyncMemsyClient(server.base_url, server.api_key, http_client=stuck)
        with anyio.CancelScope() as scope:
            stuck.scope = scope
            async with client.ingest_many(some(3), batch_size=1, concurrency=1, journal=path) as run:
                async for _ in run:
                    pass
        assert scope.cancelled_caught
        server.clock.advance(61)
        journal = Journal(path, lookup=caller.control)
        async with client.ingest_many(some(3), batch_size=1, journal=journal) as run:
            outcomes = [outcome async for outcome in run]
        assert states(outcomes) == ["acknowledged"] * 3
        assert len(stored(server)) == 3

    anyio.run(main, backend=backend)


def test_writing_to_the_disk_does_not_hold_an_event_loop_up(server, path, monkeypatch):
    threads: list[threading.Thread] = []
    sync = files.sync
    monkeypatch.setattr(
        files, "sync", lambda descriptor: (threads.append(threading.current_thread()), sync(descriptor))
    )

    async def main() -> None:
        client = AsyncCaller(server).client
        assert len([outcome async for outcome in client.ingest_many(some(5), batch_size=1, journal=path)]) == 5

    asyncio.run(main())
    assert len(threads) == 6
    assert threading.main_thread() not in threads
