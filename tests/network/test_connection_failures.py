"""What a failure tells, and that it comes in time."""

from __future__ import annotations

import asyncio
import gc
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import anyio
import httpx
import pytest
from echo_server import Echo, asked
from support.flavours import AIOHTTP, EACH_TRANSPORT, EVERY, KEY, OWN, Flavour
from support.server import Exchange, Script, Server, answer, chunked, hang, message, raw

from memsy_client import (
    AiohttpTransport,
    AsyncMemsyClient,
    MemsyClient,
    MemsyConnectionError,
    MemsyTimeoutError,
    Timeout,
)
from memsy_client._core.messages import Request, Response
from memsy_client._core.transport import Limits, ResponseTooLargeError, TransportError
from memsy_client._transports import async_transport, sync_transport
from memsy_client._transports.per_loop import PerLoop
from memsy_client.exceptions import MemsyInputError

Serve = Callable[..., Server]
each = pytest.mark.parametrize("flavour", EVERY, ids=lambda flavour: flavour.name)
NO_LIMITS = Limits(None, None, None, None, None, 1000)


async def send(flavour: Flavour, origin: str, limits: Limits) -> Response:
    """The answer that a transport gives, without a client."""
    carrier = flavour.http_client() if flavour.http_client is not None else None
    transport: Any = (async_transport if flavour.is_async else sync_transport)(origin, 1, carrier)
    try:
        return await flavour.call(transport.send, Request("GET", f"{origin}/health", []), limits)  # type: ignore[no-any-return]
    finally:
        for owner in (transport, carrier):
            if owner is not None:
                await flavour.call(owner.aclose if flavour.is_async else owner.close)


@pytest.mark.anyio
@pytest.mark.parametrize("flavour", EACH_TRANSPORT, ids=lambda flavour: flavour.name)
async def test_an_attempt_without_any_time_left_is_over(flavour: Flavour, serve: Serve) -> None:
    server = serve(hang)
    with anyio.fail_after(60), pytest.raises(TransportError) as caught:
        await send(flavour, server.origin, NO_LIMITS._replace(total=0.0))
    assert caught.value.timed_out


BROKEN: dict[str, Script] = {
    "no status": raw(b"secretsecret\r\n\r\n", close=True),
    "status": raw(b"HTTP/1.1 abc secretsecret\r\n\r\n", close=True),
    "header": raw(b"HTTP/1.1 200 OK\r\nsecret secret\r\n\r\n", close=True),
    "length": raw(b"HTTP/1.1 200 OK\r\nContent-Length: secret\r\n\r\n{}", close=True),
    "chunk": raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nsecret\r\n", close=True),
    "headers cut short": raw(b"HTTP/1.1 200 OK\r\nX: secret\r\nX", close=True),
}


@pytest.mark.anyio
@each
@pytest.mark.parametrize("script", BROKEN.values(), ids=BROKEN)
async def test_what_is_not_http_is_not_quoted(flavour: Flavour, script: Script, serve: Serve) -> None:
    server = serve(script)
    async with flavour.client(server.origin) as client:
        with pytest.raises(MemsyConnectionError, match="not complete, valid HTTP") as caught:
            await flavour.call(client.ingest, [])
    assert "secret" not in str(caught.value)
    assert not caught.value.unsent


@pytest.mark.anyio
@pytest.mark.parametrize("flavour", EACH_TRANSPORT, ids=lambda flavour: flavour.name)
async def test_a_body_that_breaks_off_in_a_later_segment_is_not_waited_for(flavour: Flavour, serve: Serve) -> None:
    def script(exchange: Exchange) -> None:
        exchange.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        exchange.wait(0.05)
        exchange.send(b"secret\r\n")
        exchange.wait()

    server = serve(script)
    async with flavour.client(server.origin, timeout=60) as client:
        with anyio.fail_after(30), pytest.raises(MemsyConnectionError, match="not complete, valid HTTP"):
            await flavour.call(client.ingest, [])


