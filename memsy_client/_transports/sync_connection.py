"""One connection of the sync pool, whose reads and writes end when the attempt has to."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable
from typing import Any

import httpcore
import httpx

from .._core.messages import Request, Response
from .._core.transport import Limits, ResponseTooLargeError, TransportError
from . import errors, proxy_and_tls
from .body import BodyDecoder
from .connect import TimedBackend
from .httpx_transport import from_httpx, to_httpx, transport_over
from .sync_stream import Deadline
from .traffic import StaleConnectionError, Traffic, has_forbidden_body


class SyncConnection:
    """One connection, through which requests go one after the other."""

    def __init__(self, base_url: str) -> None:
        self.idle_since = 0.0
        self._deadline = Deadline()
        self._traffic = Traffic()
        self._is_spoilt = False
        # Only a network backend can bound a response whose headers drip: otherwise each read gets a new time-out.
        backend = TimedBackend(self._deadline, self._traffic)
        pool = httpcore.ConnectionPool(network_backend=backend, **proxy_and_tls.pool_options(base_url))
        self._connection = pool.create_connection(httpcore.URL(base_url).origin)
        self._transport = transport_over(self._connection, httpx.HTTPTransport)

    @property
    def is_reusable(self) -> bool:
        """Whether the last response came whole, with nothing behind it."""
        return self._connection.is_idle() and self._traffic.is_clean() and not self._is_spoilt

    def send(self, request: Request, limits: Limits, ends: float | None) -> Response:
        """The response, read before `time.monotonic()` is `ends`. As `SyncTransport.send`.

        Raises:
            StaleConnectionError: As `Traffic.before_write`.
        """
        started = time.monotonic()
        self._deadline.ends = ends
        self._traffic.begin_request()
        response = None
        try:
            answer = self._transport.handle_request(to_httpx(request, limits))
            response = from_httpx(answer)
            self._is_spoilt = has_forbidden_body(request.method, response.status_code, response.headers)
            stream: Any = answer.stream
            try:
                body = BodyDecoder(response, limits)
                for chunk in stream:
                    body.add(chunk)
                response.content = body.content()
                self._traffic.body_length = body.received
            finally:
                stream.close()
                response.elapsed = time.monotonic() - started
        except (ResponseTooLargeError, StaleConnectionError, TransportError):
            raise
        except Exception as error:
            errors.pass_through(error)
            raise errors.with_response(self._failure(error, limits), response) from error
        return response

    def _failure(self, error: Exception, limits: Limits) -> TransportError:
        failure = errors.failure(error)
        failure.unsent = failure.unsent or self._traffic.is_unsent()
        if failure.timed_out and self._deadline.has_run_out():
            return errors.out_of_time(limits, unsent=failure.unsent)
        return failure

    def close(self) -> None:
        """Close it."""
        self._connection.close()

    def __del__(self, is_finalizing: Callable[[], bool] = sys.is_finalizing) -> None:
        if is_finalizing():  # where a forked child lets go of its parent's, and the modules may be gone
            return  # pragma: no cover – in a process that ends
        with contextlib.suppress(AttributeError):  # it was not made
            self.close()  # an interruption may have come before anybody else could
