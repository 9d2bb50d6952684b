"""A body as it comes off the connection: decompressed as its header says, and refused once it is too large."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import AsyncIterator

import pytest

from memsy_client import Headers, Response
from memsy_client._core.transport import Limits, ResponseTooLargeError, TransportError
from memsy_client._transports.body import BodyDecoder, collect, header_text

TEXT = b"all that was said " * 20


def decoder(encoding: str | None = None, *, limit: int = len(TEXT), **options: bool) -> BodyDecoder:
    headers = Headers({} if encoding is None else {"Content-Encoding": encoding})
    limits = Limits(None, None, None, None, None, limit)
    return BodyDecoder(Response(200, headers, b""), limits, **options)


def read(body: BodyDecoder, data: bytes, size: int = 10_000) -> bytes:
    for start in range(0, len(data), size):
        body.add(data[start : start + size])
    assert body.received == len(data)  # before decompression
    return body.content()


def gzipped(data: bytes) -> bytes:
    """Without the time, so that a test has the same name whenever it is collected."""
    return gzip.compress(data, mtime=0)


def deflated(data: bytes) -> bytes:
    """Without the header, as some servers send it."""
    compressor = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return compressor.compress(data) + compressor.flush()


@pytest.mark.parametrize("size", [1, 7, 10_000])
@pytest.mark.parametrize(
    ("encoding", "data"),
    [
        (None, TEXT),
        ("identity", TEXT),
        ("", TEXT),
        ("gzip", gzipped(TEXT)),
        ("X-GZip", gzipped(TEXT)),
        ("gzip", gzipped(TEXT[:100]) + gzipped(TEXT[100:])),
        ("deflate", zlib.compress(TEXT)),
        ("deflate", deflated(TEXT)),
        ("deflate", zlib.compress(TEXT) + b"junk behind it"),
        ("deflate, gzip", gzipped(zlib.compress(TEXT))),
        ("gzip,, ", gzipped(TEXT)),
        ("gzip , identity,deflate", zlib.compress(gzipped(TEXT))),
    ],
)
def test_it_is_what_was_compressed_whatever_the_chunks(encoding: str | None, data: bytes, size: int) -> None:
    assert read(decoder(encoding), data, size) == TEXT


def test_what_another_has_decompressed_is_left_alone() -> None:
    assert read(decoder("gzip", is_decoded=True), TEXT) == TEXT


@pytest.mark.parametrize("encoding", [None, "gzip", "deflate", "br", "br, gzip"])
def test_nothing_is_nothing_in_any_compression(encoding: str | None) -> None:
    assert decoder(encoding).content() == b""
    body = decoder(encoding)
    body.add(b"")
    assert body.content() == b""


@pytest.mark.parametrize(
    ("encoding", "data"),
    [(None, TEXT), ("gzip", gzipped(TEXT)), ("gzip, gzip", gzipped(gzipped(TEXT)))],
)
def test_it_is_refused_with_its_first_byte_too_many(encoding: str | None, data: bytes) -> None:
    for size in (5, 10_000):
        with pytest.raises(ResponseTooLargeError) as caught:
            read(decoder(encoding, limit=len(TEXT) - 1), data, size)
        assert caught.value.response is not None
        assert caught.value.response.status_code == 200


def test_decompression_itself_stops_at_the_limit() -> None:
    bomb = gzipped(bytes(10_000_000))
    body = decoder("gzip", limit=1000)
    with pytest.raises(ResponseTooLargeError):
        body.add(bomb)
    inflated = body._layers[0]._inflate
    assert len(inflated.unconsumed_tail) > len(bomb) / 2  # most of it was never looked at


@pytest.mark.parametrize(
    ("encoding", "data", "told"),
    [
        ("gzip", TEXT, "the response's compression is broken"),
        ("deflate", TEXT, "the response's compression is broken"),
        ("gzip", zlib.compress(TEXT), "the response's compression is broken"),
        ("gzip", gzipped(TEXT)[:-1], "the response's compression is broken"),
        ("gzip", gzipped(TEXT)[:5], "the response's compression is broken"),
        ("deflate, gzip", gzipped(zlib.compress(TEXT)[:-1]), "the response's compression is broken"),
        ("br", TEXT, "the response is compressed in a way that was not asked for"),
        ("br, gzip", gzipped(TEXT), "the response is compressed in a way that was not asked for"),
    ],
)
def test_what_is_not_compressed_as_it_says_is_an_error_that_has_the_response(
    encoding: str, data: bytes, told: str
) -> None:
    with pytest.raises(TransportError) as caught:
        read(decoder(encoding), data)
    assert caught.value.message == told
    assert caught.value.response is not None
    assert caught.value.response.status_code == 200
    assert (caught.value.unsent, caught.value.timed_out) == (False, False)


def test_headers_are_text_in_utf_8_or_else_in_latin_1() -> None:
    assert header_text((b"X-A", "é".encode())) == ("X-A", "é")
    assert header_text((b"X-A", "é".encode("latin-1"))) == ("X-A", "é")
    assert header_text(("é".encode(), b"a")) == ("Ã©", "a")


@pytest.mark.anyio
@pytest.mark.parametrize("breaks", [True, False])
async def test_a_body_that_is_refused_ends_its_connection_and_then_its_stream(breaks: bool) -> None:
    steps: list[str] = []

    async def chunks() -> AsyncIterator[bytes]:
        yield b"12345"
        yield b"6"
        yield b"7"
        steps.append("read on")
        if breaks:
            raise OSError("the connection is closed")

    async def close() -> None:
        steps.append("closed")

    with pytest.raises(ResponseTooLargeError):
        await collect(decoder(limit=5), chunks(), close)
    assert steps == ["closed", "read on"]


@pytest.mark.anyio
async def test_a_body_that_is_read_leaves_its_connection_open() -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield b"12"
        yield b"345"

    async def close() -> None:
        raise AssertionError("there is nothing to close")

    assert await collect(decoder(limit=5), chunks(), close) == b"12345"