@pytest.mark.anyio
@each
@pytest.mark.parametrize(
    "script",
    [
        raw(message(b"x" * 2000, 413, {"X-Request-Id": "17"})),
        chunked([b"x" * 600] * 3, {"X-Request-Id": "17"}),
    ],
    ids=["length", "chunks"],
)
async def test_of_a_body_over_the_limit_the_rest_is_known(flavour: Flavour, script: Script, serve: Serve) -> None:
    server = serve(script)
    with pytest.raises(ResponseTooLargeError) as caught:
        await send(flavour, server.origin, NO_LIMITS)
    response = caught.value.response
    assert response is not None
    assert response.status_code in (413, 200)
    assert (response.headers["X-Request-ID"], response.content) == ("17", b"")
    assert response.elapsed > 0


def test_of_a_body_that_a_hook_has_read_too() -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(500, content=b"x" * 2000))
    hooks: dict[str, Any] = {"response": [lambda response: response.read()]}
    with (
        httpx.Client(transport=transport, event_hooks=hooks) as carrier,
        pytest.raises(ResponseTooLargeError) as caught,
    ):
        sync_transport("http://memsy.example", 1, carrier).send(Request("GET", "http://memsy.example/", []), NO_LIMITS)
    assert caught.value.response is not None
    assert caught.value.response.status_code == 500


