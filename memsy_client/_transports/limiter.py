"""How many requests may be under way at once, others waiting as long as they may; and how long a connection is kept."""

from __future__ import annotations

import contextlib
import threading
import time
from collections import deque
from typing import TYPE_CHECKING
from weakref import ref

from .._core.transport import Limits, TransportError
from . import errors

if TYPE_CHECKING:
    import anyio

#: Seconds that an unused connection is kept, as httpx does: servers commonly close theirs not much later.
KEEPALIVE = 5.0

#: Seconds after which a request that waits for a slot looks by itself. It is told of a free one at once, unless an
#: interruption hit whoever had to tell.
_RECHECK = 0.5


class Slot:
    """What a request holds, once it has been acquired, while it is under way."""

    __slots__ = ("__weakref__", "handle", "is_unsent", "ticket")

    def __init__(self, taken: set[ref[Slot]]) -> None:
        # If nobody else gives the slot back, its end does, without a line of Python being run for it.
        self.handle = ref(self, taken.discard)
        hash(self.handle)  # which cannot be told afterwards
        self.ticket: _Ticket | None = None
        #: Whether no byte of the request can have left.
        self.is_unsent = True


class _Ticket:
    """A request's turn while it waits."""

    __slots__ = ("event", "lock")

    def __init__(self) -> None:
        self.lock = threading.Lock()  # of a thread that waits
        self.lock.acquire()
        self.event: anyio.Event | None = None  # of a task that waits

    def wake(self) -> None:
        if self.event is not None:
            self.event.set()
        else:
            with contextlib.suppress(RuntimeError):  # another has released it
                self.lock.release()


class _Limiter:
    """Counts the slots that are taken, and those who wait in their order.

    An interruption may come at any instruction. So there is no lock, which it could leave locked; a slot is made before
    the `try` whose end releases it, once or twice; and who waits looks by itself after a while.
    """

    def __init__(self, slots: int) -> None:
        self._slots = slots
        self._taken: set[ref[Slot]] = set()
        self._waiting: deque[ref[Slot]] = deque()

    def slot(self) -> Slot:
        """A slot that is still to be acquired."""
        return Slot(self._taken)

    def release(self, slot: Slot) -> None:
        """Give the slot back, if it was acquired."""
        self._taken.discard(slot.handle)
        if self._waiting:
            self._wake_next()

    def _take(self, slot: Slot, *, in_turn: bool = True) -> bool:
        """Whether the slot could be taken at once."""
        if len(self._taken) >= self._slots or (in_turn and self._waiting and self._first_waiting() is not slot):
            return False
        self._taken.add(slot.handle)
        if len(self._taken) <= self._slots:
            return True
        self.release(slot)  # another thread was faster, between two instructions
        return False

    def _wait_in_line(self, slot: Slot) -> _Ticket:
        slot.ticket = _Ticket()
        self._waiting.append(slot.handle)
        return slot.ticket

    def _leave_line(self, slot: Slot) -> None:
        with contextlib.suppress(ValueError):
            self._waiting.remove(slot.handle)
        self._wake_next()

    def _wake_next(self) -> None:
        first = self._first_waiting()
        if first is not None and first.ticket is not None and len(self._taken) < self._slots:
            first.ticket.wake()

    def _first_waiting(self) -> Slot | None:
        with contextlib.suppress(IndexError):  # another thread was faster, or there is none
            while True:
                slot = self._waiting[0]()
                if slot is not None:
                    return slot
                self._waiting.popleft()  # a waiter that an interruption has ended
        return None


class ThreadLimiter(_Limiter):
    """The slots of a sync pool."""

    def acquire(self, slot: Slot, limits: Limits) -> None:
        """Take a slot. Raises `TransportError` when none is free in time."""
        if not self._take(slot):
            self._wait(slot, limits)

    def _wait(self, slot: Slot, limits: Limits) -> None:
        longest = longest_wait(limits)
        ends = None if longest is None else time.monotonic() + longest
        try:
            lock = self._wait_in_line(slot).lock
            is_woken = True
            while not self._take(slot, in_turn=is_woken):  # pragma: no branch – left by the finally
                left = _RECHECK if ends is None else ends - time.monotonic()
                if left <= 0:
                    raise no_free_connection(limits)
                is_woken = lock.acquire(timeout=min(left, _RECHECK))
        finally:
            self._leave_line(slot)


class TaskLimiter(_Limiter):
    """The slots of one event loop."""

    async def acquire(self, slot: Slot, limits: Limits) -> None:
        """Take a slot. Raises `TransportError` when none is free in time."""
        if not self._take(slot):
            await self._wait(slot, limits)

    async def _wait(self, slot: Slot, limits: Limits) -> None:
        import anyio

        try:
            ticket = self._wait_in_line(slot)
            with anyio.move_on_after(longest_wait(limits)):
                is_woken = True
                while not self._take(slot, in_turn=is_woken):
                    event = ticket.event = anyio.Event()
                    with anyio.move_on_after(_RECHECK):
                        await event.wait()
                    is_woken = event.is_set()
                return
        finally:
            self._leave_line(slot)
        raise no_free_connection(limits)


def longest_wait(limits: Limits) -> float | None:
    """Seconds that a request may wait for a slot."""
    return min((seconds for seconds in (limits.pool, limits.total) if seconds is not None), default=None)


def no_free_connection(limits: Limits) -> TransportError:
    """The failure to get a slot in time."""
    if limits.pool == longest_wait(limits):
        message = f"timed out: no free connection within {limits.pool} s"
        return TransportError(message, timed_out=True, unsent=True)
    return errors.out_of_time(limits, unsent=True)
