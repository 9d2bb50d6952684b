"""What each way to carry requests has to keep to beside the contract's cases, which run for all of them, too."""

from __future__ import annotations

import gzip
import ssl
from collections.abc import Callable
from typing import Any

import anyio
import httpx
import pytest
from echo_server import Echo, asked
from support.flavours import AIOHTTP, CALLERS, EACH_TRANSPORT, EVERY, KEY, OWN, Flavour
from support.server import (
    Exchange,
    Script,
    Server,
    answer,
    chunked,
    drip_for_ever,
    gzipped,
    hang,
    hang_up,
    message,
    raw,
    redirect,
)

from memsy_client import (
    AsyncMemsyClient,
    EventPayload,
    MemsyClient,
    MemsyClosedError,
    MemsyConnectionError,
    MemsyDecodeError,
    MemsyError,
    MemsyTimeoutError,
    Timeout,
)

Serve = Callable[..., Server]
each = pytest.mark.parametrize("flavour", EVERY, ids=lambda flavour: flavour.name)


@pytest.mark.anyio
@each
async def test_a_closed_client_says_so(flavour: Flavour, echo: Echo) -> None:
    async with flavour.client(echo.url) as client:
        await flavour.call(client.search, "x")
    with pytest.raises(MemsyClosedError, match="closed"):
        await flavour.call(client.search, "x")


@pytest.mark.anyio
@pytest.mark.parametrize("flavour", CALLERS, ids=lambda flavour: flavour.name)
async def test_the_callers_client_is_never_closed(flavour: Flavour, echo: Echo) -> None:
    assert flavour.http_client is not None
    carrier = flavour.http_client()
    for _ in range(2):
        client: Any = flavour.kind()(echo.url, KEY, http_client=carrier)
        await flavour.call(client.search, "x")
        await flavour.call(client.close)
        assert not carrier.is_closed
    await flavour.call(carrier.aclose if flavour.is_async else carrier.close)


@pytest.mark.anyio
@pytest.mark.parametrize("flavour", [*CALLERS, AIOHTTP], ids=lambda flavour: flavour.name)
async def test_a_client_that_the_caller_has_closed_is_a_connection_error(flavour: Flavour, echo: Echo) -> None:
    assert flavour.http_client is not None
    carrier = flavour.http_client()
    await flavour.call(carrier.aclose if flavour.is_async else carrier.close)
    client: Any = flavour.kind()(echo.url, KEY, http_client=carrier)
    with pytest.raises(MemsyConnectionError, match="closed"):
        await flavour.call(client.search, "x")
    await flavour.call(client.close)


@pytest.mark.anyio
@each
async def test_a_redirect_takes_nothing_to_another_server(flavour: Flavour, serve: Serve) -> None:
    other = serve(answer({"event_ids": []}))
    server = serve(redirect(f"{other.origin}/ingest"))
    async with flavour.client(server.origin) as client:
        with pytest.raises(MemsyError, match="redirects are not followed"):
            await flavour.call(client.ingest, [])
    assert other.connections == 0


@pytest.mark.anyio
@each
async def test_a_connection_that_the_server_has_closed_meanwhile_is_not_used(flavour: Flavour, echoing: Any) -> None:
    echo = echoing(hang_up=True)  # after each answer, without a word
    async with flavour.client(echo.url) as client:
        for number in range(5):
            assert asked(await flavour.call(client.search, f"{number}")) == f"{number}"
            await anyio.to_thread.run_sync(echo.wait_for_open, 0)


@pytest.mark.anyio
@each
async def test_no_request_is_sent_again_behind_the_policys_back(flavour: Flavour, serve: Serve) -> None:
    server = serve(answer({"status": "ok", "version": "1"}), hang_up)
    async with flavour.client(server.origin) as client:
        await flavour.call(client.health)
        with pytest.raises(MemsyConnectionError) as caught:
            await flavour.call(client.health)  # a GET, on a connection that was used before
    assert (len(server.requests), len(caught.value.attempts)) == (2, 1)