@pytest.fixture
def full() -> Iterator[int]:
    """The port of a listener that takes no further connection, nor refuses one."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        waiting = [socket.socket() for _ in range(4)]
        for other in waiting:
            other.setblocking(False)
            other.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]
        for other in waiting:
            other.close()


def name(monkeypatch: pytest.MonkeyPatch, host: str, addresses: list[str]) -> None:
    """Have a host's name stand for addresses."""
    resolve = socket.getaddrinfo

    def resolved(asked_for: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
        found = addresses if asked_for in (host, host.encode()) else [asked_for]
        return [entry for address in found for entry in resolve(address, port, *args, **kwargs)]

    monkeypatch.setattr(socket, "getaddrinfo", resolved)


@pytest.mark.parametrize("limits", [{"timeout": 0.3}, {"timeout": None, "deadline": 0.3}], ids=["timeout", "deadline"])
def test_all_addresses_of_a_name_share_the_time(
    full: int, limits: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    name(monkeypatch, "memsy.example", ["127.0.0.1"] * 1000)  # five minutes, if each had a limit of its own
    with MemsyClient(f"http://memsy.example:{full}", KEY, **limits) as client:
        started = time.monotonic()
        with pytest.raises(MemsyTimeoutError) as caught:
            client.health()
    assert caught.value.unsent
    assert time.monotonic() - started < 30


def test_the_connect_time_out_bounds_all_addresses_too(full: int, monkeypatch: pytest.MonkeyPatch) -> None:
    name(monkeypatch, "memsy.example", ["127.0.0.1"] * 1000)
    started = time.monotonic()
    with (
        MemsyClient(f"http://memsy.example:{full}", KEY, timeout=Timeout(connect=0.3)) as client,
        pytest.raises(MemsyTimeoutError) as caught,
    ):
        client.health()
    assert caught.value.unsent
    assert time.monotonic() - started < 30


@pytest.fixture
def beside_full(full: int) -> Iterator[int]:
    """The same port of another address, where somebody answers."""

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(message(b'{"status": "ok", "version": "1"}'))

    with socket.create_server(("127.0.0.2", full)) as listener:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield full
        thread.join(60)


@pytest.mark.anyio
@pytest.mark.parametrize("flavour", [*OWN, AIOHTTP], ids=lambda flavour: flavour.name)
@pytest.mark.parametrize("timeout", [60.0, None, Timeout(connect=60)], ids=["total", "none", "connect"])
async def test_a_silent_address_does_not_keep_the_next_from_being_tried(
    flavour: Flavour, timeout: Any, beside_full: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    name(monkeypatch, "memsy.example", ["127.0.0.1", "127.0.0.2"])
    async with flavour.client(f"http://memsy.example:{beside_full}", timeout=timeout) as client:
        started = time.monotonic()
        assert (await flavour.call(client.health)).status == "ok"
    assert time.monotonic() - started < 20


def test_an_address_that_stays_silent_is_given_up_when_another_has_answered(
    beside_full: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    name(monkeypatch, "memsy.example", ["127.0.0.1", "127.0.0.2"])
    before = set(threading.enumerate())
    with MemsyClient(f"http://memsy.example:{beside_full}", KEY, timeout=None) as client:
        assert client.health().status == "ok"
    left = set(threading.enumerate()) - before
    for thread in left:
        thread.join(30)
    assert not any(thread.is_alive() for thread in left)


def test_one_after_the_other_where_no_thread_can_be_started(echo: Echo, monkeypatch: pytest.MonkeyPatch) -> None:
    with MemsyClient(echo.url.replace("127.0.0.1", "memsy.example"), KEY) as client:

        def start(_: Any) -> None:
            raise RuntimeError("can't create new thread at interpreter shutdown")

        name(monkeypatch, "memsy.example", ["127.0.0.2", "127.0.0.1"])
        monkeypatch.setattr(threading.Thread, "start", start)
        assert asked(client.search("x")) == "x"


def test_the_next_address_is_tried(echo: Echo, monkeypatch: pytest.MonkeyPatch) -> None:
    name(monkeypatch, "memsy.example", ["127.0.0.2", "127.0.0.1"])
    with MemsyClient(echo.url.replace("127.0.0.1", "memsy.example"), KEY) as client:
        assert asked(client.search("x")) == "x"


def test_the_last_addresss_error_is_told(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    with serve(answer({})) as gone:
        pass
    name(monkeypatch, "memsy.example", ["127.0.0.2", "127.0.0.1"])
    with (
        MemsyClient(f"http://memsy.example:{gone.port}", KEY) as client,
        pytest.raises(MemsyConnectionError, match=r"(?i)refused") as caught,
    ):
        client.health()
    assert caught.value.unsent


@pytest.mark.parametrize("carrier", [httpx.Client, httpx.AsyncClient, AiohttpTransport])
def test_a_class_is_no_client(carrier: Any) -> None:
    for kind in (MemsyClient, AsyncMemsyClient):
        with pytest.raises(MemsyInputError, match="http_client has to be"):
            kind("http://memsy.example", KEY, http_client=carrier)


@pytest.mark.parametrize("number", [0, -1, True, 1.5, None, "5"])
def test_aiohttps_connections_are_a_whole_number(number: Any) -> None:
    with pytest.raises(MemsyInputError, match="max_connections has to be a whole number from 1"):
        AiohttpTransport(max_connections=number)
    gc.collect()


def test_an_aiohttp_transport_that_was_not_made_says_nothing_more() -> None:
    with pytest.raises(TypeError):
        AiohttpTransport(nope=1)  # type: ignore[call-arg]
    gc.collect()  # whatever `__del__` raises fails the case


def test_a_closed_loop_may_be_forgotten_by_two_at_once() -> None:
    class Held:
        async def aclose(self) -> None:
            raise AssertionError

    class Loop(asyncio.SelectorEventLoop):
        forgets = False

        def is_closed(self) -> bool:
            if super().is_closed() and self.forgets:
                self.forgets = False
                held.release()  # as another thread would
            return super().is_closed()

    async def get() -> Held:
        return held.get()

    held = PerLoop(Held)
    first = Loop()
    first.run_until_complete(get())
    first.close()
    first.forgets = True
    second = asyncio.new_event_loop()
    try:
        assert isinstance(second.run_until_complete(get()), Held)
    finally:
        held.release()
        second.close()
