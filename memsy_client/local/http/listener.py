"""The socket: the engine behind Starlette's messages and uvicorn, in a thread of its own.

The only module that needs starlette and uvicorn; what a connection may cost is in `connections`.
"""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from email.utils import formatdate
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

import uvicorn
from starlette.requests import ClientDisconnect
from starlette.responses import Response as StarletteResponse

from ..._core.messages import Headers, Request, Response
from .admin import AdminRoutes, refusal
from .connections import ACCEPTED_AT_ONCE, Connections, make_protocol
from .faults import ConnectionDroppedError, FaultTimeoutError
from .names import is_foreign, is_loopback
from .transport import Handle
from .validation import announced_length, split_target

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import Message, Receive, Scope, Send

THREADS = 64
"""How many requests are answered at once; a scripted delay occupies one of them, for as long as its client waits."""

UNKNOWN_LIMIT = 64 * 1024
"""Bytes of a body that are read before it is known whether the request has a key."""

DRAIN_FACTOR = 10
"""How many times the body limit is read, and dropped, of a body that announced its length and is not wanted."""

DRAIN_SECONDS = 2.0
"""How long a client may go on sending a body that is answered already."""

KEEP_ALIVE = 75
"""Seconds until an idle connection is closed: longer than clients keep theirs, so that no call meets a closed one."""

GRACE = 5
"""Seconds that requests in progress get to end when the server closes."""

BACKLOG = 2048
"""Connections that wait until they are accepted."""

SWEEP_SECONDS = 1.0
"""How often connections are looked at whose client has stopped sending."""


class _Application:
    """An ASGI application: reads the body as far as it is wanted, and runs the engine in a thread."""

    def __init__(
        self,
        handle: Handle,
        admits: Callable[[Request], bool],
        admin: AdminRoutes,
        body_limit: int,
        connections: Connections,
        own_name: str | None,
    ) -> None:
        self._own_name = own_name
        self._engine_handle = handle
        self._engine_admits = admits
        self._admin = admin
        self._body_limit = body_limit
        self._connections = connections
        self._threads = ThreadPoolExecutor(THREADS, "memsy-request")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._answer(scope, receive, send)
        except (ClientDisconnect, FaultTimeoutError):  # nobody waits for an answer any more
            return
        except (ConnectionDroppedError, asyncio.CancelledError):
            # Cancelled is what is not answered when the server has waited long enough to close.
            self._connections.abort(scope["client"])

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = _head(scope)
        answer, is_whole = self._refusal(request), False
        if answer is None:
            is_whole = await self._read_body(request, scope, receive)
            lost = self._connections.lost(scope["client"])
            answer = await self._in_thread(partial(self._handle, lost=lost), request, scope)
        if is_whole:
            await _respond(answer, scope, receive, send)
        elif _expects_continue(request):
            # It has not sent the body, and will not send it now.
            answer.headers["connection"] = "close"
            await _respond(answer, scope, receive, send)
        else:
            await _respond(answer, scope, receive, self._draining(request, scope, receive, send))

    def _refusal(self, request: Request) -> Response | None:
        """What a request is answered that is nothing for the engine."""
        if not split_target(request.url)[0].startswith("/"):
            return _text(400, "The request target is not a path.")
        if self._own_name is not None and is_foreign(request, self._own_name):
            return _text(403, "This server listens on loopback, and answers to the names of this machine only.")
        return None

    async def _read_body(self, request: Request, scope: Scope, receive: Receive) -> bool:
        """Read the body into the request, unless it is too large or nobody's; returns whether it was all sent."""
        announced = announced_length(request)
        if announced > self._body_limit:
            return False
        is_known = announced > UNKNOWN_LIMIT and await self._in_thread(self._admits, request, scope)
        if announced > UNKNOWN_LIMIT and not is_known:
            return False
        body = bytearray()
        is_whole = False
        while not is_whole and len(body) <= self._body_limit:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            body += message.get("body", b"")
            is_whole = not message.get("more_body", False)
            if len(body) > UNKNOWN_LIMIT and not is_known:
                is_known = await self._in_thread(self._admits, request, scope)
                if not is_known:
                    return is_whole
        request.body = bytes(body)
        return is_whole

    def _draining(self, request: Request, scope: Scope, receive: Receive, send: Send) -> Send:
        """A `send` that answers at once, but ends the answer only when the client has sent its body.

        Many clients read a response only when they have sent it all; who sends for too long is cut off.
        """
        limit = self._body_limit * (DRAIN_FACTOR if announced_length(request) else 1)

        async def draining(message: Message) -> None:
            if message["type"] == "http.response.body":
                await send({**message, "more_body": True})
                if not await _drain(receive, limit):
                    self._connections.abort(scope["client"])
                message = {"type": "http.response.body", "body": b""}
            await send(message)

        return draining

    async def _in_thread(self, function: Callable[[Request, Scope], Any], request: Request, scope: Scope) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._threads, function, request, scope)

    def _admits(self, request: Request, scope: Scope) -> bool:
        if AdminRoutes.owns(split_target(request.url)[0]):
            return refusal(request, from_loopback=is_loopback(scope["client"][0])) is None
        return self._engine_admits(request)

    def _handle(self, request: Request, scope: Scope, lost: threading.Event) -> Response:
        if AdminRoutes.owns(split_target(request.url)[0]):
            return self._admin.handle(request, from_loopback=is_loopback(scope["client"][0]))
        return self._engine_handle(request, None, lost)

    def close(self) -> None:
        self._threads.shutdown(wait=False)


