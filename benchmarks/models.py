"""What it costs to turn a page of 200 memories into models, next to `json.loads` of the same page.

python -m benchmarks.models
"""

from __future__ import annotations

import json
import uuid

from benchmarks.measure import interleaved, machine, ratios, verdict
from memsy_client.models import MemoryListResponse

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


def main() -> None:
    document = page()
    parsed = json.loads(document)
    taken = interleaved(
        {"json.loads": lambda: json.loads(document), "models": lambda: MemoryListResponse.from_dict(parsed)}, ROUNDS
    )
    microseconds = min(taken["models"]) / len(parsed["items"]) * 1e6
    print(machine())
    low, middle, high = ratios(taken, "models", "json.loads")
    told = f"{middle:.2f} (middle half {low:.2f} to {high:.2f})"
    print(f"models of a page of 200 / json.loads of it: {told}, {verdict(middle, 1.0)}")
    print(f"one memory: {microseconds:.1f} µs at best")


if __name__ == "__main__":
    main()
