"""One call from its first attempt to its answer, as a conversation without I/O.

`exchange` says what to do next and is told how it went; a driver of some lines does it, one for each flavour. So
whatever is decided about a call (attempts, waits, errors, what is logged) is decided here, once.
"""

from __future__ import annotations

import time
from collections.abc import Generator
from typing import Any, NamedTuple, TypeVar

from ..exceptions import Attempt, MemsyConnectionError, MemsyDecodeError, MemsyError, MemsyTimeoutError
from .api_errors import api_error
from .hooks import RequestEvent, ResponseEvent, log_response, tell
from .messages import Request, Response
from .operation import Call
from .raw_response import RawResponse, placed
from .retry import wait_before_retry
from .settings import Settings
from .transport import Limits, ResponseTooLarge, TransportError

T = TypeVar("T")


class Send(NamedTuple):
    """Send the request; answer with the `Response`, or throw the `TransportError` or `ResponseTooLarge`."""

    request: Request
    limits: Limits


class Sleep(NamedTuple):
    """Wait that many seconds; answer with None."""

    seconds: float


Exchange = Generator[Send | Sleep, Response | None, RawResponse[T]]


def exchange(call: Call[T], request: Request, settings: Settings) -> Exchange[T]:
    """The conversation about one call. Raises `MemsyError` with all that was tried."""
    started = time.monotonic()
    deadline = None if settings.deadline is None else started + settings.deadline
    attempts: list[Attempt] = []
    while True:
        number = len(attempts) + 1
        tell(settings.on_request, RequestEvent(call.operation.name, call.operation.method, call.path, number))
        began = time.monotonic()
        response: Response | None = None
        error: MemsyError | None = None
        cause: BaseException | None = None
        try:
            response = yield Send(request, _limits(settings, deadline, began))
        except Exception as failure:
            error, cause = _failure(failure, settings, deadline), failure.__cause__ or failure
            response = failure.response if isinstance(failure, ResponseTooLarge) else None
            _forget_frames(failure)
        else:
            assert response is not None
            if not 200 <= response.status_code < 300:
                error = api_error(response)
        elapsed = time.monotonic() - began
        attempt = Attempt(None if response is None else response.status_code, _told(response, error), elapsed)
        _observe(call, settings, number, attempt, response)

        if error is None:
            assert response is not None
            return RawResponse(call, response, (*attempts, attempt), time.monotonic() - started)
        wait = wait_before_retry(settings.retry, call.operation, len(attempts), error)
        if wait is not None and _is_too_long(wait, settings, deadline):
            # What the service asked for stays as it is; jitter may have lengthened it.
            error.retry_after = wait if error.retry_after is None else error.retry_after
            wait = None
        if wait is not None and settings.retry.budget is not None and not settings.retry.budget.take():
            wait = None
        if wait is None:
            raise placed(error, call, response, (*attempts, attempt)) from cause
        attempts.append(Attempt(attempt.status_code, attempt.error, elapsed, wait))
        yield Sleep(wait)
        if deadline is not None and time.monotonic() >= deadline:  # a busy machine may sleep longer than it should
            raise placed(error, call, response, tuple(attempts)) from cause


def _limits(settings: Settings, deadline: float | None, now: float) -> Limits:
    """The limits of an attempt that starts now: none of its phases may outlast the call's deadline."""
    timeout = settings.timeout
    left = [seconds for seconds in (timeout.total, deadline and max(deadline - now, 0.0)) if seconds is not None]
    total = min(left, default=None)
    return Limits(timeout.connect, timeout.read, timeout.write, timeout.pool, total, settings.max_response_bytes)


def _failure(failure: Exception, settings: Settings, deadline: float | None) -> MemsyError:
    """What it means to a call that it got no answer, or none that may be read."""
    if isinstance(failure, MemsyError):
        return failure
    if isinstance(failure, ResponseTooLarge):
        problem = f"is over the {settings.max_response_bytes} bytes that a response may weigh"
        return MemsyDecodeError(problem, response=failure.response)
    if not isinstance(failure, TransportError):  # a transport of the caller's own, which does not keep to the protocol
        return MemsyConnectionError(f"the transport failed ({type(failure).__name__}: {failure})")
    if not failure.timed_out:
        return MemsyConnectionError(failure.message, unsent=failure.unsent)
    if deadline is not None and time.monotonic() >= deadline:
        return MemsyTimeoutError(f"the call's deadline of {settings.deadline:g} s ran out", unsent=failure.unsent)
    return MemsyTimeoutError(failure.message, unsent=failure.unsent)


def _forget_frames(failure: BaseException) -> None:
    """Take the tracebacks out of a transport's exceptions: the HTTP libraries' frames hold the request with its key."""
    pending: list[BaseException | None] = [failure]
    while pending:
        error = pending.pop()
        if error is not None and error.__traceback__ is not None:
            error.__traceback__ = None
            pending += [error.__cause__, error.__context__]


def _is_too_long(wait: float, settings: Settings, deadline: float | None) -> bool:
    return wait > settings.retry.max_wait or (deadline is not None and time.monotonic() + wait >= deadline)


def _told(response: Response | None, error: MemsyError | None) -> str | None:
    return f"{type(error).__name__}: {error.message}" if response is None and error is not None else None


def _observe(call: Call[Any], settings: Settings, number: int, attempt: Attempt, response: Response | None) -> None:
    event = ResponseEvent(
        call.operation.name,
        call.operation.method,
        call.path,
        number,
        attempt.status_code,
        attempt.error,
        response.headers.get("x-request-id") if response is not None else None,
        attempt.elapsed,
    )
    log_response(event)
    tell(settings.on_response, event)
