"""Background writers, alike in threads and in both event loops, over real sockets."""

from __future__ import annotations

import json
import logging
import socket
import threading
from contextlib import ExitStack
from datetime import datetime, timezone

import anyio
import pytest
from support.server import Server, hang_up, message
from writers import Service, acknowledge, event, events_of, play, refuse, states

from memsy_client import (
    AsyncMemsyClient,
    EventPayload,
    MemsyClient,
    MemsyClosedError,
    MemsyConnectionError,
    MemsyControlClient,
    MemsyError,
    MemsyInputError,
    MemsyQueueFull,
    RetryPolicy,
    WriterStats,
)
from memsy_client._bulk import delivery, interruptions
from memsy_client.local import LocalMemsy
from memsy_client.local.local_memsy import LOCAL_API_KEY


def counts(**named: int) -> WriterStats:
    return WriterStats(**{**dict.fromkeys(WriterStats._fields, 0), **named})


def test_what_is_added_arrives_and_is_told(flavour, serve):
    outcomes = []

    async def body(writer):
        for number in range(5):
            await writer.add(event(f"event {number}"))
        assert await writer.flush()
        assert writer.stats == counts(acknowledged=5)

    server = serve(acknowledge)
    assert play(flavour, server.origin, body, batch_size=2, on_outcome=outcomes.append) == counts(acknowledged=5)
    assert [(o.index, o.event.content, o.event_id, o.error, o.state, o.resumed) for o in outcomes] == [
        (number, f"event {number}", f"event {number}", None, "acknowledged", False) for number in range(5)
    ]


def test_the_embedded_server_has_all_of_it(flavour):
    async def body(writer):
        for number in range(30):
            await writer.add(event(f"note {number}", f"session {number % 7}"))

    with LocalMemsy() as server:
        stats = play(flavour, server.base_url, body, client={"api_key": server.api_key}, batch_size=4)
        with MemsyControlClient(server.control_url, server.api_key) as control:
            stored = [item.content for item in control.events.iter()]
    assert stats == counts(acknowledged=30)
    assert sorted(stored) == sorted(f"note {number}" for number in range(30))


def test_events_are_sent_in_batches_without_a_flush(flavour, serve):
    service = Service()

    async def body(writer):
        for number in range(5):
            await writer.add(event(f"{number}"))
        while writer.stats.queued:  # a loop goes on meanwhile
            await anyio.lowlevel.checkpoint()

    play(flavour, serve(service).origin, body, batch_size=2, max_delay=0.01)
    assert service.seen == [["0", "1"], ["2", "3"], ["4"]]


def test_an_event_is_copied_and_stamped_when_it_is_added(flavour, serve):
    service = Service()
    given = event("first", additional_properties={"deep": {"er": 1}})
    dated = event("dated", ts=datetime(2020, 1, 2, tzinfo=timezone.utc))
    before = datetime.now(timezone.utc)

    async def body(writer):
        await writer.add(given)
        await writer.add(dated)
        given.content = "changed"
        given.additional_properties["deep"]["er"] = 2

    play(flavour, serve(service).origin, body)
    first, second = service.received
    assert (first["content"], first["deep"], second["ts"]) == ("first", {"er": 1}, "2020-01-02T00:00:00+00:00")
    assert before <= datetime.fromisoformat(first["ts"]) <= datetime.now(timezone.utc)
    assert given.ts is None


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (5, "EventPayload"),
        ({"actor_id": "ana"}, "session_id"),
        ({**event("x").to_dict(), "colour": "red"}, "colour"),
        (event("\ud800"), "surrogate"),
        (event("x", ts=datetime(2020, 1, 1)), "time zone"),
        (EventPayload("ana", None, "user_message", "x"), "session_id"),  # type: ignore[arg-type]
        (EventPayload("ana", "s", "user_message", 5), "content"),  # type: ignore[arg-type]
        (event("x", metadata={"not": "text"}), "metadata"),
        (event("x", ts="yesterday"), "ts"),
        (event("x", additional_properties={"role_id": 5}), "role_id"),
    ],
)
def test_an_event_that_cannot_be_sent_is_refused_at_once(flavour, serve, wrong, why):
    async def body(writer):
        with pytest.raises(MemsyInputError, match=why):
            await writer.add(wrong)
        with pytest.raises(MemsyInputError, match=why):
            writer.add_nowait(wrong)

    server = serve(acknowledge)
    assert play(flavour, server.origin, body) == counts()
    assert not server.requests