@pytest.mark.parametrize("flavour", [OWN[1], AIOHTTP, CALLERS[1]], ids=lambda flavour: flavour.name)
def test_nor_when_the_program_kept_its_loop_from_noticing(
    flavour: Flavour, echoing: Any, advance: Callable[[float], None]
) -> None:
    echo = echoing(hang_up=True)

    async def main() -> None:
        async with flavour.client(echo.url) as client:
            await client.search("first")
            echo.wait_for_open(0)  # the whole loop waits
            advance(1)
            assert asked(await client.search("second")) == "second"

    anyio.run(main)


@pytest.mark.anyio
@pytest.mark.parametrize("flavour", EACH_TRANSPORT, ids=lambda flavour: flavour.name)
async def test_each_write_has_its_time_out(flavour: Flavour, serve: Serve) -> None:
    server = serve(hang, reads=False)
    async with flavour.client(server.origin, timeout=Timeout(write=0.2)) as client:
        with anyio.fail_after(60), pytest.raises(MemsyTimeoutError):
            await flavour.call(client.ingest, [EventPayload("ana", "s", "user_message", "a" * 20_000_000)])


@pytest.mark.anyio
@each
async def test_compression_over_compression_takes_no_memory_either(flavour: Flavour, serve: Serve) -> None:
    inner = gzip.compress(bytes(64 * 1024 * 1024))
    server = serve(raw(message(gzip.compress(inner), headers={"Content-Encoding": "gzip, gzip"})))
    async with flavour.client(server.origin, max_response_bytes=100_000) as client:
        with pytest.raises(MemsyDecodeError, match="100000 bytes"):
            await flavour.call(client.ingest, [])


ODD: dict[str, Script] = {
    "success": answer({"event_ids": []}),
    "gzip": gzipped(b'{"event_ids": []}'),
    "refused key": answer({"error": "invalid_key"}, 401),
    "over the cap": answer(b"x" * 300_000),
    "over the cap in chunks": chunked([b"x" * 600] * 2000),
    "broken gzip": gzipped(b"x" * 9000, keep=20),
    "cut short": raw(message(b"{}", length=100), close=True),
    "nothing": hang_up,
    "silence": hang,
    "headers drip": drip_for_ever(b"HTTP/1.1 200 OK\r\nX-Slow: ", b"x"),
    "body drips": drip_for_ever(message(b"{}", length=100_000), b" "),
}


@pytest.mark.parametrize("flavour", [OWN[1], *CALLERS[1::2]], ids=lambda flavour: flavour.name)
@pytest.mark.parametrize("odd", ODD)
def test_trio_meets_the_same_answers_and_leaves_nothing_behind(flavour: Flavour, odd: str, serve: Serve) -> None:
    def script(exchange: Exchange) -> None:
        is_second = b"x-second: " in exchange.request.lower()
        (answer({"event_ids": ["own"]}) if is_second else ODD[odd])(exchange)

    server = serve(script)
    outcomes = []

    async def main() -> None:
        is_slow = odd in ("silence", "headers drip", "body drips")
        options = {"timeout": 0.3 if is_slow else 60, "max_response_bytes": 100_000}
        async with flavour.client(server.origin, **options) as client:
            try:
                outcomes.append(await client.ingest([]))
            except MemsyError as error:
                outcomes.append(error)
            second = client.with_options(timeout=60, headers={"X-Second": "yes"})
            assert (await second.ingest([])).event_ids == ["own"]

    anyio.run(main, backend="trio")
    assert isinstance(outcomes[0], MemsyError) == (odd not in ("success", "gzip"))


def test_a_hook_of_the_callers_client_may_read_the_answer(serve: Serve) -> None:
    server = serve(gzipped(b'{"event_ids": ["read"]}'))
    with (
        httpx.Client(event_hooks={"response": [lambda response: response.read()]}) as carrier,
        MemsyClient(server.origin, KEY, http_client=carrier) as client,
    ):
        assert client.ingest([]).event_ids == ["read"]


def test_a_constructor_does_not_build_an_ssl_context(monkeypatch: pytest.MonkeyPatch) -> None:
    def build(*_: Any, **__: Any) -> None:
        raise AssertionError

    monkeypatch.setattr(ssl.SSLContext, "load_verify_locations", build)
    MemsyClient("https://memsy.example", KEY).close()
    anyio.run(AsyncMemsyClient("https://memsy.example", KEY).close)
