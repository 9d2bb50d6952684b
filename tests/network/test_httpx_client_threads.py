"""A call through the caller's sync client runs in a thread, so that it can be left when its time is over."""

from __future__ import annotations

import contextvars
import signal
import sys
import threading
from collections.abc import Callable, Collection, Iterator
from types import FrameType
from typing import Any

import httpx
import pytest
from echo_server import Echo, asked
from support.flavours import KEY
from support.server import Exchange, Server, answer, hang

from memsy_client import MemsyClient, MemsyConnectionError, MemsyTimeoutError
from memsy_client._transports import httpx_client
from memsy_client._transports.workers import Workers

Serve = Callable[..., Server]
span: contextvars.ContextVar[str] = contextvars.ContextVar("span", default="none")


@pytest.fixture
def carrier(monkeypatch: pytest.MonkeyPatch) -> Iterator[httpx.Client]:
    monkeypatch.setattr(httpx_client, "_workers", Workers())  # no thread of an earlier test is used again
    with httpx.Client() as client:
        yield client


@pytest.fixture
def interruptible() -> Iterator[None]:
    """SIGINT raises KeyboardInterrupt, also in a background job, which inherits that it is ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def request_threads(but: Collection[threading.Thread] = ()) -> list[threading.Thread]:
    """The threads of requests; those of a test before this one may still wait for more to do."""
    return [thread for thread in threading.enumerate() if thread.name == "memsy-request" and thread not in but]


def test_it_sees_the_context_of_its_caller(echo: Echo) -> None:
    seen = []
    hooks = {"request": [lambda _: seen.append(span.get())]}
    span.set("the caller's")
    with httpx.Client(event_hooks=hooks) as carrier, MemsyClient(echo.url, KEY, http_client=carrier) as client:
        client.search("x")
    assert seen == ["the caller's"]


def test_an_exception_of_any_kind_arrives(echo: Echo) -> None:
    def broken(_: Any) -> None:
        raise LookupError("a hook of the caller's")

    hooks: dict[str, Any] = {"request": [broken]}
    with (
        httpx.Client(event_hooks=hooks) as carrier,
        MemsyClient(echo.url, KEY, http_client=carrier) as client,
        pytest.raises(MemsyConnectionError) as caught,
    ):
        client.search("x")
    assert isinstance(caught.value.__cause__, LookupError)


def test_what_is_no_exception_arrives_as_it_is(echo: Echo) -> None:
    def leave(_: Any) -> None:
        raise SystemExit(3)

    hooks: dict[str, Any] = {"request": [leave]}
    with (
        httpx.Client(event_hooks=hooks) as carrier,
        MemsyClient(echo.url, KEY, http_client=carrier) as client,
        pytest.raises(SystemExit),
    ):
        client.search("x")


@pytest.mark.skipif(threading.current_thread() is not threading.main_thread(), reason="only that can be interrupted")
@pytest.mark.usefixtures("interruptible")
def test_an_interruption_ends_the_call_at_once_and_the_client_goes_on(
    carrier: httpx.Client, serve: Serve, request: pytest.FixtureRequest
) -> None:
    main_thread, under_way = threading.main_thread().ident, [True]
    assert main_thread is not None

    def call(client: MemsyClient) -> None:
        try:
            client.ingest([])
        finally:
            under_way.clear()

    def raise_in_the_call(*_: object) -> None:
        if under_way:
            raise KeyboardInterrupt

    def interrupt(exchange: Exchange) -> None:
        while under_way:  # a signal that comes just before the main thread waits does not wake it
            signal.pthread_kill(main_thread, signal.SIGINT)
            exchange.wait(1)
        exchange.wait()

    before = signal.signal(signal.SIGINT, raise_in_the_call)
    request.addfinalizer(lambda: signal.signal(signal.SIGINT, before))
    server = serve(interrupt, answer({"event_ids": ["own"]}))
    with MemsyClient(server.origin, KEY, http_client=carrier) as client:
        with pytest.raises(KeyboardInterrupt):
            call(client)
        assert client.ingest([]).event_ids == ["own"]


@pytest.mark.parametrize(("timeout", "runs_here"), [(5, False), (None, True)])
def test_no_signal_handler_can_raise_within_the_client(
    carrier: httpx.Client, echo: Echo, timeout: float | None, runs_here: bool
) -> None:
    """That would cost its pool a connection at one instruction in three, and its lock at some."""
    seen: set[str] = set()

    def note(frame: FrameType, *_: object) -> None:
        seen.add(frame.f_globals.get("__name__", "").partition(".")[0])

    with MemsyClient(echo.url, KEY, timeout=timeout, http_client=carrier) as client:
        client.search("imports what it needs")
        before = sys.getprofile()
        sys.setprofile(note)  # of this thread alone
        try:
            client.search("x")
        finally:
            sys.setprofile(before)
    assert bool(seen & {"httpx", "httpcore"}) is runs_here


def test_threads_end_with_their_calls(carrier: httpx.Client, echo: Echo) -> None:
    before = request_threads()
    with MemsyClient(echo.url, KEY, http_client=carrier) as client:
        for number in range(50):
            assert asked(client.search(f"{number}")) == f"{number}"
    for thread in request_threads(but=before):
        thread.join(60)
    assert not request_threads(but=before)


def test_a_thread_that_was_left_ends_with_its_connection(carrier: httpx.Client, serve: Serve) -> None:
    before = request_threads()
    with (
        serve(hang) as server,
        MemsyClient(server.origin, KEY, timeout=0.1, http_client=carrier) as client,
        pytest.raises(MemsyTimeoutError),
    ):
        client.ingest([])
    for thread in request_threads(but=before):
        thread.join(60)
    assert not request_threads(but=before)
