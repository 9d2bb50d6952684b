"""Access to a response itself."""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, TypeVar, cast

from ..exceptions import Attempt, MemsyDecodeError, MemsyError
from . import codec, lazy
from .base_model import BaseModel
from .copying import shallow_copy
from .hooks import logger
from .messages import Headers, Response
from .operation import Call
from .usage_and_rate_limit import RateLimitInfo, UsageInfo, parse_rate_limit, parse_usage

if TYPE_CHECKING:
    from .deviations import Deviation
    from .redaction import Redactor

P = ParamSpec("P")
T = TypeVar("T")
R = TypeVar("R")

#: How many deviations of a response its line in the log names.
_LOGGED_DEVIATIONS = 10


class RawResponse(Generic[T]):
    """The successful response to a call, not parsed yet.

    Attributes:
        attempts: What was tried, oldest first.
        elapsed: Seconds the whole call took, waits included.
    """

    def __init__(
        self,
        call: Call[T],
        response: Response,
        attempts: tuple[Attempt, ...],
        elapsed: float,
        redactor: Redactor | None = None,
    ) -> None:
        self._call = call
        self._response = response
        self._redactor = redactor
        self.attempts = attempts
        self.elapsed = elapsed

    def __repr__(self) -> str:
        return f"<RawResponse {self._call.operation.name}: {self.status_code}>"

    @property
    def _shown(self) -> Response:
        """The response in an error: without the key, should the service have echoed it."""
        return self._redactor.response(self._response) if self._redactor else self._response

    @property
    def status_code(self) -> int:
        """The HTTP status, always 2xx: any other is raised."""
        return self._response.status_code

    @property
    def headers(self) -> Headers:
        """The headers, found under any spelling of their name."""
        return self._response.headers

    @property
    def content(self) -> bytes:
        """The body's bytes, after decompression."""
        return self._response.content

    @property
    def text(self) -> str:
        """The body as text; bytes that are not UTF-8 are replaced."""
        return self._response.text

    @property
    def request_id(self) -> str | None:
        """The `x-request-id`, which support asks for."""
        return self.headers.get("x-request-id")

    @property
    def usage(self) -> UsageInfo | None:
        """The plan's use from the headers."""
        return parse_usage(self.headers)

    @property
    def rate_limit(self) -> RateLimitInfo | None:
        """The rate limit from the headers."""
        return parse_rate_limit(self.headers)

    @property
    def deviations(self) -> tuple[Deviation, ...]:
        """Where the body is not what the contract promises, although `parse` takes it.

        A value of another type, null or nothing for a required field, `3.0` for an integer. Unknown fields are not
        among them. The body is checked anew each time.

        Raises:
            MemsyDecodeError: The body is not JSON.
        """
        if not self.content:
            return ()
        with lazy.import_lock:
            from .deviations import find_deviations
        operation = self._call.operation
        try:
            data = codec.loads(self.content)
        except MemsyDecodeError as error:
            error.response = shown = self._shown
            raise with_call_context(error, self._call, shown, self.attempts) from None
        return find_deviations(operation.method, operation.path, self.status_code, data)

    def parse(self) -> T:
        """What the method itself would have returned.

        Raises:
            MemsyDecodeError: The body is not what the contract promises.
        """
        operation = self._call.operation
        parse = operation.parse
        if parse is None or (operation.may_be_empty and not self.content):
            return cast(T, None)
        try:
            data = codec.loads(self.content)
            if operation.is_loaded:
                result = parse(data)
            else:
                with lazy.import_lock:
                    result = parse(data)
                operation.is_loaded = True
        except MemsyDecodeError as error:
            error.response = shown = self._shown
            raise with_call_context(error, self._call, shown, self.attempts) from None
        if isinstance(result, BaseModel):
            result._response_headers = self.headers
        if logger.isEnabledFor(logging.DEBUG):
            self._log_deviations()
        return result

    def _log_deviations(self) -> None:
        """One line at DEBUG that names the first of them, if there are any."""
        found = self.deviations
        if found:
            shown = "; ".join(
                f"{path or 'the body'} is {what} where {expected} is expected"
                for path, expected, what in found[:_LOGGED_DEVIATIONS]
            )
            logger.debug("%s: %d deviations from the contract: %s", self._call.operation.name, len(found), shown)


def with_call_context(
    error: MemsyError, call: Call[Any], response: Response | None = None, attempts: tuple[Attempt, ...] = ()
) -> MemsyError:
    """The error with all that is known of the call it ended."""
    error.operation = call.operation.name
    error.method = call.operation.method
    error.path = call.path
    error.attempts = attempts
    if response is not None:
        error.status_code = response.status_code
        error.request_id = response.headers.get("x-request-id")
    return error


def with_raw_sender(resource: R) -> R:
    """The same resource, whose methods give the response instead of their result. The two do not know each other."""
    return shallow_copy(resource, _sender=cast(Any, resource)._sender.raw())


def raw(method: Callable[P, T]) -> Callable[P, RawResponse[T]]:
    """A method of a resource with a raw sender, under the type that it has there."""
    return cast("Callable[P, RawResponse[T]]", method)


def async_raw(method: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, Coroutine[Any, Any, RawResponse[T]]]:
    """As `raw`, of an asynchronous method."""
    return cast("Callable[P, Coroutine[Any, Any, RawResponse[T]]]", method)
