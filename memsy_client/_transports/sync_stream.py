"""How a sync connection reads and writes in time: nothing that it waits for outlasts the attempt."""

from __future__ import annotations

import contextlib
import errno
import math
import select
import selectors
import ssl
import time
from typing import Any

import httpcore

from .._core.foreign import pass_foreign
from .traffic import Traffic

#: Seconds to wait for what is there already.
_INSTANT = 0.001


class Deadline:
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


def timed_stream(stream: httpcore.NetworkStream, deadline: Deadline, traffic: Traffic) -> httpcore.NetworkStream:
    """The stream, whose reads and writes end when the attempt has to."""
    can_be_polled = (
        hasattr(select, "poll")  # Windows has none
        # A library that puts sockets of its own in the place of Python's may want to wait in its own way.
        and type(stream.get_extra_info("socket")).__module__ in ("socket", "ssl")
        # Of encryption within encryption, the socket knows nothing.
        and not isinstance(stream.get_extra_info("ssl_object"), ssl.SSLObject)
    )
    return (_PolledStream if can_be_polled else _TimedStream)(stream, deadline, traffic)


class _TimedStream(httpcore.NetworkStream):
    #: How much is held at most, and written before the deadline is checked again.
    _PIECE = 64 * 1024

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline, traffic: Traffic) -> None:
        self._stream = stream
        self._deadline = deadline
        self._traffic = traffic
        self._held = b""
        self._early: bytes | None = None  # what came before the request was through

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if self._held:
            # As in httpcore: a server may refuse a request before it has read all of it, and its response counts.
            with contextlib.suppress(httpcore.WriteError):
                self._write_held()
        if self._early is not None:
            early, self._early = self._early, None
            return self._traffic.pass_on(early)
        return self._traffic.take() or self._traffic.pass_on(self._receive(max_bytes, self._deadline.left(timeout)))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        # Headers and body come apart. They are held until the response is waited for, so that they leave in one piece:
        # each call into the system lets another thread take the interpreter.
        self._timeout = timeout
        if len(self._held) + len(buffer) <= self._PIECE:
            self._held += buffer
            return
        self._write_held()
        for start in range(0, len(buffer), self._PIECE):  # pragma: no branch – a time-out ends it
            self._look_for_answer(self._deadline.left(timeout))
            self._write(buffer[start : start + self._PIECE], self._deadline.left(timeout))

    def _look_for_answer(self, timeout: float | None) -> None:
        """Wait until more can be written. Raises `httpcore.WriteError` when the server answers instead of reading."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._stream.get_extra_info("socket"), selectors.EVENT_READ | selectors.EVENT_WRITE)
            ready = selector.select(timeout)
        if not ready:
            raise httpcore.WriteTimeout("the server reads nothing")
        if ready[0][1] & selectors.EVENT_READ:
            try:
                self._early = self._receive(self._PIECE, _INSTANT)
            except httpcore.ReadTimeout as error:  # pragma: no cover – a record of TLS without content
                pass_foreign(error)
                return  # it is TLS's own
            except httpcore.ReadError as error:
                raise httpcore.WriteError(str(error)) from error
            raise httpcore.WriteError("the server has answered")

    def _write_held(self) -> None:
        held, self._held = self._held, b""
        left = self._deadline.left(self._timeout)
        self._traffic.before_write(held)
        self._write(held, left)

    def _write(self, data: bytes, timeout: float | None) -> None:
        try:
            self._send(data, timeout)
        except httpcore.WriteError as error:  # which is passed over, whatever it was made of
            pass_foreign(error)
            raise

    def _receive(self, max_bytes: int, timeout: float | None) -> bytes:
        return self._stream.read(max_bytes, timeout)

    def _send(self, data: bytes, timeout: float | None) -> None:
        self._stream.write(data, timeout)

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        self._traffic.begin_encryption()
        stream = self._stream.start_tls(ssl_context, server_hostname, self._deadline.left(timeout))
        self._traffic.encrypted(stream)
        return timed_stream(stream, self._deadline, self._traffic)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class _PolledStream(_TimedStream):
    """A stream whose socket never waits by itself: it is polled where there is something to wait for.

    httpcore's own stream has the socket wait before each read and each write. Every call into the system lets another
    thread take the interpreter: sixteen threads make a tenth more calls without those for which nothing waits.
    """

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline, traffic: Traffic) -> None:
        super().__init__(stream, deadline, traffic)
        self._socket: Any = stream.get_extra_info("socket")
        self._socket.setblocking(False)
        self._is_encrypted = isinstance(self._socket, ssl.SSLSocket)

    def _receive(self, max_bytes: int, timeout: float | None) -> bytes:
        try:
            if not (self._is_encrypted and self._socket.pending()):
                self._wait(select.POLLIN, timeout)
            while True:
                try:
                    return self._socket.recv(max_bytes)  # type: ignore[no-any-return]
                except _NOT_YET as reason:
                    event = _needed(reason, select.POLLIN)
                self._wait(event, self._deadline.left(timeout))
        except TimeoutError as error:
            raise httpcore.ReadTimeout(error) from error
        except OSError as error:
            raise httpcore.ReadError(error) from error

    def _send(self, data: bytes, timeout: float | None) -> None:
        try:
            while data:
                try:
                    data = data[self._socket.send(data) :]
                    continue
                except _NOT_YET as reason:
                    event = _needed(reason, select.POLLOUT)
                self._wait(event, self._deadline.left(timeout))
        except TimeoutError as error:
            raise httpcore.WriteTimeout(error) from error
        except OSError as error:
            raise httpcore.WriteError(error) from error

    def _wait(self, event: int, seconds: float | None) -> None:
        poll = select.poll()
        try:
            poll.register(self._socket, event)
        except ValueError as error:
            raise OSError(errno.EBADF, "the socket has been closed") from error
        if not poll.poll(None if seconds is None else math.ceil(seconds * 1000)):
            raise TimeoutError("timed out")


#: What a socket raises that cannot do at once what it was asked.
_NOT_YET = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


def _needed(reason: Exception, event: int) -> int:
    """What to wait for: encryption may have to read before it can write, and the reverse."""
    pass_foreign(reason)
    if isinstance(reason, ssl.SSLError):
        return select.POLLIN if isinstance(reason, ssl.SSLWantReadError) else select.POLLOUT
    return event
