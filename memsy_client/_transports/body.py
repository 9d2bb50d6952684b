"""A response's body as it comes off the connection: decompressed, and never larger than it may be.

The HTTP libraries decompress a chunk whole before anyone can count it, one layer over the other, so that a few
kilobytes become gigabytes. Here decompression itself stops at the limit.
"""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from .._core.foreign import pass_signals
from .._core.messages import Response
from .._core.transport import Limits, ResponseTooLargeError, TransportError


class BodyDecoder:
    """Collects a body, decompressing it as it comes.

    Args:
        response: Whose body it is; an error holds it.
        limits: Of these, how large the body may be.
        is_decoded: Whether another has decompressed it already.

    Attributes:
        received: Bytes that have come, before decompression.
    """

    def __init__(self, response: Response, limits: Limits, *, is_decoded: bool = False) -> None:
        self.received = 0
        self._response = response
        self._chunks: list[bytes] = []
        self._most = self._left = limits.max_bytes
        encoding = None if is_decoded else response.headers.get("content-encoding")
        # The last one named is the one that was applied last.
        self._layers = (
            [_LAYERS.get(name, _UnknownLayer)(name, response) for name in _names(encoding)] if encoding else []
        )

    def add(self, chunk: bytes) -> None:
        """Take one more chunk. Raises `ResponseTooLargeError`, or `TransportError` for broken compression."""
        self.received += len(chunk)
        for layer in self._layers:
            # What is compressed still may go on, by a trailer, when the body's last byte is there.
            chunk = layer.decompress(chunk, self._left if layer is self._layers[-1] else self._most)
        self._left -= len(chunk)
        if self._left < 0:
            raise ResponseTooLargeError(self._response)
        self._chunks.append(chunk)

    def content(self) -> bytes:
        """All that was taken. Raises `TransportError` when the compressed data is not whole."""
        if not all(layer.is_complete for layer in self._layers):
            raise _broken(self._response)
        return self._chunks[0] if len(self._chunks) == 1 else b"".join(self._chunks)


def header_text(pair: tuple[bytes, bytes]) -> tuple[str, str]:
    """A header's name and value as text."""
    name, value = pair
    try:
        return name.decode("ascii"), value.decode()
    except UnicodeDecodeError:
        return name.decode("latin-1"), value.decode("latin-1")


async def collect(body: BodyDecoder, chunks: AsyncIterator[bytes], close: Callable[[], Awaitable[None]]) -> bytes:
    """All of the body that `chunks` gives. When it is refused, the connection is closed by `close`."""
    try:
        async for chunk in chunks:
            body.add(chunk)
    except (ResponseTooLargeError, TransportError):
        await close()
        # Without a connection the stream soon ends, and with it the generators behind it: trio warns about those that
        # are collected unfinished.
        try:
            async for _ in chunks:
                pass
        except Exception as error:
            pass_signals(error)
        raise
    return body.content()


class _Layer:
    """One compression, being undone."""

    def __init__(self, name: str, response: Response) -> None:
        self._response = response
        self._is_gzip = name == "gzip"
        self._inflate: Any = None

    @property
    def is_complete(self) -> bool:
        return self._inflate is None or self._inflate.eof

    def decompress(self, data: bytes, limit: int) -> bytes:
        """What `data` adds. Raises `ResponseTooLargeError` once that is more than `limit` bytes."""
        found = []
        while data:
            if self._inflate is None or (self._is_gzip and self._inflate.eof):  # gzip files may follow each other
                self._inflate = self._start(data)
            elif self._inflate.eof:
                break
            try:
                found.append(self._inflate.decompress(data, limit + 1))
            except zlib.error as error:
                raise _broken(self._response) from error
            limit -= len(found[-1])
            if limit < 0:
                raise ResponseTooLargeError(self._response)
            data = self._inflate.unused_data
        return b"".join(found)

    def _start(self, data: bytes) -> Any:
        if self._is_gzip:
            return zlib.decompressobj(16 + zlib.MAX_WBITS)
        # `deflate` means the zlib format; some servers leave its header out. The low bits of the first byte tell.
        return zlib.decompressobj(zlib.MAX_WBITS if data[0] & 0x0F == 8 else -zlib.MAX_WBITS)


class _UnknownLayer(_Layer):
    """A compression that nobody asked for. It does no harm to a response without a body."""

    def decompress(self, data: bytes, limit: int) -> bytes:
        """Nothing, which is all there may be."""
        if not data:
            return data
        problem = "the response is compressed in a way that was not asked for"
        raise TransportError(problem, response=self._response)


_LAYERS = {"gzip": _Layer, "deflate": _Layer}


def _names(encoding: str) -> list[str]:
    names = [name.strip().lower() for name in encoding.split(",")]
    return ["gzip" if name == "x-gzip" else name for name in reversed(names) if name not in ("", "identity")]


def _broken(response: Response) -> TransportError:
    return TransportError("the response's compression is broken", response=response)
