"""What the real world's cases share: a server that tells answers apart, and each way to be on an event loop."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from echo_server import Echo, relay
from support.server import Exchange, Server


@pytest.fixture
def echo() -> Iterator[Echo]:
    with Echo() as server:
        yield server


@pytest.fixture
def echoing() -> Iterator[Callable[..., Echo]]:
    """Starts servers with options."""
    with ExitStack() as stack:
        yield lambda **options: stack.enter_context(Echo(**options))


def _tunnel(exchange: Exchange) -> None:
    """Answer CONNECT, and hand on bytes both ways until one side ends."""
    host, _, port = exchange.request.split(b" ", 2)[1].decode().partition(":")
    exchange.keep_alive = False
    with socket.create_connection((host, int(port))) as target:
        exchange.send(b"HTTP/1.1 200 Connected\r\n\r\n")
        relay(exchange.connection, target)


@pytest.fixture
def tunnel(serve: Callable[..., Server]) -> Server:
    """A proxy for https."""
    return serve(_tunnel)
