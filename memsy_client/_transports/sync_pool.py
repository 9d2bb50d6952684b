"""The sync clients' own pool: a stack of httpx transports of one connection each.

httpx's pool walks all its connections at each request and each release; here a call takes the transport on top and
puts it back. Threads share the stack, a forked child starts one of its own.
"""

from __future__ import annotations

import contextlib
import threading
import time
import warnings
from collections import deque
from collections.abc import Iterable
from typing import Any

import httpcore
import httpx

from .._core.message import Request, Response
from .._core.transport import Limits, ResponseTooLarge, TransportError
from . import connect, forks, messages, translate
from .body import Body
from .room import longest_wait, no_room


class SyncPool:
    """Carries requests to one address.

    Args:
        base_url: The address; only its scheme, host and port matter.
        max_connections: How many requests may be under way at once; further ones wait.

    """

    def __init__(self, base_url: str, max_connections: int) -> None:
        self._base_url = base_url
        self._max_connections = max_connections
        self._used = False
        self._closed = False
        self.start_anew()
        forks.starts_anew_in_children(self)

    def start_anew(self) -> None:
        """Start without connections. In a forked child, the parent goes on using those there were."""
        if self._used:
            forks.inherited.append(self._idle)
        self._used = False
        self._lock = threading.Lock()
        self._free = threading.BoundedSemaphore(self._max_connections)
        self._idle: deque[_Connection] = deque()

    def send(self, request: Request, limits: Limits) -> Response:
        """The answer, fully read. Raises `TransportError` or `ResponseTooLarge`."""
        if self._closed:
            raise TransportError("this client has been closed", unsent=True)
        ends = None if limits.total is None else time.monotonic() + limits.total
        if not self._free.acquire(timeout=longest_wait(limits)):
            raise no_room(limits)
        try:
            connection = self._take()
            try:
                response = connection.send(request, limits, ends)
            except BaseException:
                connection.close()
                raise
            self._put_back(connection)
            return response
        finally:
            self._free.release()

    def close(self) -> None:
        """Close the idle connections; those under way are closed when they are done."""
        self._closed = True
        with self._lock:
            idle, self._idle = self._idle, deque()
        for connection in idle:
            connection.close()

    def __del__(self) -> None:
        if getattr(self, "_used", False) and not self._closed:
            warnings.warn(f"a client of {self._base_url} was not closed", ResourceWarning, source=self, stacklevel=2)
            self.close()

    def _take(self) -> _Connection:
        self._used = True
        while True:
            with self._lock:
                connection = self._idle.pop() if self._idle else None
            if connection is None:
                return _Connection(self._base_url)
            if connection.is_alive:
                return connection
            connection.close()

    def _put_back(self, connection: _Connection) -> None:
        now = connection.idle_since = time.monotonic()
        stale = []
        with self._lock:
            closed = self._closed
            if not closed:
                self._idle.append(connection)
            while self._idle and now - self._idle[0].idle_since > connect.KEEPALIVE:
                stale.append(self._idle.popleft())
        if closed:
            stale.append(connection)
        for unused in stale:
            unused.close()


class _Connection:
    """An httpx transport of one connection, whose reads and writes end at the attempt's end."""

    def __init__(self, base_url: str) -> None:
        self.idle_since = 0.0
        self._clock = _Clock()
        self._transport = httpx.HTTPTransport(**connect.transport_options(base_url))  # type: ignore[arg-type]
        # httpx has no way to hand it a network backend, or a connection in place of a pool. Only the former can bound
        # a response whose headers drip: each of its reads gets a new time-out otherwise. The latter spares us a pool
        # in each slot of ours. A test fails should the attributes ever move.
        pool: Any = self._transport._pool
        pool._network_backend = _TimedBackend(pool._network_backend, self._clock)
        self._connection = pool.create_connection(httpcore.URL(base_url).origin)
        self._transport._pool = self._connection

    @property
    def is_alive(self) -> bool:
        """Whether an idle connection can carry one more request, as far as this side knows."""
        return bool(self._connection.is_idle() and not self._connection.has_expired())

    def send(self, request: Request, limits: Limits, ends: float | None) -> Response:
        started = time.monotonic()
        self._clock.ends = ends
        try:
            answer = self._transport.handle_request(messages.outgoing(request, limits))
            try:
                content = _read(answer, limits)
            finally:
                answer.close()
        except (ResponseTooLarge, TransportError):
            raise
        except Exception as error:
            raise self._failure(error, limits) from error
        return messages.incoming(answer, content, time.monotonic() - started)

    def _failure(self, error: Exception, limits: Limits) -> TransportError:
        failure = translate.failure(error)
        if failure.timed_out and self._clock.has_run_out():
            return translate.out_of_time(limits, unsent=failure.unsent)
        return failure

    def close(self) -> None:
        self._transport.close()


def _read(answer: httpx.Response, limits: Limits) -> bytes:
    assert isinstance(answer.stream, httpx.SyncByteStream)
    body = Body(limits, answer.headers.get("content-encoding"))
    for chunk in answer.stream:
        body.add(chunk)
    return body.content()


class _Clock:
    """When the attempt under way has to end, in `time.monotonic` seconds, or None."""

    ends: float | None = None

    def left(self, timeout: float | None) -> float | None:
        """The time-out that a phase has, given its own. Raises `httpcore.ReadTimeout` when the attempt is over."""
        if self.ends is None:
            return timeout
        left = self.ends - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the attempt's time is over")
        return left if timeout is None else min(timeout, left)

    def has_run_out(self) -> bool:
        return self.ends is not None and time.monotonic() >= self.ends


class _TimedBackend(httpcore.NetworkBackend):
    def __init__(self, backend: httpcore.NetworkBackend, clock: _Clock) -> None:
        self._backend = backend
        self._clock = clock

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        stream = self._backend.connect_tcp(host, port, self._clock.left(timeout), local_address, socket_options)
        return _TimedStream(stream, self._clock)


class _TimedStream(httpcore.NetworkStream):
    #: How much is held at most, and written before the clock is looked at again.
    _PIECE = 64 * 1024

    def __init__(self, stream: httpcore.NetworkStream, clock: _Clock) -> None:
        self._stream = stream
        self._clock = clock
        self._held = b""

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if self._held:
            # As httpcore has it: a server may refuse a request before it has read all of it, and that answer counts.
            with contextlib.suppress(httpcore.WriteError):
                self._write_held()
        return self._stream.read(max_bytes, self._clock.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        # Headers and body come apart. They are held until the answer is waited for, so that they leave in one piece:
        # each call into the system lets another thread take the interpreter.
        self._timeout = timeout
        if len(self._held) + len(buffer) <= self._PIECE:
            self._held += buffer
            return
        self._write_held()
        for start in range(0, len(buffer), self._PIECE):
            self._stream.write(buffer[start : start + self._PIECE], self._clock.left(timeout))

    def _write_held(self) -> None:
        held, self._held = self._held, b""
        self._stream.write(held, self._clock.left(self._timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        stream = self._stream.start_tls(ssl_context, server_hostname, self._clock.left(timeout))
        return _TimedStream(stream, self._clock)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
