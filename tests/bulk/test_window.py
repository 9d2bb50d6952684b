"""How far `ingest_many` is ahead of what it has given, and what it leaves behind wherever it ends."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import os
import selectors
import signal
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import anyio
import pytest
import trio.testing
from callers import event

from memsy_client import (
    AsyncIngestion,
    AsyncMemsyClient,
    Headers,
    MemsyClient,
    MemsyClosedError,
    MemsyConnectionError,
    Request,
    Response,
)
from memsy_client._bulk import ingestion


def number_of(request: Request) -> int:
    """The number of the first event in a request."""
    return int(json.loads(request.body or b"")["events"][0]["content"].split()[-1])


def ids(request: Request) -> Response:
    """As many ids as there are events, each made of its content."""
    events = json.loads(request.body or b"")["events"]
    return Response(200, Headers(), json.dumps({"event_ids": [event["content"] for event in events]}).encode())


class Held:
    """Holds some requests until they are released, and answers the others."""

    def __init__(self, *held: int) -> None:
        self.held = held
        self.released = threading.Event()
        self.arrived: list[int] = []
        self.answered: list[int] = []
        self.changed = threading.Condition()

    def send(self, request: Request, limits: Any) -> Response:
        number = number_of(request)
        self._note(self.arrived, number)
        if number in self.held:
            assert self.released.wait(60)
        self._note(self.answered, number)
        return ids(request)

    def _note(self, numbers: list[int], number: int) -> None:
        with self.changed:
            numbers.append(number)
            self.changed.notify_all()

    def wait_for(self, condition: Callable[[], bool]) -> None:
        with self.changed:
            assert self.changed.wait_for(condition, 60)

    def close(self) -> None:
        pass


class AsyncHeld:
    """The same for an asynchronous client. `under_way` has the requests that have neither ended nor been cancelled."""

    def __init__(self, *held: int) -> None:
        self.held = held
        self.released = anyio.Event()
        self.under_way: set[int] = set()
        self.answered: list[int] = []

    async def send(self, request: Request, limits: Any) -> Response:
        number = number_of(request)
        self.under_way.add(number)
        try:
            if number in self.held:
                await self.released.wait()
        finally:
            self.under_way.discard(number)
        self.answered.append(number)
        return ids(request)

    async def aclose(self) -> None:
        pass


def client(transport: Any, **options: Any) -> MemsyClient:
    return MemsyClient("http://memsy.test", "msy_key", http_client=transport, **options)


def async_client(transport: Any) -> AsyncMemsyClient:
    return AsyncMemsyClient("http://memsy.test", "msy_key", http_client=transport)


class Source:
    """Events without end; `read` says how many were taken."""

    def __init__(self) -> None:
        self.read = 0

    def __iter__(self) -> Iterator[Any]:
        while True:
            self.read += 1
            yield event(self.read - 1)


#: The threads that were there before a test: another test's may go on for a while.
_earlier: set[threading.Thread] = set()


@pytest.fixture(autouse=True)
def earlier_threads() -> None:
    _earlier.clear()
    _earlier.update(threading.enumerate())


def is_quiet() -> bool:
    """Whether no thread of a request is left: one whose request has ended is about to end."""
    threads = [thread for thread in threading.enumerate() if thread.name == "memsy-request" and thread not in _earlier]
    for thread in threads:
        thread.join(10)
    return not any(thread.is_alive() for thread in threads)


# How far ahead


def test_while_one_batch_is_slow_others_go_on_as_far_as_the_window_reaches():
    held, source = Held(0), Source()
    run = client(held).ingest_many(source, batch_size=5, concurrency=2)
    reached = []

    def release() -> None:
        held.wait_for(lambda: len(held.answered) == 7)
        reached.append(source.read)
        held.released.set()

    releasing = threading.Thread(target=release)
    releasing.start()
    with run:
        assert [next(run).index for _ in range(40)] == list(range(40))
    releasing.join()
    assert reached == [4 * 2 * 5]


def test_no_more_requests_are_under_way_than_it_was_told():
    most, now, lock = 0, 0, threading.Lock()

    class Counting(Held):
        def send(self, request: Request, limits: Any) -> Response:
            nonlocal most, now
            with lock:
                now += 1
                most = max(most, now)
            response = super().send(request, limits)
            self.wait_for(lambda: len(self.arrived) >= 3)  # so that the first ones meet
            with lock:
                now -= 1
            return response

    outcomes = list(client(Counting()).ingest_many([event(n) for n in range(200)], batch_size=1, concurrency=3))
    assert [outcome.index for outcome in outcomes] == list(range(200))
    assert most == 3


class JumpingSelector(selectors.DefaultSelector):
    """Lets the time of its loop pass at once when there is nothing to wait for but time."""

    now = 0.0

    def select(self, timeout: float | None = None) -> Any:
        ready = super().select(None if timeout is None else 0)
        if not ready and timeout:
            self.now += timeout
        return ready


class FakeLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self.selector = JumpingSelector()
        super().__init__(self.selector)

    def time(self) -> float:
        return self.selector.now


class SlowOnes:
    """Takes a second for each request, and ten for one in ten."""

    async def send(self, request: Request, limits: Any) -> Response:
        await anyio.sleep(10 if number_of(request) % 10 == 9 else 1)
        return ids(request)

    async def aclose(self) -> None:
        pass


async def seconds_of(run: AsyncIngestion, *, entered: bool) -> float:
    async with run if entered else contextlib.nullcontext():
        started = anyio.current_time()
        assert [outcome.index async for outcome in run] == list(range(200))
        return anyio.current_time() - started


IDEAL = (180 + 20 * 10) / 4


@pytest.mark.parametrize("entered", [True, False])
def test_slow_batches_cost_at_most_half_as_much_again_as_the_ideal(entered: bool):
    loop = FakeLoop()
    with contextlib.closing(loop):
        run = async_client(SlowOnes()).ingest_many([event(n) for n in range(200)], batch_size=1)
        assert loop.run_until_complete(seconds_of(run, entered=entered)) <= 1.5 * IDEAL


def test_so_they_do_on_trio():
    async def main() -> None:
        run = async_client(SlowOnes()).ingest_many([event(n) for n in range(200)], batch_size=1)
        assert await seconds_of(run, entered=True) <= 1.5 * IDEAL

    trio.run(main, clock=trio.testing.MockClock(autojump_threshold=0))


# What it leaves behind


def test_closing_it_waits_for_what_is_under_way_and_sends_nothing_more():
    held = Held(1)
    run = client(held).ingest_many(Source(), batch_size=1, concurrency=2)
    next(run)
    held.wait_for(lambda: 1 in held.arrived)
    closing = threading.Thread(target=run.close)
    closing.start()
    assert closing.is_alive()
    held.released.set()
    closing.join()
    assert is_quiet()
    sent = len(held.answered)
    assert run.acknowledged == sent == len(held.arrived)
    assert [outcome.index for outcome in run if outcome.state == "acknowledged"] == list(range(1, sent))
    run.close()
    assert len(held.arrived) == sent


def test_closing_it_lets_go_of_the_source():
    ended = []

    def source() -> Iterator[Any]:
        try:
            yield from Source()
        finally:
            ended.append(True)

    with client(Held()).ingest_many(source(), batch_size=1) as run:
        next(run)
    assert ended == [True]


def test_it_need_not_have_begun_to_be_closed():
    with client(Held()).ingest_many(Source()) as run:
        pass
    assert list(run) == []


def leave_by_break(held: Held) -> None:
    for _ in client(held).ingest_many(Source(), batch_size=1, concurrency=2):
        break


def leave_by_break_in_with(held: Held) -> None:
    with client(held).ingest_many(Source(), batch_size=1, concurrency=2) as run:
        for _ in run:
            break


def leave_by_exception(held: Held) -> None:
    with contextlib.suppress(LookupError), client(held).ingest_many(Source(), batch_size=1, concurrency=2) as run:
        for _ in run:
            raise LookupError


def leave_by_exception_without_with(held: Held) -> None:
    with contextlib.suppress(LookupError):
        for _ in client(held).ingest_many(Source(), batch_size=1, concurrency=2):
            raise LookupError


@pytest.mark.parametrize(
    "leave", [leave_by_break, leave_by_break_in_with, leave_by_exception, leave_by_exception_without_with]
)
def test_whatever_way_it_is_left_no_request_and_no_thread_is(leave: Callable[[Held], None]):
    held = Held()
    leave(held)
    sent = len(held.arrived)
    assert is_quiet()
    assert sorted(held.answered) == sorted(held.arrived)
    assert sent == len(held.arrived) > 0


def test_a_dropped_iterator_does_not_wait_for_a_request_that_hangs(monkeypatch):
    monkeypatch.setattr(ingestion, "GRACE", 0.01)
    held = Held(1)
    run = client(held).ingest_many(Source(), batch_size=1, concurrency=2)
    next(run)
    del run
    held.released.set()
    assert is_quiet()
    assert len(held.answered) == len(held.arrived)


def test_leaving_with_by_ctrl_c_does_not_wait_for_a_request_that_hangs(monkeypatch):
    monkeypatch.setattr(ingestion, "GRACE", 0.01)
    held = Held(1)
    run = client(held).ingest_many(Source(), batch_size=1, concurrency=2)
    next(run)
    with pytest.raises(KeyboardInterrupt), run:
        raise KeyboardInterrupt
    assert isinstance(run.unreported[0].error, MemsyConnectionError)
    assert run.unreported[0].state == "in_doubt"
    held.released.set()


def test_a_retry_that_waits_ends_with_it():
    waiting = threading.Event()

    class Busy(Held):
        def send(self, request: Request, limits: Any) -> Response:
            if number_of(request) == 0:
                return ids(request)
            waiting.set()
            return Response(429, Headers.of([("Retry-After", "50")]), b"{}")

    run = client(Busy()).ingest_many([event(0), event(1)], batch_size=1)
    next(run)
    assert waiting.wait(60)
    run.close()
    assert is_quiet()
    assert [outcome.state for outcome in run.unreported] == ["failed"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes cannot fork here")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
def test_a_forked_child_waits_for_nothing_of_its_parents():
    held = Held(1)
    run = client(held).ingest_many([event(n) for n in range(20)], batch_size=1, concurrency=2)
    next(run)
    child = os.fork()
    if not child:
        signal.alarm(30)
        held.held = ()
        states = [outcome.state for outcome in run]
        os._exit(len(states) != 19 or "in_doubt" not in states or states[-1] != "acknowledged")
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    held.released.set()
    assert {outcome.state for outcome in run} == {"acknowledged"}


Leave = Callable[[AsyncMemsyClient], Awaitable[Any]]


async def break_off(memsy: AsyncMemsyClient) -> None:
    async for _ in memsy.ingest_many(Source(), batch_size=1, concurrency=2):
        break


async def break_off_in_with(memsy: AsyncMemsyClient) -> None:
    async with memsy.ingest_many(Source(), batch_size=1, concurrency=2) as run:
        async for _ in run:
            break
    assert run.acknowledged == len(memsy._sender.shared.transport.answered)


async def raise_within(memsy: AsyncMemsyClient) -> None:
    with contextlib.suppress(LookupError):
        async with memsy.ingest_many(Source(), batch_size=1, concurrency=2) as run:
            async for _ in run:
                raise LookupError


async def close_it(memsy: AsyncMemsyClient) -> None:
    run = memsy.ingest_many(Source(), batch_size=1, concurrency=2)
    await anext(run)
    await run.aclose()
    assert run.acknowledged == len(memsy._sender.shared.transport.answered)


async def cancel_within(memsy: AsyncMemsyClient) -> None:
    with anyio.CancelScope() as scope:
        async with memsy.ingest_many(Source(), batch_size=1, concurrency=2) as run:
            async for _ in run:
                scope.cancel()
                await anyio.sleep_forever()


async def close_within(memsy: AsyncMemsyClient) -> None:
    async with memsy.ingest_many(Source(), batch_size=1, concurrency=2) as run:
        await anext(run)
        await run.aclose()
        await anyio.lowlevel.checkpoint()  # which is not cancelled
        assert len([outcome async for outcome in run]) > 0


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
@pytest.mark.parametrize("leave", [break_off, break_off_in_with, raise_within, close_it, cancel_within, close_within])
def test_whatever_way_it_is_left_no_task_and_no_request_is(backend: str, leave: Leave):
    async def main() -> None:
        # An orderly end waits for what hangs, and so does a step on trio outside `async with`.
        is_abrupt = leave in (raise_within, cancel_within) or (leave is break_off and backend == "asyncio")
        held = AsyncHeld(*([1] if is_abrupt else []))
        tasks = number_of_tasks(backend)
        await leave(async_client(held))
        for _ in range(10):  # where nobody awaits its end, it takes the loop some turns
            await anyio.lowlevel.checkpoint()
        assert number_of_tasks(backend) == tasks
        assert held.under_way == set()
        assert 0 in held.answered

    anyio.run(main, backend=backend)


def number_of_tasks(backend: str) -> int:
    return len(asyncio.all_tasks()) if backend == "asyncio" else trio.lowlevel.current_statistics().tasks_living


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_closing_it_cancels_what_is_under_way_when_it_is_cancelled_itself(backend: str):
    async def main() -> None:
        held = AsyncHeld(1)
        async with async_client(held).ingest_many(Source(), batch_size=1, concurrency=2) as run:
            await anext(run)
            with anyio.CancelScope() as scope:
                scope.cancel()
                await run.aclose()
            assert held.under_way == set()
            assert [outcome.state for outcome in run.unreported if outcome.index == 1] == ["in_doubt"]

    anyio.run(main, backend=backend)


def test_a_step_on_trio_outside_of_a_block_ends_with_all_that_it_started():
    async def main() -> None:
        held = AsyncHeld(1)
        run = async_client(held).ingest_many(
            [event(0), event(1)], batch_size=1, concurrency=2, on_progress=lambda _: held.released.set()
        )
        assert (await anext(run)).index == 0
        assert held.answered == [0, 1]
        assert [outcome.index async for outcome in run] == [1]

    anyio.run(main, backend="trio")


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_another_task_may_close_it_while_a_step_waits(backend: str):
    async def main() -> None:
        held = AsyncHeld(0)

        async def close() -> None:
            while 0 not in held.under_way:
                await anyio.lowlevel.checkpoint()
            with anyio.CancelScope() as scope:
                scope.cancel()
                await run.aclose()

        run = async_client(held).ingest_many([event(0), event(1)], batch_size=1)
        async with run, anyio.create_task_group() as tasks:
            tasks.start_soon(close)
            outcomes = [outcome async for outcome in run]
        assert len(outcomes) == 2
        assert outcomes[0].event_id is None

    anyio.run(main, backend=backend)


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_closing_it_ends_a_retry_that_waits(backend: str):
    class Busy(AsyncHeld):
        async def send(self, request: Request, limits: Any) -> Response:
            if number_of(request) == 0:
                return ids(request)
            return Response(429, Headers.of([("Retry-After", "50")]), b"{}")

    async def main() -> None:
        async with async_client(Busy()).ingest_many([event(0), event(1)], batch_size=1) as run:
            await anext(run)
        assert [outcome.state for outcome in run.unreported] == ["failed"]

    anyio.run(main, backend=backend)


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_after_a_cancelled_step_the_iteration_can_go_on(backend: str):
    async def main() -> None:
        held = AsyncHeld(0)
        async with async_client(held).ingest_many([event(n) for n in range(6)], batch_size=1, concurrency=2) as run:
            with anyio.CancelScope() as scope:
                async with anyio.create_task_group() as tasks:
                    tasks.start_soon(cancel_when_under_way, held, scope)
                    await anext(run)
            assert scope.cancelled_caught
            states = [outcome.state async for outcome in run]
        assert states[0] == "in_doubt"
        assert states[-1] == "acknowledged"
        assert len(states) == 6

    anyio.run(main, backend=backend)


async def cancel_when_under_way(held: AsyncHeld, scope: anyio.CancelScope) -> None:
    while 0 not in held.under_way:
        await anyio.lowlevel.checkpoint()
    scope.cancel()


def test_an_iteration_goes_from_one_loop_to_the_next():
    held = AsyncHeld()
    run = async_client(held).ingest_many([event(n) for n in range(20)], batch_size=1, concurrency=2)

    async def one() -> int:
        return (await anext(run)).index

    assert [asyncio.run(one()) for _ in range(20)] == list(range(20))


def test_what_is_no_failure_of_a_call_comes_out_of_the_step_and_ends_the_others():
    class Broken(AsyncHeld):
        async def send(self, request: Request, limits: Any) -> Response:
            if number_of(request) == 1:
                raise RecursionError
            return await super().send(request, limits)

    async def main() -> None:
        held = Broken(0)
        run = async_client(held).ingest_many([event(0), event(1)], batch_size=1)
        with pytest.raises(RecursionError):
            await anext(run)
        assert held.under_way == set()
        assert [outcome.state for outcome in run.unreported] == ["in_doubt"] * 2

    asyncio.run(main())


@pytest.mark.skipif(sys.implementation.name != "cpython", reason="elsewhere nothing is collected at once")
def test_a_dropped_iterator_is_collected_at_once():
    held = Held()
    gc.collect()
    gc.disable()
    try:
        run = client(held).ingest_many(Source(), batch_size=1)
        next(run)
        del run
        assert is_quiet()
    finally:
        gc.enable()


# What is said of each


@pytest.mark.parametrize(
    ("status", "state"),
    [(400, "refused"), (413, "refused"), (422, "refused"), (429, "failed"), (401, "failed"), (403, "failed")]
    + [(status, "in_doubt") for status in (302, 404, 408, 500, 503)],
)
def test_the_state_says_whether_an_event_may_be_stored(memsy, server, status: int, state: str):
    memsy.client = memsy.client.with_options(max_retries=0)
    server.fail_next(1, status=status, operation="ingest")
    (outcome,) = memsy.ingest([event(0)])
    assert (outcome.state, outcome.resumed) == (state, False)


def test_an_event_that_cannot_be_sent_is_refused_and_one_of_a_closed_client_has_failed(memsy, server):
    assert [outcome.state for outcome in memsy.ingest([event(0, "\ud800"), event(1)])] == ["refused", "acknowledged"]
    closed = client(Held())
    closed.close()
    (outcome,) = closed.ingest_many([event(0)])
    assert (outcome.state, type(outcome.error)) == ("failed", MemsyClosedError)


def test_an_event_that_gets_the_id_of_an_earlier_one_is_a_duplicate(memsy):
    outcomes = memsy.ingest([event(0), event(1), event(0), event(1)], batch_size=1)
    assert [outcome.state for outcome in outcomes] == ["acknowledged"] * 2 + ["duplicate"] * 2
    assert outcomes[2].event_id == outcomes[0].event_id
    assert (memsy.run.acknowledged, memsy.run.failed) == (4, 0)
