"""Our messages as those of httpx, for our own pools: built once a call, so at the least cost."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from functools import lru_cache

import httpx

from .._core.messages import Headers, Request, Response
from .._core.transport import Limits

#: URLs repeat from call to call, and httpx parses each at some length.
_url = lru_cache(maxsize=256)(httpx.URL)


def to_httpx(request: Request, limits: Limits) -> httpx.Request:
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
        stream=_RequestStream(request.body or b""),
        extensions={"timeout": _timeouts(limits)},
    )


def _timeouts(limits: Limits) -> dict[str, float | None]:
    """The phases' time-outs, except those that the whole attempt's ends sooner: each one set costs a timer."""
    phases = {"connect": limits.connect, "read": limits.read, "write": limits.write, "pool": limits.pool}
    if limits.total is not None:
        for name, seconds in phases.items():
            if seconds is not None and seconds >= limits.total:
                phases[name] = None
    return phases


class _RequestStream(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A request's body. Unlike httpx's own it is not a generator, which a cancelled call would leave unfinished."""

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


def from_httpx(answer: httpx.Response, content: bytes, elapsed: float) -> Response:
    """The response as the core takes it."""
    return Response(answer.status_code, Headers.of(map(_text, answer.headers.raw)), content, elapsed)


def _text(pair: tuple[bytes, bytes]) -> tuple[str, str]:
    name, value = pair
    try:
        return name.decode("ascii"), value.decode()
    except UnicodeDecodeError:
        return name.decode("latin-1"), value.decode("latin-1")