def test_an_event_may_be_a_dict_as_it_may_elsewhere(flavour, serve):
    service = Service()

    async def body(writer):
        await writer.add({**event("x").to_dict(), "ts": datetime(2020, 1, 2, tzinfo=timezone.utc)})

    assert play(flavour, serve(service).origin, body) == counts(acknowledged=1)
    assert service.received == [{**event("x").to_dict(), "ts": "2020-01-02T00:00:00+00:00"}]


@pytest.mark.parametrize(
    "options",
    [
        {"batch_size": 0},
        {"batch_size": 1001},
        {"max_delay": -1},
        {"max_queue": 0},
        {"when_full": "panic"},
        {"retry_for": float("nan")},
        {"exit_timeout": None},
        {"on_outcome": 5},
        {"spool": 5},
        {"spool": "/nowhere/at/all"},
        {"spool": "nul\0"},
    ],
)
def test_what_cannot_be_an_option_is_refused(flavour, options):
    async def body(writer):
        raise AssertionError

    with pytest.raises(MemsyInputError, match=next(iter(options))):
        play(flavour, "http://127.0.0.1:1", body, **options)


def test_a_queue_that_is_full_refuses_or_waits(flavour, serve):
    service = Service("a")

    async def body(writer):
        await writer.add(event("a"))
        await writer.add(event("b"))
        with pytest.raises(MemsyQueueFull, match="2 events"):
            writer.add_nowait(event("c"))
        service.let_go()
        await writer.add(event("c"))

    assert play(flavour, serve(service).origin, body, max_queue=2) == counts(acknowledged=3)


def test_a_queue_that_is_to_refuse_does(flavour, serve):
    service = Service("a")

    async def body(writer):
        await writer.add(event("a"))
        with pytest.raises(MemsyQueueFull):
            await writer.add(event("b"))
        service.let_go()

    assert play(flavour, serve(service).origin, body, max_queue=1, when_full="refuse") == counts(acknowledged=1)


def test_waiting_for_room_ends_in_time(serve):
    service = Service("a")
    with MemsyClient(serve(service).origin, "k") as client, client.background(max_queue=1) as writer:
        writer.add(event("a"))
        with pytest.raises(MemsyQueueFull):
            writer.add(event("b"), timeout=0.01)
        service.let_go()


def test_a_queue_that_is_to_drop_drops_the_oldest_that_waits_and_tells(flavour, serve):
    service, outcomes = Service("a"), []

    async def body(writer):
        await writer.add(event("a"))
        await writer.flush(0.01)  # so that it is under way
        await anyio.to_thread.run_sync(service.wait_for, "a")
        for text in "bcd":
            await writer.add(event(text))
        assert writer.stats == counts(queued=3, dropped=1)
        service.let_go()

    options = {"max_queue": 3, "when_full": "drop_oldest", "on_outcome": outcomes.append}
    assert play(flavour, serve(service).origin, body, **options) == counts(acknowledged=3, dropped=1)
    assert sorted(states(outcomes)) == [
        ("a", "acknowledged"),
        ("b", "failed"),
        ("c", "acknowledged"),
        ("d", "acknowledged"),
    ]
    assert [type(o.error) for o in outcomes if o.error] == [MemsyQueueFull]


def test_a_flush_that_takes_too_long_says_so(flavour, serve):
    service = Service("a")

    async def body(writer):
        await writer.add(event("a"))
        assert await writer.flush(0.01) is False
        assert await writer.flush(0) is False
        service.let_go()
        assert await writer.flush() is True

    play(flavour, serve(service).origin, body, max_delay=1000)


def test_a_session_is_in_one_batch_under_way_and_others_go_on(flavour, serve):
    service = Service("a1")

    async def body(writer):
        await writer.add(event("a1", "a"))
        await writer.flush(0)
        await anyio.to_thread.run_sync(service.wait_for, "a1")
        await writer.add(event("a2", "a"))
        await writer.add(event("b1", "b"))
        await writer.flush(0)
        await anyio.to_thread.run_sync(service.wait_for, "b1")
        assert ["a2"] not in service.seen
        service.let_go()

    assert play(flavour, serve(service).origin, body, max_delay=0) == counts(acknowledged=3)
    assert service.seen == [["a1"], ["b1"], ["a2"]]


