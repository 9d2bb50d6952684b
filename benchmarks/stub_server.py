"""A server in a process of its own that answers as fast as it can: what is measured against it is the client.

It reads no more of HTTP than the end of a request's headers and its length.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection

from . import documents

Answers = Callable[[bytes], tuple[float, bytes]]
"""Takes a request, and gives the seconds to wait and what to send. It lives in the process of the server."""

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_HEADERS = (
    "content-type: application/json",
    "date: Fri, 14 Mar 2025 09:26:53 GMT",
    "x-request-id: 5f0c9a3e-6f1b-4b8e-9a55-2f1d3c4b5a69",
    "x-plan: pro",
    "x-usage-apicalls: 1200",
    "x-usage-apicalls-limit: 50000",
    "x-ratelimit-limit: 50000",
    "x-ratelimit-remaining: 48800",
)


def response(body: bytes, status: str = "200 OK", *headers: str) -> bytes:
    """The bytes of a response, with the headers that the service sends."""
    lines = (f"HTTP/1.1 {status}", *_HEADERS, *headers, f"content-length: {len(body)}", "", "")
    return "\r\n".join(lines).encode() + body


@dataclass(frozen=True, slots=True)
class SameAnswers:
    """A page of 200 memories where the path has `memories`, else ten results of a search."""

    page: bytes = response(documents.memories())
    search: bytes = response(documents.search())

    def __call__(self, request: bytes) -> tuple[float, bytes]:
        return 0.0, self.page if b"memories" in request[:60] else self.search


@dataclass(slots=True)
class IngestAnswers:
    """An id for each event, and a count of what went over the wire, which GET `…/counted` answers.

    Attributes:
        delays: Seconds that the requests take, one after the other and again from the first.
        per_second: Requests that are allowed a second; what is beyond it is a 429. 0 for no limit. POST
            `…/limit?<number>` changes it.
    """

    delays: Sequence[float] = (0.0,)
    per_second: float = 0.0
    counted: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("requests", "refused", "in", "out"), 0))
    _allowed: float = 0.0
    _at: float = 0.0

    def __call__(self, request: bytes) -> tuple[float, bytes]:
        target = request.split(b" ", 2)[1]
        if target.endswith(b"/counted"):
            return 0.0, response(json.dumps(self.counted).encode())
        if b"/limit?" in target:
            self.per_second = float(target.partition(b"?")[2])
            return 0.0, response(b"{}")
        delay = self.delays[self.counted["requests"] % len(self.delays)]
        answer = self._answer(request)
        self.counted["requests"] += 1
        self.counted["in"] += len(request)
        self.counted["out"] += len(answer)
        return delay, answer

    def _answer(self, request: bytes) -> bytes:
        if self.per_second and not self._admits():
            self.counted["refused"] += 1
            body = b'{"detail": {"error": "rate_limited", "message": "Too many requests."}}'
            return response(body, "429 Too Many Requests", "retry-after: 1")
        first = self.counted["requests"] * 1000
        ids = [f"5f0c9a3e-6f1b-4b8e-9a55-{first + number:012}" for number in range(request.count(b'"actor_id"'))]
        return response(json.dumps({"event_ids": ids}).encode())

    def _admits(self) -> bool:
        """A bucket that holds a fifth of a second's requests, and is filled evenly."""
        now = time.monotonic()
        self._allowed = min(self._allowed + (now - self._at) * self.per_second, max(1.0, self.per_second / 5))
        self._at = now
        if self._allowed < 1:
            return False
        self._allowed -= 1
        return True


class _Answering(asyncio.Protocol):
    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        while (end := self._received.find(b"\r\n\r\n") + 4) > 3:
            length = _LENGTH.search(self._received, 0, end)
            end += int(length[1]) if length else 0
            if len(self._received) < end:
                return
            request, self._received = self._received[:end], self._received[end:]
            delay, answer = self._answers(request)
            if delay:
                asyncio.get_running_loop().call_later(delay, self._transport.write, answer)
            else:
                self._transport.write(answer)


async def _serve(port: Connection, answers: Answers) -> None:
    server = await asyncio.get_running_loop().create_server(lambda: _Answering(answers), "127.0.0.1", 0, backlog=512)
    port.send(server.sockets[0].getsockname()[1])
    await server.serve_forever()


def _run(port: Connection, answers: Answers) -> None:
    asyncio.run(_serve(port, answers))


@contextmanager
def answering(answers: Answers) -> Iterator[str]:
    """The base URL of a running server."""
    context = multiprocessing.get_context("spawn")
    mine, its = context.Pipe()
    process = context.Process(target=_run, args=(its, answers), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{mine.recv()}/v1"
    finally:
        process.terminate()
        process.join()
