"""What must not be shared with a forked child: sockets, and locks that another thread of the parent may hold."""

from __future__ import annotations

import os
from typing import Protocol
from weakref import WeakSet


class Resettable(Protocol):
    def reset(self) -> None:
        """Let go of everything inherited, without touching it."""


_all: WeakSet[Resettable] = WeakSet()

#: What a child has inherited. It is kept: collecting it would close, or warn about, what the parent still uses.
inherited: list[object] = []


def reset_after_fork(owner: Resettable) -> None:
    """Have `owner.reset()` called first thing in every forked child, while no other thread runs there yet."""
    _all.add(owner)


def _reset_all() -> None:
    for owner in list(_all):
        owner.reset()


if hasattr(os, "register_at_fork"):  # only where processes can fork
    os.register_at_fork(after_in_child=_reset_all)
