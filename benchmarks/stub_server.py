"""A server in a process of its own that answers every request with the same search of ten results, as fast as it can.

What is measured against it is the client: it parses no more of HTTP than the end of a request's headers and its length.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import re
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


def _result(number: int) -> dict[str, object]:
    return {
        "id": f"0b3f1c52-7d0e-4a57-9a63-0000000000{number:02}",
        "content": "Mara moved from Lisbon to Porto in March and now takes the early train to the office twice a week.",
        "score": 0.93 - number / 50,
        "metadata": {
            "title": "Where Mara lives",
            "summary": "Mara lives in Porto since March; commutes by train on Tuesdays and Thursdays.",
            "tags": ["home", "commute"],
            "entities": [{"name": "Mara", "type": "person"}, {"name": "Porto", "type": "place"}],
            "kind": "semantic",
            "type": "fact",
            "strength": 1.25,
            "confidence": 0.9,
            "observed_at": "2025-03-14T09:26:53Z",
            "session_id": "support-2025-03-14",
        },
    }


BODY = json.dumps({"results": [_result(number) for number in range(10)]}).encode()
_HEADERS = (
    "HTTP/1.1 200 OK",
    "content-type: application/json",
    f"content-length: {len(BODY)}",
    "date: Fri, 14 Mar 2025 09:26:53 GMT",
    "x-request-id: 5f0c9a3e-6f1b-4b8e-9a55-2f1d3c4b5a69",
    "x-plan: pro",
    "x-usage-apicalls: 1200",
    "x-usage-apicalls-limit: 50000",
    "x-ratelimit-limit: 50000",
    "x-ratelimit-remaining: 48800",
)
_ANSWER = "\r\n".join((*_HEADERS, "", "")).encode() + BODY


class _Answering(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport
        self._received = b""

    def data_received(self, data: bytes) -> None:
        self._received += data
        while (end := self._received.find(b"\r\n\r\n") + 4) > 3:
            length = _LENGTH.search(self._received, 0, end)
            end += int(length[1]) if length else 0
            if len(self._received) < end:
                return
            self._received = self._received[end:]
            self._transport.write(_ANSWER)


async def _serve(port: Connection) -> None:
    server = await asyncio.get_running_loop().create_server(_Answering, "127.0.0.1", 0, backlog=512)
    port.send(server.sockets[0].getsockname()[1])
    await server.serve_forever()


def _run(port: Connection) -> None:
    asyncio.run(_serve(port))


@contextmanager
def answering() -> Iterator[str]:
    """The base URL of a running server."""
    context = multiprocessing.get_context("spawn")
    mine, its = context.Pipe()
    process = context.Process(target=_run, args=(its,), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{mine.recv()}/v1"
    finally:
        process.terminate()
        process.join()
