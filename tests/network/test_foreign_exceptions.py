"""What is not a failure of a call passes through it: what signal handlers raise, recursion and memory that ran out."""

from __future__ import annotations

import contextlib
import functools
import signal
import threading
from collections.abc import Callable, Iterator
from typing import Any

import httpcore
import httpx
import pytest
from support.flavours import AIOHTTP, EACH_TRANSPORT, KEY, OWN, Flavour
from support.server import Exchange, Server, answer, hang, hang_up

from memsy_client import MemsyClient, MemsyConnectionError

Serve = Callable[..., Server]


class TimeLimitError(Exception):
    """What a task queue's signal handler raises."""


class Raising:
    """Signal handlers of every kind of callable."""

    def __init__(self, error: type[BaseException]) -> None:
        self._error = error

    def __call__(self, *_: Any) -> None:
        raise_in_a_call(self._error)

    def method(self, *_: Any) -> None:
        self()


def function(error: type[Exception], *_: Any) -> None:
    raise_in_a_call(error)


def raise_in_a_call(error: type[BaseException]) -> None:
    if UNDER_WAY:
        raise error("the task's time is over")


#: Not empty while the call that is to be interrupted is under way.
UNDER_WAY: list[bool] = []


@contextlib.contextmanager
def under_way() -> Iterator[None]:
    UNDER_WAY.append(True)
    try:
        yield
    finally:
        UNDER_WAY.clear()


HANDLERS: dict[str, Callable[[type[Exception]], Any]] = {
    "object": Raising,
    "method": lambda error: Raising(error).method,
    "partial": lambda error: functools.partial(function, error),
}


@pytest.fixture
def handler() -> Iterator[Callable[[Any], None]]:
    before = signal.getsignal(signal.SIGUSR1)
    yield lambda handle: signal.signal(signal.SIGUSR1, handle)
    signal.signal(signal.SIGUSR1, before)


def interrupt(exchange: Exchange) -> None:
    """Signals for as long as the call goes on.

    A signal that comes just before the main thread waits does not wake it; and httpcore goes on reading after an
    `OSError` in the middle of its writing, which a caller's own client does not tell.
    """
    main_thread = threading.main_thread().ident
    assert main_thread is not None
    while UNDER_WAY:
        signal.pthread_kill(main_thread, signal.SIGUSR1)
        exchange.wait(1)
    exchange.wait()


@pytest.mark.skipif(threading.current_thread() is not threading.main_thread(), reason="only that handles signals")
@pytest.mark.parametrize("error", [TimeLimitError, TimeoutError, ConnectionResetError, httpx.ReadError, RecursionError])
@pytest.mark.parametrize("kind", HANDLERS)
@pytest.mark.parametrize("is_callers", [False, True], ids=["own", "callers"])
@pytest.mark.parametrize("timeout", [30.0, None], ids=["timeout", "none"])
def test_what_a_signal_handler_raises(
    error: type[Exception], kind: str, is_callers: bool, timeout: Any, handler: Callable[[Any], None], serve: Serve
) -> None:
    server = serve(interrupt, answer({"event_ids": ["own"]}))
    handler(HANDLERS[kind](error))
    with (
        httpx.Client(verify=False) as carrier,
        MemsyClient(server.origin, KEY, timeout=timeout, http_client=carrier if is_callers else None) as client,
    ):
        with pytest.raises(error, match="the task's time is over") as caught, under_way():
            client.ingest([])
        assert type(caught.value) is error
        assert client.ingest([]).event_ids == ["own"]


@pytest.mark.skipif(threading.current_thread() is not threading.main_thread(), reason="only that handles signals")
def test_the_same_exception_from_elsewhere_is_a_failure(handler: Callable[[Any], None], serve: Serve) -> None:
    handler(Raising(TimeoutError))
    with MemsyClient(serve(hang).origin, KEY, timeout=0.1) as client, pytest.raises(MemsyConnectionError):
        client.ingest([])


@pytest.mark.anyio
@pytest.mark.skipif(threading.current_thread() is not threading.main_thread(), reason="only that handles signals")
@pytest.mark.parametrize("flavour", EACH_TRANSPORT, ids=lambda flavour: flavour.name)
@pytest.mark.parametrize("error", [TimeLimitError, MemoryError, KeyboardInterrupt])
async def test_what_is_being_handled_when_a_call_begins_does_not_come_out_of_it(
    flavour: Flavour, error: Any, handler: Callable[[Any], None], serve: Serve
) -> None:
    server = serve(hang_up)
    handler(Raising(error))
    async with flavour.client(server.origin) as client:
        try:
            with under_way():
                signal.raise_signal(signal.SIGUSR1)
        except error:
            with pytest.raises(MemsyConnectionError):
                _ = await client.health() if flavour.is_async else client.health()


@pytest.mark.anyio
@pytest.mark.parametrize("flavour", [*OWN, AIOHTTP], ids=lambda flavour: flavour.name)
@pytest.mark.parametrize("error", [RecursionError, MemoryError])
async def test_recursion_and_memory_of_a_hook(flavour: Flavour, error: type[Exception], serve: Serve) -> None:
    def hook(_: Any) -> None:
        raise error

    async with flavour.client(serve(answer({})).origin, on_request=hook) as client:
        with pytest.raises(error):
            await flavour.call(client.health)


@pytest.mark.parametrize("error", [RecursionError, MemoryError])
def test_recursion_and_memory_of_a_transport(error: type[Exception]) -> None:
    class Transport:
        def send(self, request: Any, limits: Any) -> Any:
            raise error

        def close(self) -> None:
            pass

    def handle(_: Any) -> Any:
        raise error

    with httpx.Client(transport=httpx.MockTransport(handle)) as callers:
        for carrier in (Transport(), callers):
            with MemsyClient("http://memsy.test", KEY, http_client=carrier) as client, pytest.raises(error):
                client.health()


@pytest.mark.anyio
@pytest.mark.parametrize("flavour", OWN, ids=lambda flavour: flavour.name)
@pytest.mark.parametrize("error", [LookupError, RecursionError, TimeLimitError])
async def test_in_our_pools_whatever_is_not_of_the_http_stack(
    flavour: Flavour, error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def handle(*_: Any) -> Any:
        raise error

    monkeypatch.setattr(httpcore.HTTPConnection, "handle_request", handle)
    monkeypatch.setattr(httpcore.AsyncHTTPConnection, "handle_async_request", handle)
    async with flavour.client("http://memsy.test") as client:
        with pytest.raises(error):
            await flavour.call(client.health)
