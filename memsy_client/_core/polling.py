"""Repeating a call for as long as it fails with one status. No I/O."""

from __future__ import annotations

import time
from typing import Any, TypeVar

from ..exceptions import MemsyAPIError
from .checks import MAX_SECONDS, check_number
from .exchange import Sleep
from .operation import Call
from .sender import CallFlow

T = TypeVar("T")


def poll(call: Call[T], status: int, timeout: float, poll_interval: float) -> CallFlow[Any]:
    """The calls and waits until `call` no longer fails with `status`; any other failure surfaces at once.

    Raises:
        TimeoutError: The next call would be later than `timeout` seconds from now; its cause is the last failure.
    """
    check_number("timeout", timeout, least=0, most=MAX_SECONDS)
    check_number("poll_interval", poll_interval, least=0, most=MAX_SECONDS)
    ends = time.monotonic() + timeout
    while True:
        try:
            return (yield call)
        except MemsyAPIError as error:
            if error.status_code != status:
                raise
            if time.monotonic() + poll_interval > ends:
                raise TimeoutError(f"{call.operation.name} still fails with {status} after {timeout} s") from error
        yield Sleep(poll_interval)
