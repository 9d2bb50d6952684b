"""The socket: the engine behind Starlette's messages and uvicorn, in a thread of its own.

The only module that needs starlette and uvicorn.
"""

from __future__ import annotations

import asyncio
import ipaddress
import secrets
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import uvicorn
from starlette.requests import ClientDisconnect
from starlette.requests import Request as StarletteRequest
from starlette.responses import Response as StarletteResponse
from uvicorn.protocols.http.h11_impl import H11Protocol

from ..._core.messages import Request, Response
from .admin import Scripting
from .faults import ConnectionDropped

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

    from ..local_memsy import LocalMemsy

THREADS = 64
"""How many requests are answered at once; a scripted delay occupies one of them."""

DRAINED = 10
"""How many times the limit of a body is read of one that is larger, before the connection is closed on it."""

KEEP_ALIVE = 75
"""Seconds until an idle connection is closed: longer than clients keep theirs, so that none is closed under a call."""

GRACE = 5
"""Seconds that requests under way get to end when the server closes."""


class _Application:
    """An ASGI application: reads the body up to the limit, and lets a thread run the engine."""

    def __init__(self, memsy: LocalMemsy, connections: dict[tuple[str, int], asyncio.Transport]) -> None:
        self._memsy = memsy
        self._scripting = Scripting(memsy)
        self._connections = connections
        self._threads = ThreadPoolExecutor(THREADS, "memsy-request")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        incoming = StarletteRequest(scope, receive)
        try:
            request = await self._read(incoming)
        except ClientDisconnect:
            return
        loop = asyncio.get_running_loop()
        try:
            answer = await loop.run_in_executor(self._threads, self._handle, request, scope)
        except ConnectionDropped:
            self._connections[scope["client"]].abort()
            return
        response = StarletteResponse(answer.content, answer.status_code)
        response.raw_headers += [(name.encode(), value.encode("latin-1")) for name, value in answer.headers.items()]
        await response(scope, receive, send)

    async def _read(self, incoming: StarletteRequest) -> Request:
        chunks: list[bytes] = []
        size, limit = 0, self._memsy.engine.body_limit
        async for chunk in incoming.stream():
            if size <= limit:
                chunks.append(chunk)
            size += len(chunk)
            # What is over the limit is not kept, but read: many clients look for an answer only when all is sent.
            if size > limit * DRAINED:
                break
        path = _path_of(incoming.scope["raw_path"].decode("latin-1"))
        query = incoming.scope["query_string"].decode("latin-1")
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in incoming.scope["headers"]]
        # The Host header stays where it is: as part of the URL it could make the URL unreadable.
        url = f"http://localhost{path}" + (f"?{query}" if query else "")
        return Request(incoming.method, url, headers, b"".join(chunks))

    def _handle(self, request: Request, scope: Scope) -> Response:
        if Scripting.owns(urlsplit(request.url).path):
            return self._scripting.handle(request, from_loopback=is_loopback(scope["client"][0]))
        return self._memsy.engine.handle(request)

    def close(self) -> None:
        self._threads.shutdown(wait=False)


def _protocol(connections: dict[tuple[str, int], asyncio.Transport]) -> type[asyncio.Protocol]:
    """The protocol of uvicorn, which also notes its connections, so that a fault can cut one."""

    class Protocol(H11Protocol):
        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            connections[transport.get_extra_info("peername")[:2]] = transport

        def connection_lost(self, exc: Exception | None) -> None:
            connections.pop(self.client, None)  # type: ignore[arg-type]
            super().connection_lost(exc)

    return Protocol


class SocketServer:
    """Listens, in a thread of its own, from construction until `close`.

    Raises:
        OSError: The address cannot be listened on.
    """

    def __init__(self, memsy: LocalMemsy, host: str, port: int) -> None:
        self._listening = _listen(host, port)
        shown = f"[{host}]" if ":" in host else host
        self.address = f"http://{shown}:{self._listening.getsockname()[1]}"
        connections: dict[tuple[str, int], asyncio.Transport] = {}
        self._application = _Application(memsy, connections)
        config = uvicorn.Config(
            self._application,
            http=_protocol(connections),
            loop="asyncio",
            lifespan="off",
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            # Who a client is must not be for the client to say: the loopback check and scripted drops rely on it.
            proxy_headers=False,
            timeout_keep_alive=KEEP_ALIVE,
            timeout_graceful_shutdown=GRACE,
        )
        self._server = _Server(config)
        self._thread = threading.Thread(target=self._run, name="memsy-socket", daemon=True)
        self._thread.start()
        self._server.ready.wait()

    def close(self) -> None:
        """Stop listening; requests under way get some seconds to end."""
        self._server.stop()
        self._thread.join()
        self._application.close()

    def _run(self) -> None:
        try:
            self._server.run([self._listening])
        finally:
            self._server.ready.set()
            self._listening.close()


class _Server(uvicorn.Server):
    """uvicorn's server, which says when it is ready and stops at once when told to."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()
        self._told: tuple[asyncio.AbstractEventLoop, asyncio.Event] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._told = (asyncio.get_running_loop(), asyncio.Event())
        self.ready.set()

    async def main_loop(self) -> None:
        assert self._told is not None
        await self._told[1].wait()

    def stop(self) -> None:
        if self._told is not None:
            loop, event = self._told
            loop.call_soon_threadsafe(event.set)


def new_key() -> str:
    """A key that nobody can guess."""
    return f"msy_{secrets.token_hex(32)}"


def is_loopback(host: str) -> bool:
    """Whether an address is this machine's own."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host.lower() == "localhost"
    # A socket on `::` sees a caller by IPv4 as ::ffff:127.0.0.1, which not every Python knows for loopback.
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return (mapped or address).is_loopback


def _path_of(target: str) -> str:
    """The path of a request's target, which may name the whole URL (RFC 9112, 3.2.2)."""
    if not target.lower().startswith(("http://", "https://")):
        return target
    return "/" + target.partition("://")[2].partition("/")[2]


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named because asyncio looks for it before it lets small packets go at once (TCP_NODELAY).
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(2048)
    except BaseException:
        listening.close()
        raise
    return listening
