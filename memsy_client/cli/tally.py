"""What became of the events of an ingestion."""

from __future__ import annotations

from collections import Counter, deque
from typing import Any

from .._bulk.outcomes import IngestOutcome
from ..exceptions import MemsyError
from .failures import DONE, FAILED, IN_DOUBT, report


class Tally:
    """Counts outcomes, and reports an error once for all the events in a row that have it.

    Args:
        keeps_ids: Whether the ids of what is stored are wanted; they take some 80 bytes each.

    Attributes:
        places: Where the events that were read stand, until their outcomes are known.
        event_ids: The ids of those that are stored, if they are wanted.
        resumed: How many outcomes are of earlier runs.
    """

    def __init__(self, *, keeps_ids: bool = False) -> None:
        self.places: deque[str] = deque()
        self.event_ids: list[str] = []
        self.resumed: int = 0
        self._keeps_ids = keeps_ids
        self._states: Counter[str] = Counter()
        self._error: MemsyError | None = None
        self._first = self._last = ""  # of the events that have the error
        self._count = 0

    @property
    def counts(self) -> dict[str, int]:
        """How many events there are of each state."""
        stored = {"stored": self._states["acknowledged"]}
        return stored | {state: self._states[state] for state in ("duplicate", "refused", "failed", "in_doubt")}

    @property
    def exit_code(self) -> int:
        """How the command ends."""
        if self._states["in_doubt"]:
            return IN_DOUBT
        return FAILED if self._states["refused"] or self._states["failed"] else DONE

    def take(self, outcome: IngestOutcome) -> None:
        """Count the outcome of the next event."""
        place = self.places.popleft()
        if _what(outcome.error) != _what(self._error):
            self.report_error()
            self._error, self._first = outcome.error, place
        self._last = place
        self._count += 1
        self._states[outcome.state] += 1
        self.resumed += outcome.resumed
        if self._keeps_ids and outcome.state == "acknowledged" and outcome.event_id is not None:
            self.event_ids.append(outcome.event_id)

    def report_error(self) -> None:
        """Report the error of the last events, if they have one that was not reported."""
        if self._error is not None:
            several = f" to {self._last} ({self._count:,} events)" if self._count > 1 else ""
            report(self._error, f"{self._first}{several}: {self._error.message}")
        self._error, self._count = None, 0


def _what(error: MemsyError | None) -> Any:
    """What makes two errors one to a reader, who is told the first: a server that is away fails each call."""
    if error is None:
        return None
    return type(error), error.message, error.status_code, getattr(error, "error_code", None)
