"""The connections of the socket, and what their clients may cost: time, descriptors, lines of the log."""

from __future__ import annotations

import asyncio
import logging
import threading
from email.utils import formatdate
from typing import Any, cast

from uvicorn.protocols.http.h11_impl import H11Protocol

HALF_OPEN_SECONDS = 30.0
"""How long a client may take for the head of a request, and to send more of a body."""

MAX_CONNECTIONS = 1000
"""From how many connections on a new one takes the place of one that waits for its client."""

ACCEPTED_AT_ONCE = 64
"""New connections that are accepted before any of them is looked at."""

_log = logging.getLogger("memsy_client.local.http")
# What strangers send is not worth a line each: they decide how many there are.
_log.setLevel(logging.ERROR)


class Connections:
    """The open connections. Used by the server's event loop only."""

    def __init__(self) -> None:
        self._limit = _limit()
        self._open: dict[tuple[str, int], Connection] = {}

    def add(self, connection: Connection) -> None:
        """Register a connection that was made."""
        assert connection.client is not None
        if len(self._open) >= self._limit:
            self.evict(1)
        self._open[connection.client] = connection

    def remove(self, connection: Connection) -> None:
        """Forget a connection that was lost."""
        if connection.client is not None and self._open.get(connection.client) is connection:
            del self._open[connection.client]

    def abort(self, client: tuple[str, int]) -> None:
        """Close a client's connection without another byte."""
        connection = self._open.get(client)
        if connection is not None:  # pragma: no branch – it has just ended
            # Uvicorn learns of the loss later, and would miss an answer until then.
            connection.cycle.disconnected = True
            connection.drop()

    def lost(self, client: tuple[str, int]) -> threading.Event:
        """What is set when a client's connection is lost."""
        connection = self._open.get(client)
        if connection is not None:
            return connection.lost
        gone = threading.Event()  # pragma: no cover – lost before its first look
        gone.set()  # pragma: no cover – as above
        return gone  # pragma: no cover – as above

    def evict(self, number: int) -> None:
        """Close connections that wait for their client, before others those that had no answer yet; oldest first."""
        waiting = [connection for connection in self._open.values() if connection.waits]
        for connection in sorted(waiting, key=lambda connection: (connection.answers > 0, connection.heard))[:number]:
            self.remove(connection)
            connection.end()

    def sweep(self, now: float) -> None:
        """Close connections whose client has stopped in the middle of a request, or has not begun one."""
        for connection in list(self._open.values()):
            if connection.is_late(now):
                connection.end()


class CoalescingTransport:
    """A transport that sends together what is written together, in one packet that wakes its reader once.

    Args:
        transport: What sends.
        loop: The loop that it belongs to.
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._parts: list[bytes] = []

    def write(self, data: bytes) -> None:
        """Send some bytes as soon as whoever writes them has returned to the loop."""
        if not data:
            return
        if not self._parts:
            self._loop.call_soon(self.flush)
        self._parts.append(data)

    def close(self) -> None:
        """Close the connection behind all that was written."""
        self.flush()
        self._transport.close()

    def abort(self) -> None:
        """Close the connection at once, without what was written since the last flush."""
        self._parts.clear()
        self._transport.abort()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def flush(self) -> None:
        """Send now what was written."""
        data = b"".join(self._parts)
        self._parts.clear()
        if data:
            self._transport.write(data)


class Connection(H11Protocol):
    """Uvicorn's protocol, which knows whether it waits for its client, and since when.

    Attributes:
        heard: The loop's time when the client last sent something.
        lost: Set when it is closed, by whichever side.
        answers: How many requests were answered.
    """

    registry: Connections

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.logger: logging.Logger = _log
        self.heard: float = self.loop.time()
        self.lost: threading.Event = threading.Event()
        self.answers: int = 0
        # When the request began that has not come as far as its body; None between two requests.
        self._begun: float | None = self.heard

    @property
    def waits(self) -> bool:
        """Whether it is the client's turn to send: a request, or the rest of one."""
        return self._is_between_requests or self.cycle.more_body

    @property
    def _is_between_requests(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def is_late(self, now: float) -> bool:
        """Whether the client takes too long for a request that it has begun, or for its first one."""
        if not self.waits:
            return False
        # The time of an idle connection is kept by uvicorn.
        since = self._begun if self._is_between_requests else self.heard
        return since is not None and now - since > HALF_OPEN_SECONDS

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Register it."""
        super().connection_made(transport)
        # Uvicorn writes the head of an answer and its body one after the other.
        self._coalescing = CoalescingTransport(transport, self.loop)
        self.transport: asyncio.Transport = cast("asyncio.Transport", self._coalescing)
        if self.client is None:
            # It was reset before it was accepted.
            transport.abort()  # pragma: no cover – reset before it was accepted
            return  # pragma: no cover – as above
        self.registry.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        self.lost.set()
        self.registry.remove(self)
        super().connection_lost(exc)

    def eof_received(self) -> None:
        """Send what was written: asyncio then closes the connection."""
        self._coalescing.flush()
        super().eof_received()

    def data_received(self, data: bytes) -> None:
        """Note when the client last sent something."""
        self.heard = self.loop.time()
        if self._begun is None and self._is_between_requests:
            self._begun = self.heard
        super().data_received(data)

    def on_response_complete(self) -> None:
        """Wait for another request."""
        self.answers += 1
        self._begun = None
        super().on_response_complete()

    def send_400_response(self, msg: str) -> None:
        """Answer what is not HTTP, unless it comes behind an answer."""
        if not self._is_between_requests and self.cycle.response_started:
            self.end()
            return
        lines = (
            "HTTP/1.1 400 Bad Request",
            "content-type: text/plain; charset=utf-8",
            f"content-length: {len(msg)}",
            f"date: {formatdate(usegmt=True)}",
            "connection: close",
        )
        self.transport.write("\r\n".join([*lines, "", msg]).encode("ascii"))
        self.transport.close()

    def shutdown(self) -> None:
        """Close it, at once when no request has come in full."""
        if self.waits:
            self.end()
        else:
            super().shutdown()

    def end(self) -> None:
        """Close it at once, behind an answer that was written: what was stored is acknowledged."""
        self._coalescing.flush()
        self._coalescing.abort()

    def drop(self) -> None:
        """Close it at once, without another byte."""
        self._coalescing.abort()


def make_protocol(connections: Connections) -> type[Connection]:
    """The protocol that uvicorn makes an instance of for each connection, which they are registered with."""
    return type("RegisteredConnection", (Connection,), {"registry": connections})


def _limit() -> int:
    """As many connections as leave the process half of its descriptors, for the database among others."""
    try:
        import resource
    except ImportError:  # Windows has no such limit  # pragma: no cover – Windows
        return MAX_CONNECTIONS
    descriptors = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return MAX_CONNECTIONS if descriptors == resource.RLIM_INFINITY else min(MAX_CONNECTIONS, descriptors // 2)
