"""What became of the events of an ingestion."""

from __future__ import annotations

from collections import deque

from .._bulk.outcomes import IngestOutcome
from ..exceptions import MemsyError
from .failures import DONE, FAILED, IN_DOUBT, may_be_done, report


class Tally:
    """Counts outcomes, and reports an error once for all the events in a row that have it.

    Attributes:
        places: Where the events that were read stand, until their outcomes are known.
        event_ids: The ids of those that are stored.
        refused: How many are not stored.
        in_doubt: Of how many nobody knows.
    """

    def __init__(self) -> None:
        self.places: deque[str] = deque()
        self.event_ids: list[str] = []
        self.refused: int = 0
        self.in_doubt: int = 0
        self._error: MemsyError | None = None
        self._first = self._last = ""  # of the events that have the error
        self._count = 0

    @property
    def counts(self) -> dict[str, int]:
        """How many events are stored, refused and in doubt."""
        return {"stored": len(self.event_ids), "refused": self.refused, "in_doubt": self.in_doubt}

    @property
    def exit_code(self) -> int:
        """How the command ends."""
        return IN_DOUBT if self.in_doubt else FAILED if self.refused else DONE

    def take(self, outcome: IngestOutcome) -> None:
        """Count the outcome of the next event."""
        place = self.places.popleft()
        if outcome.error is not self._error:
            self.report_error()
            self._error, self._first = outcome.error, place
        self._last = place
        self._count += 1
        if outcome.event_id is not None:
            self.event_ids.append(outcome.event_id)
        elif outcome.error is not None and may_be_done(outcome.error):
            self.in_doubt += 1
        else:
            self.refused += 1

    def report_error(self) -> None:
        """Report the error of the last events, if they have one that was not reported."""
        if self._error is not None:
            several = f" to {self._last} ({self._count} events)" if self._count > 1 else ""
            report(self._error, f"{self._first}{several}: {self._error.message}")
        self._error, self._count = None, 0