@pytest.mark.parametrize("status", [429, 503])
def test_a_batch_that_is_retried_holds_back_its_session_alone(flavour, serve, status):
    """Whatever the client's own policy."""
    service = Service(a1=[refuse(status, Retry_After="0.2")])
    refused = threading.Event()

    async def body(writer):
        await writer.add(event("a1", "a"))
        await writer.flush(0)
        await anyio.to_thread.run_sync(refused.wait, 60)
        await writer.add(event("a2", "a"))
        await writer.add(event("b1", "b"))

    client = {"max_retries": 0, "on_response": lambda event: event.status_code == status and refused.set()}
    assert play(flavour, serve(service).origin, body, client=client, max_delay=0) == counts(acknowledged=3)
    assert service.seen == [["a1"], ["b1"], ["a1"], ["a2"]]


@pytest.mark.parametrize("headers", [{}, {"Retry_After": "1000"}])
def test_what_is_given_up_is_told_and_later_events_go_on(flavour, serve, headers):
    service, outcomes = Service(a1=[refuse(503, **headers)] * 100), []

    async def body(writer):
        await writer.add(event("a1", "a"))
        await writer.flush(0)
        await anyio.to_thread.run_sync(service.wait_for, "a1")
        await writer.add(event("a2", "a"))

    options = {"retry_for": 0.02, "max_delay": 0, "on_outcome": outcomes.append}
    assert play(flavour, serve(service).origin, body, **options) == counts(acknowledged=1, failed=1)
    assert states(outcomes) == [("a1", "failed"), ("a2", "acknowledged")]
    assert outcomes[0].error.status_code == 503
    attempts = service.seen.count(["a1"])
    assert attempts == 1 if headers else attempts <= 2


def test_the_clients_own_policy_retries_nothing(flavour, serve):
    service = Service(a=[refuse(429, Retry_After="0")] * 100)

    async def body(writer):
        await writer.add(event("a"))

    stats = play(flavour, serve(service).origin, body, client={"max_retries": 3}, retry_for=0)
    assert stats == counts(failed=1)
    assert service.seen == [["a"]]


def test_what_could_not_be_sent_is_retried(flavour):
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    refused = threading.Event()

    async def body(writer):
        await writer.add(event("a"))
        await writer.flush(0)
        await anyio.to_thread.run_sync(refused.wait, 60)
        stack.enter_context(LocalMemsy(port=port))
        assert await writer.flush()

    with ExitStack() as stack:
        client = {"on_response": lambda event: refused.set(), "api_key": LOCAL_API_KEY}
        stats = play(flavour, f"http://127.0.0.1:{port}/v1", body, client=client)
    assert stats == counts(acknowledged=1)


@pytest.mark.parametrize(
    "answer",
    [hang_up, refuse(500), refuse(502), lambda exchange: exchange.send(message(b'{"event_ids": []}'))],
    ids=["lost", "500", "502", "unreadable"],
)
def test_what_is_in_doubt_is_told_and_not_sent_again(flavour, serve, answer):
    service, outcomes = Service(a=[answer]), []

    async def body(writer):
        await writer.add(event("a"))

    policy = RetryPolicy(statuses={500, 502}, connection_errors=True)
    stats = play(flavour, serve(service).origin, body, client={"retry": policy}, on_outcome=outcomes.append)
    assert stats == counts(in_doubt=1)
    assert states(outcomes) == [("a", "in_doubt")]
    assert service.seen == [["a"]]


def test_a_response_that_does_not_come_leaves_it_in_doubt(flavour, serve):
    service = Service("a")

    async def body(writer):
        await writer.add(event("a"))

    assert play(flavour, serve(service).origin, body, client={"timeout": 0.1}) == counts(in_doubt=1)


def test_a_batch_is_halved_until_what_is_refused_stands_alone(flavour, serve):
    def strict(exchange):
        if any(event["content"] == "bad" for event in events_of(exchange)):
            refuse(422)(exchange)
        else:
            acknowledge(exchange)

    outcomes = []

    async def body(writer):
        for text in ("a", "bad", "c", "d"):
            await writer.add(event(text))

    stats = play(flavour, serve(strict).origin, body, on_outcome=outcomes.append)
    assert stats == counts(acknowledged=3, failed=1)
    assert states(outcomes) == [("a", "acknowledged"), ("bad", "refused"), ("c", "acknowledged"), ("d", "acknowledged")]


