"""How a command ends: its exit code, and what it writes to standard error."""

from __future__ import annotations

import os
import sys

from ..exceptions import (
    MemsyAPIError,
    MemsyClosedError,
    MemsyConnectionError,
    MemsyDecodeError,
    MemsyError,
    MemsyInputError,
)
from .text import write_json

#: It was done; a call failed, or some events were refused; the user has to mend something, and no call was made;
#: nobody knows whether a change was made; Ctrl-C.
DONE, FAILED, USAGE, IN_DOUBT, INTERRUPTED = 0, 1, 2, 3, 130


class CommandError(Exception):
    """Something that the user can mend; the message says what in one line."""


class EventError(CommandError):
    """Something in a file cannot be an event; the message says where and why."""


def report(error: BaseException, message: str | None = None) -> None:
    """Write an error to standard error as a line of JSON.

    Args:
        error: What failed.
        message: What to say of it, instead of its own message.
    """
    if message is None:
        message = error.message if isinstance(error, MemsyError) else str(error)
    document = {
        "type": type(error).__name__,
        "message": " ".join(message.split()),
        "status_code": getattr(error, "status_code", None),
        "error_code": getattr(error, "error_code", None),
        "request_id": getattr(error, "request_id", None),
    }
    try:
        write_json({"error": document}, stream=sys.stderr)
    except BrokenPipeError:  # nobody reads the errors any more; the exit code still tells
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())


def exit_code(error: BaseException, *, is_read: bool) -> int:
    """The exit code after a failure.

    Args:
        error: What a call raised.
        is_read: Whether the call would have changed nothing.
    """
    if isinstance(error, MemsyInputError | MemsyClosedError | CommandError):
        return USAGE
    return IN_DOUBT if not is_read and may_be_done(error) else FAILED


def may_be_done(error: BaseException) -> bool:
    """Whether what was asked for may have been done although the call failed."""
    if isinstance(error, MemsyConnectionError):
        return not error.unsent
    if isinstance(error, MemsyAPIError):
        # 408 may come from a proxy that has passed the request on; 501 says that it cannot be done at all.
        return (error.status_code >= 500 and error.status_code != 501) or error.status_code == 408
    return isinstance(error, MemsyDecodeError)
