"""Every fault of a server or a network, and what the caller of each carrier sees: the one table.

`test_fault_matrix.py` holds it against real sockets, `soak.py` meets it under load, and `docs/reliability.md` shows it.
"""

from __future__ import annotations

import contextlib
import gzip
import os
import select
import socket
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple
from unittest import mock

from support.server import Exchange, Script, Server, message, raw

from memsy_client import (
    AuthenticationError,
    AuthorizationError,
    MemsyAPIError,
    MemsyConnectionError,
    MemsyDecodeError,
    MemsyError,
    MemsyTimeoutError,
    RateLimitExceeded,
    Timeout,
)

#: Bytes that a response may weigh for the clients that meet these faults.
MAX_RESPONSE_BYTES = 20_000

#: Carries a request out, and gives its right response.
Answer = Callable[[], bytes]


class Outcome(NamedTuple):
    """What a caller sees: the answer, or an error of exactly this class."""

    word: str
    kind: type[MemsyError] | None = None
    status: int | None = None
    unsent: bool | None = None

    @classmethod
    def of(cls, error: MemsyError | None) -> tuple[Any, ...]:
        """What an error is to be compared by, as `expected` gives it; None is an answer."""
        return (None,) * 3 if error is None else (type(error), error.status_code, getattr(error, "unsent", None))

    @property
    def expected(self) -> tuple[Any, ...]:
        return self.kind, self.status, self.unsent


ANSWER = Outcome("answer")
ANOTHERS = Outcome("another's")
LOST = Outcome("lost", MemsyConnectionError, unsent=False)
LATE = Outcome("late", MemsyTimeoutError, unsent=False)
UNSENT = Outcome("unsent", MemsyConnectionError, unsent=True)
UNSENT_LATE = Outcome("unsent, late", MemsyTimeoutError, unsent=True)
UNREADABLE = Outcome("unreadable", MemsyDecodeError, 200)


def status(code: int, kind: type[MemsyAPIError] = MemsyAPIError) -> Outcome:
    return Outcome(str(code), kind, code)


#: The carriers by their flavours' names, in the page's order.
CARRIERS = {
    "sync": "`MemsyClient`",
    "async": "`AsyncMemsyClient`",
    "async-aiohttp": "`AiohttpTransport`",
    "sync-httpx": "an `httpx.Client`",
    "async-httpx": "an `httpx.AsyncClient`",
}
CALLERS = ("sync-httpx", "async-httpx")


@contextlib.contextmanager
def directly(server: Server) -> Iterator[str]:
    """At its address."""
    yield server.origin


@dataclass(frozen=True)
class Fault:
    """One fault.

    Attributes:
        name: What happens, for the page and the test's id.
        sees: What the caller sees.
        answers: What the server does with the request, given what carries it out; None where it answers rightly.
        but: What callers of some carriers see instead.
        reach: Gives the address at which a client finds the server.
        idle: What the server does to a connection that no call uses.
        early: Whether `answers` comes before the request's body is read.
        leaves: What the next call sees in a caller's own client of httpx; on all other carriers, its answer.
    """

    name: str
    sees: Outcome
    answers: Callable[[Exchange, Answer], None] | None = None
    but: Mapping[str, Outcome] = field(default_factory=dict)
    reach: Callable[[Server], contextlib.AbstractContextManager[str]] = directly
    idle: Callable[[Server, socket.socket], None] | None = None
    early: bool = False
    leaves: Outcome = ANSWER

    def seen_by(self, carrier: str) -> Outcome:
        """What the callers of one carrier see."""
        return self.but.get(carrier, self.sees)

    def seen_next(self, carrier: str) -> Outcome:
        """What the call after it sees."""
        return self.leaves if carrier in CALLERS else ANSWER

    def timeout(self, carrier: str) -> Timeout:
        """The time-out of a call that meets it: short where it is what ends the call."""
        seconds = 0.3 if self.seen_by(carrier).kind is MemsyTimeoutError else 60.0
        # An `httpx.Client` tries one address after the other, and gives each of them all the time to connect.
        connect = 1.0 if self.reach is behind_mute and carrier == "sync-httpx" else seconds
        return replace(Timeout.of(seconds), connect=connect)


# What a server may do with a request.


def instead(data: bytes, *, close: bool = False) -> Callable[[Exchange, Answer], None]:
    """Send this, and carry nothing out."""

    def answers(exchange: Exchange, answer: Answer) -> None:
        exchange.send(data)
        exchange.keep_alive = not close

    return answers


