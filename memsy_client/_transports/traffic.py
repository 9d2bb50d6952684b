"""What passes over one connection: whether a request has left, and whether more came than the server announced.

Bytes that nobody asked for would be taken for the response to the next request. They cost the connection instead.
"""

from __future__ import annotations

import re
import select
import ssl
from collections.abc import Mapping
from typing import Any

#: The head of a final response, up to its first empty line.
_HEAD = re.compile(rb"HTTP/1\.[01] [2-5](?:.+\n)+?\r\n")


class StaleConnectionError(Exception):
    """A connection that was used before cannot carry one more request, of which nothing has been written."""


class Traffic:
    """Watches the streams of one connection, which ask it before they write and after they read.

    Where a head is followed by its body as it is, what was read is to be as long as both. Else, as with chunks, the
    last byte read is kept back until more is asked for: a response that is complete without it is followed by bytes
    that were not announced.
    """

    #: The byte that is kept back; of a complete response there is none left.
    kept = b""
    #: Bytes that were read of the response and behind it.
    _received = 0
    #: Bytes of its head, where all that belongs behind it is the body as it is; else 0.
    _head = 0
    #: Bytes of its body, before decompression.
    body_length = 0
    #: Whether the connection has ended, which is how a response may, too.
    has_ended = False
    #: Whether the last piece was as large as it might be: an event loop reads more at once, and keeps the rest.
    has_more = False
    #: Whether any byte of the last request may have left.
    was_written = False
    #: Whether a connection was made: what intercepts httpx makes none, and fails as it likes.
    is_connected = False
    _is_used = False
    _has_to_look = False
    _is_http = False
    _socket: Any = None
    _tls: tuple[Any, ...] = ()  # two of them where a tunnel through an encrypted connection to a proxy is encrypted

    def begin_request(self) -> None:
        """Another request is going to be written."""
        self.was_written = False
        self._received = self._head = self.body_length = 0
        self._has_to_look, self._is_used = self._is_used, True

    def connected(self, stream: Any) -> None:
        """The connection was made."""
        self.is_connected = True
        self._socket = stream.get_extra_info("socket")

    def before_write(self, buffer: bytes) -> None:
        """Say that `buffer` is going to be written.

        Raises:
            StaleConnectionError: The connection was closed, or brought something, since its last response.
        """
        if self._has_to_look:
            self._has_to_look = False
            if is_readable(self._socket) or any(map(has_unread_record, self._tls)):
                raise StaleConnectionError
        # What asks a proxy for a tunnel is not the request yet.
        self.was_written = self.was_written or not buffer.startswith(b"CONNECT ")

    def begin_encryption(self) -> None:
        """A proxy has made a tunnel, through which the request is going to be written."""
        self.was_written = False
        self._received = self._head = self.body_length = 0
        self.take()  # what it sent beyond its response is not the first of what is encrypted

    def encrypted(self, stream: Any) -> None:
        """From now on, `stream` is what carries the requests."""
        self._tls = (*self._tls, stream.get_extra_info("ssl_object"))
        self._socket = stream.get_extra_info("socket")  # ssl may have put another in the first one's place

    def is_unsent(self) -> bool:
        """Whether a request that failed cannot have left."""
        return self.is_connected and not self.was_written

    def is_clean(self) -> bool:
        """Whether exactly what was announced has come."""
        if self._head and self._received != self._head + self.body_length:
            return False
        return not (self.kept or self.has_ended or self.has_more)

    def take(self) -> bytes:
        """The byte that was kept back, if any."""
        kept, self.kept = self.kept, b""
        return kept

    def pass_on(self, data: bytes) -> bytes:
        """What to pass on of the data that was read."""
        if not self._received:
            head = _HEAD.match(data)
            if head and b"transfer-encoding" not in head[0].lower():
                self._head = head.end()
        self._received += len(data)
        if self._head:
            self.has_ended = not data
            return data
        self._is_http = self._is_http or data.startswith(b"H")  # a SOCKS proxy's replies come first, and stay whole
        if not self._is_http or len(data) < 2:
            self.has_ended = not data
            return data
        self.kept = data[-1:]
        return data[:-1]


def has_unread_record(tls: Any) -> bool:
    """Whether what encrypts a stream holds anything between two responses that was read off the socket already."""
    if not isinstance(tls, ssl.SSLObject):  # without TLS, or where it reads from the socket no more than one record
        return False
    try:
        tls.read(1)
    except ssl.SSLWantReadError:
        return False
    except ssl.SSLError:  # the connection's end among them
        return True
    return True


def is_readable(socket: Any) -> bool:
    """Whether a socket has brought anything, be it its end, that was not read."""
    try:
        if not hasattr(select, "poll"):
            return bool(select.select([socket], [], [], 0)[0])  # pragma: no cover – Windows
        poll = select.poll()
        poll.register(socket, select.POLLIN)
        return bool(poll.poll(0))
    except (OSError, ValueError):  # it is closed
        return True


def has_forbidden_body(method: str, status_code: int, headers: Mapping[str, str]) -> bool:
    """Whether a response that has no body announces one. If it comes after all, the next response seems to begin."""
    if method != "HEAD" and status_code not in (204, 304):
        return False
    return "transfer-encoding" in headers or headers.get("content-length", "0").strip() != "0"
