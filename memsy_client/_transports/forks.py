"""What must not be shared with a forked child: sockets, and locks that another thread of the parent may hold."""

from __future__ import annotations

import os
from typing import Protocol
from weakref import WeakSet


class StartsAnew(Protocol):
    def start_anew(self) -> None:
        """Let go of everything inherited, without touching it."""


_all: WeakSet[StartsAnew] = WeakSet()

#: What a child has inherited. It is kept: to collect it would close, or warn of, what the parent still uses.
inherited: list[object] = []


def starts_anew_in_children(owner: StartsAnew) -> None:
    """Have `owner.start_anew()` called first thing in every forked child, while no other thread runs there yet."""
    _all.add(owner)


def _start_all_anew() -> None:
    for owner in list(_all):
        owner.start_anew()


if hasattr(os, "register_at_fork"):  # only where processes can fork
    os.register_at_fork(after_in_child=_start_all_anew)
