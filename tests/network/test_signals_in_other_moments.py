"""What a signal handler raises passes through whatever the call is about, not only while it waits for the server."""

from __future__ import annotations

import asyncio
import builtins
import datetime
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import aiohttp
import anyio
import pytest
from support.flavours import AIOHTTP, KEY
from support.server import Server, answer

from memsy_client import EventPayload, MemsyClient, MemsyConnectionError
from memsy_client._core.foreign import foreign_exception
from memsy_client._core.redaction import Redactor
from memsy_client.models import MemoryScope

Serve = Callable[..., Server]


class TimeLimitError(ValueError):
    """What a task queue's signal handler raises."""


def _raise(*_: object) -> None:
    raise TimeLimitError("the task's time is over")


@pytest.fixture
def strike() -> Iterator[Callable[..., Any]]:
    """Has a signal come, whose handler raises."""
    if threading.current_thread() is not threading.main_thread():
        pytest.skip("only that handles signals")
    before = signal.signal(signal.SIGUSR1, _raise)
    yield lambda *_: signal.raise_signal(signal.SIGUSR1)
    signal.signal(signal.SIGUSR1, before)


def test_while_the_request_is_written(strike: Callable[..., Any], serve: Serve) -> None:
    class Slow(Mapping[str, Any]):
        __getitem__ = __len__ = __iter__ = strike

    class Zone(datetime.tzinfo):
        utcoffset = strike

    class Text:
        __repr__ = strike

    at = datetime.datetime(2026, 1, 31, tzinfo=Zone())
    server = serve(answer({"event_ids": ["own"]}))
    with MemsyClient(server.origin, KEY) as client:
        for call in (
            lambda: client.request("POST", "/x", json=[Slow()]),
            lambda: client.ingest([EventPayload("ana", "s", "app_event", "x", ts=at)]),
            lambda: client.with_options(max_retries=Text()),  # type: ignore[typeddict-item]
        ):
            with pytest.raises(TimeLimitError):
                call()
    assert not server.requests


def test_while_a_model_is_read(strike: Callable[..., Any]) -> None:
    class Slow(dict[str, Any]):
        __len__ = strike

    with pytest.raises(TimeLimitError):
        MemoryScope.from_dict(Slow(level="org"))


def test_while_an_error_is_made(strike: Callable[..., Any]) -> None:
    class OddError(Exception):
        __str__ = strike

    with pytest.raises(TimeLimitError):
        Redactor([]).cause(OddError())


def test_while_a_response_is_read(strike: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, serve: Serve) -> None:
    with MemsyClient(serve(answer([1.5])).origin, KEY) as client:
        response = client.request("GET", "/x")
        monkeypatch.setattr("memsy_client._core.codec._fast_loads", None)
        monkeypatch.setattr("memsy_client._core.codec._decoder.decode", strike)
        with pytest.raises(TimeLimitError):
            response.parse()


@pytest.mark.parametrize("step", ["send", "recv"])
def test_what_looks_like_a_socket_that_is_not_ready(step: str, monkeypatch: pytest.MonkeyPatch, serve: Serve) -> None:
    class BusyError(BlockingIOError):
        pass

    def handle(*_: object) -> None:
        raise BusyError

    own, real = threading.current_thread(), getattr(socket.socket, step)
    struck: list[bool] = []

    def strike_once(self: socket.socket, *args: Any) -> Any:
        if threading.current_thread() is own and not struck:
            struck.append(True)
            signal.raise_signal(signal.SIGUSR1)
        return real(self, *args)

    before = signal.signal(signal.SIGUSR1, handle)
    try:
        with MemsyClient(serve(answer({"event_ids": []})).origin, KEY) as client:
            client.ingest([])
            monkeypatch.setattr(socket.socket, step, strike_once)
            with pytest.raises(BusyError):
                client.ingest([])
    finally:
        signal.signal(signal.SIGUSR1, before)


@pytest.mark.skipif(sys.version_info < (3, 11), reason="exceptions have no groups")
@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_in_a_group_of_tasks(strike: Callable[..., Any], backend: str) -> None:
    async def fail() -> None:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(anyio.sleep_forever)
            tasks.start_soon(anyio.to_thread.run_sync, int)
            strike()

    with pytest.raises(builtins.ExceptionGroup) as caught:  # type: ignore[attr-defined, unused-ignore]
        anyio.run(fail, backend=backend)
    assert isinstance(foreign_exception(caught.value), TimeLimitError)


@pytest.mark.anyio
async def test_a_connection_that_ended_before_its_first_request(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    connect = aiohttp.TCPConnector.connect

    async def connect_and_lose(self: Any, *args: Any, **options: Any) -> Any:
        connection = await connect(self, *args, **options)
        assert connection.transport is not None
        connection.transport.abort()
        await asyncio.sleep(0)  # the loop tells of the loss
        assert connection.transport is None
        return connection

    monkeypatch.setattr(aiohttp.TCPConnector, "connect", connect_and_lose)
    async with AIOHTTP.client(serve(answer({"event_ids": []})).origin) as client:
        with pytest.raises(MemsyConnectionError) as caught:
            await client.ingest([])
    assert caught.value.unsent
