"""Access to a response itself."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, Generic, ParamSpec, TypeVar, cast

from ..exceptions import Attempt, MemsyDecodeError, MemsyError
from . import codec, lazy
from .copying import shallow_copy
from .messages import Headers, Response
from .model import Model
from .operation import Call
from .usage_and_rate_limit import RateLimitInfo, UsageInfo, parse_rate_limit, parse_usage

P = ParamSpec("P")
T = TypeVar("T")
R = TypeVar("R")


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
        shown: Response | None = None,
    ) -> None:
        self._call = call
        self._response = response
        self._shown = shown or response  # in an error: without the key, should the service have echoed it
        self.attempts = attempts
        self.elapsed = elapsed

    def __repr__(self) -> str:
        return f"<RawResponse {self._call.operation.name}: {self.status_code}>"

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
            error.response = self._shown
            raise with_call_context(error, self._call, self._shown, self.attempts) from None
        if isinstance(result, Model):
            result._response_headers = self.headers
        return result


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
