"""One call from its first attempt to its response, as a generator without I/O.

`exchange` yields what to do next and is sent how it went; a driver of a few lines does it, one for each flavour. So
whatever is decided about a call (attempts, waits, errors, what is logged) is decided here, once.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Generator
from functools import partial
from typing import Any, NamedTuple, Protocol, TypeVar

from ..exceptions import (
    Attempt,
    MemsyConnectionError,
    MemsyDecodeError,
    MemsyError,
    MemsyInputError,
    MemsyTimeoutError,
)
from .api_errors import api_error, name_address
from .credentials import KeyFunction
from .foreign import pass_foreign
from .hooks import RequestEvent, ResponseEvent, call_hook, is_logged, log_response
from .messages import Headers, Request, Response
from .operation import Call, check_request
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


class AskKey(NamedTuple):
    """Ask a caller's function for the key: the driver sends back what it gives, or throws what it raises.

    It is left to itself after so many seconds. Text is sent back as a `Secret`.
    """

    function: KeyFunction
    seconds: float | None


class Sleep(NamedTuple):
    """Wait that many seconds: the driver sends back None."""

    seconds: float


Exchange = Generator[Prepare | Send | AskKey | Sleep, Any, RawResponse[T]]


class Carrier(NamedTuple):
    """What is to be known of a transport.

    Attributes:
        preparation: Gives what has to be done before the request can be sent, if anything is left to do.
        is_strict: Whether it makes a `TransportError` of each failure, so that whatever else it raises is none.
    """

    preparation: Callable[[], Callable[[], object] | None]
    is_strict: bool


class AttemptOutcome(NamedTuple):
    """How an attempt went: without an error, its response is the call's. An error shows it as `shown`."""

    attempt: Attempt
    redactor: Redactor
    response: Response | None
    shown: Response | None = None
    error: MemsyError | None = None
    cause: BaseException | None = None


AttemptFlow = Generator[Prepare | Send | AskKey, Any, AttemptOutcome]


class KeySource(Protocol):
    """Gives the key of a call, which its request does not hold yet."""

    def attempt(self, attempts: list[Attempt], send: Callable[[Request], AttemptFlow], request: Request) -> AttemptFlow:
        """What an attempt comes to with the key; one made before it, with another key, is added to `attempts`."""


#: What is told each attempt, with the headers of its response.
AttemptListener = Callable[[ResponseEvent, Headers | None], None]


def exchange(
    call: Call[T],
    request: Request,
    settings: Settings,
    carrier: Carrier,
    key_source: Callable[[float], KeySource] | None = None,
    on_attempt: AttemptListener | None = None,
) -> Exchange[T]:
    """The exchange of one call.

    Args:
        call: What is called.
        request: The request that it comes to.
        settings: The limits, retries and hooks.
        carrier: What is to be known of the transport.
        key_source: Makes what gives the key by the call's deadline; None where the request holds it.
        on_attempt: Told each attempt, beside the hooks.

    Raises:
        MemsyError: The call failed; it holds all that was tried.
    """
    started = time.monotonic()
    deadline = math.inf if settings.deadline is None else started + settings.deadline
    attempts: list[Attempt] = []
    retries = 0
    make_attempt = partial(_attempt, call, settings, carrier, deadline, attempts, on_attempt)
    if key_source is not None:
        make_attempt = partial(key_source(deadline).attempt, attempts, make_attempt)
    while True:
        outcome = yield from make_attempt(request)
        attempt, redactor, response, shown, error, cause = outcome
        if error is None:
            assert response is not None
            return RawResponse(call, response, (*attempts, attempt), time.monotonic() - started, redactor)
        del outcome, response  # which may echo the key, and a report of the error may show the variables of its frames
        left = deadline - time.monotonic()
        wait = wait_before_retry(settings.retry, call.operation, retries, error, left)
        retries += 1
        attempts.append(attempt if wait is None else attempt._replace(wait=wait))
        if wait is not None:
            yield Sleep(wait)
        if wait is None or time.monotonic() >= deadline:  # a busy machine may sleep longer than it should
            name_address(error, call.operation.planes, request.url, call.path)
            raise with_call_context(error, call, shown, tuple(attempts)) from cause


def _attempt(
    call: Call[Any],
    settings: Settings,
    carrier: Carrier,
    deadline: float,
    attempts: list[Attempt],
    on_attempt: AttemptListener | None,
    request: Request,
) -> AttemptFlow:
    operation, number = call.operation, len(attempts) + 1
    if settings.on_request is not None:
        call_hook(settings.on_request, RequestEvent(operation.name, operation.method, call.path, number))
    if settings.middleware:
        sending = _send_through_middleware(call, request, settings, carrier, deadline, attempts)
    else:
        sending = _send(request, Redactor(request.headers), settings, carrier, deadline)
    outcome = yield from sending
    if settings.on_response is not None or on_attempt is not None or is_logged():
        _report_attempt(call, number, outcome, settings, on_attempt)
    return outcome


