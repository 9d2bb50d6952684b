"""What a server sends beyond the response it announced costs the connection, and never reaches another call."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import anyio
import httpcore
import pytest
from echo_server import make_certificate
from support.flavours import AIOHTTP, OWN, Flavour
from support.server import Exchange, Server, message, raw

from memsy_client._transports import proxy_and_tls

Serve = Callable[..., Server]
pytestmark = pytest.mark.anyio
POOLS = [*OWN, AIOHTTP]
each_pool = pytest.mark.parametrize("flavour", POOLS, ids=lambda flavour: flavour.name)

OWN_ANSWER, ANOTHERS = message(b'{"event_ids": ["own"]}'), message(b'{"event_ids": ["another\'s"]}')
CHUNKED = b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n16\r\n{"event_ids": ["own"]}\r\n0\r\n\r\n'
INTERIM = b"HTTP/1.1 103 Early Hints\r\n\r\n" * 2 + OWN_ANSWER
ANNOUNCED = {"length": OWN_ANSWER, "chunks": CHUNKED, "interim": INTERIM}
SURPLUS = {
    "answer": ANOTHERS,
    "half an answer": ANOTHERS[:20],
    "junk": b"}}",
    "byte": b"}",
    "line": b"\r\n",
    "LF": b"\n",
}


async def own_answers(flavour: Flavour, server: Server, calls: int = 3) -> None:
    async with flavour.client(server.origin) as client:
        for _ in range(calls):
            assert (await flavour.call(client.ingest, [])).event_ids == ["own"]


@each_pool
@pytest.mark.parametrize("announced", ANNOUNCED.values(), ids=ANNOUNCED)
@pytest.mark.parametrize("more", SURPLUS.values(), ids=SURPLUS)
async def test_glued_to_the_response(flavour: Flavour, announced: bytes, more: bytes, serve: Serve) -> None:
    server = serve(raw(announced + more), raw(announced))
    await own_answers(flavour, server)
    assert server.connections == 2


@each_pool
@pytest.mark.parametrize("more", SURPLUS.values(), ids=SURPLUS)
async def test_glued_to_the_end_of_a_response_whose_start_was_read(flavour: Flavour, more: bytes, serve: Serve) -> None:
    def in_two(exchange: Exchange) -> None:
        exchange.send(OWN_ANSWER[:-9])
        exchange.wait(0.02)
        exchange.send(OWN_ANSWER[-9:] + more)

    server = serve(in_two, raw(OWN_ANSWER))
    await own_answers(flavour, server)
    assert server.connections == 2


class Late:
    """A script whose surplus is sent when the test says so; it answers each request in full before."""

    def __init__(self, announced: bytes = OWN_ANSWER) -> None:
        self._announced = announced
        self._connections: list[socket.socket] = []

    def __call__(self, exchange: Exchange) -> None:
        self._connections.append(exchange.connection)
        exchange.send(self._announced)

    def send(self, more: bytes) -> None:
        self._connections[0].sendall(more)


@each_pool
@pytest.mark.parametrize("more", SURPLUS.values(), ids=SURPLUS)
async def test_that_comes_while_the_connection_is_idle(flavour: Flavour, more: bytes, serve: Serve) -> None:
    late = Late()
    server = serve(late)
    async with flavour.client(server.origin) as client:
        await flavour.call(client.ingest, [])
        late.send(more)
        for _ in range(3):
            assert (await flavour.call(client.ingest, [])).event_ids == ["own"]
    assert server.connections == 2


@each_pool
async def test_that_comes_in_two_parts_before_and_after_the_next_request(flavour: Flavour, serve: Serve) -> None:
    late = Late()
    server = serve(late)
    async with flavour.client(server.origin) as client:
        await flavour.call(client.ingest, [])
        late.send(ANOTHERS[:40])
        await anyio.sleep(0.02)  # the loop reads it
        server.scripts[0] = lambda exchange: exchange.send(
            ANOTHERS[40:] + OWN_ANSWER if exchange.connection is late._connections[0] else OWN_ANSWER
        )
        assert (await flavour.call(client.ingest, [])).event_ids == ["own"]
    assert server.connections == 2


@pytest.mark.parametrize("flavour", OWN, ids=lambda flavour: flavour.name)
async def test_that_comes_between_the_choice_of_a_connection_and_the_write(
    flavour: Flavour, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = Late()
    server = serve(late)
    async with flavour.client(server.origin) as client:
        await flavour.call(client.ingest, [])
        surplus = [ANOTHERS]
        kind, name = (
            (httpcore.AsyncHTTPConnection, "handle_async_request")
            if flavour.is_async
            else (httpcore.HTTPConnection, "handle_request")
        )
        handle = getattr(kind, name)

        def traced(self: Any, request: httpcore.Request) -> Any:  # as a tracing library would
            if surplus:
                late.send(surplus.pop())
            return handle(self, request)

        monkeypatch.setattr(kind, name, traced)
        for _ in range(3):
            assert (await flavour.call(client.ingest, [])).event_ids == ["own"]
    assert server.connections == 2


@each_pool
async def test_a_response_that_ends_with_its_connection_leaves_none(flavour: Flavour, serve: Serve) -> None:
    server = serve(raw(b'HTTP/1.1 200 OK\r\n\r\n{"event_ids": ["own"]}', close=True))
    await own_answers(flavour, server)
    assert server.connections == 3


BODIES = {
    "unannounced": (b"HTTP/1.1 204 No Content\r\n\r\n", b"hello"),
    "length": (b"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n", b"hello"),
    "chunks": (b"HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n", b"5\r\nhello\r\n0\r\n\r\n"),
}


@each_pool
@pytest.mark.parametrize(("head", "body"), BODIES.values(), ids=BODIES)
async def test_a_204_with_a_body(flavour: Flavour, head: bytes, body: bytes, serve: Serve) -> None:
    server = serve(raw(head + body), raw(OWN_ANSWER))
    async with flavour.client(server.origin) as client:
        assert (await flavour.call(client.request, "DELETE", "/x")).parse() is None
        for _ in range(2):
            assert (await flavour.call(client.ingest, [])).event_ids == ["own"]
    assert server.connections == 2


@each_pool
@pytest.mark.parametrize("method", ["DELETE", "HEAD"])
async def test_a_body_that_was_announced_where_none_may_be_is_not_waited_for(
    flavour: Flavour, method: str, serve: Serve
) -> None:
    """What comes after the next request's first byte could not be told from its response."""
    status = 204 if method == "DELETE" else 200
    server = serve(raw(message(b"", status, length=5)), raw(OWN_ANSWER))
    async with flavour.client(server.origin) as client:
        await flavour.call(client.request, method, "/x")
        assert (await flavour.call(client.ingest, [])).event_ids == ["own"]
    assert server.connections == 2


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def two_records(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, list[int]]]:
    """A server over TLS that answers its first request with two responses, each a record of its own, in one segment."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    proxy_and_tls.default_ssl_context.cache_clear()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_suffix(".key"))
    accepted: list[int] = []
    answers = [[OWN_ANSWER, ANOTHERS]]

    def serve(listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            accepted.append(1)
            threading.Thread(target=_answer_in_records, args=(connection, context, answers), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,), daemon=True)
        thread.start()
        yield f"https://127.0.0.1:{listener.getsockname()[1]}", accepted
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()
    proxy_and_tls.default_ssl_context.cache_clear()


def _answer_in_records(connection: socket.socket, context: ssl.SSLContext, answers: list[list[bytes]]) -> None:
    received, to_send = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = context.wrap_bio(received, to_send, server_side=True)

    def until_done(step: Callable[[], Any]) -> Any:
        while True:
            with contextlib.suppress(ssl.SSLWantReadError):
                return step()
            connection.sendall(to_send.read())
            data = connection.recv(65536)
            if not data:
                raise OSError
            received.write(data)

    with connection, contextlib.suppress(OSError):
        until_done(tls.do_handshake)
        while True:
            request = b""
            while not request.endswith(b'"events":[]}'):
                request += until_done(lambda: tls.read(65536))
            for record in answers.pop() if answers else [OWN_ANSWER]:
                tls.write(record)
            connection.sendall(to_send.read())


@each_pool
async def test_in_a_record_of_its_own_of_an_encrypted_connection(
    flavour: Flavour, two_records: tuple[str, list[int]]
) -> None:
    origin, accepted = two_records
    async with flavour.client(origin) as client:
        for _ in range(3):
            assert (await flavour.call(client.ingest, [])).event_ids == ["own"]
    assert len(accepted) == 2
