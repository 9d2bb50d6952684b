"""What a caller can set, for a client, a view of it, or a single call."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypedDict

from ..exceptions import MemsyInputError
from .hooks import RequestEvent, ResponseEvent
from .operation import overlaid, own_headers
from .retry import RetryPolicy


@dataclass(frozen=True, slots=True)
class Timeout:
    """Time-outs of a single attempt, in seconds; None means no limit.

    Attributes:
        connect: For a connection to be made.
        read: For each wait for more of the response.
        write: For each wait until more of the request is taken.
        pool: For a free connection of the pool.
        total: For the attempt as a whole, however it drips.
    """

    connect: float | None = None
    read: float | None = None
    write: float | None = None
    pool: float | None = None
    total: float | None = None

    def __post_init__(self) -> None:
        for name in ("connect", "read", "write", "pool", "total"):
            _check_seconds(f"timeout {name}", getattr(self, name))

    @classmethod
    def of(cls, value: float | Timeout | None) -> Timeout:
        """A time-out of one number, which bounds each phase and the attempt as a whole; another `Timeout` as it is."""
        if isinstance(value, cls):
            return value
        if value is not None and not isinstance(value, int | float):
            raise MemsyInputError(
                f"timeout has to be a number of seconds, a Timeout or None, not {type(value).__name__}"
            )
        return cls(value, value, value, value, value)


def _check_seconds(name: str, value: Any) -> None:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if value is not None and not (number and 0 < value < math.inf):
        raise MemsyInputError(f"{name} has to be a number of seconds above 0 or None, not {value!r}")


@dataclass(frozen=True, slots=True)
class Settings:
    """All that can differ from call to call.

    Attributes:
        timeout: The limits of one attempt.
        deadline: Seconds for a call as a whole, waits and retries included; None for no limit.
        retry: When a request is sent again.
        headers: Headers of every request, beside the client's own.
        max_response_bytes: What a response's body may weigh after decompression.
        on_request: Called before each attempt.
        on_response: Called after each attempt, answered or not.
    """

    timeout: Timeout = field(default_factory=lambda: Timeout.of(30.0))
    deadline: float | None = None
    retry: RetryPolicy = field(default_factory=RetryPolicy)
    headers: Mapping[str, str] = field(default_factory=dict)
    max_response_bytes: int = 64 * 1024 * 1024
    on_request: Callable[[RequestEvent], None] | None = None
    on_response: Callable[[ResponseEvent], None] | None = None

    def __post_init__(self) -> None:
        _check_seconds("deadline", self.deadline)
        if (
            isinstance(self.max_response_bytes, bool)
            or not isinstance(self.max_response_bytes, int)
            or self.max_response_bytes < 1
        ):
            raise MemsyInputError(
                f"max_response_bytes has to be a whole number above 0, not {self.max_response_bytes!r}"
            )
        if not isinstance(self.retry, RetryPolicy):
            raise MemsyInputError(f"retry has to be a RetryPolicy, not {type(self.retry).__name__}")
        for name in ("on_request", "on_response"):
            if getattr(self, name) is not None and not callable(getattr(self, name)):
                raise MemsyInputError(f"{name} has to be a function or None, not {type(getattr(self, name)).__name__}")
        object.__setattr__(self, "headers", dict(own_headers(self.headers)))


class Options(TypedDict, total=False):
    """What `with_options` takes; each is described at the client's constructor."""

    timeout: float | Timeout | None
    deadline: float | None
    max_retries: int
    retry_backoff: float
    retry: RetryPolicy
    headers: Mapping[str, str]
    max_response_bytes: int
    on_request: Callable[[RequestEvent], None] | None
    on_response: Callable[[ResponseEvent], None] | None


class ClientOptions(Options, total=False):
    """What `from_env` takes besides; each is described at the client's constructor."""

    http_client: Any
    max_connections: int


def changed(settings: Settings, options: Options) -> Settings:
    """The settings with these options in place of their own; headers are added. Raises `MemsyInputError`."""
    changes: dict[str, Any] = dict(options)
    unknown = changes.keys() - Options.__annotations__.keys()
    if unknown:
        raise MemsyInputError(f"there is no option {', '.join(sorted(unknown))}")
    if "timeout" in changes:
        changes["timeout"] = Timeout.of(changes["timeout"])
    if "headers" in changes:
        changes["headers"] = dict(overlaid(settings.headers.items(), own_headers(changes["headers"])))
    short = {"max_retries": "max_retries", "retry_backoff": "backoff"}
    retrying = {field: changes.pop(name) for name, field in short.items() if name in changes}
    new = replace(settings, **changes)
    return replace(new, retry=replace(new.retry, **retrying)) if retrying else new
