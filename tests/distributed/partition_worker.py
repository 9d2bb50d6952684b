"""A worker: it unpickles a writer, writes partitions, and kills itself in the midst of one if it is told to.

    python partition_worker.py WRITER KILLED_AT PARTITION …

KILLED_AT is the number of the event of the first partition at which it dies, or 0. It prints the summaries.
"""

from __future__ import annotations

import dataclasses
import json
import os
import pickle
import signal
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

from memsy_client import EventPayload

EVENTS = 60
START = datetime(2025, 5, 1, tzinfo=timezone.utc)


def source(partition: str, killed_at: int = 0) -> Iterator[EventPayload]:
    for number in range(EVENTS):
        if killed_at and number == killed_at:
            os.kill(os.getpid(), signal.SIGKILL)
        time = START + timedelta(minutes=number)
        yield EventPayload("ana", partition, "app_event", f"{partition}: note {number}", ts=time)


def main() -> None:
    path, killed_at, *partitions = sys.argv[1:]
    writer = pickle.loads(Path(path).read_bytes())
    summaries = [writer.write(partition, source(partition, int(killed_at))) for partition in partitions]
    print(json.dumps([dataclasses.asdict(summary) for summary in summaries]))


if __name__ == "__main__":
    main()
