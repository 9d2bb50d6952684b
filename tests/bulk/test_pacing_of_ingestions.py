"""`ingest_many(concurrency="auto")` in all flavours: over sockets, with a journal, and wherever it ends."""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest
import trio
from callers import event
from simulated_service import FixedWindow, Limit, Time
from support.server import Exchange, Server

from memsy_client import (
    AsyncMemsyClient,
    EventPayload,
    Headers,
    IngestOutcome,
    MemsyClient,
    MemsyInputError,
    Request,
    Response,
)
from memsy_client._bulk.paced_senders import BatchPace
from memsy_client._bulk.pacing import Pacer, Turn, pacer_of
from memsy_client.local import LocalMemsy

_FLAVOURS = ["sync", "asyncio", "trio"]


class Limited:
    """The script of a server that takes what a limit lets it take. `taken` has when each request came, and whether."""

    def __init__(self, limit: Limit, wait: str = "1") -> None:
        self.limit = limit
        self.wait = wait
        self.taken: list[tuple[float, bool]] = []
        self._lock = threading.Lock()

    def __call__(self, exchange: Exchange) -> None:
        with self._lock:
            now = time.monotonic()
            is_taken = self.limit.takes(now)
            self.taken.append((now, is_taken))
        events = json.loads(exchange.request.partition(b"\r\n\r\n")[2])["events"]
        answer = {"event_ids": [item["content"] for item in events]} if is_taken else {"detail": "slow down"}
        status = b"200 OK" if is_taken else b"429 Too Many Requests\r\nRetry-After: " + self.wait.encode()
        body = json.dumps(answer).encode()
        head = b"HTTP/1.1 %b\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % (status, len(body))
        exchange.send(head + body)


class AllButSome:
    """A limit that refuses three requests in a row, however fast the machine is."""

    rate = 0.0

    def __init__(self) -> None:
        self.asked = 0

    def takes(self, now: float) -> bool:
        self.asked += 1
        return self.asked not in (5, 6, 7)


def ingest(
    flavour: str,
    origin: str,
    events: Iterator[EventPayload],
    *,
    key: str = "msy_key",
    batch_size: int = 1,
    journal: Path | None = None,
    **options: Any,
) -> list[IngestOutcome]:
    """The outcomes of events; unless told otherwise, they are sent one by one."""
    arguments: dict[str, Any] = {"batch_size": batch_size, "concurrency": "auto", "journal": journal}
    if flavour == "sync":
        with MemsyClient(origin, key, **options) as memsy, memsy.ingest_many(events, **arguments) as outcomes:
            return list(outcomes)

    async def main() -> list[IngestOutcome]:
        async with (
            AsyncMemsyClient(origin, key, **options) as memsy,
            memsy.ingest_many(events, **arguments) as outcomes,
        ):
            return [outcome async for outcome in outcomes]

    return trio.run(main) if flavour == "trio" else asyncio.run(main())


@pytest.mark.parametrize("flavour", _FLAVOURS)
def test_what_is_refused_is_sent_again_and_outcomes_stay_in_order(flavour):
    script = Limited(AllButSome(), wait="0.01")
    with Server([script], records=False) as server:
        outcomes = ingest(flavour, server.origin, (event(n) for n in range(10)), max_retries=20)
    assert [is_taken for _, is_taken in script.taken].count(False) == 3
    assert [outcome.event_id for outcome in outcomes] == [event(n).content for n in range(10)]


@pytest.mark.slow
@pytest.mark.parametrize("flavour", _FLAVOURS)
def test_fifty_requests_a_second_are_found_and_kept_to_for_a_minute(flavour):
    script = Limited(FixedWindow(50))
    began = time.monotonic()

    def events() -> Iterator[EventPayload]:
        number = 0
        while time.monotonic() < began + 75:
            yield event(number)
            number += 1

    with Server([script], records=False) as server:
        outcomes = ingest(flavour, server.origin, events())
    settled = [is_taken for at, is_taken in script.taken if 15 <= at - began < 75]
    assert sum(settled) / 60 == pytest.approx(50, rel=0.1)
    assert settled.count(False) / len(settled) < 0.01
    assert all(outcome.event_id for outcome in outcomes)