def _head(scope: Scope) -> Request:
    """The request without its body. Its Host is not made part of the URL, which it could make invalid."""
    target = _path_of(scope["raw_path"].decode("latin-1"))
    if scope["query_string"]:
        target += f"?{scope['query_string'].decode('latin-1')}"
    headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
    return Request(scope["method"], target, headers)


def _text(status: int, detail: str) -> Response:
    return Response(status, Headers.of([("Content-Type", "application/json")]), json.dumps({"detail": detail}).encode())


def _expects_continue(request: Request) -> bool:
    return (Headers.of(request.headers).get("expect") or "").lower() == "100-continue"


async def _respond(answer: Response, scope: Scope, receive: Receive, send: Send) -> None:
    response = StarletteResponse(answer.content, answer.status_code)
    # A scripted response may have a date of its own.
    headers = {"date": _date(int(time.time()))} | {name.lower(): value for name, value in answer.headers.items()}
    response.raw_headers += [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    await response(scope, receive, send)


@lru_cache(maxsize=1)
def _date(second: int) -> str:
    return formatdate(second, usegmt=True)


async def _drain(receive: Receive, limit: int) -> bool:
    """Read the rest of a body and drop it; returns whether it came to an end within the limits."""

    async def discard() -> bool:
        size = 0
        while size <= limit:
            message = await receive()
            if message["type"] != "http.request" or not message.get("more_body", False):
                return True
            size += len(message.get("body", b""))
        return False

    try:
        return await asyncio.wait_for(discard(), DRAIN_SECONDS)
    except asyncio.TimeoutError:  # pragma: no cover – a body that never ends, in tests of processes
        return False


class SocketServer:
    """Listens, in a thread of its own, from construction until `close`.

    Args:
        handle: Answers the requests of the contract's operations.
        admits: Whether one of these has a key, so that a large body is worth reading.
        admin: Answers those below `/_local/`.
        body_limit: The largest request body that is accepted, in bytes.
        host: The address to listen on.
        port: The port to listen on; 0 takes a free one.

    Raises:
        OSError: The address cannot be listened on.
    """

    def __init__(
        self,
        handle: Handle,
        admits: Callable[[Request], bool],
        admin: AdminRoutes,
        body_limit: int,
        host: str,
        port: int,
    ) -> None:
        self._listening = _listen(host, port)
        shown = f"[{host}]" if ":" in host else host
        self.address: str = f"http://{shown}:{self._listening.getsockname()[1]}"
        connections = Connections()
        # As the system has resolved it: the name that was given is this machine's, too.
        own_name = host if is_loopback(self._listening.getsockname()[0]) else None
        self._application = _Application(handle, admits, admin, body_limit, connections, own_name)
        config = uvicorn.Config(
            self._application,
            http=make_protocol(connections),
            loop="asyncio",
            lifespan="off",
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,  # the application sets it
            backlog=ACCEPTED_AT_ONCE,
            # A client must not be able to forge its address: the loopback check and scripted drops rely on it.
            proxy_headers=False,
            timeout_keep_alive=KEEP_ALIVE,
            timeout_graceful_shutdown=GRACE,
        )
        self._server = _Server(config, connections)
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

    def __init__(self, config: uvicorn.Config, connections: Connections) -> None:
        super().__init__(config)
        self._connections = connections
        self.ready = threading.Event()
        self._stopping: tuple[asyncio.AbstractEventLoop, asyncio.Event] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        for listening in sockets or []:
            # asyncio accepts as many at once as may wait; here, more may wait than are accepted at once.
            listening.listen(BACKLOG)
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(self._meet_loop_error)
        self._stopping = (loop, asyncio.Event())
        self.ready.set()

    async def main_loop(self) -> None:
        assert self._stopping is not None
        loop, stopping = self._stopping
        while not stopping.is_set():
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(stopping.wait(), SWEEP_SECONDS)
            self._connections.sweep(loop.time())

    def _meet_loop_error(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        if str(context.get("message")).startswith("socket.accept()"):  # pragma: no cover – no descriptor is left
            # The process has no descriptor left, whoever has them: take some back.
            self._connections.evict(ACCEPTED_AT_ONCE)
        else:  # pragma: no cover – as above
            loop.default_exception_handler(context)

    def stop(self) -> None:
        if self._stopping is not None:  # pragma: no branch – it has not begun
            loop, event = self._stopping
            loop.call_soon_threadsafe(event.set)


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
        listening.listen(BACKLOG)
    except BaseException:
        listening.close()
        raise
    return listening