def test_a_spent_quota_is_not_waited_for(flavour, serve):
    spent = {"detail": {"error": "usage_limit_exceeded", "message": "Spent."}}
    service = Service(a=[lambda exchange: exchange.send(message(json.dumps(spent).encode(), 429))])

    async def body(writer):
        await writer.add(event("a"))

    assert play(flavour, serve(service).origin, body) == counts(failed=1)


def test_an_event_that_the_service_takes_for_an_earlier_one_is_a_duplicate(flavour):
    outcomes = []

    async def body(writer):
        await writer.add(event("the same"))
        await writer.flush()
        await writer.add(event("the same"))

    with LocalMemsy() as server:
        client = {"api_key": server.api_key}
        stats = play(flavour, server.base_url, body, client=client, on_outcome=outcomes.append)
    assert stats == counts(acknowledged=2)
    assert [outcome.state for outcome in outcomes] == ["acknowledged", "duplicate"]
    assert outcomes[0].event_id == outcomes[1].event_id


def test_what_the_callback_raises_is_logged(flavour, serve, caplog):
    def fail(outcome):
        raise LookupError("what now")

    async def body(writer):
        await writer.add(event("a"))
        await writer.flush()
        await writer.add(event("b"))

    with caplog.at_level(logging.ERROR, "memsy_client"):
        assert play(flavour, serve(acknowledge).origin, body, on_outcome=fail) == counts(acknowledged=2)
    assert [str(record.exc_info[1]) for record in caplog.records] == ["what now"] * 2


def test_inside_the_callback_nothing_is_waited_for(serve):
    raised = []

    def again(outcome):
        if outcome.event.content != "a":
            return
        writer.add(event("b"))  # there is room for it: that of the event that is told
        for wait in (lambda: writer.add(event("c")), writer.flush, writer.close, client.close):
            with pytest.raises(MemsyError) as caught:
                wait()
            raised.append(type(caught.value))

    with MemsyClient(serve(acknowledge).origin, "k") as client:
        with client.background(on_outcome=again, max_queue=1) as writer:
            writer.add(event("a"))
            assert writer.flush()
        assert writer.stats == counts(acknowledged=2)
    assert raised == [MemsyQueueFull, MemsyInputError, MemsyInputError, MemsyInputError]


def test_add_after_close_is_refused(flavour, serve):
    async def body(writer):
        await writer.add(event("a"))
        await writer.close()
        await writer.close()
        with pytest.raises(MemsyClosedError):
            await writer.add(event("b"))
        with pytest.raises(MemsyClosedError):
            writer.add_nowait(event("b"))
        assert await writer.flush()

    assert play(flavour, serve(acknowledge).origin, body) == counts(acknowledged=1)


def test_what_is_left_when_closing_takes_too_long_is_told_and_logged(flavour, serve, caplog):
    service, outcomes = Service("a"), []

    async def body(writer):
        await writer.add(event("a", "a"))
        await writer.flush(0)
        await anyio.to_thread.run_sync(service.wait_for, "a")
        await writer.add(event("b", "a"))
        await writer.close(0.01)

    with caplog.at_level(logging.WARNING, "memsy_client"):
        stats = play(flavour, serve(service).origin, body, on_outcome=outcomes.append)
    assert stats == counts(in_doubt=1, dropped=1)
    assert states(outcomes) == [("a", "in_doubt"), ("b", "failed")]
    assert [type(outcome.error) for outcome in outcomes] == [MemsyConnectionError, MemsyClosedError]
    assert "1 dropped, 0 failed, 1 in doubt" in caplog.text


def test_closing_retries_for_no_longer_than_before(flavour, serve):
    """However many batches wait: each of them is not retried for as long again."""
    service = Service(**{f"a{number}": [refuse(503)] * 100 for number in range(20)})

    async def body(writer):
        for number in range(20):
            await writer.add(event(f"a{number}", "a"))

    stats = play(flavour, serve(service).origin, body, batch_size=1, retry_for=0.05)
    assert stats == counts(failed=20)
    assert len(service.seen) < 30, "the last ones are tried once"


