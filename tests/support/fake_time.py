"""Clocks that a test moves itself, so that what it says of *when* something happens is exact on any machine."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace

import pytest

from memsy_client import Headers, Request, Response
from memsy_client._core import exchange, retry, sender
from memsy_client._core.transport import Limits, TransportError


class FakeTime:
    """The time of everything that decides about a call. It passes only when a call waits, and then at once.

    Attributes:
        now: What the clock shows.
        waits: The seconds that calls have waited, in order.
        oversleep: How many seconds longer than asked for each wait takes.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        self.waits: list[float] = []
        self.oversleep = 0.0
        clock = SimpleNamespace(monotonic=lambda: self.now, sleep=self.sleep)
        for module in (exchange, retry, sender):
            monkeypatch.setattr(module, "time", clock)
        with contextlib.suppress(ImportError):  # the core's tests do without what takes many calls
            from memsy_client._bulk import waiting

            monkeypatch.setattr(waiting, "time", clock)
        monkeypatch.setattr(sender, "sleep", self._sleep_async)

    def sleep(self, seconds: float) -> None:
        """Let so much time pass."""
        self.waits.append(seconds)
        self.now += seconds + self.oversleep

    async def _sleep_async(self, seconds: float) -> None:
        self.sleep(seconds)


@dataclass
class Reply:
    """What a request comes to, and after how many seconds; None for nothing, ever."""

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    seconds: float | None = 0.0


class FakeServer:
    """A transport whose replies take fake time, and that keeps to the limit of an attempt as a whole.

    It gives the replies in order, and the last one again and again. `limits` are those of the requests it was sent.
    """

    def __init__(self, time: FakeTime, *replies: Reply) -> None:
        self.limits: list[Limits] = []
        self._time = time
        self._replies = list(replies)

    def send(self, request: Request, limits: Limits) -> Response:
        self.limits.append(limits)
        reply = self._replies.pop(0) if len(self._replies) > 1 else self._replies[0]
        if reply.seconds is None or (limits.total is not None and limits.total < reply.seconds):
            assert limits.total is not None, "nothing bounds this request"
            self._time.now += limits.total
            raise TransportError("timed out", timed_out=True)
        self._time.now += reply.seconds
        return Response(reply.status, Headers.of(list(reply.headers)), b"{}")

    def close(self) -> None:
        pass


class AsyncFakeServer(FakeServer):
    """The same for an asynchronous client."""

    async def send(self, request: Request, limits: Limits) -> Response:  # type: ignore[override]
        return super().send(request, limits)

    async def aclose(self) -> None:
        pass


def advancing_clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Moves the process's own clock ahead, which runs on: timers that are due by then end at once.

    What waits inside the operating system (a lock, a socket's own time-out) is not shortened.
    """
    ahead = 0.0
    monotonic = time.monotonic

    def advance(seconds: float) -> None:
        nonlocal ahead
        ahead += seconds

    monkeypatch.setattr(time, "monotonic", lambda: monotonic() + ahead)
    return advance