class Answering:
    """A transport of either flavour that answers at once, and counts."""

    def __init__(self) -> None:
        self.arrived = 0

    def send(self, request: Request, limits: Any) -> Response:
        self.arrived += 1
        return answer_to(request)

    def close(self) -> None:
        pass


class AsyncAnswering(Answering):
    async def send(self, request: Request, limits: Any) -> Response:  # type: ignore[override]
        return super().send(request, limits)

    async def aclose(self) -> None:
        pass


def answer_to(request: Request) -> Response:
    events = json.loads(request.body or b"")["events"]
    return Response(200, Headers(), json.dumps({"event_ids": [item["content"] for item in events]}).encode())


def pause(memsy: MemsyClient | AsyncMemsyClient) -> None:
    """Have a client wait for a minute, which no test does."""
    pacer, turn = pacer_of(memsy._pacers), Turn()
    pacer.wait(turn)
    pacer.refuse(turn, 60.0)


def test_an_interruption_ends_the_wait_for_a_turn_and_nothing_was_sent():
    def source() -> Iterator[EventPayload]:
        yield event(0)
        raise KeyboardInterrupt

    memsy = MemsyClient("http://memsy.test", "msy_key", http_client=(transport := Answering()))
    pause(memsy)
    outcomes = memsy.ingest_many(source(), batch_size=1, concurrency="auto")
    with pytest.raises(KeyboardInterrupt):
        next(outcomes)
    assert [outcome.state for outcome in outcomes.unreported] == ["failed"]
    assert transport.arrived == 0


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_closing_ends_the_wait_for_a_turn_and_nothing_was_sent(backend):
    async def main() -> None:
        memsy = AsyncMemsyClient("http://memsy.test", "msy_key", http_client=(transport := AsyncAnswering()))
        pause(memsy)
        events = [event(number) for number in range(3)]
        async with memsy.ingest_many(events, batch_size=1, concurrency="auto") as outcomes:

            async def step() -> None:
                with contextlib.suppress(StopAsyncIteration):
                    await anext(outcomes)

            async with anyio.create_task_group() as group:
                group.start_soon(step)
                await anyio.wait_all_tasks_blocked()
                await outcomes.aclose()
        assert {outcome.state for outcome in outcomes.unreported} == {"failed"}
        assert transport.arrived == 0

    anyio.run(main, backend=backend)


def test_a_request_is_noted_in_the_journal_only_when_it_is_its_turn(tmp_path, monkeypatch):
    """So that what waits when a process is killed is not in doubt."""
    journal, noted = tmp_path / "journal", []
    wait = BatchPace.wait

    def wait_and_look(self: BatchPace) -> float:
        noted.append(journal.read_text().count('"sent"'))
        return wait(self)

    monkeypatch.setattr(BatchPace, "wait", wait_and_look)
    memsy = MemsyClient("http://memsy.test", "msy_key", http_client=Answering())
    options: dict[str, Any] = {"batch_size": 1, "concurrency": "auto", "max_concurrency": 1, "journal": journal}
    assert len(list(memsy.ingest_many([event(0), event(1)], **options))) == 2
    assert noted == [0, 1, 1, 2], "each asks before it is noted, and finds that it has its turn when it leaves"


@pytest.mark.parametrize("flavour", _FLAVOURS)
def test_a_refused_event_is_found_by_halving_and_a_lost_connection_leaves_its_batch_in_doubt(flavour, tmp_path):
    events = [event(number) for number in range(6)]
    events[1].content = " "
    options: dict[str, Any] = {"batch_size": 2, "journal": tmp_path / "journal"}
    with LocalMemsy(port=0) as server:
        first = ingest(flavour, server.base_url, iter(events[:4]), key=server.api_key, **options)
        server.fail_next(drop=True, operation="ingest")
        second = ingest(flavour, server.base_url, iter(events), key=server.api_key, **options)
    assert [outcome.state for outcome in first] == ["acknowledged", "refused", "acknowledged", "acknowledged"]
    assert [outcome.state for outcome in second[4:]] == ["in_doubt", "in_doubt"]
    assert all(outcome.resumed for outcome in second[:4])


