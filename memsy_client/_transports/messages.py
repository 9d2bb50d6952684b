"""Our messages as those of httpx, for our own pools, at the least cost: they are built once a call."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from functools import lru_cache

import httpx

from .._core.messages import Headers, Request, Response
from .._core.transport import Limits
from . import errors

#: URLs repeat from call to call, and httpx takes one apart at some length.
_url = lru_cache(maxsize=256)(httpx.URL)


def outgoing(request: Request, limits: Limits) -> httpx.Request:
    """The request as httpx sends it."""
    url = _url(request.url)
    headers = [("Host", url.netloc.decode("ascii"))]
    if request.body is not None:
        headers.append(("Content-Length", str(len(request.body))))
    elif request.method in ("POST", "PUT", "PATCH"):
        headers.append(("Content-Length", "0"))
    return httpx.Request(
        request.method,
        url,
        headers=headers + request.headers,
        stream=_Content(request.body or b""),
        extensions={"timeout": {name: _binding(seconds, limits) for name, seconds in errors.phases(limits).items()}},
    )


class _Content(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A request's body. Unlike httpx's own it is no generator, which a cancelled call would leave unfinished."""

    def __init__(self, body: bytes) -> None:
        self._left = [body]

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._left)

    async def __anext__(self) -> bytes:
        if not self._left:
            raise StopAsyncIteration
        return self._left.pop()

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self


def _binding(seconds: float | None, limits: Limits) -> float | None:
    """A phase's time-out, unless the whole attempt's ends it sooner: each one set costs a timer."""
    return None if seconds is None or (limits.total is not None and seconds >= limits.total) else seconds


def incoming(answer: httpx.Response, content: bytes, elapsed: float) -> Response:
    """The response as the core takes it."""
    return Response(answer.status_code, Headers.of(map(_text, answer.headers.raw)), content, elapsed)


def _text(pair: tuple[bytes, bytes]) -> tuple[str, str]:
    name, value = pair
    try:
        return name.decode("ascii"), value.decode()
    except UnicodeDecodeError:
        return name.decode("latin-1"), value.decode("latin-1")
