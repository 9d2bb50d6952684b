"""An httpx whose transports keep their pool where nobody can find it: `pytest -p support.httpx_without_pool`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx


class _HTTPTransport(httpx.HTTPTransport):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self._pool


class _AsyncHTTPTransport(httpx.AsyncHTTPTransport):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self._pool


def take_pool_away(setattr_: Callable[[Any, str, Any], None] = setattr) -> None:
    """Of the transports that httpx gives to others; its own clients have theirs from elsewhere."""
    setattr_(httpx, "HTTPTransport", _HTTPTransport)
    setattr_(httpx, "AsyncHTTPTransport", _AsyncHTTPTransport)


def pytest_configure() -> None:
    take_pool_away()