def pace(time: Time, status: int, headers: list[tuple[str, str]]) -> Pacer:
    """A pacer after twenty answers like this one."""
    pacer = Pacer(time)
    for _ in range(20):
        batch = BatchPace(pacer, set())
        batch.leave()
        batch.end(Response(status, Headers.of(headers), b""))
    return pacer


@pytest.mark.parametrize(
    ("status", "headers", "is_refusal"),
    [
        (429, [], True),
        (503, [("Retry-After", "0")], True),
        (503, [], False),
        (500, [], False),
        (401, [], False),
        (200, [("X-RateLimit-Remaining", "0"), ("X-RateLimit-Limit", "1")], False),
    ],
)
def test_only_refusals_slow_down_whatever_the_months_limit_says(status, headers, is_refusal):
    assert (pace(Time(), status, headers).rate < 1000) == is_refusal


def test_an_attempt_without_an_answer_says_nothing():
    batch = BatchPace(pacer := Pacer(Time()), set())
    batch.leave()
    batch.end(None)
    assert pacer.rate == float("inf")
    assert batch.wait() == 0, "the next one gets a turn of its own"


def test_a_turn_is_not_waited_for_beyond_the_deadline_of_its_call():
    clock = Time()
    pacer = Pacer(clock)
    first = Turn()
    pacer.wait(first)
    pacer.refuse(first, 30.0)
    batch = BatchPace(pacer, set())
    assert batch.wait() == pytest.approx(30)
    batch.bound(2.0)
    assert batch.wait() == pytest.approx(2)
    clock.run(2.0)
    assert batch.wait() == 0, "which lets the call find out that its time is over"


def test_views_share_what_was_found_and_other_clients_do_not():
    memsy = MemsyClient("http://memsy.test", "msy_key")
    other = MemsyClient("http://memsy.test", "msy_key")
    assert pacer_of(memsy.with_options(max_retries=0)._pacers) is pacer_of(memsy._pacers)
    assert pacer_of(other._pacers) is not pacer_of(memsy._pacers)


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"concurrency": "Auto"}, "concurrency has to be a whole number from 1, or \"auto\", not 'Auto'"),
        ({"concurrency": "auto", "max_concurrency": 0}, "max_concurrency has to be a whole number from 1, not 0"),
        ({"concurrency": "auto", "max_concurrency": "auto"}, "max_concurrency has to be a whole number from 1"),
    ],
)
def test_what_cannot_be_used_is_named(options, problem):
    for kind in (MemsyClient, AsyncMemsyClient):
        with pytest.raises(MemsyInputError, match=problem):
            kind("http://memsy.test", "msy_key").ingest_many([], **options)


class Counting:
    """A transport that counts how many requests are there at once, and answers when it has seen as many as expected."""

    def __init__(self, expected: int) -> None:
        self.most = self._there = 0
        self._changed = threading.Condition()
        self._expected = expected

    def send(self, request: Request, limits: Any) -> Response:
        with self._changed:
            self._there += 1
            self.most = max(self.most, self._there)
            self._changed.notify_all()
            assert self._changed.wait_for(lambda: self.most >= self._expected, 60)
            self._there -= 1
        return answer_to(request)

    def close(self) -> None:
        pass


def test_no_more_than_max_concurrency_are_under_way_and_four_times_as_many_held():
    transport, read = Counting(expected=3), 0

    def source() -> Iterator[EventPayload]:
        nonlocal read
        for number in range(60):
            read = number + 1
            yield event(number)

    memsy = MemsyClient("http://memsy.test", "msy_key", http_client=transport)
    with memsy.ingest_many(source(), batch_size=1, concurrency="auto", max_concurrency=3) as outcomes:
        for outcome in outcomes:
            assert read <= outcome.index + 1 + 4 * 3
    assert outcome.index == 59
    assert transport.most == 3
