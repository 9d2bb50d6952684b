"""Tells in the log how far something long is, and nothing of what is soon over."""

from __future__ import annotations

import logging
from time import monotonic

EVERY = 2.0
"""Seconds until the first line, and between two."""

_log = logging.getLogger("memsy_client.local")


class Progress:
    """How far one piece of work is.

    Args:
        work: What is being done, as the lines of the log begin.
    """

    def __init__(self, work: str) -> None:
        self._work = work
        self._next = monotonic() + EVERY

    def tell(self, done: int, total: int, things: str) -> None:
        """Say how many of some things are done, unless something was said a moment ago."""
        now = monotonic()
        if now >= self._next:
            self._next = now + EVERY
            # At the level that is seen unless it is turned off: who waits for a server to start wants to know why.
            _log.warning("%s: %s of %s %s", self._work, f"{done:,}", f"{total:,}", things)
