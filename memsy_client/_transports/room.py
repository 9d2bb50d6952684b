"""Room for so many requests at once; further ones wait, for as long as they may."""

from __future__ import annotations

from .._core.transport import Limits
from . import translate


class Room:
    """The places of one event loop."""

    def __init__(self, places: int) -> None:
        import anyio

        self._places = anyio.Semaphore(places)

    async def enter(self, limits: Limits) -> None:
        """Take a place. Raises `TransportError` when there is none in time."""
        import anyio

        try:
            self._places.acquire_nowait()
        except anyio.WouldBlock:
            with anyio.move_on_after(limits.pool) as scope:
                await self._places.acquire()
            if scope.cancelled_caught:
                raise translate.no_connection(limits) from None

    def leave(self) -> None:
        """Give the place back."""
        self._places.release()
