"""Encryption of an async connection, over a stream that is asked for all that the event loop has read.

httpcore would encrypt the stream beneath the one that is watched, where nobody sees what waits to be decrypted.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import anyio
import httpcore
from anyio.abc import ByteStream
from anyio.streams.tls import TLSAttribute, TLSStream

from .traffic import Traffic

#: Bytes before what a record of TLS holds; the last two say how much that is.
_HEADER = 5


class _Encrypted(httpcore.AsyncNetworkStream):
    """The encrypted stream over another."""

    def __init__(self, stream: httpcore.AsyncNetworkStream, encrypted: TLSStream) -> None:
        self._stream = stream
        self._encrypted = encrypted

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        with _errors(httpcore.ReadError, httpcore.ReadTimeout), anyio.fail_after(timeout):
            try:
                return await self._encrypted.receive(max_bytes)
            except anyio.EndOfStream:
                return b""

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        with _errors(httpcore.WriteError, httpcore.WriteTimeout), anyio.fail_after(timeout):
            await self._encrypted.send(buffer)

    async def aclose(self) -> None:
        await self._encrypted.aclose()

    def get_extra_info(self, info: str) -> Any:
        if info == "ssl_object":
            return self._encrypted.extra(TLSAttribute.ssl_object)  # noqa: S610 - nothing of Django's
        return self._stream.get_extra_info(info)


class _Ciphertext(ByteStream):
    """The stream beneath, as anyio takes it."""

    def __init__(self, stream: httpcore.AsyncNetworkStream, traffic: Traffic) -> None:
        self._stream = stream
        self._traffic = traffic
        self._part = b""  # of a record whose end is to come

    async def receive(self, max_bytes: int = 65_536) -> bytes:
        data = await self._stream.read(max_bytes)
        # Where it is encrypted itself, the one beneath has said so.
        if not isinstance(self._stream, _Encrypted):  # pragma: no branch – a tunnel through a proxy's TLS
            self._traffic.has_more = not self._ends_with_record(data) or len(data) == max_bytes
        if not data:
            raise anyio.EndOfStream
        return data

    def _ends_with_record(self, data: bytes) -> bool:
        data, start, end = self._part + data, 0, 0
        while end <= len(data):
            start, end = end, end + _HEADER + int.from_bytes(data[end + _HEADER - 2 : end + _HEADER], "big")
        self._part = data[start:]
        return not self._part

    async def send(self, item: bytes) -> None:
        await self._stream.write(item)

    async def send_eof(self) -> None:
        raise NotImplementedError("TLS ends by itself")  # anyio's interface has it, and its TLS never calls it

    async def aclose(self) -> None:
        await self._stream.aclose()


async def encrypt(
    stream: httpcore.AsyncNetworkStream,
    traffic: Traffic,
    ssl_context: ssl.SSLContext,
    server_hostname: str | None = None,
    timeout: float | None = None,
) -> httpcore.AsyncNetworkStream:
    """Encrypt a stream of httpcore. Raises `httpcore.ConnectError` or `ConnectTimeout`, and closes it then."""
    try:
        with _errors(httpcore.ConnectError, httpcore.ConnectTimeout), anyio.fail_after(timeout):
            encrypted = await TLSStream.wrap(
                _Ciphertext(stream, traffic),
                hostname=server_hostname,
                ssl_context=ssl_context,
                standard_compatible=False,
                server_side=False,
            )
    except BaseException:
        with anyio.CancelScope(shield=True):
            await stream.aclose()
        raise
    return _Encrypted(stream, encrypted)


@contextmanager
def _errors(failure: type[Exception], time_out: type[Exception]) -> Iterator[None]:
    """Turns errors of the streams into those that httpcore has for what is done."""
    try:
        yield
    except TimeoutError as error:
        raise time_out(str(error)) from error
    except (
        anyio.BrokenResourceError,
        anyio.ClosedResourceError,
        anyio.EndOfStream,
        ssl.SSLError,
        httpcore.NetworkError,
    ) as error:
        raise failure(str(error)) from error
