"""Ingest a folder of files with the workers of a Ray cluster, in as many runs as it takes.

    python examples/backfill_ray.py FOLDER JOURNALS [WORKERS]

Each `*.jsonl` of FOLDER has one event a line, as JSON, and is a partition: one worker writes it from beginning to end.
All machines share FOLDER and JOURNALS. The server and the key are those of the environment of the workers. Whatever
ends a worker, Ray starts its file again elsewhere; whatever ends this program, start it again: it sends what is left.
Without a cluster (`RAY_ADDRESS`), the workers are processes of this machine.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import ray
import ray.data

from memsy_client import EventPayload, RetryPolicy
from memsy_client.distributed import PartitionWriter

COUNTED = ("acknowledged", "duplicate", "refused", "failed", "in_doubt", "resumed")


def read_events(path: str) -> Iterator[EventPayload]:
    """The events of a JSON-lines file, read as they are needed. The same in every run, as the journal demands."""
    with Path(path).open(encoding="utf-8") as lines:
        for line in lines:
            if line.strip():
                yield EventPayload.from_dict(json.loads(line))


def backfill(folder: Path, journals: Path, workers: int) -> int:
    """Ingest the files; returns 0 when every event is acknowledged or refused for good."""
    ray.init()
    writer = PartitionWriter(journals, workers=workers, retry=RetryPolicy(max_retries=8, jitter=0.5))

    def write(row: dict[str, Any]) -> dict[str, Any]:
        path = row["item"]
        return asdict(writer.write(Path(path).name, read_events(path)))

    paths = sorted(str(path.absolute()) for path in folder.glob("*.jsonl"))
    files = ray.data.from_items(paths, override_num_blocks=len(paths))  # so that each is a task of its own
    totals: Counter[str] = Counter()
    for summary in files.map(write, concurrency=workers).iter_rows():
        totals.update({name: summary[name] for name in COUNTED})
        if summary["stopped_by"]:
            print(f"{summary['partition']} was stopped by: {summary['stopped_by']}")
    print(", ".join(f"{totals[name]:,} {name.replace('_', ' ')}" for name in COUNTED))
    return 1 if totals["failed"] + totals["in_doubt"] else 0


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    sys.exit(backfill(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 2))
