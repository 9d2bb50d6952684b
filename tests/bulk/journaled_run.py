"""A program that ingests with a journal, and that kills itself at some moment if it is told to.

    python journaled_run.py BASE_URL CONTROL_URL KEY JOURNAL FLAVOUR COUNT MOMENT

It prints what became of each event, unless it is killed at that moment (0 for never): when so many functions of what
delivers a batch, or called by it, have begun or ended in all threads. Writing to the disk is among these.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import threading
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from types import FrameType

import memsy_client
from memsy_client import (
    AsyncMemsyClient,
    AsyncMemsyControlClient,
    EventPayload,
    IngestOutcome,
    Journal,
    MemsyClient,
    MemsyControlClient,
)

BULK = Path(memsy_client.__file__).with_name("_bulk")
DELIVERY = {str(BULK / "batch.py"), str(BULK / "files.py")}
START = datetime(2025, 5, 1, tzinfo=timezone.utc)
OPTIONS = {"batch_size": 4, "concurrency": 3}


def source(count: int) -> Iterator[EventPayload]:
    """Events each at a time of its own; some say what was said shortly before, or long before."""
    earlier = {7: 300, 9: 6}
    for number in range(count):
        text = f"note {number - earlier.get(number % 10, 0)}"
        yield EventPayload(f"actor {number % 3}", "import", "app_event", text, ts=START + timedelta(minutes=number))


def show(outcomes: Iterable[IngestOutcome]) -> None:
    print(json.dumps([[outcome.index, outcome.event_id, outcome.state, outcome.resumed] for outcome in outcomes]))


def run(base_url: str, control_url: str, key: str, path: str, count: int) -> None:
    with MemsyClient(base_url, key) as memsy, MemsyControlClient(control_url, key) as control:
        show(list(memsy.ingest_many(source(count), journal=Journal(path, lookup=control), **OPTIONS)))


async def run_async(base_url: str, control_url: str, key: str, path: str, count: int) -> None:
    async with AsyncMemsyClient(base_url, key) as memsy, AsyncMemsyControlClient(control_url, key) as control:
        journal = Journal(path, lookup=control)
        async with memsy.ingest_many(source(count), journal=journal, **OPTIONS) as outcomes:
            show([outcome async for outcome in outcomes])


class Killer:
    """A profiler that kills the process."""

    def __init__(self, moment: int) -> None:
        self._left = moment
        self._has_begun = False  # to send: first it takes in what the journal says

    def __call__(self, frame: FrameType, event: str, argument: object) -> None:
        if frame.f_code.co_filename in DELIVERY:
            self._has_begun = self._has_begun or frame.f_code.co_name == "deliver"
            self._left -= self._has_begun
            if not self._left:
                os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    *options, flavour, count, moment = sys.argv[1:]
    if int(moment):
        killer = Killer(int(moment))
        threading.setprofile(killer)
        sys.setprofile(killer)
    if flavour == "sync":
        run(*options, int(count))
    else:
        asyncio.run(run_async(*options, int(count)))


if __name__ == "__main__":
    main()
