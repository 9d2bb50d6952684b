"""Ingest a folder of files with the workers of a Dask cluster, in as many runs as it takes.

    python examples/backfill_dask.py FOLDER JOURNALS [WORKERS]

Each `*.jsonl` of FOLDER has one event a line, as JSON, and is a partition: one worker writes it from beginning to end.
All machines share FOLDER and JOURNALS. The server and the key are those of the environment of the workers. Whatever
ends a worker, Dask starts its files again elsewhere; whatever ends this program, start it again: it sends what is left.
Without a cluster (`DASK_SCHEDULER_ADDRESS`), the workers are processes of this machine.
"""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from distributed import Client, as_completed

from memsy_client import EventPayload, RetryPolicy
from memsy_client.distributed import PartitionSummary, PartitionWriter

COUNTED = ("acknowledged", "duplicate", "refused", "failed", "in_doubt", "resumed")


def read_events(path: str) -> Iterator[EventPayload]:
    """The events of a JSON-lines file, read as they are needed. The same in every run, as the journal demands."""
    with Path(path).open(encoding="utf-8") as lines:
        for line in lines:
            if line.strip():
                yield EventPayload.from_dict(json.loads(line))


def backfill(folder: Path, journals: Path, workers: int) -> int:
    """Ingest the files; returns 0 when every event is acknowledged or refused for good."""
    writer = PartitionWriter(journals, workers=workers, retry=RetryPolicy(max_retries=8, jitter=0.5))

    def write(path: str) -> PartitionSummary:
        return writer.write(Path(path).name, read_events(path))

    paths = sorted(str(path.absolute()) for path in folder.glob("*.jsonl"))
    totals: Counter[str] = Counter()
    # A file a thread: `workers` counts these. Without an address, Dask starts processes here.
    here = {} if "DASK_SCHEDULER_ADDRESS" in os.environ else {"n_workers": workers, "threads_per_worker": 1}
    with Client(**here) as client:
        for future in as_completed(client.map(write, paths, pure=False)):
            summary = future.result()
            totals.update({name: asdict(summary)[name] for name in COUNTED})
            if summary.stopped_by:
                print(f"{summary.partition} was stopped by: {summary.stopped_by}")
    print(", ".join(f"{totals[name]:,} {name.replace('_', ' ')}" for name in COUNTED))
    return 1 if totals["failed"] + totals["in_doubt"] else 0


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    sys.exit(backfill(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 2))
