"""The server's time: microseconds since 1970 in UTC, which a test can stop and move.

Everything that the server dates, expires, decays or counts goes by this clock, so that freezing it freezes all of
that. Only delays of scripted faults take real seconds.
"""

from __future__ import annotations

import functools
import re
import threading
import time
from datetime import datetime, timedelta, timezone

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_EARLIEST = -62_135_596_800 * SECOND  # 0001-01-01
LATEST = 253_402_300_800 * SECOND - 1
"""The last microsecond of the year 9999, after which there is no time."""

_DATE_TIME = re.compile(
    r"(\d{4}-\d\d-\d\d[Tt ](?:[01]\d|2[0-3]):\d\d)(?::([0-5]\d|60)(?:[.,](\d+))?)?"
    r"(?:[Zz]|([+-])([01]\d|2[0-3]):?([0-5]\d))?",
    re.ASCII,
)


class Clock:
    """A clock that can be frozen and moved. Safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._offset = 0
        self._frozen: int | None = None

    def now(self) -> int:
        """Microseconds since 1970, UTC."""
        with self._lock:
            return self._now()

    def _now(self) -> int:
        return time.time_ns() // 1000 + self._offset if self._frozen is None else self._frozen

    def freeze(self, at: datetime | str | None = None) -> None:
        """Stop the clock at a moment, or where it stands.

        Args:
            at: A datetime (a naive one is read as UTC) or ISO 8601 text.

        Raises:
            ValueError: `at` is text that is not an ISO 8601 date and time.
        """
        moment = None if at is None else of_datetime(at) if isinstance(at, datetime) else parse(at)
        with self._lock:
            self._frozen = self._now() if moment is None else moment

    def advance(self, seconds: float) -> None:
        """Move the clock, frozen or running; a negative number of seconds moves it back.

        Raises:
            ValueError: It would leave the years 1 to 9999.
        """
        step = round(seconds * SECOND)
        with self._lock:
            if not _EARLIEST <= self._now() + step <= LATEST:
                raise ValueError("the clock shows the years 1 to 9999")
            if self._frozen is None:
                self._offset += step
            else:
                self._frozen += step

    def run(self) -> None:
        """Let a frozen clock run on from where it stands."""
        with self._lock:
            if self._frozen is not None:
                self._offset = self._frozen - time.time_ns() // 1000
                self._frozen = None

    def reset(self) -> None:
        """Show the machine's own time again."""
        with self._lock:
            self._offset, self._frozen = 0, None


def parse(text: str) -> int:
    """Microseconds of ISO 8601 text; a time without an offset is read as UTC.

    A moment that its offset puts outside the years 1 to 9999 becomes the nearest one inside.

    Raises:
        ValueError: It is not a date and time.
    """
    match = _DATE_TIME.fullmatch(text)
    if match is None:
        raise ValueError("it is not an ISO 8601 date and time")
    minute, second, fraction, sign, *offset = match.groups()
    # Seconds are added to it: one of 60, a leap second, is the first moment of the next minute.
    moment = of_datetime(datetime.fromisoformat(minute)) + int(second or 0) * SECOND
    moment += int((fraction or "")[:6].ljust(6, "0"))
    if sign is not None:
        moment -= int(f"{sign}1") * (int(offset[0]) * HOUR + int(offset[1]) * MINUTE)
    return min(max(moment, _EARLIEST), LATEST)


def of_datetime(moment: datetime) -> int:
    """Microseconds of a datetime; a naive one is read as UTC."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
    return (aware - _EPOCH) // timedelta(microseconds=1)


def is_moment(number: int) -> bool:
    """Whether a number of microseconds is in the years 1 to 9999."""
    return _EARLIEST <= number <= LATEST


def to_datetime(moment: int) -> datetime:
    """An aware datetime, UTC."""
    return _EPOCH + timedelta(microseconds=moment)


@functools.lru_cache(maxsize=1024)  # what is listed together mostly happened together
def isoformat(moment: int) -> str:
    """ISO 8601 text with its offset, as the service writes it."""
    return to_datetime(moment).isoformat()


def isoformat_or_none(moment: int | None) -> str | None:
    """As `isoformat`, and None for None."""
    return None if moment is None else isoformat(moment)
