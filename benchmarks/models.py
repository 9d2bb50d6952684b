"""What it costs to turn pages into models, next to `json.loads` of the same page.

python -m benchmarks.models
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

from benchmarks.measure import interleaved, machine, ratios, verdict
from benchmarks.stub_server import BODY
from memsy_client._core.codec import loads
from memsy_client._core.model import Model
from memsy_client.models import MemoryListResponse, SearchResponse

ROUNDS = 200


def page(size: int = 200) -> bytes:
    """A page as the service sends it: some 900 bytes a memory."""
    items = [
        {
            "memory_id": str(uuid.UUID(int=number * 7919 + 1, version=4)),
            "org_id": "org_quayside",
            "scope": {"level": "actor", "actor_id": f"actor_{number % 7}"},
            "type": "preference",
            "kind": "user_message",
            "memory_kind": "semantic",
            "status": "active",
            "text": f"Ana prefers window seats on train {number} to Lisbon, and travels in the morning when she can.",
            "confidence": 0.83,
            "strength": 1.25 + number / 100,
            "recall_count": number % 11,
            "decay_half_life_days": 30.0,
            "pinned": False,
            "tags": ["travel", "train", "preference"],
            "entity_refs": [{"type": "person", "name": "Ana"}, {"type": "place", "name": "Lisbon"}],
            "source_event_ids": [f"evt_{number:08d}"],
            "source_urls": [],
            "summary": "Ana prefers window seats",
            "payload": {"seat": "window"},
            "last_recalled_at": "2026-05-01T10:00:00Z",
            "effective_from": None,
            "effective_to": None,
            "observed_at": "2026-04-01T10:00:00.123456Z",
            "created_at": "2026-04-01T10:00:00Z",
            "updated_at": "2026-04-01T10:00:01Z",
        }
        for number in range(size)
    ]
    return json.dumps({"items": items, "total": 10_000, "limit": size, "offset": 0}).encode()


def results(size: int = 200) -> bytes:
    """As many search results."""
    return json.dumps(
        {"results": [json.loads(BODY)["results"][0] | {"id": str(number)} for number in range(size)]}
    ).encode()


def without_nulls(document: bytes) -> bytes:
    """The page with a time wherever it has null."""
    return document.replace(b": null", b': "2026-04-01T10:00:00Z"')


def main() -> None:
    print(machine())
    print(f"orjson {version('orjson')}")
    pages: list[tuple[str, bytes, type[Model], float]] = [
        ("models of 200 memories", page(), MemoryListResponse, 0.55),
        ("models of 200 memories, nothing null", without_nulls(page()), MemoryListResponse, 0.42),
        ("models of 200 search results", results(), SearchResponse, 0.6),
    ]
    for name, document, model, bar in pages:
        _compare(name, document, model.from_dict, json.loads(document), bar)
    _compare(
        "bytes to models of 200 memories", page(), lambda raw: MemoryListResponse.from_dict(loads(raw)), page(), 1.0
    )


def _compare(name: str, document: bytes, task: Callable[[Any], object], given: Any, bar: float) -> None:
    taken = interleaved({"json.loads": lambda: json.loads(document), name: lambda: task(given)}, ROUNDS)
    low, middle, high = ratios(taken, name, "json.loads")
    print(f"{name} / json.loads: {middle:.2f} (middle half {low:.2f} to {high:.2f}), {verdict(middle, bar)}")


if __name__ == "__main__":
    main()
