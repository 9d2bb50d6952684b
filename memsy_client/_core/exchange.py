"""One call from its first attempt to its response, as a generator without I/O.

`exchange` yields what to do next and is sent how it went; a driver of a few lines does it, one for each flavour. So
whatever is decided about a call (attempts, waits, errors, what is logged) is decided here, once.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Generator
from typing import Any, NamedTuple, TypeVar
from urllib.parse import urlsplit

from ..exceptions import Attempt, MemsyAPIError, MemsyConnectionError, MemsyDecodeError, MemsyError, MemsyTimeoutError
from .api_errors import api_error
from .foreign import foreign_exception
from .hooks import RequestEvent, ResponseEvent, call_hook, log_response
from .messages import Request, Response
from .operation import Call
from .planes import wrong_base_url
from .raw_response import RawResponse, with_call_context
from .redaction import Redactor
from .retry import wait_before_retry
from .settings import Settings
from .transport import Limits, ResponseTooLargeError, TransportError

T = TypeVar("T")


class Send(NamedTuple):
    """Send the request: the driver sends back the `Response`, or throws what the transport raised."""

    request: Request
    limits: Limits


class Prepare(NamedTuple):
    """Do what the first request needs, such as imports: in a thread, which is left to itself after so many seconds."""

    work: Callable[[], object]
    seconds: float | None


class Sleep(NamedTuple):
    """Wait that many seconds: the driver sends back None."""

    seconds: float


Exchange = Generator[Prepare | Send | Sleep, Response | None, RawResponse[T]]


class Carrier(NamedTuple):
    """What is to be known of a transport.

    Attributes:
        preparation: Gives what has to be done before the request can be sent, if anything is left to do.
        is_strict: Whether it makes a `TransportError` of each failure, so that whatever else it raises is none.
    """

    preparation: Callable[[], Callable[[], object] | None]
    is_strict: bool


class _AttemptOutcome(NamedTuple):
    """How an attempt went: without an error, its response is the call's. An error shows it as `shown`."""

    attempt: Attempt
    redactor: Redactor
    response: Response | None
    shown: Response | None = None
    error: MemsyError | None = None
    cause: BaseException | None = None


def exchange(call: Call[T], request: Request, settings: Settings, carrier: Carrier) -> Exchange[T]:
    """The exchange of one call.

    Args:
        call: What is called.
        request: The request that it comes to.
        settings: The limits, retries and hooks.
        carrier: What is to be known of the transport.

    Raises:
        MemsyError: The call failed; it holds all that was tried.
    """
    started = time.monotonic()
    deadline = math.inf if settings.deadline is None else started + settings.deadline
    attempts: list[Attempt] = []
    while True:
        number = len(attempts) + 1
        outcome = yield from _attempt(call, request, settings, carrier, deadline, number)
        attempt, redactor, response, shown, error, cause = outcome
        if error is None:
            assert response is not None
            return RawResponse(call, response, (*attempts, attempt), time.monotonic() - started, redactor)
        left = deadline - time.monotonic()
        wait = wait_before_retry(settings.retry, call.operation, len(attempts), error, left)
        attempts.append(attempt if wait is None else attempt._replace(wait=wait))
        if wait is not None:
            yield Sleep(wait)
        if wait is None or time.monotonic() >= deadline:  # a busy machine may sleep longer than it should
            raise with_call_context(error, call, shown, tuple(attempts)) from cause


def _attempt(
    call: Call[Any],
    request: Request,
    settings: Settings,
    carrier: Carrier,
    deadline: float,
    number: int,
) -> Generator[Prepare | Send, Response | None, _AttemptOutcome]:
    operation = call.operation
    call_hook(settings.on_request, RequestEvent(operation.name, operation.method, call.path, number))
    started = time.monotonic()
    redactor = Redactor(request.headers)
    response: Response | None = None
    shown: Response | None = None
    error: MemsyError | None = None
    cause: BaseException | None = None
    try:
        work = carrier.preparation()
        if work is not None:
            yield from _prepare(work, deadline)
            started = time.monotonic()  # what it took counts against the deadline alone
        response = yield Send(request, _limits(settings, deadline - started))
    except Exception as failure:
        _pass_through(failure, carrier)
        response = _response_of(failure)
        shown = None if response is None else redactor.response(response)
        if shown is None or _is_success(shown):
            error = _error_of(failure, shown, redactor, settings, deadline, request.url)
        else:
            error = _api_error(call, request, shown)  # a status means what it does, whatever its body
        cause = redactor.cause(_origin(failure))
        _strip_tracebacks(failure)
    else:
        assert response is not None
        if not _is_success(response):
            shown = redactor.response(response)
            error = _api_error(call, request, shown)
    attempt = Attempt(
        None if response is None else response.status_code, _error_text(response, error), time.monotonic() - started
    )
    event = ResponseEvent(
        operation.name,
        operation.method,
        call.path,
        number,
        attempt.status_code,
        attempt.error,
        None if response is None else redactor.text(response.headers.get("x-request-id")),
        attempt.elapsed,
    )
    log_response(event)
    call_hook(settings.on_response, event)
    return _AttemptOutcome(attempt, redactor, response, shown, error, cause)


