"""What a response may weigh: over it, a typed error and not memory."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable

import pytest
from support.flavours import Flavour
from support.server import Script, Server, answer, chunked, gzipped

from memsy_client import MemsyAPIError, MemsyDecodeError

pytestmark = pytest.mark.anyio

Serve = Callable[..., Server]
MIB = 1024 * 1024
BOMB = gzipped(b" " * 48 * MIB)
BIG = b'{"event_ids": ["' + b"a" * 2 * MIB + b'"]}'


@pytest.mark.parametrize(
    "script", [answer(BIG), gzipped(BIG), chunked([BIG[:MIB], BIG[MIB:]])], ids=["plain", "gzip", "chunked"]
)
async def test_a_larger_body_is_a_decode_error(flavour: Flavour, script: Script, serve: Serve) -> None:
    server = serve(script)
    async with flavour.client(server.origin, max_response_bytes=MIB) as client:
        with pytest.raises(MemsyDecodeError, match="1048576 bytes") as caught:
            await flavour.call(client.ingest, [])
    assert caught.value.operation == "ingest"
    assert len(caught.value.attempts) == 1


async def test_a_body_of_just_the_limit_is_read(flavour: Flavour, serve: Serve) -> None:
    body = b'{"event_ids": []}'
    server = serve(answer(body), gzipped(body), answer(body + b" "), gzipped(body + b" "))
    async with flavour.client(server.origin, max_response_bytes=len(body)) as client:
        for _ in range(2):
            await flavour.call(client.ingest, [])
        for _ in range(2):
            with pytest.raises(MemsyDecodeError):
                await flavour.call(client.ingest, [])


async def test_an_error_page_over_the_limit_keeps_its_status(flavour: Flavour, serve: Serve) -> None:
    server = serve(answer(BIG, 500))
    async with flavour.client(server.origin, max_response_bytes=MIB) as client:
        with pytest.raises(MemsyAPIError) as caught:
            await flavour.call(client.ingest, [])
    assert caught.value.status_code == 500


async def test_the_connection_is_not_reused_after_it(flavour: Flavour, serve: Serve) -> None:
    server = serve(answer(BIG), answer({"event_ids": []}))
    async with flavour.client(server.origin, max_response_bytes=MIB) as client:
        with pytest.raises(MemsyDecodeError):
            await flavour.call(client.ingest, [])
        assert (await flavour.call(client.ingest, [])).event_ids == []


async def test_a_small_file_that_unpacks_to_a_huge_one_takes_no_memory(flavour: Flavour, serve: Serve) -> None:
    server = serve(BOMB)
    async with flavour.client(server.origin, max_response_bytes=MIB) as client:
        tracemalloc.start()
        try:
            with pytest.raises(MemsyDecodeError):
                await flavour.call(client.ingest, [])
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert peak < 8 * MIB
