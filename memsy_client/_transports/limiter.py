"""How many requests may be under way at once, others waiting as long as they may; and how long a connection is kept."""

from __future__ import annotations

from .._core.transport import Limits, TransportError
from . import errors

#: Seconds that an unused connection is kept, as httpx does: servers commonly close theirs not much later.
KEEPALIVE = 5.0


class ConnectionLimiter:
    """The slots of one event loop: a request holds one while it is under way."""

    def __init__(self, slots: int) -> None:
        import anyio

        self._slots = anyio.Semaphore(slots)

    async def acquire(self, limits: Limits) -> None:
        """Take a slot. Raises `TransportError` when none is free in time."""
        import anyio

        try:
            self._slots.acquire_nowait()
        except anyio.WouldBlock:
            with anyio.move_on_after(longest_wait(limits)) as scope:
                await self._slots.acquire()
            if scope.cancelled_caught:
                raise no_free_connection(limits) from None

    def release(self) -> None:
        """Give the slot back."""
        self._slots.release()


def longest_wait(limits: Limits) -> float | None:
    """Seconds that a request may wait for a slot."""
    return min((seconds for seconds in (limits.pool, limits.total) if seconds is not None), default=None)


def no_free_connection(limits: Limits) -> TransportError:
    """The failure to get a slot in time."""
    if limits.pool == longest_wait(limits):
        message = f"timed out: no free connection within {limits.pool} s"
        return TransportError(message, timed_out=True, unsent=True)
    return errors.out_of_time(limits, unsent=True)
