"""The socket: the engine behind Starlette's messages and uvicorn, in a thread of its own.

The only module that needs starlette and uvicorn.
"""

from __future__ import annotations

import asyncio
import ipaddress
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
from .admin import AdminRoutes
from .faults import ConnectionDroppedError
from .transport import Handle

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

THREADS = 64
"""How many requests are answered at once; a scripted delay occupies one of them."""

DRAIN_FACTOR = 10
"""How many times the body limit is read of a larger body before it is answered."""

KEEP_ALIVE = 75
"""Seconds until an idle connection is closed: longer than clients keep theirs, so that no call meets a closed one."""

GRACE = 5
"""Seconds that requests in progress get to end when the server closes."""

Connections = dict[tuple[str, int], asyncio.Transport]
"""The open connections, by the address and port of the client."""


class _Application:
    """An ASGI application: reads the body up to the limit, and runs the engine in a thread."""

    def __init__(self, handle: Handle, admin: AdminRoutes, body_limit: int, connections: Connections) -> None:
        self._engine_handle = handle
        self._admin = admin
        self._body_limit = body_limit
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
        except ConnectionDroppedError:
            self._connections[scope["client"]].abort()
            return
        response = StarletteResponse(answer.content, answer.status_code)
        response.raw_headers += [(name.encode(), value.encode("latin-1")) for name, value in answer.headers.items()]
        await response(scope, receive, send)

    async def _read(self, incoming: StarletteRequest) -> Request:
        chunks: list[bytes] = []
        size = 0
        async for chunk in incoming.stream():
            if size <= self._body_limit:
                chunks.append(chunk)
            size += len(chunk)
            # What exceeds the limit is read but not kept: many clients read a response only when they have sent it all.
            if size > self._body_limit * DRAIN_FACTOR:
                break
        path = _path_of(incoming.scope["raw_path"].decode("latin-1"))
        query = incoming.scope["query_string"].decode("latin-1")
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in incoming.scope["headers"]]
        # The Host header is not made part of the URL, which it could make invalid.
        url = f"http://localhost{path}" + (f"?{query}" if query else "")
        return Request(incoming.method, url, headers, b"".join(chunks))

    def _handle(self, request: Request, scope: Scope) -> Response:
        if AdminRoutes.owns(urlsplit(request.url).path):
            return self._admin.handle(request, from_loopback=is_loopback(scope["client"][0]))
        return self._engine_handle(request, None)

    def close(self) -> None:
        self._threads.shutdown(wait=False)


def _protocol(connections: Connections) -> type[asyncio.Protocol]:
    """Uvicorn's protocol, which also registers its connections, so that a scripted fault can abort one."""

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

    Args:
        handle: Answers the requests of the contract's operations.
        admin: Answers those below `/_local/`.
        body_limit: The largest request body that is accepted, in bytes.
        host: The address to listen on.
        port: The port to listen on; 0 takes a free one.

    Raises:
        OSError: The address cannot be listened on.
    """

    def __init__(self, handle: Handle, admin: AdminRoutes, body_limit: int, host: str, port: int) -> None:
        self._listening = _listen(host, port)
        shown = f"[{host}]" if ":" in host else host
        self.address = f"http://{shown}:{self._listening.getsockname()[1]}"
        connections: Connections = {}
        self._application = _Application(handle, admin, body_limit, connections)
        config = uvicorn.Config(
            self._application,
            http=_protocol(connections),
            loop="asyncio",
            lifespan="off",
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            # A client must not be able to forge its address: the loopback check and scripted drops rely on it.
            proxy_headers=False,
            timeout_keep_alive=KEEP_ALIVE,
            timeout_graceful_shutdown=GRACE,
        )
        self._server = _Server(config)
        self._thread = threading.Thread(target=self._run, name="memsy-socket", daemon=True)
        self._thread.start()
        self._server.ready.wait()

    def close(self) -> None:
        """Stop listening; requests in progress get some seconds to end."""
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
    """uvicorn's server, which signals when it is ready, and stops as soon as it is told to."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()
        self._stopping: tuple[asyncio.AbstractEventLoop, asyncio.Event] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._stopping = (asyncio.get_running_loop(), asyncio.Event())
        self.ready.set()

    async def main_loop(self) -> None:
        assert self._stopping is not None
        await self._stopping[1].wait()

    def stop(self) -> None:
        if self._stopping is not None:
            loop, event = self._stopping
            loop.call_soon_threadsafe(event.set)


def is_loopback(host: str) -> bool:
    """Whether an address is this machine's own."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host.lower() == "localhost"
    # A socket on `::` sees a caller by IPv4 as ::ffff:127.0.0.1, which not every Python counts as loopback.
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return (mapped or address).is_loopback


def _path_of(target: str) -> str:
    """The path of a request target, which may be a whole URL (RFC 9112, 3.2.2)."""
    if not target.lower().startswith(("http://", "https://")):
        return target
    return "/" + target.partition("://")[2].partition("/")[2]


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio sets TCP_NODELAY only on a socket whose protocol is given explicitly.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(2048)
    except BaseException:
        listening.close()
        raise
    return listening
