"""A call through the caller's sync client runs in a thread, so that it can be left when its time is over."""

from __future__ import annotations

import contextvars
import os
import signal
import threading
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from echo_server import Echo, asked
from support.flavours import KEY
from support.server import Exchange, Server, answer, hang

from memsy_client import MemsyClient, MemsyConnectionError, MemsyTimeoutError

Serve = Callable[..., Server]
span: contextvars.ContextVar[str] = contextvars.ContextVar("span", default="none")


@pytest.fixture
def carrier() -> Iterator[httpx.Client]:
    with httpx.Client() as client:
        yield client


@pytest.fixture
def interruptible() -> Iterator[None]:
    """SIGINT raises KeyboardInterrupt, also in a background job, which inherits that it is ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def request_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "memsy-request"]


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
@pytest.mark.slow  # a signal may come just before the main thread waits, which it does not wake
def test_an_interruption_ends_the_call_at_once_and_the_client_goes_on(carrier: httpx.Client, serve: Serve) -> None:
    def interrupt(exchange: Exchange) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        exchange.wait()

    server = serve(interrupt, answer({"event_ids": ["own"]}))
    with MemsyClient(server.origin, KEY, http_client=carrier) as client:
        with pytest.raises(KeyboardInterrupt):
            client.ingest([])
        assert client.ingest([]).event_ids == ["own"]


def test_threads_end_with_their_calls(carrier: httpx.Client, echo: Echo) -> None:
    with MemsyClient(echo.url, KEY, http_client=carrier) as client:
        for number in range(50):
            assert asked(client.search(f"{number}")) == f"{number}"
    for thread in request_threads():
        thread.join(60)
    assert not request_threads()


@pytest.mark.slow  # it joins threads that end with their connection
def test_a_thread_that_was_left_ends_with_its_connection(carrier: httpx.Client, serve: Serve) -> None:
    with (
        serve(hang) as server,
        MemsyClient(server.origin, KEY, timeout=0.1, http_client=carrier) as client,
        pytest.raises(MemsyTimeoutError),
    ):
        client.ingest([])
    for thread in request_threads():
        thread.join(60)
    assert not request_threads()
