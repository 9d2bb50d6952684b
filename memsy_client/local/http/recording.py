"""The requests that the server received, for tests to read."""

from __future__ import annotations

import json
import threading
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from ..._core.messages import Headers

KEPT = 10_000
"""How many requests are kept: the latest ones."""

KEPT_BYTES = 64 * 1024 * 1024
"""How large the requests that are kept may be together."""

_OBJECT_SIZE = 1024
"""Bytes that are counted for a request beside its texts."""


@dataclass(frozen=True)
class ReceivedRequest:
    """A request as it was received.

    Attributes:
        operation: Its operation (`search`, `roles_list`, …), or None when there is no such path.
        method: `GET`, `POST`, …
        url: The path and query, as sent.
        headers: Its headers, whatever the case of their names; not in the repr, because the API key is among them.
        content: The body's bytes, as far as they were read: not when it is too large, or large and without a key.
        status: The status that answered it; None when the connection was dropped.
        seconds: How long the answer took.
    """

    operation: str | None
    method: str
    url: str
    headers: Headers = field(repr=False)
    content: bytes = field(repr=False)
    status: int | None
    seconds: float

    def json(self) -> Any:
        """The body as JSON; None when there is no body.

        Raises:
            ValueError: The body is not JSON.
        """
        return json.loads(self.content) if self.content else None


def size_of(received: ReceivedRequest) -> int:
    """About how many bytes a request takes."""
    headers = sum(len(name) + len(value) for name, value in received.headers.items())
    return _OBJECT_SIZE + len(received.content) + len(received.url) + headers


class Recorder:
    """Keeps the latest requests. Safe to use from any thread.

    Args:
        kept: How many at most.
        kept_bytes: How large they may be together; the latest one is kept whatever its size.
    """

    def __init__(self, kept: int = KEPT, kept_bytes: int = KEPT_BYTES) -> None:
        self._lock = threading.Lock()
        self._kept, self._kept_bytes = kept, kept_bytes
        self._requests: deque[ReceivedRequest] = deque()
        self._bytes = 0

    def add(self, received: ReceivedRequest) -> None:
        """Keep one more request."""
        with self._lock:
            self._requests.append(received)
            self._bytes += size_of(received)
            while len(self._requests) > self._kept or (self._bytes > self._kept_bytes and len(self._requests) > 1):
                self._bytes -= size_of(self._requests.popleft())

    def all(self) -> tuple[ReceivedRequest, ...]:
        """The requests kept, oldest first."""
        with self._lock:
            return tuple(self._requests)

    def clear(self) -> None:
        """Forget all requests."""
        with self._lock:
            self._requests.clear()
            self._bytes = 0
