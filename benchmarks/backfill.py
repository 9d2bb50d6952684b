"""What an event costs a client that ingests very many: bytes, processor time, the journal, memory."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx

from memsy_client import EventPayload, MemsyClient

from .figures import BATCH_SIZES
from .group import KEY, print_figures
from .stub_server import IngestAnswers, answering

EVENTS = 20_000
MANY = 10  # times as many
WORDS = "The customer asked whether parcels can be kept at the harbour office until the boat from Porto is in, and"


def measure() -> dict[str, float]:
    found: dict[str, float] = {}
    with answering(IngestAnswers()) as url:
        for size in BATCH_SIZES:
            before = _counted(url)
            wall, processor = _ingest(url, size, EVENTS)
            after = _counted(url)
            requests = after["requests"] - before["requests"]
            found |= {
                f"backfill.sent.{size}": (after["in"] - before["in"]) / requests,
                f"backfill.received.{size}": (after["out"] - before["out"]) / requests,
                f"backfill.rate.{size}": EVENTS / wall,
                f"backfill.processor.{size}": processor / EVENTS * 1e6,
            }
            with tempfile.TemporaryDirectory() as folder:
                journal = Path(folder) / "journal"
                wall, processor = _ingest(url, size, EVENTS, journal)
                found |= {
                    f"backfill.journal_rate.{size}": EVENTS / wall,
                    f"backfill.journal_processor.{size}": processor / EVENTS * 1e6,
                    f"backfill.journal.{size}": journal.stat().st_size / EVENTS,
                }
        return found | _memory(url)


def _events(count: int) -> Iterator[EventPayload]:
    """As long as messages are, with a time and some metadata."""
    for number in range(count):
        yield EventPayload(
            f"customer-{number // 500}",
            f"chat-{number // 20}",
            "user_message",
            f"{WORDS} said so in message {number}.",
            ts="2025-05-01T10:00:00Z",
            metadata='{"channel": "web"}',
        )


def _ingest(url: str, size: int, count: int, journal: Path | None = None) -> tuple[float, float]:
    """The seconds, and the processor's seconds, that it takes."""
    wall, processor = time.perf_counter(), time.process_time()
    with MemsyClient(url, KEY) as memsy:
        for outcome in memsy.ingest_many(_events(count), batch_size=size, journal=journal):
            if outcome.event_id is None:
                raise RuntimeError(f"event {outcome.index} was not stored: {outcome.error}")
    return time.perf_counter() - wall, time.process_time() - processor


def _memory(url: str) -> dict[str, float]:
    """The most memory that the process has had with few events, and what each further one of a long run adds."""
    if sys.platform == "win32":
        return {}
    import resource

    unit = 1 if sys.platform == "darwin" else 1024

    def most() -> float:
        return float(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit)

    _ingest(url, max(BATCH_SIZES), EVENTS)
    few = most()
    _ingest(url, max(BATCH_SIZES), MANY * EVENTS)
    return {"backfill.memory": few / 2**20, "backfill.remembered": (most() - few) / ((MANY - 1) * EVENTS)}


def _counted(url: str) -> dict[str, int]:
    return dict(json.loads(httpx.get(f"{url}/counted").content))


if __name__ == "__main__":
    print_figures(measure)
