"""What keeps aiohttp from taking bytes that nobody asked for as the response to the next request.

aiohttp parses all that comes, and gives a connection back as soon as a response is complete, whatever follows it.
"""

from __future__ import annotations

import asyncio
import re
from contextvars import ContextVar
from typing import Any

import aiohttp

from .limiter import Slot
from .traffic import StaleConnectionError, has_forbidden_body, is_readable

_INTERIM = re.compile(rb"HTTP/1\.\d 1(?!01)")
_END_OF_HEAD = b"\r\n\r\n"

#: Of the request that the task at hand sends: aiohttp itself does not say how far one had come when its time ran out.
current_slot: ContextVar[Slot] = ContextVar("current_slot")


class GuardedRequest(aiohttp.ClientRequest):
    """A request that looks at its connection before it is written."""

    async def send(self, conn: Any) -> aiohttp.ClientResponse:
        """Write the request. Raises `StaleConnectionError` before it is begun."""
        transport = conn.transport
        if transport is None:
            raise aiohttp.ClientConnectionError("the connection ended before it was used")
        guard = transport.get_protocol()
        if not isinstance(guard, _Guard):
            guard = _Guard(guard, transport)
            transport.set_protocol(guard)
        elif is_readable(transport.get_extra_info("socket")):
            raise StaleConnectionError
        guard.begin_request()
        current_slot.get().is_unsent = False
        return await super().send(conn)


class GuardedResponse(aiohttp.ClientResponse):
    """A response that tells the guard of its connection when its headers are read."""

    async def start(self, connection: Any) -> aiohttp.ClientResponse:
        """Wait for the headers."""
        transport = connection.transport
        await super().start(connection)
        guard = transport.get_protocol()
        if isinstance(guard, _Guard):  # pragma: no branch – the loop takes the protocol away from a closed transport
            guard.begin_body(self)
        return self


class _Guard(asyncio.Protocol):
    """Stands between a connection and aiohttp's protocol.

    The headers are passed on alone. From then on aiohttp says, byte by byte if need be, when the response is complete.
    """

    def __init__(self, protocol: Any, transport: Any) -> None:
        self._protocol = protocol
        self._transport = transport
        self.begin_request()

    def begin_request(self) -> None:
        """A request is going to be written."""
        self._head = b""
        self._held: bytes | None = None  # what came behind the headers, until their response is made
        self._response: aiohttp.ClientResponse | None = None

    def begin_body(self, response: aiohttp.ClientResponse) -> None:
        """The response to the request was made of its headers."""
        held, self._held = self._held, None
        self._response = response
        if has_forbidden_body(response.method, response.status, response.headers):
            self._transport.abort()
        elif held:
            self._pass_on(held)

    def data_received(self, data: bytes) -> None:
        if self._response is not None:
            self._pass_on(data)
        elif self._held is not None:
            self._held += data  # pragma: no cover – a second piece comes before the headers are used
        else:
            self._pass_on_head(data)

    def _pass_on_head(self, data: bytes) -> None:
        while data:
            start = max(len(self._head) - len(_END_OF_HEAD) + 1, 0)
            self._head += data
            end = self._head.find(_END_OF_HEAD, start) + len(_END_OF_HEAD)
            if end < len(_END_OF_HEAD):
                self._protocol.data_received(data)
                return
            head, rest = self._head[:end], self._head[end:]
            self._head = b""
            is_interim = _INTERIM.match(head)
            if not is_interim:
                self._held = rest
            self._protocol.data_received(data[: len(data) - len(rest)])
            data = rest if is_interim else b""

    def _pass_on(self, data: bytes) -> None:
        response = self._response
        assert response is not None
        if len(data) > 1 and not response.closed:
            self._protocol.data_received(data[:-1])
        if response.closed:  # without the last byte, or before any
            self._transport.abort()
        elif not self._transport.is_closing():
            self._protocol.data_received(data[-1:])

    def eof_received(self) -> bool | None:
        return self._protocol.eof_received()  # type: ignore[no-any-return]

    def connection_lost(self, exc: Exception | None) -> None:
        if self._held:
            self._protocol.data_received(self._held)
        self._protocol.connection_lost(exc)
        response = self._response
        if response is not None and not response.closed and response.content.exception() is None:
            # aiohttp closes the connection of a body that it cannot read, and leaves its reader waiting.
            response.content.set_exception(aiohttp.ClientPayloadError("the body cannot be read"))

    def pause_writing(self) -> None:
        self._protocol.pause_writing()

    def resume_writing(self) -> None:  # pragma: no cover – where the system's buffers were full for a moment
        self._protocol.resume_writing()