def changed(change: Callable[[bytes, bytes], bytes], *, close: bool = False) -> Callable[[Exchange, Answer], None]:
    """Carry it out, and send what the change makes of the head and the body of the response."""

    def answers(exchange: Exchange, answer: Answer) -> None:
        head, separator, body = answer().partition(b"\r\n\r\n")
        exchange.send(change(head + separator, body))
        exchange.keep_alive = not close

    return answers


def followed_by(more: bytes) -> Callable[[Exchange, Answer], None]:
    return changed(lambda head, body: head + body + more)


def with_body(change: Callable[[bytes], bytes]) -> Callable[[Exchange, Answer], None]:
    """Carry it out, and send a well-formed response with another body."""
    return changed(lambda head, body: message(change(body)))


def reset_idle(server: Server, connection: socket.socket) -> None:
    """Have the server's thread, which reads from the connection, end it with a reset."""
    _reset_when_closed(connection)
    connection.shutdown(socket.SHUT_RD)
    server.wait_for_open(0)


def _reset_when_closed(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def reset_at(part: float, *, carried_out: bool = True) -> Callable[[Exchange, Answer], None]:
    """Send that part of the response, and then a reset."""

    def answers(exchange: Exchange, answer: Answer) -> None:
        if carried_out:
            data = answer()
            exchange.send(data[: int(len(data) * part)])
        exchange.keep_alive = False
        _reset_when_closed(exchange.connection)
        exchange.connection.close()

    return answers


def hang_up(exchange: Exchange, answer: Answer) -> None:
    exchange.keep_alive = False


def silence(exchange: Exchange, answer: Answer) -> None:
    exchange.keep_alive = False
    until_closed(exchange)


def until_closed(exchange: Exchange) -> None:
    """Wait until the client closes the connection, without reading what it sends."""
    poll = select.poll()
    poll.register(exchange.connection, select.POLLRDHUP)
    poll.poll()


def answer_unheard(exchange: Exchange, answer: Answer) -> None:
    answer()
    silence(exchange, answer)


def drip(start: Callable[[bytes], int]) -> Callable[[Exchange, Answer], None]:
    """Carry it out, and send the response byte by byte from some place on, and then nothing more."""

    def answers(exchange: Exchange, answer: Answer) -> None:
        data = answer()
        exchange.send(data[: start(data)])
        exchange.keep_alive = False
        for byte in data[start(data) : -1][:40]:
            if exchange.wait(0.05):
                return
            exchange.send(bytes([byte]))
        until_closed(exchange)

    return answers


_TOO_LARGE = message(b'{"detail": "too large"}', 413)


def refuse_unread(exchange: Exchange, answer: Answer) -> None:
    exchange.send(_TOO_LARGE)
    silence(exchange, answer)


# How a client may have to reach it.


@contextlib.contextmanager
def named(server: Server, *addresses: str) -> Iterator[str]:
    """By a name of these addresses; without any, the name is not known."""
    resolve = socket.getaddrinfo
    name = "memsy.example"

    def resolved(host: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
        if host not in (name, name.encode()):
            return resolve(host, port, *args, **kwargs)
        if not addresses:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [entry for address in addresses for entry in resolve(address, port, *args, **kwargs)]

    with mock.patch("socket.getaddrinfo", resolved):
        yield f"http://{name}:{server.port}"


@contextlib.contextmanager
def mute_at(port: int) -> Iterator[str]:
    """Another address with this port, that neither takes a connection nor refuses one."""
    address = "127.0.0.2"
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.create_server((address, port), backlog=0))
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        yield address


@contextlib.contextmanager
def behind_mute(server: Server) -> Iterator[str]:
    """By a name whose first address is silent."""
    with mute_at(server.port) as address, named(server, address, "127.0.0.1") as url:
        yield url


@contextlib.contextmanager
def only_mute(server: Server) -> Iterator[str]:
    """By a name whose addresses are silent."""
    with mute_at(server.port) as address, named(server, address, address) as url:
        yield url


def behind_closed(server: Server) -> contextlib.AbstractContextManager[str]:
    """By a name whose first address refuses."""
    return named(server, "127.0.0.2", "127.0.0.1")


def only_closed(server: Server) -> contextlib.AbstractContextManager[str]:
    """By a name whose addresses refuse."""
    return named(server, "127.0.0.2", "127.0.0.3")


@contextlib.contextmanager
def behind_proxy(server: Server) -> Iterator[str]:
    """Through a proxy, which the server is, and which refuses."""
    server.scripts[:] = [raw(message(b"", 407), close=True)]
    with mock.patch.dict(os.environ, HTTPS_PROXY=server.origin):
        yield "https://memsy.example"


# The table.

_SURPLUS = message(b'{"event_ids": ["another\'s"]}')
_HTML = b"<html><body>Bad Gateway</body></html>"
_GZIP = {"Content-Encoding": "gzip"}


def _chunked(head: bytes, body: bytes, end: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n%b" % (len(body), body, end)


GROUPS: dict[str, list[Fault]] = {
    "More than was announced": [
        Fault("a second response behind the first", ANSWER, followed_by(_SURPLUS), leaves=ANOTHERS),
        Fault("half of one behind it", ANSWER, followed_by(_SURPLUS[:20]), leaves=LOST),
        Fault("junk behind it", ANSWER, followed_by(b"}}"), leaves=LOST),
        Fault("a stray line end behind it", ANSWER, followed_by(b"\r\n"), leaves=LOST),
        Fault(
            "a second response on an idle connection",
            ANSWER,
            idle=lambda server, connection: connection.sendall(_SURPLUS),
        ),
        Fault("junk on an idle connection", ANSWER, idle=lambda server, connection: connection.sendall(b"}")),
        Fault(
            "a stray line end on an idle connection",
            ANSWER,
            idle=lambda server, connection: connection.sendall(b"\r\n"),
        ),
    ],
    "Connecting": [
        Fault("the first of two addresses refuses", ANSWER, reach=behind_closed),
        Fault("the first of two addresses is silent, with a time-out of connecting", ANSWER, reach=behind_mute),
        Fault("all addresses refuse", UNSENT, reach=only_closed),
        Fault("all addresses are silent", UNSENT_LATE, but=dict.fromkeys(CALLERS, LATE), reach=only_mute),
        Fault("the name is not known", UNSENT, reach=named),
        Fault("the proxy refuses the tunnel", UNSENT, reach=behind_proxy),
    ],
    "Connections that end": [
        Fault("closed while idle", ANSWER, idle=lambda server, connection: connection.shutdown(socket.SHUT_RDWR)),
        Fault("reset while idle", ANSWER, idle=reset_idle),
        Fault("closed before the response", LOST, hang_up),
        Fault("reset before the response", LOST, reset_at(0, carried_out=False)),
        Fault("reset once the request is carried out", LOST, reset_at(0)),
        Fault("reset in the middle of the response", LOST, reset_at(0.9)),
        Fault("closed in the headers", LOST, changed(lambda head, body: head[:30], close=True)),
        Fault("closed in the body", LOST, changed(lambda head, body: head + body[:-3], close=True)),
        Fault("closed between two chunks", LOST, changed(lambda head, body: _chunked(head, body, b""), close=True)),
        Fault(
            "closed after a response that says so",
            ANSWER,
            changed(lambda head, body: head[:-2] + b"Connection: close\r\n\r\n" + body, close=True),
        ),
        Fault(
            "closed after a response without a length",
            ANSWER,
            changed(lambda head, body: b"HTTP/1.1 200 OK\r\n\r\n" + body, close=True),
        ),
    ],
    "Slowness": [
        Fault("no response", LATE, silence),
        Fault("no response, although it was carried out", LATE, answer_unheard),
        Fault("headers that drip", LATE, drip(lambda data: 0)),
        Fault("a body that drips", LATE, drip(lambda data: data.index(b"\r\n\r\n") + 5)),
    ],
    "What is not HTTP": [
        Fault("another protocol", LOST, instead(b"SSH-2.0-OpenSSH_9.6\r\n\r\n", close=True)),
        Fault("a status that is no number", LOST, instead(b"HTTP/1.1 abc OK\r\n\r\n", close=True)),
        Fault("a header without a colon", LOST, instead(b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n", close=True)),
        Fault("a length that is no number", LOST, instead(message(b"{}", headers={"Content-Length": "x"}), close=True)),
        Fault(
            "two lengths that differ",
            LOST,
            changed(lambda head, body: head[:-2] + b"Content-Length: 1\r\n\r\n" + body, close=True),
        ),
        Fault(
            "a chunk of no size",
            LOST,
            instead(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", close=True),
        ),
        Fault("a header of a megabyte", LOST, instead(message(b"{}", headers={"X": "x" * 1_000_000}), close=True)),
    ],
    "Unusual, and right": [
        Fault(
            "headers of 32 KiB",
            ANSWER,
            changed(lambda head, body: head[:-2] + b"X: " + b"x" * 32768 + b"\r\n\r\n" + body),
        ),
        Fault(
            "interim responses before the response",
            ANSWER,
            changed(lambda head, body: b"HTTP/1.1 103 Early Hints\r\n\r\n" * 2 + head + body),
        ),
        Fault("a response in chunks", ANSWER, changed(lambda head, body: _chunked(head, body, b"0\r\n\r\n"))),
        Fault("a compressed response", ANSWER, changed(lambda head, body: message(gzip.compress(body), headers=_GZIP))),
        Fault("a byte order mark", ANSWER, with_body(lambda body: b"\xef\xbb\xbf" + body)),
    ],
    "A success that cannot be read": [
        Fault("a page in place of JSON", UNREADABLE, instead(message(_HTML))),
        Fault("JSON of another shape", UNREADABLE, with_body(lambda body: b"[]")),
        Fault("half of the JSON", UNREADABLE, with_body(lambda body: body[: len(body) // 2])),
        Fault("a body without content", UNREADABLE, with_body(lambda body: b"")),
        Fault(
            "a 204 with a body",
            UNREADABLE._replace(status=204),
            changed(lambda head, body: b"HTTP/1.1 204 No Content\r\nContent-Length: %d\r\n\r\n" % len(body) + body),
            leaves=LOST,
        ),
        Fault(
            "a body that is not compressed as it says", LOST, changed(lambda head, body: message(body, headers=_GZIP))
        ),
        Fault(
            "half of a compressed body",
            LOST,
            changed(lambda head, body: message(gzip.compress(body)[:-9], headers=_GZIP)),
        ),
        Fault("a body over the client's limit", UNREADABLE, with_body(lambda body: body + b" " * MAX_RESPONSE_BYTES)),
    ],
    "Refusals": [
        Fault("429, to be tried again at once", ANSWER, instead(message(b"{}", 429, {"Retry-After": "0"}))),
        Fault(
            "429, to be tried again in an hour",
            status(429, RateLimitExceeded),
            instead(message(b"{}", 429, {"Retry-After": "3600"})),
        ),
        Fault("503 with Retry-After", status(503), instead(message(b"{}", 503, {"Retry-After": "0"}))),
        Fault("a proxy's page with 502", status(502), instead(message(_HTML, 502))),
        Fault("500 once the request is carried out", status(500), changed(lambda head, body: message(b"{}", 500))),
        Fault("an error whose body cannot be decompressed", status(503), instead(message(b"plain", 503, _GZIP))),
        Fault(
            "an error of an unknown compression",
            status(503),
            instead(message(b"plain", 503, {"Content-Encoding": "br"})),
        ),
        Fault("an error over the client's limit", status(503), instead(message(b"x" * 2 * MAX_RESPONSE_BYTES, 503))),
        Fault("an error whose body breaks off", status(503), instead(message(b"{", 503, length=20), close=True)),
        Fault("401", status(401, AuthenticationError), instead(message(b"{}", 401))),
        Fault("a gateway's 403", status(403, AuthenticationError), instead(message(b'{"message": "Forbidden"}', 403))),
        Fault("403", status(403, AuthorizationError), instead(message(b'{"detail": {"error": "wrong_scope"}}', 403))),
        Fault("a redirect", status(307), instead(message(b"", 307, {"Location": "http://memsy.example/"}))),
        Fault("413 before the body is read", status(413), instead(_TOO_LARGE), early=True),
        Fault(
            "413 of a server that reads no further",
            status(413),
            refuse_unread,
            but=dict.fromkeys(CALLERS, LATE),
            early=True,
        ),
    ],
}

FAULTS = {fault.name: fault for faults in GROUPS.values() for fault in faults}

#: Names the fault that a request is to meet.
HEADER = "x-fault"


class Unreliable:
    """A script for requests that say what becomes of them: the first one of each name in `X-Fault` meets its fault.

    Args:
        carry_out: Gives the right response to a request, as bytes.
    """

    def __init__(self, carry_out: Callable[[bytes], bytes]) -> None:
        self._carry_out = carry_out
        self._met: set[bytes] = set()
        self._lock = threading.Lock()

    def __call__(self, exchange: Exchange) -> None:
        fault = self._due(exchange.request)
        if fault is None or fault.answers is None:
            exchange.send(self._carry_out(exchange.request))
        else:
            fault.answers(exchange, lambda: self._carry_out(exchange.request))

    def early(self, head: bytes) -> Script | None:
        """What answers a request before its body is read."""
        return self if (fault := self._named(head)) is not None and fault.early else None

    def forget(self) -> None:
        """Let each name be met again."""
        with self._lock:
            self._met.clear()

    def _due(self, request: bytes) -> Fault | None:
        fault = self._named(request)
        if fault is None:
            return None
        text = _header(request)
        with self._lock:
            is_first = text not in self._met
            self._met.add(text)
        return fault if is_first else None

    @staticmethod
    def _named(request: bytes) -> Fault | None:
        return FAULTS.get(_header(request).partition(b"/")[0].decode())


def _header(request: bytes) -> bytes:
    for line in request.partition(b"\r\n\r\n")[0].split(b"\r\n")[1:]:
        name, _, value = line.partition(b": ")
        if name.lower() == HEADER.encode():
            return value
    return b""
