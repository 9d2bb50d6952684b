"""Scripted failures: what the next calls answer instead of their result."""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field


class ConnectionDropped(ConnectionError):
    """The connection is closed with no answer, as a script asked for."""


class PatienceLost(TimeoutError):
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
        if self.status is not None and not 100 <= self.status <= 599:
            raise ValueError(f"a status is between 100 and 599, not {self.status}")
        if self.delay < 0:
            raise ValueError("a delay is not negative")

    @property
    def answers(self) -> bool:
        """Whether the call's own result is not what the client gets."""
        return self.drop or self.status is not None

    def content(self) -> tuple[bytes, str]:
        """The body's bytes and their content type."""
        if isinstance(self.body, bytes):
            return self.body, "application/octet-stream"
        if isinstance(self.body, str):
            return self.body.encode(), "text/html" if self.body.lstrip().startswith("<") else "text/plain"
        body = (
            {"detail": {"error": "scripted_fault", "message": "A scripted fault."}} if self.body is None else self.body
        )
        return json.dumps(body).encode(), "application/json"


class Faults:
    """The script: faults in the order in which calls meet them. Safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._script: deque[Fault] = deque()

    def add(self, fault: Fault, times: int = 1) -> None:
        """Let the next `times` calls meet a fault, after those already scripted."""
        if times < 1:
            raise ValueError("at least one call has to meet a fault")
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
