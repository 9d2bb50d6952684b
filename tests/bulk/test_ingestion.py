"""`ingest_many`, alike in both kinds of client."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import AsyncIterator

import pytest
from callers import AsyncCaller, SyncCaller, event

from memsy_client import (
    AsyncMemsyClient,
    AuthenticationError,
    AuthorizationError,
    EventPayload,
    IngestProgress,
    MemsyAPIError,
    MemsyClient,
    MemsyClosedError,
    MemsyConnectionError,
    MemsyInputError,
    UsageLimitExceeded,
)
from memsy_client._bulk import ingestion
from memsy_client.local import LocalMemsy


def test_every_event_gets_its_id_in_order(memsy, server):
    events = [event(number) for number in range(25)]
    outcomes = memsy.ingest(iter(events), batch_size=4, concurrency=3)
    assert [outcome.index for outcome in outcomes] == list(range(25))
    assert [outcome.event for outcome in outcomes] == events
    stored = {item.event_id: item.content for item in contents(server)}
    assert [stored[outcome.event_id] for outcome in outcomes] == [e.content for e in events]


def contents(server: LocalMemsy):
    from memsy_client import MemsyControlClient

    return MemsyControlClient(server.control_url, server.api_key, http_client=server.transport).events.iter(limit=200)


def test_an_invalid_event_does_not_take_its_batch_along(memsy):
    events = [event(number, " " if number in (3, 11) else "") for number in range(16)]
    outcomes = memsy.ingest(events, batch_size=8)
    assert [outcome.index for outcome in outcomes if outcome.error] == [3, 11]
    assert isinstance(outcomes[3].error, MemsyAPIError)
    assert outcomes[3].error.status_code == 422
    assert all(outcome.event_id for outcome in outcomes if outcome.index not in (3, 11))


def test_an_event_that_cannot_be_sent_does_not_take_its_batch_along(memsy):
    outcomes = memsy.ingest([event(0), event(1, "\ud800"), event(2)])
    assert [type(outcome.error) for outcome in outcomes] == [type(None), MemsyInputError, type(None)]


def test_an_error_counts_events_as_the_source_does(memsy, server):
    """Not as the request does, which may be half a batch."""
    events = [event(number) for number in range(9)]
    events[4], events[6] = EventPayload("ana", "", "app_event", "no session"), "no event"
    outcomes = memsy.ingest(events, batch_size=3)
    assert "body.events.4.session_id: " in str(outcomes[4].error)
    assert "body.events.4.session_id: " in outcomes[4].error.detail
    assert outcomes[4].error.errors[0]["loc"] == ["body", "events", 4, "session_id"]
    assert repr(outcomes[6].error) == "MemsyInputError('events[6] has to be of the class EventPayload, not str')"
    problem = {"loc": ["body", "events", 1, "content"], "msg": "no", "type": "of a plugin"}

    def source():
        yield from [event(number) for number in range(3)]
        server.fail_next(status=400, body={"detail": [problem, {"loc": "body", "msg": "no", "type": "t"}]})
        yield from [event(number) for number in range(3, 6)]

    outcomes = memsy.ingest(source(), batch_size=3, concurrency=1)
    assert "events.4.content" in str(outcomes[3].error)


def test_a_batch_that_is_lost_is_told_for_each_of_its_events_and_the_others_go_on(memsy, server):
    server.fail_next(status=503, operation="ingest")
    outcomes = memsy.ingest([event(number) for number in range(6)], batch_size=2, concurrency=1)
    assert [outcome.error is not None for outcome in outcomes] == [True, True, False, False, False, False]


def test_each_batch_is_retried_by_itself(memsy, server):
    server.fail_next(3, status=429, headers={"Retry-After": "0"}, operation="ingest")
    assert all(outcome.event_id for outcome in memsy.ingest([event(number) for number in range(6)], batch_size=2))


def test_progress_counts_up(memsy):
    seen: list[IngestProgress] = []
    memsy.ingest([event(number) for number in range(5)], batch_size=2, concurrency=1, on_progress=seen.append)
    assert seen == [IngestProgress(2, 0), IngestProgress(4, 0), IngestProgress(5, 0)]


def test_the_exception_of_the_source_comes_after_the_outcomes_of_what_it_gave(server):
    def source():
        yield from (event(number) for number in range(3))
        raise LookupError("the file ends here")

    run = SyncCaller(server).client.ingest_many(source(), batch_size=2, concurrency=1)
    assert all(outcome.event_id for outcome in [next(run), next(run), next(run)])
    with pytest.raises(LookupError):
        next(run)


def test_after_an_interruption_it_says_what_was_acknowledged(server):
    def stop(progress):
        raise KeyboardInterrupt

    run = SyncCaller(server).client.ingest_many(
        (event(n) for n in range(6)), batch_size=3, concurrency=2, on_progress=stop
    )
    with pytest.raises(KeyboardInterrupt):
        next(run)
    assert [outcome.index for outcome in run.unreported] == list(range(6))
    assert all(outcome.event_id for outcome in run.unreported)
    assert (run.acknowledged, run.failed) == (6, 0)


def test_a_cancelled_ingestion_says_what_was_acknowledged_and_what_nobody_knows(server):
    arrived = asyncio.Event()

    class Stuck:
        """Answers the first batch and holds the second for ever."""

        async def send(self, request, limits):
            if b"note number 2" in (request.body or b""):
                arrived.set()
                await asyncio.sleep(3600)
            return await server.async_transport.send(request, limits)

        async def aclose(self):
            pass

    async def main():
        client = AsyncMemsyClient(server.base_url, server.api_key, http_client=Stuck())
        run = client.ingest_many([event(n) for n in range(4)], batch_size=2, concurrency=2)
        task = asyncio.ensure_future(anext(run))
        await arrived.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return run.unreported

    unreported = asyncio.run(main())
    assert [outcome.index for outcome in unreported] == [0, 1, 2, 3]
    assert [isinstance(outcome.error, MemsyConnectionError) for outcome in unreported[2:]] == [True, True]


def test_events_may_come_from_an_asynchronous_source(server):
    async def source() -> AsyncIterator[EventPayload]:
        for number in range(3):
            yield event(number)

    assert all(outcome.event_id for outcome in AsyncCaller(server).ingest(source()))


@pytest.mark.parametrize(
    "size", [0, -1, 2.5, True, None, float("nan"), 10**5000, "a" * 100_000], ids=lambda size: type(size).__name__
)
@pytest.mark.parametrize("name", ["batch_size", "concurrency"])
def test_a_size_that_is_none_is_refused_in_a_short_line_before_anything_is_read(memsy, name, size):
    if name == "concurrency" and size == 10**5000:
        return  # all at once
    with pytest.raises(MemsyInputError, match=name) as caught:
        memsy.ingest(iter([event(0)]), **{name: size})
    assert len(str(caught.value)) < 200


def test_a_progress_hook_that_would_have_to_be_awaited_is_refused(memsy):
    async def hook(progress: IngestProgress) -> None: ...

    with pytest.raises(MemsyInputError, match=r"on_progress .*async"):
        memsy.ingest([], on_progress=hook)


def test_an_unknown_key_is_told_for_every_event(server):
    client = MemsyClient(server.base_url, "msy_unknown_key_1234567890", http_client=server.transport)
    assert [type(o.error) for o in client.ingest_many([event(0), event(1)])] == [AuthenticationError] * 2


@pytest.mark.parametrize(
    ("refusal", "kind"),
    [
        ({"status": 401}, AuthenticationError),
        ({"status": 403}, AuthorizationError),
        (
            {"status": 429, "body": {"detail": {"error": "usage_limit_exceeded", "message": "Spent."}}},
            UsageLimitExceeded,
        ),
    ],
)
def test_it_stops_sending_when_the_answer_can_only_repeat_itself_and_says_so(memsy, server, refusal, kind):
    memsy.ingest([event(0), event(1)])
    server.fail_next(1000, operation="ingest", **refusal)
    before = len(server.requests)
    outcomes = memsy.ingest((event(number) for number in range(200)), batch_size=2, concurrency=3)
    assert len(server.requests) - before <= 3
    assert [outcome.index for outcome in outcomes] == list(range(200))
    assert all(isinstance(outcome.error, kind) for outcome in outcomes)
    assert memsy.run.stopped_by is outcomes[-1].error
    assert (memsy.run.acknowledged, memsy.run.failed) == (0, 200)


def test_what_was_acknowledged_before_it_stopped_stays_acknowledged(memsy, server):
    def revoke(progress):
        server.fail_next(1000, status=401, operation="ingest")

    outcomes = memsy.ingest([event(number) for number in range(20)], batch_size=2, concurrency=1, on_progress=revoke)
    assert [outcome.event_id is not None for outcome in outcomes] == [True] * 2 + [False] * 18
    assert len(server.requests) == 2


def test_it_stops_when_a_half_of_a_batch_is_refused_like_that(memsy, server):
    server.fail_next(1, status=413, operation="ingest")
    server.fail_next(1000, status=401, operation="ingest")
    outcomes = memsy.ingest([event(number) for number in range(8)])
    assert [type(outcome.error) for outcome in outcomes] == [AuthenticationError] * 8
    assert len(server.requests) == 2


def fails_the_third_time():
    calls, lock = [], threading.Lock()

    def call() -> None:
        with lock:
            calls.append(1)
            if len(calls) == 3:
                raise ValueError("the third")

    return call


def test_what_a_middleware_raises_comes_out_and_the_iteration_can_be_gone_on_with(server, tmp_path):
    fail = fails_the_third_time()

    def middleware(request):
        fail()
        return (yield request)

    client = MemsyClient(server.base_url, server.api_key, http_client=server.transport, middleware=[middleware])
    events = [event(number) for number in range(12)]
    run = client.ingest_many(events, batch_size=2, concurrency=1, journal=tmp_path / "journal")
    outcomes = []
    with pytest.raises(ValueError, match="the third"):
        outcomes.extend(run)
    outcomes = [*outcomes, *run]
    assert [outcome.index for outcome in outcomes if outcome.state == "in_doubt"] == [4, 5]
    assert {outcome.index for outcome in outcomes if outcome.state == "acknowledged"} <= {*range(12)} - {4, 5}
    # What was not sent is sent by the next run.
    again = list(client.ingest_many(events, batch_size=2, journal=tmp_path / "journal"))
    assert [outcome.index for outcome in again if outcome.state != "acknowledged"] == [4, 5]
    assert len({outcome.event_id for outcome in again if outcome.event_id is not None}) == 10


def test_it_stops_when_the_function_for_the_key_raises(server):
    fail = fails_the_third_time()

    def key() -> str:
        fail()
        return server.api_key

    client = MemsyClient(server.base_url, key, http_client=server.transport)
    run = client.ingest_many([event(number) for number in range(12)], batch_size=2, concurrency=1)
    outcomes = list(run)
    assert [outcome.state for outcome in outcomes] == ["acknowledged"] * 4 + ["failed"] * 8
    assert isinstance(run.stopped_by, MemsyInputError)
    assert len(server.requests) == 2


def test_a_rate_limit_or_a_server_error_stops_nothing(memsy, server):
    for status in (429, 500, 413):
        server.fail_next(1, status=status, operation="ingest")
    memsy.client = memsy.client.with_options(max_retries=0)
    outcomes = memsy.ingest([event(number) for number in range(8)], batch_size=1, concurrency=1)
    assert [outcome.error is None for outcome in outcomes] == [False] * 3 + [True] * 5
    assert memsy.run.stopped_by is None


def test_on_a_client_that_is_closed_meanwhile_it_stops(server):
    client = SyncCaller(server).client
    run = client.ingest_many((event(number) for number in range(100)), batch_size=2, concurrency=2)
    first = next(run)
    client.close()
    outcomes = [first, *run]
    sent = 2 * len(server.requests)
    assert 2 <= sent <= 4 * 2 * 2
    assert [outcome.error is None for outcome in outcomes] == [True] * sent + [False] * (100 - sent)
    assert isinstance(run.stopped_by, MemsyClosedError)


def test_an_interruption_does_not_wait_for_a_request_that_hangs(server, monkeypatch):
    monkeypatch.setattr(ingestion, "GRACE", 0.01)
    released = threading.Event()

    class Stuck:
        """Answers the first batch and holds the second."""

        def send(self, request, limits):
            if b"note number 2" in (request.body or b""):
                released.wait(60)
            return server.transport.send(request, limits)

        def close(self):
            pass

    def stop(progress):
        raise KeyboardInterrupt

    client = MemsyClient(server.base_url, server.api_key, http_client=Stuck())
    run = client.ingest_many([event(n) for n in range(4)], batch_size=2, concurrency=2, on_progress=stop)
    with pytest.raises(KeyboardInterrupt):
        next(run)
    assert [outcome.event_id is not None for outcome in run.unreported] == [True, True, False, False]
    assert all(isinstance(outcome.error, MemsyConnectionError) for outcome in run.unreported[2:])
    released.set()
    assert (run.acknowledged, run.failed) == (2, 2)
    assert len([*run]) == 4


def test_hooks_see_the_context_of_the_caller(memsy):
    variable = contextvars.ContextVar("variable", default="outside")
    seen = []
    memsy.client = memsy.client.with_options(on_request=lambda _: seen.append(variable.get()))
    variable.set("inside")
    memsy.ingest([event(0), event(1)], batch_size=1)
    assert seen == ["inside"] * 2


def test_an_interruption_of_the_source_loses_no_event_that_was_read(server):
    interrupted = False

    class Source:
        def __init__(self):
            self.given = 0

        def __iter__(self):
            return self

        def __next__(self):
            nonlocal interrupted
            if self.given == 3 and not interrupted:
                interrupted = True
                raise KeyboardInterrupt
            if self.given == 5:
                raise StopIteration
            self.given += 1
            return event(self.given)

    run = SyncCaller(server).client.ingest_many(Source(), batch_size=10)
    with pytest.raises(KeyboardInterrupt):
        next(run)
    assert [outcome.event.content for outcome in run] == [f"note number {n}" for n in range(1, 6)]
    assert run.acknowledged == 5


@pytest.mark.parametrize("events", [5, None, "ab", {"a": 1}])
def test_what_holds_no_events_is_refused(memsy, events):
    with pytest.raises(MemsyInputError, match="events"):
        memsy.ingest(events)


def test_a_batch_over_what_the_contract_allows_is_refused(memsy):
    with pytest.raises(MemsyInputError, match="1000"):
        memsy.ingest([event(0)], batch_size=1001)


class Rotating:
    """Gives these keys in turn, the last one for ever; raises those that are exceptions."""

    def __init__(self, *keys):
        self.keys = list(keys)
        self.asked = 0

    def __call__(self):
        self.asked += 1
        key = self.keys.pop(0) if len(self.keys) > 1 else self.keys[0]
        if isinstance(key, Exception):
            raise key
        return key


def with_key_of(memsy, server, keys) -> None:
    """Have the caller's client ask for its key."""
    options = {"http_client": memsy.client._sender.shared.transport}
    memsy.client = type(memsy.client)(server.base_url, keys, **options)


