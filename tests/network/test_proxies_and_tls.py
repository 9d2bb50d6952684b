"""Proxies that the environment names, and certificates that it trusts."""

from __future__ import annotations

import socket
import ssl
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import anyio
import httpcore
import pytest
from echo_server import Echo, asked, make_certificate, relay
from support.flavours import AIOHTTP, OWN, Flavour
from support.server import Server, answer

from memsy_client import AiohttpTransport, MemsyConnectionError
from memsy_client._transports import async_connection, async_tls, proxy_and_tls
from memsy_client._transports.connect import TimedBackend
from memsy_client._transports.sync_stream import Deadline
from memsy_client._transports.traffic import Traffic
from memsy_client.exceptions import MemsyInputError

Serve = Callable[..., Server]
pytestmark = pytest.mark.anyio
ways = pytest.mark.parametrize("flavour", [*OWN, AIOHTTP], ids=lambda flavour: flavour.name)
NAMES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No proxies, and nothing remembered of the environment before or after."""
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    proxy_and_tls.default_ssl_context.cache_clear()
    yield
    proxy_and_tls.default_ssl_context.cache_clear()


@ways
async def test_the_environments_proxy_is_used(flavour: Flavour, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    proxy = serve(answer({"event_ids": ["by proxy"]}))
    monkeypatch.setenv("HTTP_PROXY", proxy.origin.replace("//", "//user:word@"))
    async with flavour.client("http://memsy.example/v1") as client:
        for _ in range(2):
            assert (await flavour.call(client.ingest, [])).event_ids == ["by proxy"]
    assert [request.target for request in proxy.requests] == ["http://memsy.example/v1/ingest"] * 2
    assert proxy.requests[0].headers["host"] == "memsy.example"
    assert proxy.requests[0].headers["proxy-authorization"] == "Basic dXNlcjp3b3Jk"
    assert proxy.connections == 1


@ways
@pytest.mark.parametrize("exception", ["127.0.0.1", "*", "example.org,127.0.0.1"])
async def test_addresses_without_a_proxy_are_called_directly(
    flavour: Flavour, exception: str, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy, server = serve(answer({"event_ids": ["by proxy"]})), serve(answer({"event_ids": ["directly"]}))
    monkeypatch.setenv("HTTP_PROXY", proxy.origin)
    monkeypatch.setenv("NO_PROXY", exception)
    async with flavour.client(server.origin) as client:
        assert (await flavour.call(client.ingest, [])).event_ids == ["directly"]
    assert proxy.connections == 0


@ways
async def test_a_proxy_that_is_not_there_is_an_unsent_connection_error(
    flavour: Flavour, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serve(answer({})) as gone:
        monkeypatch.setenv("HTTP_PROXY", gone.origin)
    async with flavour.client("http://memsy.example") as client:
        with pytest.raises(MemsyConnectionError) as caught:
            await flavour.call(client.ingest, [])
    assert caught.value.unsent


@ways
@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:9", "foo://user:word@127.0.0.1:9"])
async def test_a_proxy_that_cannot_be_spoken_to_is_an_unsent_connection_error(
    flavour: Flavour, proxy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", proxy)
    monkeypatch.setitem(sys.modules, "socksio", None)
    async with flavour.client("http://memsy.example") as client:
        for _ in range(2):  # its slot is free again
            with pytest.raises(MemsyConnectionError, match=r"cannot connect.*: .*(?i:proxy)") as caught:
                await flavour.call(client.ingest, [])
            assert caught.value.unsent
            assert "word" not in str(caught.value)


@pytest.mark.parametrize("flavour", OWN, ids=lambda flavour: flavour.name)
async def test_a_socks_proxy_is_used(flavour: Flavour, echo: Echo, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        serving = threading.Thread(target=_serve_socks, args=(listener, echo.url))
        serving.start()
        monkeypatch.setenv("ALL_PROXY", f"socks5://user:word@127.0.0.1:{listener.getsockname()[1]}")
        async with flavour.client("http://memsy.example/v1") as client:
            for number in range(3):
                assert asked(await flavour.call(client.search, f"{number}")) == f"{number}"
        await anyio.to_thread.run_sync(serving.join)


def _serve_socks(listener: socket.socket, target: str) -> None:
    """Serve one connection, with user name and password, and take it to `target` whatever it asks for."""
    connection, _ = listener.accept()
    host, port = target.removeprefix("http://").split(":")
    with connection, socket.create_connection((host, int(port))) as other:
        for request, reply in (
            (b"\x05\x01\x02", b"\x05\x02"),
            (b"\x01\x04user\x04word", b"\x01\x00"),
            (b"\x05\x01\x00\x03\x0dmemsy.example\x00\x50", b"\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00"),
        ):
            assert connection.recv(100) == request
            connection.sendall(reply)
        relay(connection, other)


async def test_aiohttp_takes_no_other_proxy_as_an_argument_either() -> None:
    with pytest.raises(MemsyInputError, match="proxy"):
        AiohttpTransport(proxy="socks5://127.0.0.1:9")


@ways
async def test_a_changed_environment_is_seen_by_the_next_client(
    flavour: Flavour, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in ("1", "2"):
        proxy = serve(answer({"event_ids": [number]}))
        monkeypatch.setenv("HTTP_PROXY", proxy.origin)
        async with flavour.client("http://memsy.example") as client:
            assert (await flavour.call(client.ingest, [])).event_ids == [number]


@ways
@pytest.mark.parametrize("content", [None, b"no certificate"], ids=["missing", "broken"])
async def test_certificates_that_cannot_be_read_are_an_unsent_connection_error(
    flavour: Flavour, content: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "certificates.pem"
    if content is not None:
        file.write_bytes(content)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    async with flavour.client("https://127.0.0.1:9") as client:
        with pytest.raises(MemsyConnectionError, match=r"cannot connect.*: .*SSL_CERT_FILE") as caught:
            await flavour.call(client.ingest, [])
    assert caught.value.unsent


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of 127.0.0.1 that only itself vouches for, and its key in the same file."""
    return make_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def https(certificate: Path, echoing: Callable[..., Echo]) -> Echo:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_suffix(".key"))
    return echoing(context=context)


