"""Connections are used again, replaced when the server has closed them, and end with the client that opened them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from support.flavours import AIOHTTP, CALLERS, KEY, Flavour
from support.server import Server, answer, raw

from memsy_client import MemsyClosedError

pytestmark = pytest.mark.anyio
Serve = Callable[..., Server]


async def test_a_connection_is_used_again(flavour: Flavour, serve: Serve) -> None:
    server = serve(answer([]))
    async with flavour.client(server.origin) as client:
        for _ in range(5):
            await flavour.call(client.orgs.list)
    assert server.connections == 1


async def test_a_connection_that_the_server_closed_is_replaced(flavour: Flavour, serve: Serve) -> None:
    last = raw(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n[]", close=True)
    server = serve(last)
    async with flavour.client(server.origin) as client:
        for _ in range(3):
            assert await flavour.call(client.orgs.list) == []
    assert server.connections == 3


async def test_a_view_shares_the_connections_and_closes_none(flavour: Flavour, serve: Serve) -> None:
    server = serve(answer([]))
    async with flavour.client(server.origin) as client:
        await flavour.call(client.orgs.list)
        view = client.with_options(timeout=50)
        await flavour.call(view.orgs.list)
        if flavour.is_async:
            async with view:
                pass
            await view.close()
        else:
            with view:
                pass
            view.close()
        await flavour.call(view.orgs.list)
        await flavour.call(client.orgs.list)
    assert server.connections == 1
    with pytest.raises(MemsyClosedError):
        await flavour.call(view.orgs.list)


async def test_a_closed_client_says_so(flavour: Flavour, serve: Serve) -> None:
    server = serve(answer([]))
    async with flavour.client(server.origin) as client:
        pass
    for call in (client.orgs.list, client.with_raw_response.orgs.list, client.with_options(timeout=1).orgs.list):
        with pytest.raises(MemsyClosedError, match="closed") as caught:
            await flavour.call(call)
        assert caught.value.operation == "orgs.list"
    with pytest.raises(MemsyClosedError):
        await flavour.call(client.request, "GET", "/new")
    if flavour.is_async:
        await client.close()
        await client.aclose()
    else:
        client.close()
    assert server.connections == 0


@pytest.mark.parametrize("callers", [*CALLERS, AIOHTTP], ids=lambda flavour: flavour.name)
async def test_the_callers_client_is_left_open(callers: Flavour, serve: Serve) -> None:
    server = serve(answer([]))
    carrier = callers.http_client()
    for _ in range(2):
        client: Any = callers.kind()(server.origin, KEY, http_client=carrier)
        await callers.call(client.orgs.list)
        await client.close() if callers.is_async else client.close()
    await carrier.aclose() if callers.is_async else carrier.close()
    assert server.connections == 1
