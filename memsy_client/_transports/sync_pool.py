"""The sync clients' own pool: a stack of httpx transports of one connection each.

httpx's pool walks all its connections at each request and each release; here a call takes the transport on top and
puts it back. Threads share the stack, a forked child starts one of its own.
"""

from __future__ import annotations

import os
import threading
import time
import warnings
from collections import deque
from typing import Any

import httpcore
import httpx

from .._core.message import Request, Response
from .._core.transport import Limits, ResponseTooLarge, TransportError
from . import connect, translate


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
        self._start()

    def _start(self) -> None:
        self._pid = os.getpid()
        self._lock = threading.Lock()
        self._free = threading.BoundedSemaphore(self._max_connections)
        self._idle: deque[_Connection] = deque()

    def send(self, request: Request, limits: Limits) -> Response:
        """The answer, fully read. Raises `TransportError` or `ResponseTooLarge`."""
        if os.getpid() != self._pid:
            # A forked child: the parent goes on using its sockets, and its locks may be held for ever here.
            self._start()
        free = self._free
        if not free.acquire(timeout=_shortest(limits.pool, limits.total)):
            raise translate.no_connection(limits)
        try:
            connection = self._take()
            try:
                response = connection.send(request, limits)
            except BaseException:
                connection.close()
                raise
            self._put_back(connection)
            return response
        finally:
            free.release()

    def close(self) -> None:
        """Close the idle connections; those under way are closed when they are done."""
        self._closed = True
        with self._lock:
            idle, self._idle = self._idle, deque()
        for connection in idle:
            connection.close()

    def __del__(self) -> None:
        if self._used and not self._closed and os.getpid() == self._pid:
            warnings.warn(f"a client of {self._base_url} was not closed", ResourceWarning, source=self, stacklevel=2)
            self.close()

    def _take(self) -> _Connection:
        with self._lock:
            if self._idle:
                return self._idle.pop()
        self._used = True
        return _Connection(self._base_url)

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
        # httpx offers no way to hand a network backend to its pool. Only that can bound a response whose headers
        # drip: each of its reads gets a new time-out otherwise. A test fails should the attributes ever move.
        pool = self._transport._pool
        pool._network_backend = _TimedBackend(pool._network_backend, self._clock)

    def send(self, request: Request, limits: Limits) -> Response:
        started = time.monotonic()
        self._clock.ends = None if limits.total is None else started + limits.total
        message = httpx.Request(
            request.method,
            request.url,
            headers=request.headers,
            content=request.body,
            extensions={"timeout": translate.phases(limits)},
        )
        try:
            answer = self._transport.handle_request(message)
            try:
                content = _read(answer, limits)
            finally:
                answer.close()
        except ResponseTooLarge:
            raise
        except Exception as error:
            raise self._failure(error, limits) from error
        return translate.response(answer, content, time.monotonic() - started)

    def _failure(self, error: Exception, limits: Limits) -> TransportError:
        failure = translate.failure(error)
        if failure.timed_out and self._clock.has_run_out():
            return translate.out_of_time(limits, unsent=failure.unsent)
        return failure

    def close(self) -> None:
        self._transport.close()


def _read(answer: httpx.Response, limits: Limits) -> bytes:
    body = translate.Body(limits)
    for chunk in answer.iter_bytes():
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

    def connect_tcp(self, host: str, port: int, timeout: float | None = None, **options: Any) -> httpcore.NetworkStream:
        stream = self._backend.connect_tcp(host, port, self._clock.left(timeout), **options)
        return _TimedStream(stream, self._clock)


class _TimedStream(httpcore.NetworkStream):
    #: How much is written before the clock is looked at again.
    _WRITE = 64 * 1024

    def __init__(self, stream: httpcore.NetworkStream, clock: _Clock) -> None:
        self._stream = stream
        self._clock = clock

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._clock.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), self._WRITE):
            self._stream.write(buffer[start : start + self._WRITE], self._clock.left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        stream = self._stream.start_tls(ssl_context, server_hostname, self._clock.left(timeout))
        return _TimedStream(stream, self._clock)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _shortest(*seconds: float | None) -> float | None:
    return min((value for value in seconds if value is not None), default=None)