def _report_attempt(
    call: Call[Any], number: int, outcome: AttemptOutcome, settings: Settings, on_attempt: AttemptListener | None
) -> None:
    """Report an attempt to the log and to whoever listens."""
    attempt, response = outcome.attempt, outcome.response
    event = ResponseEvent(
        call.operation.name,
        call.operation.method,
        call.path,
        number,
        attempt.status_code,
        attempt.error,
        None if response is None else outcome.redactor.text(response.headers.get("x-request-id")),
        attempt.elapsed,
    )
    log_response(event)
    call_hook(settings.on_response, event)
    if on_attempt is not None:
        on_attempt(event, None if response is None else response.headers)


def _send(request: Request, redactor: Redactor, settings: Settings, carrier: Carrier, deadline: float) -> AttemptFlow:
    """What comes of the request; a cause says that no whole response did."""
    started = time.monotonic()
    try:
        work = carrier.preparation()
        if work is not None:
            yield from _prepare(work, deadline)
            started = time.monotonic()  # what it took counts against the deadline alone
        response: Response | None = yield Send(request, _limits(settings, deadline - started))
    except Exception as failure:
        _pass_through(failure, carrier)
        response = _response_of(failure)
        shown = None if response is None else redactor.response(response)
        if shown is None or _is_success(shown):
            error = _error_of(failure, shown, redactor, settings, deadline)
        else:
            error = api_error(shown)  # a status means what it does, whatever its body
        cause = redactor.cause(_origin(failure))
        _strip_tracebacks(failure)
        elapsed = time.monotonic() - started
        attempt = Attempt(None if response is None else response.status_code, _error_text(response, error), elapsed)
        return AttemptOutcome(attempt, redactor, response, shown, error, cause)
    assert response is not None
    return _outcome_of(response, redactor, time.monotonic() - started)


def _outcome_of(response: Response, redactor: Redactor, elapsed: float) -> AttemptOutcome:
    """What a whole response means to the call."""
    attempt = Attempt(response.status_code, None, elapsed)
    if _is_success(response):
        return AttemptOutcome(attempt, redactor, response)
    shown = redactor.response(response)
    return AttemptOutcome(attempt, redactor, response, shown, api_error(shown))


def _send_through_middleware(
    call: Call[Any],
    request: Request,
    settings: Settings,
    carrier: Carrier,
    deadline: float,
    attempts: list[Attempt],
) -> AttemptFlow:
    """As `_send`. What a middleware raises is not a failure of the call, and passes."""
    from .middleware import through  # which the settings have loaded

    outcome: AttemptOutcome | None = None

    def misuse(middleware: str, problem: str) -> MemsyError:
        if outcome is None or outcome.response is None:
            return with_call_context(MemsyInputError(f"{middleware} {problem}"), call, None, tuple(attempts))
        shown = outcome.redactor.response(outcome.response)
        error = MemsyDecodeError(problem, response=shown).prepend_location(middleware)
        return with_call_context(error, call, shown, (*attempts, outcome.attempt))

    started = time.monotonic()
    layers = through(settings.middleware, request, misuse)
    try:
        sent = next(layers)
        try:
            check_request(sent)
        except MemsyInputError as error:
            raise misuse("a middleware", f"made a request that cannot be sent: {error.message}") from None
        redactor = Redactor([*request.headers, *sent.headers])
        outcome = yield from _send(sent, redactor, settings, carrier, deadline)
        if outcome.response is None or outcome.cause is not None:
            return outcome  # pragma: no cover – it runs, but before a `finally` CPython tells of no line
        layers.send(outcome.response)
        raise AssertionError("a middleware that yields twice is refused before")
    except StopIteration as end:
        if outcome is None:  # one of them answers itself
            return _outcome_of(end.value, Redactor(request.headers), time.monotonic() - started)
        return _outcome_of(end.value, outcome.redactor, outcome.attempt.elapsed)
    finally:
        layers.close()


def _prepare(work: Callable[[], object], deadline: float) -> Generator[Prepare, Response | None, None]:
    left = deadline - time.monotonic()
    try:
        yield Prepare(work, None if left == math.inf else max(left, 0.0))
    except TransportError:
        raise
    except TimeoutError as error:
        pass_foreign(error)
        raise TransportError("timed out before the request", timed_out=True, unsent=True) from error
    except Exception as error:
        pass_foreign(error)
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
    pass_foreign(failure)
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


def _error_of(
    failure: Exception, response: Response | None, redactor: Redactor, settings: Settings, deadline: float
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
    if not failure.timed_out:
        return MemsyConnectionError(message, unsent=failure.unsent)
    if time.monotonic() >= deadline:
        return MemsyTimeoutError(f"the call's deadline of {settings.deadline:g} s ran out", unsent=failure.unsent)
    return MemsyTimeoutError(message, unsent=failure.unsent)


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
