"""The ids that events were given lately, to know those that are given again."""

from __future__ import annotations

#: For how many seconds an id is remembered at least: within 60, the service gives a repetition the first one's.
REMEMBERED_SECONDS = 120.0

#: How many are remembered at least, however fast they come: some 100 bytes each, and twice as many at most.
REMEMBERED_IDS = 500_000


class RecentIds:
    """Two generations of ids: when one is old or large enough, the one before it is forgotten."""

    def __init__(self) -> None:
        self._newer: set[int] = set()  # hashes, which take a third of the memory
        self._older: set[int] = set()
        self._since = float("-inf")

    def repeats(self, event_id: str, now: float) -> bool:
        """Whether an earlier event has the id, which is remembered from now on, in seconds of whatever clock."""
        if now - self._since >= REMEMBERED_SECONDS or len(self._newer) >= REMEMBERED_IDS:
            self._newer, self._older, self._since = set(), self._newer, now
        key = hash(event_id)
        is_known = key in self._newer or key in self._older
        self._newer.add(key)
        return is_known
