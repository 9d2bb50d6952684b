"""What follows each call from its beginning to its end, such as a tracer."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import NamedTuple, Protocol

from .hooks import ResponseEvent
from .messages import Headers


class CallStart(NamedTuple):
    """A call as it begins; `path_template` has `{placeholders}`, and is None where the path is the caller's own."""

    operation: str
    method: str
    base_url: str
    path_template: str | None


class Telemetry(Protocol):
    """What `telemetry=` takes."""

    def observe(self, call: CallStart) -> AbstractContextManager[Callable[[ResponseEvent, Headers | None], None]]:
        """A context that the call runs in, which gives what is told each attempt and its response's headers."""
