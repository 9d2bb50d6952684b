"""What the exceptions of httpcore, httpx and httpx2 mean to a call: classes of the same names in unrelated trees."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from .._core.foreign import pass_foreign
from .._core.messages import Response
from .._core.transport import Limits, TransportError

#: Failures before the first byte of the request is written.
_UNSENT = {"ConnectError", "ConnectTimeout", "PoolTimeout", "ProxyError", "UnsupportedProtocol", "InvalidURL"}


def failure(error: Exception) -> TransportError:
    """What an exception of an HTTP library means to a call."""
    kinds = {kind.__name__ for kind in type(error).__mro__}
    timed_out = "TimeoutException" in kinds or isinstance(error, TimeoutError)
    unsent = bool(kinds & _UNSENT)
    if timed_out:
        message = f"timed out ({type(error).__name__})"
    elif unsent:
        message = f"cannot connect: {error}"
    elif "DecodingError" in kinds:
        message = "the response's compression is broken"
    elif "ProtocolError" in kinds:
        return not_http(error)
    else:
        message = f"the connection failed ({type(error).__name__}: {error})"
    return TransportError(message, unsent=unsent, timed_out=timed_out)


def with_response(failure: TransportError, response: Response | None) -> TransportError:
    """The failure to read a response's body, which came in time but for its end."""
    failure.response = None if failure.timed_out else response
    return failure


def not_http(error: Exception) -> TransportError:
    """A breach of the protocol. The library's own message is left out: it quotes what the peer has sent."""
    return TransportError(f"the answer is not complete, valid HTTP ({type(error).__name__})")


#: The packages whose exceptions are failures of a call.
_HTTP_STACK = {"aiohttp", "anyio", "asyncio", "h11", "httpcore", "httpcore2", "httpx", "httpx2", "socksio"}


def pass_through(error: Exception, *, is_own: bool = True) -> None:
    """Raise what is not a failure of the call.

    Args:
        error: What came up while a request was under way.
        is_own: Whether all of the transport is ours: then no exception but the HTTP stack's is a failure.
    """
    pass_foreign(error)
    packages = {kind.__module__.partition(".")[0] for kind in type(error).__mro__}
    # A host's name that cannot be encoded is a UnicodeError.
    if is_own and not isinstance(error, OSError | UnicodeError) and not packages & _HTTP_STACK:
        raise error


@contextmanager
def connect_errors() -> Iterator[None]:
    """Turns whatever keeps a connection from being made, such as a proxy of an unknown kind, into our own error.

    Raises:
        TransportError: Nothing was sent.
    """
    try:
        yield
    except TransportError:
        raise
    except Exception as error:
        pass_through(error, is_own=False)
        raise TransportError(f"cannot connect: {error}", unsent=True) from error


def out_of_time(limits: Limits, *, unsent: bool = False) -> TransportError:
    """The failure of an attempt that took longer than it may in all."""
    return TransportError(f"timed out: no complete response within {limits.total:.3g} s", timed_out=True, unsent=unsent)
