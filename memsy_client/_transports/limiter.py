"""Room for so many requests at once; further ones wait, for as long as they may."""

from __future__ import annotations

from .._core.transport import Limits, TransportError
from . import errors

#: Seconds that an unused connection is kept, as httpx does: servers commonly close theirs not much later.
KEEPALIVE = 5.0


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
            with anyio.move_on_after(longest_wait(limits)) as scope:
                await self._places.acquire()
            if scope.cancelled_caught:
                raise no_room(limits) from None

    def leave(self) -> None:
        """Give the place back."""
        self._places.release()


def longest_wait(limits: Limits) -> float | None:
    """Seconds that a request may wait for a place."""
    return min((seconds for seconds in (limits.pool, limits.total) if seconds is not None), default=None)


def no_room(limits: Limits) -> TransportError:
    """The failure to get a place in time."""
    if limits.pool == longest_wait(limits):
        return errors.no_connection(limits)
    return errors.out_of_time(limits, unsent=True)
