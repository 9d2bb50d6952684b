"""Sending that can be stopped from elsewhere, without a request that is under way being cut off."""

from __future__ import annotations

import threading
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from .._core.exchange import Sleep
from .._core.sender import AsyncSender, SyncSender

if TYPE_CHECKING:
    from anyio import Event
    from typing_extensions import Self


class StoppedError(BaseException):
    """Nothing more is sent. It is no failure of a call, so that nothing turns it into one."""


class StoppableSender(SyncSender):
    """Sends as another sender does, until `stopped` is set: then it ends at its next request, or while it waits."""

    __slots__ = ("stopped",)
    stopped: threading.Event

    @classmethod
    def of(cls, sender: SyncSender, stopped: threading.Event) -> Self:
        """One that sends as this one does."""
        self = cls(*(getattr(sender, field.name) for field in fields(sender)))
        self.stopped = stopped
        return self

    def prepare(self) -> None:
        """Do what a batch's first request has to wait for: nothing."""

    def _perform(self, step: Any) -> Any:
        seconds = step.seconds if isinstance(step, Sleep) else 0.0
        if self.stopped.wait(seconds) if seconds > 0 else self.stopped.is_set():
            raise StoppedError
        return None if isinstance(step, Sleep) else super()._perform(step)


class StoppableAsyncSender(AsyncSender):
    """As `StoppableSender`, asynchronously."""

    __slots__ = ("stopped",)
    stopped: Event

    @classmethod
    def of(cls, sender: AsyncSender, stopped: Event) -> Self:
        """One that sends as this one does."""
        self = cls(*(getattr(sender, field.name) for field in fields(sender)))
        self.stopped = stopped
        return self

    async def prepare(self) -> None:
        """As `StoppableSender.prepare`."""

    async def _perform(self, step: Any) -> Any:
        if isinstance(step, Sleep):
            import anyio  # which who has its event has loaded

            with anyio.move_on_after(step.seconds):
                await self.stopped.wait()
        if self.stopped.is_set():
            raise StoppedError
        return None if isinstance(step, Sleep) else await super()._perform(step)
