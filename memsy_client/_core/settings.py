"""What a caller can set, for a client, a view of it, or a single call."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypedDict
from urllib.parse import SplitResult, unquote, urlsplit

from ..exceptions import MemsyInputError
from .checks import (
    check_hook,
    check_middleware,
    check_seconds,
    check_telemetry,
    check_whole_number,
    suggest_arguments,
    suggestion,
)
from .headers import check_headers, merge_headers
from .hooks import RequestEvent, ResponseEvent
from .lazy import import_lock
from .retry import RetryPolicy

if TYPE_CHECKING:
    from .middleware import Middleware
    from .telemetry import Telemetry

_UNFIT_FOR_URL = re.compile(r"[^!-~]|[\\<>\"{}^`|]")


def check_base_url(base_url: object) -> str:
    """The base URL without trailing slashes.

    Raises:
        MemsyInputError: Requests cannot be sent there.
    """
    if not isinstance(base_url, str) or not base_url.strip():
        raise MemsyInputError("base_url is empty, or not text")
    if _UNFIT_FOR_URL.search(base_url):
        raise MemsyInputError(
            "base_url holds a character that a URL cannot: write the host as xn--… and percent-encode the path"
        )
    parts = _split(base_url)
    if parts is None:
        raise MemsyInputError("base_url is not a URL")
    has_usable_host = bool(parts.hostname) and parts.port != 0
    scheme = parts.scheme.lower()
    if scheme not in ("http", "https") or not has_usable_host:
        raise MemsyInputError("base_url has to be an http:// or https:// URL with a host")
    refused = {
        "a user or password": "@" in parts.netloc,
        "a query or a fragment": "?" in base_url or "#" in base_url,
        ". or .. in its path": any(unquote(segment) in (".", "..") for segment in parts.path.split("/")),
    }
    for what, is_there in refused.items():
        if is_there:
            raise MemsyInputError(f"base_url must not hold {what}")
    return f"{scheme}://{parts.netloc}{parts.path}".rstrip("/")


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        return parts if parts.port is None or parts.port >= 0 else None
    except ValueError:  # its text may quote a password, so that nothing is raised from here
        return None


@suggest_arguments
@dataclass(frozen=True, slots=True)
class Timeout:
    """Time-outs of a single attempt, in seconds; None means no limit.

    Attributes:
        connect: For a connection to be made.
        read: For each wait for more of the response.
        write: For each wait until more of the request is taken.
        pool: For a free connection of the pool.
        total: For the attempt as a whole, including a response that comes slowly.
    """

    connect: float | None = None
    read: float | None = None
    write: float | None = None
    pool: float | None = None
    total: float | None = None

    def __post_init__(self) -> None:
        for name in ("connect", "read", "write", "pool", "total"):
            check_seconds(f"timeout {name}", getattr(self, name), or_none=True)

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


@dataclass(frozen=True, slots=True, repr=False)
class Settings:
    """All that can differ from call to call; the defaults are those of the clients' constructor.

    No repr shows them: headers, hooks and middleware may hold secrets of the caller's.

    Attributes:
        timeout: The limits of one attempt.
        deadline: Seconds for a call as a whole, waits and retries included; None for no limit.
        retry: When a request is sent again.
        headers: Headers of every request, beside the client's own.
        max_response_bytes: What a response's body may weigh after decompression.
        on_request: Called before each attempt.
        on_response: Called after each attempt, successful or not.
        middleware: What is around each attempt, outermost first.
        telemetry: What follows each call.
    """

    timeout: Timeout
    deadline: float | None
    retry: RetryPolicy
    headers: Mapping[str, str]
    max_response_bytes: int
    on_request: Callable[[RequestEvent], None] | None
    on_response: Callable[[ResponseEvent], None] | None
    middleware: Sequence[Middleware] = ()
    telemetry: Telemetry | None = None

    def __post_init__(self) -> None:
        check_seconds("deadline", self.deadline, or_none=True)
        check_whole_number("max_response_bytes", self.max_response_bytes)
        if not isinstance(self.retry, RetryPolicy):
            raise MemsyInputError(f"retry has to be a RetryPolicy, not {type(self.retry).__name__}")
        for name in ("on_request", "on_response"):
            check_hook(name, getattr(self, name))
        object.__setattr__(self, "headers", dict(check_headers(self.headers)))
        if self.telemetry is not None:
            check_telemetry(self.telemetry)
        if self.middleware != ():
            check_middleware(self.middleware)
            object.__setattr__(self, "middleware", tuple(self.middleware))
            with import_lock:
                from . import middleware  # noqa: F401 # so that no call has to


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
    middleware: Sequence[Middleware]
    telemetry: Telemetry | None


class ClientOptions(Options, total=False):
    """What `from_env` takes besides; each is described at the client's constructor."""

    http_client: Any
    max_connections: int


def apply_options(settings: Settings, options: Options) -> Settings:
    """The settings with these options instead of their own; headers are added.

    Raises:
        MemsyInputError: An option cannot be used.
    """
    changes: dict[str, Any] = dict(options)
    for name in sorted(changes.keys() - Options.__annotations__.keys()):
        raise MemsyInputError(f"there is no option {name}{suggestion(name, Options.__annotations__)}")
    if "timeout" in changes:
        changes["timeout"] = Timeout.of(changes["timeout"])
    if "headers" in changes:
        changes["headers"] = dict(merge_headers(settings.headers.items(), check_headers(changes["headers"])))
    short = {"max_retries": "max_retries", "retry_backoff": "backoff"}
    retrying = {field: changes.pop(name) for name, field in short.items() if name in changes}
    new = replace(settings, **changes)
    return replace(new, retry=replace(new.retry, **retrying)) if retrying else new
