"""The main job from one end to the other: ingest a conversation, wait until it is processed, search what it left.

    python examples/demo.py [FILE]

FILE has one event a line, as JSON. The questions come from FILE with the ending `.queries`, or else are the names that
the memories mention most. Everything runs on this machine, over real HTTP, against an embedded server.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import time
from pathlib import Path

from memsy_client import AsyncMemsyClient, EventPayload, MemsyError, SearchResult
from memsy_client.local import LocalMemsy

#: Letters of a memory that are shown.
WIDTH = 88
SHIPPED = Path(__file__).with_name("conversation.jsonl")


def read_events(path: Path) -> list[EventPayload]:
    """The events of a JSON-lines file; a line that is no event is named."""
    events: list[EventPayload] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            events.append(EventPayload.from_dict(json.loads(line)))
        except (ValueError, MemsyError) as error:
            sys.exit(f"{path.name}, line {number}: {error}")
    return events


async def questions(path: Path, memsy: AsyncMemsyClient) -> list[tuple[str | None, str]]:
    """Whom to ask about, or None for everybody, and what."""
    written = path.with_suffix(".queries")
    if written.exists():
        lines = [line.split("\t") for line in written.read_text(encoding="utf-8").splitlines() if "\t" in line]
        return [(None if actor == "*" else actor, question) for actor, question in lines]
    stats = await memsy.memories.stats()
    return [(None, str(entity.get("name"))) for entity in stats.top_entities[:5]]


def show(question: str, actor: str | None, results: list[SearchResult]) -> None:
    """Print a question and what was found, best first."""
    print(f"\n  {question}   [{actor or 'everybody'}]")
    for result in results:
        day = f"{result.observed_at:%d %b}" if result.observed_at else "      "
        text = " ".join(result.content.split())
        text = text if len(text) <= WIDTH else f"{text[: WIDTH - 1]}…"
        print(f"    {result.score:4.2f}  {day}  {text}")
    if not results:
        print("    nothing")


async def remember(path: Path, events: list[EventPayload], memsy: AsyncMemsyClient) -> None:
    """Send the events, wait until they are processed, and ask."""
    started = time.perf_counter()
    event_ids: list[str] = []
    async for outcome in memsy.ingest_many(events):
        if outcome.event_id is None:
            sys.exit(f"event {outcome.index + 1} was refused: {outcome.error}")
        event_ids.append(outcome.event_id)
    done = await memsy.wait_until_processed(event_ids)
    stats = await memsy.memories.stats()
    print(
        f"{len(events)} events of {len({event.actor_id for event in events})} actors "
        f"became {stats.total_memories} memories in {time.perf_counter() - started:.1f} s"
        + (f"; {len(done.failed_ids)} events failed" if done.failed_ids else "")
    )
    for actor, question in await questions(path, memsy):
        found = await memsy.search(question, actor_id=actor, limit=3)
        show(question, actor, found.results)


async def main(path: Path) -> None:
    """Run it against a server of its own, on a database that is gone afterwards."""
    events = read_events(path)
    with tempfile.TemporaryDirectory() as folder:
        async with LocalMemsy(Path(folder, "memsy.db")) as server:
            print(f"embedded Memsy at {server.base_url}")
            async with AsyncMemsyClient(server.base_url, server.api_key) as memsy:
                await remember(path, events, memsy)


if __name__ == "__main__":
    given = Path(sys.argv[1]) if len(sys.argv) > 1 else SHIPPED
    if not given.is_file():
        sys.exit(f"{given}: no such file")
    asyncio.run(main(given))
