"""What a transport has to be: the only part that does I/O, and the only one that knows an HTTP library."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Protocol, runtime_checkable

from .messages import Request, Response


class Limits(NamedTuple):
    """What one attempt may take.

    Attributes:
        connect, read, write, pool: Seconds for that phase, or None.
        total: Seconds for the attempt as a whole, or None.
        max_bytes: What the response's body may weigh after decompression.
    """

    connect: float | None
    read: float | None
    write: float | None
    pool: float | None
    total: float | None
    max_bytes: int


class TransportError(Exception):
    """A request got no response, or none that can be read. The transport's own exception is the cause.

    Attributes:
        message: What happened, in words that hold no header and no body.
        unsent: Whether the request provably never left this machine.
        timed_out: Whether a time-out ended it.
        response: The response whose body cannot be read, or None when there was none or not in time.
    """

    def __init__(
        self, message: str, *, unsent: bool = False, timed_out: bool = False, response: Response | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.unsent = unsent
        self.timed_out = timed_out
        self.response = response


class ResponseTooLargeError(Exception):
    """A response's body is over the limit; the connection it came on is gone.

    Attributes:
        response: What is known of the response, without its body; None if that is nothing.
    """

    def __init__(self, response: Response | None = None) -> None:
        super().__init__()
        self.response = response


class Strict(Protocol):
    """A transport that makes a `TransportError` of each failure: what else it raises is none, and passes through."""

    is_strict: bool


class Preparable(Protocol):
    """A transport that needs something before its first request, which must not cost that one its time-out."""

    def preparation(self, base_url: str) -> Callable[[], object] | None:
        """What to do in another thread before a request is sent to the address; None if there is nothing to do."""


@runtime_checkable
class SyncTransport(Protocol):
    """Carries requests synchronously. It may be shared by threads."""

    def send(self, request: Request, limits: Limits) -> Response:
        """The response, fully read.

        Raises:
            TransportError: There is none.
            ResponseTooLargeError: Its body is over the limit.
        """

    def close(self) -> None:
        """Give up every connection. Called once, when the client that made the transport is closed."""


@runtime_checkable
class AsyncTransport(Protocol):
    """Carries requests asynchronously. It may be shared by tasks, and by event loops."""

    async def send(self, request: Request, limits: Limits) -> Response:
        """The response, fully read; raises what `SyncTransport.send` raises."""

    async def aclose(self) -> None:
        """Give up every connection. Called once, when the client that made the transport is closed."""