def failing_once(kind: type[Exception], *, after: bool):
    """A middleware that raises around the first request, before or after that is sent."""
    calls = iter([True])

    def middleware(request):
        is_first = next(calls, False)
        if is_first and not after:
            raise kind("msy_secret")
        response = yield request
        if is_first:
            raise kind("msy_secret")
        return response

    return middleware


@pytest.mark.parametrize(
    ("after", "first", "seen"), [(False, "acknowledged", [["a"], ["b"]]), (True, "in_doubt", [["a"], ["b"]])]
)
def test_a_middleware_that_raises_ends_no_writer(flavour, serve, caplog, monkeypatch, after, first, seen):
    """Before anything is sent it is a failure like others; afterwards nobody knows."""
    monkeypatch.setattr(delivery, "_FIRST_WAIT", 0.01)
    service, outcomes = Service(), []

    async def body(writer):
        await writer.add(event("a"))
        await writer.flush()
        await writer.add(event("b"))

    client = {"middleware": [failing_once(RuntimeError, after=after)]}
    with caplog.at_level(logging.ERROR, "memsy_client"):
        play(flavour, serve(service).origin, body, client=client, on_outcome=outcomes.append)
    assert states(outcomes) == [("a", first), ("b", "acknowledged")]
    assert service.seen == seen
    assert "RuntimeError" in caplog.text
    error = outcomes[0].error
    assert "msy_secret" not in f"{error!r} {getattr(error, '__context__', None)!r}"


def test_a_middleware_that_goes_on_raising_is_given_up_as_what_is_not_sent(flavour, serve):
    def middleware(request):
        raise RuntimeError("no more")
        yield request

    async def body(writer):
        await writer.add(event("a"))

    service, client = Service(), {"middleware": [middleware]}
    stats = play(flavour, serve(service).origin, body, client=client, retry_for=0.05)
    assert (stats, service.seen) == (counts(failed=1), [])


def test_a_key_that_cannot_be_had_for_a_moment_is_waited_for(flavour, serve, monkeypatch):
    monkeypatch.setattr(delivery, "_FIRST_WAIT", 0.01)
    keys = iter([OSError("the vault is sealed"), "msy_key"])

    def key():
        given = next(keys, "msy_key")
        if isinstance(given, OSError):
            raise given
        return given

    async def body(writer):
        await writer.add(event("a"))

    stats = play(flavour, serve(acknowledge).origin, body, client={"api_key": key})
    assert stats == counts(acknowledged=1)


class DiesError(BaseException):
    """What ends a thread or a task."""


class Deadly:
    """A transport that ends what uses it."""

    def send(self, request, limits):
        raise DiesError("no more")

    def close(self):
        pass


class AsyncDeadly(Deadly):
    async def send(self, request, limits):
        raise DiesError("no more")

    async def aclose(self):
        pass


def test_a_worker_that_died_makes_add_and_flush_raise(flavour, caplog):
    async def body(writer):
        await writer.add(event("a"))
        with pytest.raises(MemsyError, match="has died") as caught:
            await writer.flush()
        assert isinstance(caught.value.__cause__, DiesError)
        with pytest.raises(MemsyError, match="has died"):
            await writer.add(event("b"))

    client = {"http_client": Deadly() if flavour == "sync" else AsyncDeadly()}
    with caplog.at_level(logging.WARNING, "memsy_client"):
        stats = play(flavour, "http://memsy.test", body, client=client)
    assert stats == counts(in_doubt=1)
    assert "has died" in caplog.text


def test_who_waits_for_room_hears_of_the_death(flavour):
    async def body(writer):
        await writer.add(event("a"))
        with pytest.raises(MemsyError, match="has died"):
            await writer.add(event("b"))

    client = {"http_client": Deadly() if flavour == "sync" else AsyncDeadly()}
    play(flavour, "http://memsy.test", body, client=client, max_queue=1)


