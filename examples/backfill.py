"""Ingest a file of events, however large, in as many runs as it takes.

    python examples/backfill.py FILE [JOURNAL]

FILE has one event a line, as JSON; the server and the key are those of the environment. JOURNAL, by default FILE with
`.journal` added, is where each request is noted before it leaves. Whatever ends this program, start it again: it sends
what is left. What was refused for good is then in JOURNAL with `.refused.jsonl` added.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from memsy_client import (
    EventPayload,
    IngestProgress,
    Journal,
    MemsyClient,
    MemsyControlClient,
    MemsyError,
    RetryPolicy,
)


def read_events(path: Path) -> Iterator[EventPayload]:
    """The events of a JSON-lines file, read as they are needed. The same in every run, as the journal demands."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            if line.strip():
                yield EventPayload.from_dict(json.loads(line))


def show_progress(progress: IngestProgress) -> None:
    """One line that is written again and again."""
    print(f"\r{progress.acknowledged:,} acknowledged, {progress.failed:,} not", end="", file=sys.stderr, flush=True)


def show_refused(path: Path) -> None:
    """What has to be mended by hand: the journal keeps such events, so that they are not lost."""
    if not path.exists():
        return
    for line in path.read_text(encoding="utf-8").splitlines():
        refused = json.loads(line)
        print(f"  event {refused['index']} was refused: {refused['error']['message']}")


def backfill(path: Path, journal_path: Path) -> int:
    """Ingest the file; returns 0 when every event is acknowledged or refused for good."""
    states: Counter[str] = Counter()
    retry = RetryPolicy(max_retries=8, jitter=0.5)
    with MemsyClient.from_env(retry=retry) as memsy, MemsyControlClient.from_env() as control:
        journal = Journal(journal_path, lookup=control)  # which finds out what became of requests without an answer
        with memsy.ingest_many(read_events(path), journal=journal, on_progress=show_progress) as outcomes:
            for outcome in outcomes:
                states[outcome.state] += 1
                states["resumed"] += outcome.resumed
            stopped_by = outcomes.stopped_by
    resumed = states.pop("resumed", 0)
    print(file=sys.stderr)
    print(", ".join(f"{count:,} {state.replace('_', ' ')}" for state, count in states.items()) or "no events")
    print(f"{resumed:,} of them in earlier runs")
    show_refused(journal_path.with_name(f"{journal_path.name}.refused.jsonl"))
    if stopped_by is not None:
        print(f"stopped by: {stopped_by}")
    is_left = states["failed"] + states["in_doubt"]
    if is_left:
        print("start it again for what is left")
    return 1 if is_left else 0


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    given = Path(sys.argv[1])
    try:
        sys.exit(backfill(given, Path(sys.argv[2] if len(sys.argv) > 2 else f"{given}.journal")))
    except (OSError, ValueError, MemsyError) as error:
        sys.exit(f"{given}: {error}")
