"""What a proxy or a server says before a request is through: a refused tunnel, a refused body, very long headers."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from itertools import product

import anyio
import pytest
from support.flavours import AIOHTTP, EACH_TRANSPORT, EVERY, OWN, Flavour
from support.server import Server, answer, message, raw

from memsy_client import EventPayload, MemsyAPIError, MemsyConnectionError

Serve = Callable[..., Server]
pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("flavour", [*OWN, AIOHTTP], ids=lambda flavour: flavour.name)
@pytest.mark.parametrize("status", [403, 407, 502])
async def test_a_tunnel_that_the_proxy_refused_is_unsent(
    flavour: Flavour, status: int, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = serve(raw(message(b"<html>", status), close=True))
    monkeypatch.setenv("HTTPS_PROXY", proxy.origin)
    async with flavour.client("https://memsy.example") as client:
        with pytest.raises(MemsyConnectionError, match=f"{status}") as caught:
            await flavour.call(client.ingest, [])
    assert caught.value.unsent
    assert [request.raw.split(b" ")[0] for request in proxy.requests] == [b"CONNECT"]


@pytest.mark.parametrize("flavour", EVERY, ids=lambda flavour: flavour.name)
async def test_headers_of_32_kib_are_read(flavour: Flavour, serve: Serve) -> None:
    headers = {"X-Long": "x" * 32 * 1024, "X-Request-Id": "17"}
    server = serve(answer({"status": "ok", "version": "1"}, headers=headers))
    async with flavour.client(server.origin) as client:
        response = await flavour.call(client.request, "GET", "/health")
    assert len(response.headers["X-Long"]) == 32 * 1024


def refuse(listener: socket.socket, finish: threading.Event, *, reads_on: bool) -> None:
    """Answer one request after its headers, and read the rest of it, or nothing more."""
    connection, _ = listener.accept()
    with connection:
        received = b""
        while b"\r\n\r\n" not in received:
            received += connection.recv(1024)
        connection.sendall(message(b'{"detail": "too large"}', 413))
        while reads_on and connection.recv(1 << 20):
            pass
        finish.wait(60)


@pytest.mark.parametrize(
    ("flavour", "reads_on"),
    # A caller's own httpx client writes all of a request before it looks for an answer.
    [*product(EACH_TRANSPORT, (True,)), *product([*OWN, AIOHTTP], (False,))],
)
async def test_a_body_that_is_refused_before_it_is_read_is_a_413(flavour: Flavour, reads_on: bool) -> None:
    finish = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        thread = threading.Thread(target=refuse, args=(listener, finish), kwargs={"reads_on": reads_on})
        thread.start()
        try:
            async with flavour.client(f"http://127.0.0.1:{listener.getsockname()[1]}") as client:
                with anyio.fail_after(20), pytest.raises(MemsyAPIError) as caught:
                    await flavour.call(client.ingest, [EventPayload("ana", "s", "user_message", "a" * 8_000_000)])
            assert caught.value.status_code == 413
        finally:
            finish.set()
            await anyio.to_thread.run_sync(thread.join)
