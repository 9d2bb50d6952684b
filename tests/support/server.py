"""An HTTP server that does exactly what a script says, byte by byte, on a loopback socket.

A script is a function of the `Exchange` at hand; those below cover what real servers and proxies get wrong. Nothing
sleeps: a slow script waits on an event that the server's end sets, so that closing it is immediate.
"""

from __future__ import annotations

import contextlib
import gzip
import json
import socket
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Exchange:
    """One request that was read, and the connection to answer it on."""

    connection: socket.socket
    request: bytes
    stopping: threading.Event
    keep_alive: bool = True

    def send(self, data: bytes) -> None:
        self.connection.sendall(data)

    def wait(self, seconds: float | None = None) -> bool:
        """Wait; whether the server is ending."""
        return self.stopping.wait(seconds)


Script = Callable[[Exchange], None]


@dataclass
class Recorded:
    """A request as it came over the wire, and the number of the connection it came on."""

    raw: bytes
    connection: int

    @property
    def target(self) -> str:
        return self.raw.split(b" ", 2)[1].decode()

    @property
    def headers(self) -> dict[str, str]:
        head = self.raw.partition(b"\r\n\r\n")[0].decode("latin-1")
        return {name.lower(): value for name, _, value in (line.partition(": ") for line in head.split("\r\n")[1:])}

    @property
    def body(self) -> bytes:
        return self.raw.partition(b"\r\n\r\n")[2]


@dataclass
class Server:
    """Answers the first request with the first script, and so on; the last one answers all further ones.

    Attributes:
        requests: Those that came, unless it `records` none.
        connections: How many were made.
    """

    scripts: list[Script] = field(default_factory=list)
    #: Whether requests are read at all; a server that does not lets the client's writes pile up.
    reads: bool = True
    #: Whether requests are kept.
    records: bool = True
    #: Given the head of a request, what answers it before its body is read; None where nothing does.
    early: Callable[[bytes], Script | None] = lambda head: None

    def __post_init__(self) -> None:
        self.requests: list[Recorded] = []
        self.connections = 0
        self._stopping = threading.Event()
        self._lock = threading.Condition()
        self._open: dict[socket.socket, threading.Thread] = {}
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        if not self.reads:
            self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.port: int = self._listener.getsockname()[1]
        self.origin = f"http://127.0.0.1:{self.port}"
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._accepting.join(60)
        with self._lock:
            remaining = dict(self._open)
            for connection in remaining:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        for thread in remaining.values():
            thread.join(60)

    def wait_for_requests(self, count: int) -> None:
        """Until that many have come."""
        with self._lock:
            assert self._lock.wait_for(lambda: len(self.requests) >= count, 60)

    def wait_for_open(self, count: int) -> None:
        """Until that many connections are open."""
        with self._lock:
            assert self._lock.wait_for(lambda: len(self._open) == count, 60), f"{len(self._open)} are open, not {count}"

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self.connections += 1
                thread = threading.Thread(target=self._serve, args=(connection, self.connections), daemon=True)
                with self._lock:
                    self._open[connection] = thread
                    self._lock.notify_all()
                thread.start()

    def _serve(self, connection: socket.socket, number: int) -> None:
        with contextlib.suppress(OSError):
            if not self.reads:
                self._stopping.wait()
            pending = b""
            while not self._stopping.is_set():
                head, pending = _read_head(connection, pending)
                if not head:
                    break
                exchange = Exchange(connection, head, self._stopping)
                early = self.early(head)
                if early is not None:
                    early(exchange)
                if not exchange.keep_alive:
                    break
                body, pending = _read_body(connection, head, pending)
                if early is not None:
                    continue
                exchange.request += body
                self._script(exchange, number)(exchange)
                if not exchange.keep_alive:
                    break
        with self._lock:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()
            del self._open[connection]
            self._lock.notify_all()

    def _script(self, exchange: Exchange, number: int) -> Script:
        with self._lock:
            if self.records:
                self.requests.append(Recorded(exchange.request, number))
                self._lock.notify_all()
            return self.scripts.pop(0) if len(self.scripts) > 1 else self.scripts[0]


def _read_head(connection: socket.socket, pending: bytes) -> tuple[bytes, bytes]:
    """The head of one request, and what came after it; nothing at the end of the connection."""
    while b"\r\n\r\n" not in pending:
        chunk = connection.recv(65536)
        if not chunk:
            return b"", b""
        pending += chunk
    head, separator, rest = pending.partition(b"\r\n\r\n")
    return head + separator, rest


def _read_body(connection: socket.socket, head: bytes, pending: bytes) -> tuple[bytes, bytes]:
    """The body that a head announces, and what came after it."""
    length = 0
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            length = int(value)
    while len(pending) < length:
        chunk = connection.recv(65536)
        if not chunk:
            break
        pending += chunk
    return pending[:length], pending[length:]


def message(
    body: bytes = b"", status: int = 200, headers: Mapping[str, str] | None = None, *, length: int | None = None
) -> bytes:
    """A response's bytes; `length` is what its Content-Length claims."""
    fields = {"Content-Type": "application/json", "Content-Length": str(len(body) if length is None else length)}
    lines = [f"HTTP/1.1 {status} Said", *(f"{name}: {value}" for name, value in {**fields, **(headers or {})}.items())]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def answer(body: Any = None, status: int = 200, headers: Mapping[str, str] | None = None) -> Script:
    """A well-formed answer: bytes as they are, anything else as JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return raw(message(content, status, headers))


def raw(data: bytes, *, close: bool = False) -> Script:
    """Exactly these bytes."""

    def script(exchange: Exchange) -> None:
        exchange.send(data)
        exchange.keep_alive = not close

    return script


def hang(exchange: Exchange) -> None:
    """No answer at all."""
    exchange.wait()


def hang_up(exchange: Exchange) -> None:
    """The connection closed without an answer."""
    exchange.keep_alive = False


def drip(data: bytes, *, at_once: int = 0, every: float = 0.05) -> Script:
    """The first `at_once` bytes, then one more each `every` seconds: each read gets something in time."""

    def script(exchange: Exchange) -> None:
        exchange.send(data[:at_once])
        for byte in data[at_once:]:
            if exchange.wait(every):
                return
            exchange.send(bytes([byte]))

    return script


def drip_for_ever(start: bytes, piece: bytes) -> Script:
    """The start, then the piece again and again, until the server ends."""

    def script(exchange: Exchange) -> None:
        exchange.send(start)
        while not exchange.wait(0.05):
            exchange.send(piece)

    return script


def chunked(chunks: Iterable[bytes], headers: Mapping[str, str] | None = None) -> Script:
    """A body in chunks of these sizes."""
    fields = {"Content-Type": "application/json", "Transfer-Encoding": "chunked", **(headers or {})}
    head = "HTTP/1.1 200 OK\r\n" + "".join(f"{name}: {value}\r\n" for name, value in fields.items()) + "\r\n"

    def script(exchange: Exchange) -> None:
        exchange.send(head.encode())
        for chunk in chunks:
            exchange.send(b"%x\r\n%b\r\n" % (len(chunk), chunk))
        exchange.send(b"0\r\n\r\n")

    return script


def gzipped(body: bytes, *, keep: int | None = None, encoding: str = "gzip") -> Script:
    """A compressed body, of which only the first `keep` bytes are there."""
    return raw(message(gzip.compress(body)[:keep], headers={"Content-Encoding": encoding}))


def redirect(location: str, status: int = 307) -> Script:
    return raw(message(b"", status, {"Location": location}))
