"""The main job from one end to the other: ingest a conversation, wait until it is processed, search what it left.

    python examples/demo.py [FILE]

FILE, or `-` for what is piped in, has one event a line as JSON, or is one JSON array of events. The questions come from
FILE with the ending `.queries`, or else are the names that the memories mention most. Everything runs on this machine,
over real HTTP, against an embedded server.
"""

from __future__ import annotations

import asyncio
import inspect
import json
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from memsy_client import AsyncMemsyClient, EventPayload, MemsyDecodeError, SearchResult
from memsy_client.local import LocalMemsy

#: Letters of a memory that are shown.
WIDTH = 88
SHIPPED = Path(__file__).with_name("conversation.jsonl")
PIPED = Path("-")
FIELDS = [name for name in inspect.signature(EventPayload).parameters if name != "additional_properties"]
#: What stands before an item of a JSON array that is known to be well-formed.
NEXT_ITEM = re.compile(r"\s*[\[,]\s*(?=[^\s\]])")


def read_text(path: Path) -> str:
    """What a file holds, or with `-` for its name, what is piped in."""
    if path != PIPED and not path.exists():
        sys.exit(f"{path}: no such file")
    if path.is_dir():
        sys.exit(f"{path} is a directory; it takes a file of events, one a line")
    content = sys.stdin.buffer.read() if path == PIPED else path.read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        sys.exit(f"{path}, line {line}: this is not text in UTF-8; is it another kind of file?")


def json_values(text: str) -> Iterator[tuple[int, Any]]:
    """The values of JSON lines, or of one JSON array, each with the line that it begins on."""
    if not text.lstrip().startswith("["):
        for number, line in enumerate(text.split("\n"), 1):
            if line.strip():
                try:
                    yield number, json.loads(line)
                except json.JSONDecodeError as error:
                    raise json.JSONDecodeError(error.msg, "\n" * (number - 1) + line, error.pos + number - 1) from None
        return
    json.loads(text)  # only a whole array is read
    position, decode = 0, json.JSONDecoder().raw_decode
    while separator := NEXT_ITEM.match(text, position):
        begins = separator.end()
        value, position = decode(text, begins)
        yield text.count("\n", 0, begins) + 1, value


def read_events(path: Path) -> list[tuple[int, EventPayload]]:
    """The events of a file with their lines; a line that cannot be read is named, and so is the field."""
    events: list[tuple[int, EventPayload]] = []
    try:
        for line, value in json_values(read_text(path)):
            try:
                event = EventPayload.from_dict(value)
            except MemsyDecodeError as error:
                sys.exit(f"{path}, line {line}: {error.location or 'this'} {error.message}")
            for unknown in event.additional_properties:
                sys.exit(f"{path}, line {line}: there is no field {unknown!r}; an event has {', '.join(FIELDS)}")
            events.append((line, event.copy(ts=value.get("ts"))))  # as it is written: one without an offset is refused
    except json.JSONDecodeError as error:
        sys.exit(f"{path}, line {error.lineno}: this is not JSON ({error.msg}, column {error.colno})")
    if not events:
        sys.exit(f"{path} holds no events")
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


async def remember(path: Path, numbered: list[tuple[int, EventPayload]], memsy: AsyncMemsyClient) -> None:
    """Send the events, wait until they are processed, and ask."""
    events = [event for _, event in numbered]
    started = time.perf_counter()
    event_ids: list[str] = []
    async for outcome in memsy.ingest_many(events):
        if outcome.event_id is None:
            sys.exit(f"{path}, line {numbered[outcome.index][0]}: the event was refused: {outcome.error}")
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
    asyncio.run(main(Path(sys.argv[1]) if len(sys.argv) > 1 else SHIPPED))
