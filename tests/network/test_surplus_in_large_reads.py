"""Surplus that an event loop has read off the socket already, in the same piece as the response before it."""

from __future__ import annotations

import contextlib
import fcntl
import socket
import ssl
import struct
import sys
import termios
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
import pytest
from echo_server import make_certificate
from support.flavours import AIOHTTP, OWN, Flavour
from support.server import Exchange, Script, Server, message

from memsy_client._transports import proxy_and_tls

pytestmark = [pytest.mark.anyio, pytest.mark.skipif(sys.platform != "linux", reason="asks the kernel what has arrived")]

OWN_ANSWER = message(b'{"event_ids": ["own"]}')
ANOTHERS = message(b'{"event_ids": ["another\'s"]}' + b" " * 16_000)
#: What is read at most at once, of the connection or of what decrypts it.
PIECE = 65_536


def sized(size: int) -> bytes:
    """Our answer, as a response of so many bytes."""
    body = b'{"event_ids": ["own"]}'
    padding = size - len(message(body + b" " * 50_000)) + 50_000
    return message(body + b" " * padding)


class InOnePiece:
    """A script that has the second of its answers arrive while nothing is read, so that it is read at once."""

    def __init__(self, *response: bytes) -> None:
        widens_the_window = message(b'{"event_ids": ["own"]}' + b" " * 2_000_000)
        self._answers: list[tuple[bytes, ...]] = [response, (widens_the_window,)]
        self.was_asked, self.may_send, self.has_arrived = threading.Event(), threading.Event(), threading.Event()

    def __call__(self, exchange: Exchange) -> None:
        is_it = len(self._answers) == 1
        if is_it:
            self.was_asked.set()
            assert self.may_send.wait(60)
        for record in self._answers.pop() if self._answers else [OWN_ANSWER]:
            exchange.send(record)
        while is_it and not self.has_arrived.is_set():
            if not struct.unpack("i", fcntl.ioctl(exchange.connection, termios.TIOCOUTQ, b"1234"))[0]:
                self.has_arrived.set()
            elif exchange.wait(0.001):
                return


async def own_answers(flavour: Flavour, origin: str, script: InOnePiece) -> None:
    async with flavour.client(origin) as client:

        async def call() -> None:
            assert (await flavour.call(client.ingest, [])).event_ids == ["own"]

        await call()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(call)
            await anyio.to_thread.run_sync(script.was_asked.wait, 60)
            script.may_send.set()
            assert script.has_arrived.wait(10)  # the loop stands still meanwhile
        for _ in range(2):
            await call()


each_pool = pytest.mark.parametrize("flavour", [*OWN, AIOHTTP], ids=lambda flavour: flavour.name)


@each_pool
async def test_behind_a_response_that_fills_a_piece(flavour: Flavour, serve: Callable[..., Server]) -> None:
    script = InOnePiece(sized(PIECE) + ANOTHERS)
    server = serve(script)
    await own_answers(flavour, server.origin, script)
    assert server.connections == 2


class Encrypted:
    """A server's end of a connection over TLS."""

    def __init__(self, connection: socket.socket, context: ssl.SSLContext) -> None:
        self._received, self._to_send = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._received, self._to_send, server_side=True)
        self.connection = connection
        self._until_done(self._tls.do_handshake)

    def fileno(self) -> int:
        return self.connection.fileno()

    def request(self) -> bytes:
        request = b""
        while not request.endswith(b'"events":[]}'):
            request += self._until_done(lambda: self._tls.read(PIECE))
        return request

    def encrypt(self, data: bytes) -> bytes:
        self._tls.write(data)
        return self._to_send.read()

    def sendall(self, data: bytes) -> None:
        self.connection.sendall(self.encrypt(data))

    def _until_done(self, step: Callable[[], Any]) -> Any:
        while True:
            with contextlib.suppress(ssl.SSLWantReadError):
                return step()
            self.connection.sendall(self._to_send.read())
            data = self.connection.recv(PIECE)
            if not data:
                raise OSError
            self._received.write(data)


Start = Callable[[Script], tuple[str, list[int]]]


@pytest.fixture
def encrypted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Starts a server over TLS that answers by a script; gives its address, and what grows with each connection."""
    certificate = make_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    proxy_and_tls.default_ssl_context.cache_clear()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_suffix(".key"))
    stopping, accepted, threads = threading.Event(), list[int](), list[threading.Thread]()

    def answer(connection: socket.socket, script: Script) -> None:
        with connection, contextlib.suppress(OSError, ssl.SSLError):
            encrypted = Encrypted(connection, context)
            while request := encrypted.request():
                script(Exchange(encrypted, request, stopping))  # type: ignore[arg-type]

    def serve(script: Script) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                accepted.append(1)
                threads.append(threading.Thread(target=answer, args=(connection, script), daemon=True))
                threads[-1].start()

    def start(script: Script) -> tuple[str, list[int]]:
        threads.append(threading.Thread(target=serve, args=(script,), daemon=True))
        threads[-1].start()
        return f"https://127.0.0.1:{listener.getsockname()[1]}", accepted

    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield start
        stopping.set()
        listener.shutdown(socket.SHUT_RDWR)
        for thread in threads:
            thread.join(60)
    proxy_and_tls.default_ssl_context.cache_clear()


@each_pool
async def test_in_a_record_that_is_read_in_part(flavour: Flavour, encrypted: Start) -> None:
    script = InOnePiece(sized(60_000), ANOTHERS)
    origin, accepted = encrypted(script)
    await own_answers(flavour, origin, script)
    assert len(accepted) == 2


@pytest.mark.parametrize("flavour", OWN, ids=lambda flavour: flavour.name)
async def test_in_a_record_whose_end_comes_behind_the_next_request(flavour: Flavour, encrypted: Start) -> None:
    rest: list[bytes] = []

    def in_two(exchange: Exchange) -> None:
        connection: Any = exchange.connection
        if len(accepted) == 1 and not rest:
            another = connection.encrypt(OWN_ANSWER), connection.encrypt(ANOTHERS)
            rest.append(another[1][200:])
            connection.connection.sendall(another[0] + another[1][:200])
        else:
            if len(accepted) == 1:
                connection.connection.sendall(rest[0])
            exchange.send(OWN_ANSWER)

    origin, accepted = encrypted(in_two)
    async with flavour.client(origin) as client:
        for _ in range(3):
            assert (await flavour.call(client.ingest, [])).event_ids == ["own"]
    assert len(accepted) == 2


@each_pool
async def test_over_tls_too_a_response_may_end_with_its_connection(flavour: Flavour, encrypted: Start) -> None:
    def without_a_length(exchange: Exchange) -> None:
        exchange.send(b'HTTP/1.1 200 OK\r\n\r\n{"event_ids": ["own"]}')
        raise OSError

    origin, accepted = encrypted(without_a_length)
    async with flavour.client(origin) as client:
        for _ in range(2):
            assert (await flavour.call(client.ingest, [])).event_ids == ["own"]
    assert len(accepted) == 2
