"""Background writers of every flavour behind one face, and servers that answer them as a test wants."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import anyio
from support.server import Exchange, message

from memsy_client import AsyncMemsyClient, EventPayload, IngestOutcome, MemsyClient

FLAVOURS = ["sync", "asyncio", "trio"]
Body = Callable[[Any], Awaitable[None]]


def event(text: str, session: str = "s", **fields: Any) -> EventPayload:
    return EventPayload("ana", session, "user_message", text, **fields)


class SyncFace:
    """A sync writer, as if it were asynchronous. Its calls block the test's loop, in which nothing else happens."""

    def __init__(self, writer: Any) -> None:
        self.writer = writer

    async def add(self, event: EventPayload) -> None:
        self.writer.add(event)

    def add_nowait(self, event: EventPayload) -> None:
        self.writer.add(event, timeout=0)

    async def flush(self, timeout: float | None = 60) -> bool:
        return bool(self.writer.flush(timeout))

    async def close(self, timeout: float | None = None) -> None:
        self.writer.close(timeout)

    @property
    def stats(self) -> Any:
        return self.writer.stats


def play(flavour: str, url: str, body: Body, *, client: dict[str, Any] | None = None, **options: Any) -> Any:
    """Run `body` with a writer, and close it; gives its counts."""
    settings = {"api_key": "msy_key", **(client or {})}
    if flavour == "sync":
        with MemsyClient(url, **settings) as memsy, memsy.background(**options) as writer:
            asyncio.run(body(SyncFace(writer)))  # type: ignore[arg-type]
        return writer.stats

    async def main() -> Any:
        async with AsyncMemsyClient(url, **settings) as memsy, memsy.background(**options) as writer:
            await body(writer)
        return writer.stats

    return anyio.run(main, backend=flavour)


def events_of(exchange: Exchange) -> list[dict[str, Any]]:
    """The events of a request."""
    return list(json.loads(exchange.request.partition(b"\r\n\r\n")[2])["events"])


def acknowledge(exchange: Exchange) -> None:
    """As many ids as there are events, each made of its content."""
    ids = {"event_ids": [event["content"] for event in events_of(exchange)]}
    exchange.send(message(json.dumps(ids).encode()))


def refuse(status: int, **headers: str) -> Callable[[Exchange], None]:
    """That status."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda exchange: exchange.send(message(b"{}", status, named))


class Service:
    """Acknowledges what comes, in the order that it keeps; what holds a text of `held` waits until it is let go.

    `answers` has other answers, by text: each is given once, in order.
    """

    def __init__(self, *held: str, **answers: list[Callable[[Exchange], None]]) -> None:
        self.seen: list[list[str]] = []
        self.received: list[dict[str, Any]] = []
        self.held = {text: threading.Event() for text in held}
        self._answers = answers
        self._changed = threading.Condition()

    def __call__(self, exchange: Exchange) -> None:
        events = events_of(exchange)
        texts = [event["content"] for event in events]
        with self._changed:
            self.seen.append(texts)
            self.received += events
            self._changed.notify_all()
            answer = next((self._answers[text].pop(0) for text in texts if self._answers.get(text)), acknowledge)
        for text in texts:
            gate = self.held.get(text)
            while gate is not None and not gate.wait(0.01):
                if exchange.stopping.is_set():
                    return
        answer(exchange)

    def wait_for(self, *texts: str) -> None:
        """Until a request with exactly these has come."""
        with self._changed:
            assert self._changed.wait_for(lambda: list(texts) in self.seen, 60), self.seen

    def let_go(self) -> None:
        """Answer what is held, and hold nothing more."""
        for gate in self.held.values():
            gate.set()


def states(outcomes: list[IngestOutcome]) -> list[tuple[str, str]]:
    """What each event came to, in the order in which it was told."""
    return [(outcome.event.content, outcome.state) for outcome in outcomes]


def lines(path: Path) -> list[dict[str, Any]]:
    """Those of a spool's file."""
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def contents(path: Path) -> list[str]:
    """The texts of the events in a spool's file."""
    return [line["event"]["content"] for line in lines(path) if "event" in line]
