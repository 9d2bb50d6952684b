"""Sending each attempt of a batch when it is its turn, and noting what the service answers."""

from __future__ import annotations

import contextlib
import math
import threading
from collections.abc import MutableMapping
from typing import TYPE_CHECKING, Any, TypeVar

from .._core.api_errors import retry_after
from .._core.exchange import Send, Sleep
from .._core.messages import Response
from .._core.operation import Call
from .._core.sender import AsyncSender, SyncSender
from .._core.transport import ResponseTooLargeError, TransportError
from .pacing import Member, Pacer, Turn, pacer_of
from .stopping import StoppableAsyncSender, StoppableSender, StoppedError

if TYPE_CHECKING:
    from anyio import Event

T = TypeVar("T")

_TOO_MANY_REQUESTS = 429
_UNAVAILABLE = 503


class BatchPace:
    """The turns of a batch's attempts, one after the other.

    Args:
        pacer: What all ingestions of the client share.
        resting: Where it is noted that the batch waits before another attempt: nothing of it is in flight then.
    """

    def __init__(self, pacer: Pacer, resting: set[BatchPace]) -> None:
        self._pacer = pacer
        self._resting = resting
        self._turn = Turn()
        self._has_turn = False
        self._ends = math.inf
        self._has_begun = False

    def sender(self, sender: SyncSender, stopped: threading.Event) -> PacedSender:
        """Sends the batch as this sender would, until `stopped` is set."""
        paced = PacedSender.of(sender, stopped)
        paced.pace = self
        return paced

    def async_sender(self, sender: AsyncSender, stopped: Event) -> PacedAsyncSender:
        """As `sender`, asynchronously."""
        paced = PacedAsyncSender.of(sender, stopped)
        paced.pace = self
        return paced

    @property
    def is_new(self) -> bool:
        """Whether nothing has left yet."""
        return not self._has_begun

    def bound(self, seconds: float | None) -> None:
        """Let waits end so many seconds from now, or none for None: a call's deadline counts from its first turn on."""
        self._ends = math.inf if seconds is None else self._pacer.clock() + seconds

    def wait(self) -> float:
        """How many seconds to wait before asking again; 0 when the next attempt may leave, or its call ends."""
        if not self._has_turn:
            seconds = min(self._pacer.wait(self._turn), self._ends - self._pacer.clock())
            if seconds > 0:
                return seconds
            self._has_turn = True
        return 0.0

    def rest(self) -> None:
        """Begin to wait before another attempt."""
        self._resting.add(self)

    def resume(self) -> None:
        """Want another turn."""
        self._resting.discard(self)

    def leave(self) -> None:
        """Note that an attempt leaves. One with a renewed key has no turn, and needs none."""
        self._has_begun = True
        if not self._has_turn:
            self._pacer.wait(self._turn)
        self._turn.left_at = self._pacer.clock()

    def end(self, response: Response | None) -> None:
        """Note how it ended: None where no response came, which says nothing of limits."""
        turn, self._turn, self._has_turn = self._turn, Turn(), False
        if response is None:
            return
        seconds = retry_after(response.headers)
        status = response.status_code
        if status == _TOO_MANY_REQUESTS or (status == _UNAVAILABLE and seconds is not None):
            self._pacer.refuse(turn, seconds)
        elif 200 <= status < 300:
            self._pacer.accept(turn)


class IngestionPace:
    """What an ingestion has of the pacer that it shares with the client's others.

    Args:
        pacers: The pacers of a client, of each process.
    """

    def __init__(self, pacers: MutableMapping[int, Pacer]) -> None:
        self._pacers = pacers
        self._resting: set[BatchPace] = set()

    @property
    def resting(self) -> int:
        """How many batches wait before another attempt."""
        return len(self._resting)

    def has_room(self, ingestion: Member) -> bool:
        """Whether one more batch may be under way."""
        return pacer_of(self._pacers).has_room(ingestion)

    def of_batch(self) -> BatchPace:
        """The turns of another batch."""
        return BatchPace(pacer_of(self._pacers), self._resting)

    def forget(self) -> None:
        """Count no batch any more; one whose thread goes on is not waited for."""
        self._resting = set()


class PacedSender(StoppableSender):
    """As `StoppableSender`, for one batch, whose attempts wait for their turns."""

    __slots__ = ("pace",)
    pace: BatchPace

    def prepare(self) -> None:
        # Before a journal says that a request leaves: whatever ends the process while it waits, it is not in doubt.
        if self.pace.is_new:
            with contextlib.suppress(StoppedError):  # which the request itself meets
                self.take_turn()

    def send(self, call: Call[T]) -> T:
        self.pace.bound(None)
        self.take_turn()
        self.pace.bound(self.settings.deadline)
        return super().send(call)

    def take_turn(self) -> None:
        """Wait until the next attempt may leave.

        Raises:
            StoppedError: Nothing more is sent.
        """
        while (seconds := self.pace.wait()) > 0:
            super()._perform(Sleep(seconds))

    def _perform(self, step: Any) -> Any:
        if isinstance(step, Sleep):
            self.pace.rest()
            try:
                super()._perform(step)
            finally:
                self.pace.resume()
            return self.take_turn()
        if not isinstance(step, Send):
            return super()._perform(step)
        response = None
        self.pace.leave()
        try:
            response = super()._perform(step)
        except (ResponseTooLargeError, TransportError) as error:
            response = error.response
            raise
        finally:
            self.pace.end(response)
        return response


class PacedAsyncSender(StoppableAsyncSender):
    """As `PacedSender`, asynchronously."""

    __slots__ = ("pace",)
    pace: BatchPace

    async def prepare(self) -> None:
        if self.pace.is_new:
            with contextlib.suppress(StoppedError):
                await self.take_turn()

    async def send(self, call: Call[T]) -> T:
        self.pace.bound(None)
        await self.take_turn()
        self.pace.bound(self.settings.deadline)
        return await super().send(call)

    async def take_turn(self) -> None:
        """As `PacedSender.take_turn`."""
        while (seconds := self.pace.wait()) > 0:
            await super()._perform(Sleep(seconds))

    async def _perform(self, step: Any) -> Any:
        if isinstance(step, Sleep):
            self.pace.rest()
            try:
                await super()._perform(step)
            finally:
                self.pace.resume()
            return await self.take_turn()
        if not isinstance(step, Send):
            return await super()._perform(step)
        response = None
        self.pace.leave()
        try:
            response = await super()._perform(step)
        except (ResponseTooLargeError, TransportError) as error:
            response = error.response
            raise
        finally:
            self.pace.end(response)
        return response
