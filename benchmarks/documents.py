"""What the service sends, as the benchmarks have it sent and read: searches, and pages of memories."""

from __future__ import annotations

import json
import uuid


def search(results: int = 10) -> bytes:
    """What a search answers."""
    return json.dumps({"results": [_result(number) for number in range(results)]}).encode()


def memories(size: int = 200) -> bytes:
    """A page of memories: some 900 bytes each, two of its times null."""
    items = [_memory(number) for number in range(size)]
    return json.dumps({"items": items, "total": 10_000, "limit": size, "offset": 0}).encode()


def without_nulls(document: bytes) -> bytes:
    """The page with a time wherever it has null."""
    return document.replace(b": null", b': "2026-04-01T10:00:00Z"')


def _result(number: int) -> dict[str, object]:
    return {
        "id": f"0b3f1c52-7d0e-4a57-9a63-{number:012}",
        "content": "Mara moved from Lisbon to Porto in March and now takes the early train to the office twice a week.",
        "score": 0.93 - number / 500,
        "metadata": {
            "title": "Where Mara lives",
            "summary": "Mara lives in Porto since March; commutes by train on Tuesdays and Thursdays.",
            "tags": ["home", "commute"],
            "entities": [{"name": "Mara", "type": "person"}, {"name": "Porto", "type": "place"}],
            "kind": "semantic",
            "type": "fact",
            "strength": 1.25,
            "confidence": 0.9,
            "observed_at": "2025-03-14T09:26:53Z",
            "session_id": "support-2025-03-14",
        },
    }


def _memory(number: int) -> dict[str, object]:
    return {
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