@ways
async def test_a_certificate_that_the_environment_trusts_is_accepted(
    flavour: Flavour, https: Echo, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    for _ in range(2):
        async with flavour.client(https.url) as client:
            for number in range(3):
                assert asked(await flavour.call(client.search, f"{number}")) == f"{number}"
    assert proxy_and_tls.default_ssl_context.cache_info().misses == 1  # one SSL context for all clients of the process
    assert https.accepted == 2


@ways
async def test_a_certificate_that_nobody_vouches_for_is_an_unsent_connection_error(
    flavour: Flavour, https: Echo
) -> None:
    async with flavour.client(https.url) as client:
        with pytest.raises(MemsyConnectionError, match=r"(?i)certificate") as caught:
            await flavour.call(client.search, "x")
    assert caught.value.unsent


@ways
async def test_a_certificate_of_another_name_is_an_unsent_connection_error(
    flavour: Flavour, https: Echo, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    async with flavour.client(https.url.replace("127.0.0.1", "localhost")) as client:
        with pytest.raises(MemsyConnectionError, match=r"(?i)certificate") as caught:
            await flavour.call(client.search, "x")
    assert caught.value.unsent


@ways
async def test_https_goes_through_a_tunnel(
    flavour: Flavour, https: Echo, certificate: Path, tunnel: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    monkeypatch.setenv("HTTPS_PROXY", tunnel.origin)
    async with flavour.client(https.url) as client:
        for number in range(3):
            assert asked(await flavour.call(client.search, f"{number}")) == f"{number}"
    assert [request.target for request in tunnel.requests] == [https.url.removeprefix("https://")]
    assert "authorization" not in tunnel.requests[0].headers


async def test_aiohttp_takes_a_context_and_a_proxy_as_arguments(https: Echo, certificate: Path, tunnel: Any) -> None:
    context = ssl.create_default_context(cafile=str(certificate))
    own = Flavour("aiohttp", is_async=True, http_client=lambda: AiohttpTransport(ssl=context, proxy=tunnel.origin))
    async with own.client(https.url) as client:
        assert asked(await client.search("x")) == "x"
    assert len(tunnel.requests) == 1


TUNNEL = [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nX", b"encrypted"]


def test_a_byte_beyond_a_proxys_response_is_not_the_first_of_what_is_encrypted() -> None:
    backend = TimedBackend(Deadline(), Traffic())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(httpcore.SyncBackend, "connect_tcp", lambda *args: httpcore.MockStream(list(TUNNEL)))
        stream = backend.connect_tcp("127.0.0.1", 443)
    assert stream.read(100) == TUNNEL[0][:-1]
    assert stream.start_tls(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)).read(100) == b"encrypte"


async def test_nor_on_an_async_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    async def connect(*args: Any, **kwargs: Any) -> httpcore.AsyncNetworkStream:
        return httpcore.AsyncMockStream(list(TUNNEL))

    async def encrypt(stream: httpcore.AsyncNetworkStream, *_: Any) -> httpcore.AsyncNetworkStream:
        return stream

    monkeypatch.setattr(httpcore.AnyIOBackend, "connect_tcp", connect)
    monkeypatch.setattr(async_tls, "encrypt", encrypt)
    stream = await async_connection._Backend(Traffic()).connect_tcp("127.0.0.1", 443)
    assert await stream.read(100) == TUNNEL[0][:-1]
    encrypted = await stream.start_tls(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
    assert await encrypted.read(100) == b"encrypte"