def test_closing_the_client_closes_its_writers_first(serve):
    client = MemsyClient(serve(acknowledge).origin, "k")
    writers = [client.background(max_delay=1000), client.with_options(timeout=5).background(max_delay=1000)]
    for writer in writers:
        writer.add(event("a"))
    client.with_options(timeout=5).close()
    assert [writer.stats for writer in writers] == [counts(queued=1)] * 2
    client.close()
    assert [writer.stats for writer in writers] == [counts(acknowledged=1)] * 2


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_closing_an_async_client_closes_its_writers_first(serve, backend):
    async def main():
        client = AsyncMemsyClient(serve(acknowledge).origin, "k")
        async with client.background(max_delay=1000) as writer:
            await writer.add(event("a"))
            await client.close()
            assert writer.stats == counts(acknowledged=1)

    anyio.run(main, backend=backend)


def test_a_client_that_is_closed_has_no_writer():
    memsy = MemsyClient("http://memsy.test", "msy_key")
    view = memsy.with_options(max_retries=0)
    memsy.close()
    for client in (memsy, view):
        with pytest.raises(MemsyClosedError, match="has been closed"):
            client.background()


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_an_async_client_that_is_closed_has_no_writer_and_opens_none(backend):
    async def main():
        memsy = AsyncMemsyClient("http://memsy.test", "msy_key")
        writer = memsy.background()
        await memsy.close()
        with pytest.raises(MemsyClosedError, match="has been closed"):
            memsy.background()
        with pytest.raises(MemsyClosedError, match="has been closed"):
            await writer.__aenter__()

    anyio.run(main, backend=backend)


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_an_async_writer_is_used_in_its_block_only(serve, backend):
    async def main():
        async with AsyncMemsyClient(serve(acknowledge).origin, "k") as client:
            writer = client.background()
            for use in (lambda: writer.add(event("a")), writer.flush):
                with pytest.raises(MemsyInputError, match="async with"):
                    await use()
            with pytest.raises(MemsyInputError, match="async with"):
                writer.add_nowait(event("a"))
            async with writer:
                pass
            with pytest.raises(MemsyInputError, match="once"):
                await writer.__aenter__()

    anyio.run(main, backend=backend)


def test_an_exception_of_the_block_stays_what_it_is(flavour, serve):
    async def body(writer):
        await writer.add(event("a"))
        raise LookupError("mine")

    service = Service()
    with pytest.raises(LookupError, match="mine"):
        play(flavour, serve(service).origin, body)
    assert service.seen == [["a"]]


def test_many_threads_may_add(serve):
    service = Service()

    def work(name):
        for number in range(200):
            writer.add(event(f"{name}-{number}", name))

    with MemsyClient(serve(service).origin, "k") as client:
        with client.background(batch_size=50, max_queue=100) as writer:
            threads = [threading.Thread(target=work, args=(f"t{number}",)) for number in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        assert writer.stats == counts(acknowledged=800)
    for name in ("t0", "t1", "t2", "t3"):
        order = [e["content"] for e in service.received if e["session_id"] == name]
        assert order == [f"{name}-{number}" for number in range(200)]


def test_a_writer_leaves_no_thread_behind(serve):
    with MemsyClient(serve(acknowledge).origin, "k") as client:
        with client.background() as writer:
            writer.add(event("a"))
        for thread in threading.enumerate():
            if thread.name == "memsy-writer":
                thread.join(10)  # it may be about to end
                assert not thread.is_alive()


def test_where_no_thread_can_be_started_the_caller_sends(serve, monkeypatch, tmp_path):
    start = threading.Thread.start

    def refuse_ours(thread: threading.Thread) -> None:
        if thread.name.startswith("memsy"):
            raise RuntimeError("can't start new thread")
        start(thread)

    def refuse_all(*_: object) -> None:
        raise RuntimeError("can't start new thread")

    spool = tmp_path / "spool"
    with MemsyClient(serve(acknowledge).origin, "k") as client, monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", refuse_ours)
        patch.setattr(interruptions, "start_new_thread", refuse_all)
        with client.background(spool=spool) as writer:
            writer.add(event("a"))
            assert "a" in spool.read_text()  # on the disk, which no other thread sees to
            assert writer.flush(60)
            writer.add(event("b"))
        assert writer.stats == counts(acknowledged=2)
    assert not [thread for thread in threading.enumerate() if thread.name == "memsy-spool"]


def test_it_says_what_it_is_and_no_key(serve):
    server: Server = serve(acknowledge)
    with MemsyClient(server.origin, "msy_secret") as client, client.background() as writer:
        assert repr(writer) == f"<BackgroundWriter of {server.origin}: {counts()}>"
