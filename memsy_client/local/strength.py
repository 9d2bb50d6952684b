"""How strong a memory is: it rises with use, halves with each half-life without, and ends as decayed.

Stored is the strength at a moment; what it is now follows from the time passed, so nothing has to run for memories to
fade. When a strength is written, so is the moment at which it will fall below the floor, which makes "active" a
comparison of two numbers.
"""

from __future__ import annotations

import math

from .clock import DAY

INITIAL = 1.0
MAXIMUM = 5.0
FLOOR = 0.05
"""A memory weaker than this is decayed: search no longer finds it."""
RECALL_STEP = 0.1
"""What each search that returns a memory adds."""
REPEAT_STEP = 0.5
"""What each event that says the same adds."""
HALF_LIFE = 90.0
"""Days without use after which a strength has halved.

The condition of an index in the file has this number (`FADES_DIFFERENTLY` in `storage/schema.py`): to change it takes a
new `VERSION` of the tables, whose upgrade makes the index anew.
"""


def current(strength: float, at: int, half_life: float, pinned: int, now: int) -> float:
    """The strength now of a memory that had `strength` at a moment; a pinned one keeps it."""
    if pinned or now <= at:
        return strength
    return float(strength * 0.5 ** ((now - at) / (half_life * DAY)))


def raised(strength: float, step: float) -> float:
    """A strength after one more use."""
    return round(min(MAXIMUM, strength + step), 6)


def decays(strength: float, at: int, half_life: float, pinned: bool) -> int | None:
    """The moment at which a memory is decayed if nothing uses it, or None for never."""
    if pinned:
        return None
    return at + round(half_life * DAY * math.log2(max(strength, FLOOR) / FLOOR))
