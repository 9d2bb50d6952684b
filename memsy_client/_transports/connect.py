"""How a sync connection is made in time: no wait, for slow DNS either, outlasts the attempt.

Async connections need none of this: cancellation ends whatever they wait for.
"""

from __future__ import annotations

import encodings.idna  # noqa: F401  # which resolving a name imports: a fork would not wait for that
import functools
import ipaddress
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future
from typing import Any

import httpcore

from .._core.threads import in_thread, run_in_thread, wait_for
from .sync_stream import Deadline, timed_stream
from .traffic import Traffic

#: Seconds after which the next address is tried beside one that does not answer, as RFC 8305 recommends.
_NEXT_ADDRESS = 0.25

#: Seconds of one try of a connection, each twice as long as the one before. A thread that waits for one cannot be
#: ended, and would else be left for all of the time-out when another address has answered.
_TRIES = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0)


class TimedBackend(httpcore.SyncBackend):
    def __init__(self, deadline: Deadline, traffic: Traffic) -> None:
        super().__init__()
        self._deadline = deadline
        self._traffic = traffic

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        ends = None if timeout is None else time.monotonic() + timeout
        addresses = self._resolve(host, port, timeout)

        def connect(address: str, seconds: float | None) -> httpcore.NetworkStream:
            return super(TimedBackend, self).connect_tcp(address, port, seconds, local_address, socket_options)

        if len(addresses) == 1:
            stream = connect(addresses[0], self._left(ends))
        else:
            stream = self._connect_to_any(addresses, connect, ends)
        self._traffic.connected(stream)
        return timed_stream(stream, self._deadline, self._traffic)

    def _connect_to_any(
        self, addresses: list[str], connect: Callable[[str, float | None], httpcore.NetworkStream], ends: float | None
    ) -> httpcore.NetworkStream:
        """The first connection that is made. An address that is silent does not keep the next from being tried."""
        is_over = threading.Event()
        under_way: set[Future[httpcore.NetworkStream]] = set()
        failure: BaseException | None = None
        left_over = deque(addresses)
        try:
            while left_over or under_way:
                if left_over:
                    attempt = functools.partial(connect, left_over.popleft())
                    under_way.add(in_thread(functools.partial(self._in_tries, attempt, ends, is_over)))
                left = self._left(ends)
                if left_over:
                    left = _NEXT_ADDRESS if left is None else min(_NEXT_ADDRESS, left)
                done = wait_for(under_way, left, FIRST_COMPLETED)
                under_way -= done
                for future in sorted(done, key=_failed):
                    failure = future.exception()
                    if failure is None:
                        under_way |= done - {future}
                        return future.result()
            raise failure or httpcore.ConnectError("the host has no address")
        finally:
            is_over.set()
            for late in under_way:
                late.add_done_callback(_close_late)

    def _in_tries(
        self, connect: Callable[[float | None], httpcore.NetworkStream], ends: float | None, is_over: threading.Event
    ) -> httpcore.NetworkStream:
        for seconds in _TRIES:  # pragma: no branch – all tries time out
            left = self._left(ends)
            if left is not None and left <= seconds:
                break
            try:
                return connect(seconds)
            except httpcore.ConnectTimeout:
                if is_over.is_set():  # pragma: no branch – a later try, which takes seconds
                    raise
        return connect(self._left(ends))

    def _left(self, ends: float | None) -> float | None:
        try:
            left = self._deadline.left(None if ends is None else ends - time.monotonic())
        except httpcore.ReadTimeout:
            left = 0.0
        if left is not None and left <= 0:
            raise httpcore.ConnectTimeout("no address has answered in time")
        return left

    def _resolve(self, host: str, port: int, timeout: float | None) -> list[str]:
        left = self._deadline.left(timeout)
        if left is None or _is_numeric(host):
            return resolve(host, port)
        try:
            return run_in_thread(lambda: resolve(host, port), left)
        except TimeoutError:
            raise httpcore.ConnectTimeout("the host's name was not resolved in time") from None


def _failed(future: Future[Any]) -> bool:
    return future.exception() is not None


def _close_late(future: Future[httpcore.NetworkStream]) -> None:
    if future.exception() is None:
        future.result().close()


def _is_numeric(host: str) -> bool:
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


def resolve(host: str, port: int) -> list[str]:
    """A host's numeric addresses, in the order to try them."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise httpcore.ConnectError(str(error)) from error
    # An address of one link only has to name the link.
    return [f"{at[0]}%{at[3]}" if len(at) > 3 and at[3] else str(at[0]) for *_, at in found]
