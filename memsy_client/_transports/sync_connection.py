"""One connection of the sync pool, whose reads and writes end when the attempt has to."""

from __future__ import annotations

import concurrent.futures
import contextlib
import ipaddress
import socket
import time
from collections.abc import Iterable
from typing import Any

import httpcore
import httpx

from .._core.messages import Request, Response
from .._core.transport import Limits, ResponseTooLargeError, TransportError
from . import connect, errors
from .body import BodyDecoder, EndGuard
from .httpx_transport import from_httpx, to_httpx, transport_over
from .threads import in_thread


class SyncConnection:
    """One connection, through which requests go one after the other."""

    def __init__(self, base_url: str) -> None:
        self.idle_since = 0.0
        self._deadline = _Deadline()
        self._guard = EndGuard()
        # Only a network backend can bound a response whose headers drip: otherwise each read gets a new time-out.
        backend = _TimedBackend(httpcore.SyncBackend(), self._deadline, self._guard)
        pool = httpcore.ConnectionPool(network_backend=backend, **connect.pool_options(base_url))
        self._connection = pool.create_connection(httpcore.URL(base_url).origin)
        self._transport = transport_over(self._connection, httpx.HTTPTransport)

    @property
    def is_alive(self) -> bool:
        """Whether an idle connection can carry one more request, as far as this side knows."""
        return self._connection.is_idle() and not self._connection.has_expired() and not self._guard.kept

    def send(self, request: Request, limits: Limits, ends: float | None) -> Response:
        """The answer, read before `time.monotonic()` is `ends`. Raises `TransportError` or `ResponseTooLargeError`."""
        started = time.monotonic()
        self._deadline.ends = ends
        try:
            answer = self._transport.handle_request(to_httpx(request, limits))
            response = from_httpx(answer)
            stream: Any = answer.stream
            try:
                body = BodyDecoder(response, limits)
                for chunk in stream:
                    body.add(chunk)
                response.content = body.content()
            finally:
                stream.close()
                response.elapsed = time.monotonic() - started
        except (ResponseTooLargeError, TransportError):
            raise
        except Exception as error:
            raise self._failure(error, limits) from error
        return response

    def _failure(self, error: Exception, limits: Limits) -> TransportError:
        failure = errors.failure(error)
        if failure.timed_out and self._deadline.has_run_out():
            return errors.out_of_time(limits, unsent=failure.unsent)
        return failure

    def close(self) -> None:
        """Close it."""
        self._connection.close()


class _Deadline:
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
    def __init__(self, backend: httpcore.NetworkBackend, deadline: _Deadline, guard: EndGuard) -> None:
        self._backend = backend
        self._deadline = deadline
        self._guard = guard

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        # All addresses of a host share the time: the system's own way would give it whole to each.
        ends = None if timeout is None else time.monotonic() + timeout
        failure: Exception | None = None
        for address in self._resolve(host, port, timeout):
            try:
                left = self._deadline.left(None if ends is None else ends - time.monotonic())
            except httpcore.ReadTimeout:
                left = 0.0
            if left is not None and left <= 0:
                raise httpcore.ConnectTimeout("no address has answered in time") from failure
            try:
                stream = self._backend.connect_tcp(address, port, left, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _TimedStream(stream, self._deadline, self._guard)
        raise failure or httpcore.ConnectError("the host has no address")

    def _resolve(self, host: str, port: int, timeout: float | None) -> list[str]:
        left = self._deadline.left(timeout)
        if left is None or _is_numeric(host):
            return _addresses(host, port)
        try:
            return in_thread(lambda: _addresses(host, port)).result(left)
        except concurrent.futures.TimeoutError:
            raise httpcore.ConnectTimeout("the host's name was not resolved in time") from None


def _is_numeric(host: str) -> bool:
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


def _addresses(host: str, port: int) -> list[str]:
    """A host's numeric addresses, in the order to try them."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise httpcore.ConnectError(str(error)) from error
    # An address of one link only has to name the link.
    return [f"{at[0]}%{at[3]}" if len(at) > 3 and at[3] else str(at[0]) for *_, at in found]


class _TimedStream(httpcore.NetworkStream):
    #: How much is held at most, and written before the deadline is checked again.
    _PIECE = 64 * 1024

    def __init__(self, stream: httpcore.NetworkStream, deadline: _Deadline, guard: EndGuard) -> None:
        self._stream = stream
        self._deadline = deadline
        self._guard = guard
        self._held = b""

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if self._held:
            # As in httpcore: a server may refuse a request before it has read all of it, and its response counts.
            with contextlib.suppress(httpcore.WriteError):
                self._write_held()
        return self._guard.take() or self._guard.keep_last(self._stream.read(max_bytes, self._deadline.left(timeout)))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        # Headers and body come apart. They are held until the response is waited for, so that they leave in one piece:
        # each call into the system lets another thread take the interpreter.
        self._timeout = timeout
        if len(self._held) + len(buffer) <= self._PIECE:
            self._held += buffer
            return
        self._write_held()
        for start in range(0, len(buffer), self._PIECE):
            self._stream.write(buffer[start : start + self._PIECE], self._deadline.left(timeout))

    def _write_held(self) -> None:
        held, self._held = self._held, b""
        self._stream.write(held, self._deadline.left(self._timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        stream = self._stream.start_tls(ssl_context, server_hostname, self._deadline.left(timeout))
        return _TimedStream(stream, self._deadline, self._guard)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
