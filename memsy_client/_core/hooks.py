"""What a client reports while it works, to its hooks and to the log. Never a body, a key or another header."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from .foreign import pass_foreign

T = TypeVar("T")

logger = logging.getLogger("memsy_client")
logger.addHandler(logging.NullHandler())


class RequestEvent(NamedTuple):
    """An attempt is about to be made.

    Attributes:
        operation: The client method, such as `roles.list`.
        method: The HTTP method.
        path: The percent-encoded path under the base URL.
        attempt: 1 for the first try of the call.
    """

    operation: str
    method: str
    path: str
    attempt: int


class ResponseEvent(NamedTuple):
    """An attempt has been made.

    Attributes:
        operation: The client method, such as `roles.list`.
        method: The HTTP method.
        path: The percent-encoded path under the base URL.
        attempt: 1 for the first try of the call.
        status_code: The status of the response, or None when there was none.
        error: What went wrong instead of a response, as text, or None.
        request_id: The response's `x-request-id`, or None.
        elapsed: Seconds the attempt took.
    """

    operation: str
    method: str
    path: str
    attempt: int
    status_code: int | None
    error: str | None
    request_id: str | None
    elapsed: float


def call_hook(hook: Callable[..., T] | None, *arguments: Any) -> T | None:
    """What a hook gives. One that raises is logged: an observer must not break the call it observes."""
    if hook is None:
        return None
    try:
        return hook(*arguments)
    except Exception as error:
        pass_foreign(error)
        logger.exception("the hook %r raised", hook)
        return None


def is_logged() -> bool:
    """Whether anything is logged of an attempt."""
    return logger.isEnabledFor(logging.INFO)


def log_response(event: ResponseEvent) -> None:
    """One line for an attempt."""
    if is_logged():
        outcome = event.error if event.status_code is None else event.status_code
        logger.info("%s %s: %s in %.0f ms", event.method, event.path, outcome, event.elapsed * 1000)
        logger.debug("%s, attempt %d, request id %s", event.operation, event.attempt, event.request_id)