def _prepare(work: Callable[[], object], deadline: float) -> Generator[Prepare, Response | None, None]:
    left = deadline - time.monotonic()
    try:
        yield Prepare(work, None if left == math.inf else max(left, 0.0))
    except TransportError:
        raise
    except TimeoutError as error:
        if foreign_exception(error) is not None:
            raise
        raise TransportError("timed out before the request", timed_out=True, unsent=True) from error
    except Exception as error:
        if foreign_exception(error) is not None:
            raise
        raise TransportError(f"cannot connect: {error}", unsent=True) from error
    if time.monotonic() >= deadline:
        raise TransportError("timed out before the request", timed_out=True, unsent=True)


def _limits(settings: Settings, left: float) -> Limits:
    """The limits of an attempt: none of its phases may outlast the `left` seconds until the call's deadline."""
    timeout = settings.timeout
    total = timeout.total
    if left < math.inf:
        total = max(left, 0.0) if total is None else min(total, max(left, 0.0))
    return Limits(timeout.connect, timeout.read, timeout.write, timeout.pool, total, settings.max_response_bytes)


def _pass_through(failure: Exception, carrier: Carrier) -> None:
    """Raise what is not a failure of the call."""
    if isinstance(failure, MemsyError | ResponseTooLargeError | TransportError):
        return
    foreign = foreign_exception(failure)
    if foreign is not None:
        raise foreign
    if carrier.is_strict:
        raise failure


def _is_success(response: Response) -> bool:
    return 200 <= response.status_code < 300


def _response_of(failure: Exception) -> Response | None:
    """The response that came, although its body cannot be used; a success without a body is none."""
    if isinstance(failure, ResponseTooLargeError):
        return failure.response
    response = failure.response if isinstance(failure, TransportError) else None
    return None if response is None or _is_success(response) else response


def _api_error(call: Call[Any], request: Request, response: Response) -> MemsyAPIError:
    base_url = request.url.partition("?")[0].removesuffix(call.path)
    return api_error(response, wrong_base_url(call.operation.planes, base_url))


def _error_of(
    failure: Exception,
    response: Response | None,
    redactor: Redactor,
    settings: Settings,
    deadline: float,
    url: str,
) -> MemsyError:
    """What it means to a call that it got no response, or one that must not be read."""
    if isinstance(failure, MemsyError):
        return failure
    if isinstance(failure, ResponseTooLargeError):
        problem = f"is over the {settings.max_response_bytes} bytes that a response may weigh"
        return MemsyDecodeError(problem, response=response)
    if not isinstance(failure, TransportError):  # a transport of the caller's own, which does not keep to the protocol
        return MemsyConnectionError(redactor.text(f"the transport failed ({type(failure).__name__}: {failure})"))
    message = redactor.text(failure.message)
    if failure.unsent:
        message = _with_address(message, url)
    if not failure.timed_out:
        return MemsyConnectionError(message, unsent=failure.unsent)
    if time.monotonic() >= deadline:
        return MemsyTimeoutError(f"the call's deadline of {settings.deadline:g} s ran out", unsent=failure.unsent)
    return MemsyTimeoutError(message, unsent=failure.unsent)


def _with_address(message: str, url: str) -> str:
    """What kept a request from being sent, with the server that it was for."""
    parts = urlsplit(url)
    server = f"{parts.scheme}://{parts.netloc}"
    if "cannot connect" in message:
        return message.replace("cannot connect", f"cannot connect to {server}", 1)
    return f"{message}, nothing sent to {server}"


def _origin(failure: Exception) -> BaseException | None:
    """What a failure that is put into words of our own comes from."""
    if isinstance(failure, MemsyError):
        return failure.__cause__
    return (failure.__cause__ if isinstance(failure, TransportError) else None) or failure


def _strip_tracebacks(failure: BaseException) -> None:
    """Take the tracebacks out of a transport's exceptions: the HTTP libraries' frames hold the request with its key."""
    pending: list[BaseException | None] = [failure]
    while pending:
        error = pending.pop()
        if error is not None and error.__traceback__ is not None:
            error.__traceback__ = None
            pending += [error.__cause__, error.__context__]


def _error_text(response: Response | None, error: MemsyError | None) -> str | None:
    return f"{type(error).__name__}: {error.message}" if response is None and error is not None else None
