"""A server that answers each search with its own query, so that an answer given to another call is seen at once."""

from __future__ import annotations

import asyncio
import json
import os
import random
import select
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


class Echo:
    """Runs in a thread with a loop of its own.

    Attributes:
        accepted: How many connections were made.
        open: How many are open.
        most_open: How many were open at once, at most.

    """

    def __init__(self, *, context: ssl.SSLContext | None = None, slow: bool = False, hang_up: bool = False) -> None:
        self.accepted = self.open = self.most_open = 0
        self._slow = slow
        self._hang_up = hang_up
        self._context = context
        self._changed = threading.Condition()
        self._waiting = 0
        self._gate = asyncio.Event()
        self._gate.set()
        self._started = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Echo:
        self._thread.start()
        self._started.wait()
        scheme = "http" if self._context is None else "https"
        self.url = f"{scheme}://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def hold(self) -> None:
        """Answer nothing from now on."""
        self._call(self._gate.clear)

    def go_on(self) -> None:
        """Answer what was held, and all that comes."""
        self._call(self._gate.set)

    def wait_for_held(self, number: int) -> None:
        """Until so many requests wait for an answer."""
        with self._changed:
            assert self._changed.wait_for(lambda: self._waiting >= number, 60)

    def wait_for_open(self, number: int) -> None:
        """Until so many connections are open, and what belonged to the others is closed."""
        with self._changed:
            assert self._changed.wait_for(lambda: self.open == number, 60), f"{self.open} are open, not {number}"
        self._call(lambda: None)

    def _call(self, function: Callable[[], Any]) -> None:
        done = threading.Event()
        self._loop.call_soon_threadsafe(lambda: (function(), done.set()))
        assert done.wait(60)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._start())
        self._started.set()
        self._loop.run_forever()
        self._server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
            self._loop.run_until_complete(asyncio.gather(task, return_exceptions=True))
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()

    async def _start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._context, backlog=600)

    def _count(self, *, opened: int = 0, waiting: int = 0) -> None:
        with self._changed:
            self.open += opened
            self.accepted += max(opened, 0)
            self.most_open = max(self.most_open, self.open)
            self._waiting += waiting
            self._changed.notify_all()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._count(opened=1)
        try:
            while await self._answer(reader, writer) and not self._hang_up:
                pass
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.transport.abort()
            await asyncio.sleep(0)  # the socket is closed in the loop's next turn
            self._count(opened=-1)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(
            int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")
        )
        query = json.loads(await reader.readexactly(length))["query"]
        self._count(waiting=1)
        try:
            await self._gate.wait()
        finally:
            self._count(waiting=-1)
        body = json.dumps({"results": [{"id": query, "content": "…", "score": 0.5}]}).encode()
        parts = [b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n" % len(body), b"\r\n" + body[:9], body[9:]]
        for part in parts if self._slow else [b"".join(parts)]:
            writer.write(part)
            await writer.drain()
            if self._slow:
                await asyncio.sleep(random.random() / 500)
        return True


def relay(one: socket.socket, other: socket.socket) -> None:
    """Hand on bytes both ways until one side ends."""
    opposite = {one: other, other: one}
    while True:
        for ready in select.select(list(opposite), [], [])[0]:
            data = ready.recv(65536)
            if not data:
                return
            opposite[ready].sendall(data)


def open_files() -> int:
    """How many files and sockets this process has open."""
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - iterating over a Path opens one more


def asked(answer: Any) -> str:
    """The query that an answer belongs to."""
    return str(answer.results[0].id)


def make_certificate(folder: Path) -> Path:
    """A certificate of 127.0.0.1 that only itself vouches for; its key is beside it."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("there is no openssl to make a certificate with")
    file = folder / "certificate.pem"
    key = [
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-keyout",
        str(file.with_suffix(".key")),
    ]
    subject = ["-subj", "/CN=memsy test", "-addext", "subjectAltName=IP:127.0.0.1"]
    command = [openssl, "req", "-x509", "-days", "2", *key, *subject, "-out", str(file)]
    subprocess.run(command, check=True, capture_output=True)
    return file
