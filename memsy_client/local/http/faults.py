"""Scripted failures: what the next calls answer instead of their result."""

from __future__ import annotations

import json
import re
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

LONGEST = 86_400
"""Seconds of the longest delay: a day."""

MOST = 100_000
"""How many calls one script can meet."""

_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE = re.compile(r"(?:[\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?)?")
_NOT_SCRIPTED = {"content-length", "transfer-encoding"}
"""Headers that say how long the answer is, which is the server's to say."""


class ConnectionDroppedError(ConnectionError):
    """The connection is closed with no answer, as a script asked for."""


class FaultTimeoutError(TimeoutError):
    """A scripted delay is longer than the client is ready to wait."""


@dataclass(frozen=True)
class Fault:
    """What one call meets.

    Attributes:
        status: The status to answer; None lets the call go on, after the delay.
        body: The body to answer: text or bytes as they are, anything else as JSON; a short error when None.
        headers: Headers to answer.
        delay: Real seconds to wait first.
        drop: Close the connection instead of answering.
        operation: Only calls of this operation (`search`, `roles_list`, …) meet it.
        after: Carry the call out first, and lose only its answer.
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
        if self.status is not None and not (_is_whole(self.status) and 200 <= self.status <= 599):
            raise ValueError(f"a status is a whole number between 200 and 599, not {self.status!r}")
        if isinstance(self.delay, bool) or not isinstance(self.delay, (int, float)) or not 0 <= self.delay <= LONGEST:
            raise ValueError(f"a delay is a number of seconds between 0 and {LONGEST}, not {self.delay!r}")
        if not isinstance(self.drop, bool) or not isinstance(self.after, bool):
            raise ValueError("drop and after are true or false")
        _check_headers(self.headers)
        try:
            self.content()
        except (TypeError, RecursionError) as error:
            raise ValueError(f"the body cannot be answered as JSON: {error}") from error

    @property
    def answers(self) -> bool:
        """Whether the call's own result is not what the client gets."""
        return self.drop or self.status is not None

    def content(self) -> tuple[bytes, str]:
        """The body's bytes and their content type; the statuses that have no body get none."""
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


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _check_headers(headers: object) -> None:
    if not isinstance(headers, Mapping):
        raise ValueError("the headers map names to values")
    for name, value in headers.items():
        if not isinstance(name, str) or not _HEADER_NAME.fullmatch(name) or name.lower() in _NOT_SCRIPTED:
            raise ValueError(f"{name!r} is no header that a script can set")
        if not isinstance(value, str) or not _HEADER_VALUE.fullmatch(value):
            raise ValueError(f"the value of the header {name} is not Latin-1 text of one line")


class Faults:
    """The script: faults in the order in which calls meet them. Safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._script: deque[Fault] = deque()

    def add(self, fault: Fault, times: int = 1) -> None:
        """Let the next `times` calls meet a fault, after those already scripted."""
        if not _is_whole(times) or times < 1:
            raise ValueError("at least one call has to meet a fault")
        if times > MOST:
            raise ValueError(f"at most {MOST} calls can be scripted at once")
        with self._lock:
            self._script.extend([fault] * times)

    def take(self, operation: str | None) -> Fault | None:
        """The first fault that a call of this operation meets; it is taken off the script."""
        if not self._script:
            return None
        with self._lock:
            for fault in self._script:
                if fault.operation in (None, operation):
                    self._script.remove(fault)
                    return fault
        return None

    def clear(self) -> None:
        """Take everything off the script."""
        with self._lock:
            self._script.clear()
