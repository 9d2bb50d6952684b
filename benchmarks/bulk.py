"""What slow batches cost `ingest_many`: one batch in ten takes ten times as long as the others."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from memsy_client import AsyncMemsyClient, EventPayload, MemsyClient

from .group import KEY, print_figures
from .measure import seconds
from .stub_server import IngestAnswers, answering

BATCHES = 200
CONCURRENCY = 4
DELAYS = (0.015,) * 9 + (0.15,)
IDEAL = sum(DELAYS) * BATCHES / len(DELAYS) / CONCURRENCY
"""What it takes when all are busy all the time."""


def events(count: int) -> Iterator[EventPayload]:
    return (EventPayload("ana", "import", "app_event", f"Imported note {number}.") for number in range(count))


def measure() -> dict[str, float]:
    with answering(IngestAnswers(DELAYS)) as url:
        return {
            "bulk.slow_sync": seconds(_ingest, url) / IDEAL,
            "bulk.slow_async": seconds(asyncio.run, _ingest_async(url)) / IDEAL,
        }


def _ingest(url: str) -> None:
    with MemsyClient(url, KEY) as memsy:
        outcomes = list(memsy.ingest_many(events(BATCHES), batch_size=1, concurrency=CONCURRENCY))
    assert all(outcome.event_id for outcome in outcomes)


async def _ingest_async(url: str) -> None:
    async with AsyncMemsyClient(url, KEY) as memsy:
        run = memsy.ingest_many(events(BATCHES), batch_size=1, concurrency=CONCURRENCY)
        outcomes = [outcome async for outcome in run]
    assert all(outcome.event_id for outcome in outcomes)


if __name__ == "__main__":
    print_figures(measure)
