"""When each attempt of the ingestions of a client may leave, and how many may be in flight, without I/O."""

from __future__ import annotations

import math
import os
import threading
import time
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass
from typing import Protocol
from weakref import WeakSet

from .rate_control import RateControl

#: Seconds that attempts may make up for when they leave late, as they do on a busy machine.
_CATCHING_UP = 0.05


class Member(Protocol):
    """An ingestion."""

    @property
    def in_flight(self) -> int:
        """How many of its batches wait for an answer, or for their turn."""


@dataclass(slots=True, eq=False)
class Turn:
    """When an attempt may leave, and when it did, as which of all."""

    at: float | None = None
    left_at: float = math.inf
    number: int = 0


class Pacer:
    """What all ingestions of a client share. Threads may use it at once, and none waits in it.

    Args:
        clock: Gives the time in seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self._lock = threading.Lock()
        self._members: WeakSet[Member] = WeakSet()
        self._control = RateControl()
        self._next = -math.inf  # when the next attempt may leave

    @property
    def rate(self) -> float:
        """Requests a second that may leave; infinite as long as nothing is known."""
        return self._control.rate

    def has_room(self, member: Member) -> bool:
        """Whether one more batch of an ingestion may be under way: each may have its share, and what others leave."""
        with self._lock:
            self._members.add(member)
            others = [other.in_flight for other in self._members if other is not member]
            limit = self._control.limit
        share = limit // (1 + sum(count > 0 for count in others))
        return member.in_flight < max(1, share, limit - sum(others))

    def wait(self, turn: Turn) -> float:
        """How many seconds an attempt has to wait before it asks again; 0 when it may leave now."""
        with self._lock:
            now, control = self.clock(), self._control
            if turn.at is None or turn.at < control.held_until:
                turn.at = max(self._next, control.held_until, now - _CATCHING_UP)
                self._next = turn.at + 1 / control.rate
            if turn.at > now:
                return turn.at - now
            turn.left_at, turn.number = now, control.send(now)
            return 0.0

    def accept(self, turn: Turn) -> None:
        """Note that an attempt was accepted."""
        with self._lock:
            in_flight = sum(member.in_flight for member in self._members)
            self._control.accept(self.clock(), turn.left_at, in_flight)

    def refuse(self, turn: Turn, retry_after: float | None) -> None:
        """Note that an attempt was refused because there were too many, and the seconds that its `Retry-After` says."""
        with self._lock:
            self._control.refuse(self.clock(), turn.left_at, turn.number, retry_after or 0.0)


def pacer_of(pacers: MutableMapping[int, Pacer]) -> Pacer:
    """The pacer of this process, of those that a client has: a forked child has nothing in flight, nor holds a lock."""
    process = os.getpid()
    return pacers.get(process) or pacers.setdefault(process, Pacer())
