"""Scripted failures: what the next calls answer instead of their result."""

from __future__ import annotations

import json
import re
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

MAX_DELAY = 86_400
"""Seconds of the longest delay: a day."""

MAX_TIMES = 100_000
"""How many calls can be scripted at once."""

_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE = re.compile(r"(?:[\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?)?")
_RESERVED_HEADERS = {"content-length", "transfer-encoding"}
"""Headers that only the server can set, because they say how long the response is."""


class ConnectionDroppedError(ConnectionError):
    """The connection is closed without a response, as scripted."""


class FaultTimeoutError(TimeoutError):
    """A scripted delay is longer than the client waits."""


@dataclass(frozen=True)
class Fault:
    """How one call fails.

    Attributes:
        status: The status to answer; None lets the call go on, after the delay.
        body: The body to answer: text or bytes as they are, anything else as JSON; a short error when None.
        headers: Headers to answer.
        delay: Real seconds to wait first.
        drop: Close the connection instead of answering.
        operation: Only for calls of this operation (`search`, `roles_list`, …).
        after: Carry the call out first, and lose only its answer.

    Raises:
        ValueError: There is nothing to fail with, or a value cannot be answered.
    """

    status: int | None = None
    body: object = None
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    drop: bool = False
    operation: str | None = None
    after: bool = False

    def __post_init__(self) -> None:
        if self.status is None and not self.drop and not self.delay:
            raise ValueError("a fault needs a status, a delay, or drop")
        if self.status is not None and not (_is_number(self.status, int) and 200 <= self.status <= 599):
            raise ValueError(f"a status is a whole number between 200 and 599, not {self.status!r}")
        if not _is_number(self.delay, (int, float)) or not 0 <= self.delay <= MAX_DELAY:
            raise ValueError(f"a delay is a number of seconds between 0 and {MAX_DELAY}, not {self.delay!r}")
        if not isinstance(self.drop, bool) or not isinstance(self.after, bool):
            raise ValueError("drop and after are true or false")
        _check_headers(self.headers)
        try:
            self.content()
        except (TypeError, RecursionError) as error:
            raise ValueError(f"the body cannot be answered as JSON: {error}") from error

    @property
    def answers(self) -> bool:
        """Whether the client gets something else than the call's own result."""
        return self.drop or self.status is not None

    def content(self) -> tuple[bytes, str]:
        """The body's bytes and their content type; no bytes for a status that has no body."""
        if self.status in (204, 304):
            return b"", "application/json"
        if isinstance(self.body, bytes):
            return self.body, "application/octet-stream"
        if isinstance(self.body, str):
            return self.body.encode(), "text/html" if self.body.lstrip().startswith("<") else "text/plain"
        body = (
            {"detail": {"error": "scripted_fault", "message": "A scripted fault."}} if self.body is None else self.body
        )
        return json.dumps(body).encode(), "application/json"


def _is_number(value: object, kind: type | tuple[type, ...]) -> bool:
    return isinstance(value, kind) and not isinstance(value, bool)


def _check_headers(headers: object) -> None:
    if not isinstance(headers, Mapping):
        raise ValueError("the headers map names to values")
    for name, value in headers.items():
        if not isinstance(name, str) or not _HEADER_NAME.fullmatch(name) or name.lower() in _RESERVED_HEADERS:
            raise ValueError(f"{name!r} is not a header that can be scripted")
        if not isinstance(value, str) or not _HEADER_VALUE.fullmatch(value):
            raise ValueError(f"the value of the header {name} is not Latin-1 text of one line")


class Faults:
    """The faults of the next calls, in order. Safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: deque[Fault] = deque()

    def add(self, fault: Fault, times: int = 1) -> None:
        """Script a fault for the next `times` calls, after those already scripted.

        Raises:
            ValueError: `times` is not a whole number between 1 and `MAX_TIMES`.
        """
        if not _is_number(times, int) or times < 1:
            raise ValueError("a fault has to be for at least one call")
        if times > MAX_TIMES:
            raise ValueError(f"at most {MAX_TIMES} calls can be scripted at once")
        with self._lock:
            self._faults.extend([fault] * times)

    def take(self, operation: str | None) -> Fault | None:
        """Remove and return the first fault for a call of this operation, if there is one."""
        if not self._faults:
            return None
        with self._lock:
            for fault in self._faults:
                if fault.operation in (None, operation):
                    self._faults.remove(fault)
                    return fault
        return None

    def clear(self) -> None:
        """Remove all faults."""
        with self._lock:
            self._faults.clear()