def test_each_batch_asks_for_the_key(memsy, server):
    keys = Rotating("msy_wrong", server.api_key)
    with_key_of(memsy, server, keys)
    outcomes = memsy.ingest([event(number) for number in range(6)], batch_size=2, concurrency=1)
    assert [outcome.error for outcome in outcomes] == [None] * 6
    assert keys.asked == 4


@pytest.mark.parametrize("key", [ValueError("vault"), ""], ids=["raises", "empty"])
def test_a_key_that_cannot_be_had_ends_it_without_dividing_a_batch(memsy, server, key):
    keys = Rotating(server.api_key, key)
    with_key_of(memsy, server, keys)
    outcomes = memsy.ingest([event(number) for number in range(12)], batch_size=4, concurrency=1)
    assert [type(outcome.error) for outcome in outcomes] == [type(None)] * 4 + [MemsyInputError] * 8
    assert keys.asked == 2
    assert memsy.run.stopped_by is outcomes[-1].error
    assert (memsy.run.acknowledged, memsy.run.failed) == (4, 8)


def test_what_a_middleware_raises_comes_out_unchanged_after_what_is_known(memsy, server):
    class OwnError(Exception):
        pass

    error, sent = OwnError(), []

    def fail_the_third(request):
        sent.append(request)
        if len(sent) == 3:
            raise error
        return (yield request)

    memsy.client = memsy.client.with_options(middleware=[fail_the_third])
    with pytest.raises(OwnError) as caught:
        memsy.ingest([event(number) for number in range(8)], batch_size=2, concurrency=1)
    assert caught.value is error
    assert memsy.run.acknowledged == 4
    assert [type(outcome.error) for outcome in memsy.run.unreported] == [MemsyConnectionError] * 2


def test_middleware_is_around_each_batch(memsy, server):
    bodies = []

    def note(request):
        bodies.append(request.body)
        return (yield request)

    memsy.client = memsy.client.with_options(middleware=[note])
    outcomes = memsy.ingest([event(number) for number in range(6)], batch_size=2)
    assert all(outcome.event_id for outcome in outcomes)
    assert len(set(bodies)) == 3
