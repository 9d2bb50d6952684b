"""What tests of journals read: their lines, and what the embedded server has."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from callers import event

from memsy_client import EventPayload, IngestOutcome, MemsyControlClient
from memsy_client.local import LocalMemsy


def some(count: int) -> list[EventPayload]:
    """So many events."""
    return [event(number) for number in range(count)]


def lines(path: Path) -> list[dict[str, Any]]:
    """Those of a journal's file."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def ingests(server: LocalMemsy) -> int:
    """How many requests to ingest the server has had."""
    return sum(request.operation == "ingest" for request in server.requests)


def stored(server: LocalMemsy) -> list[Any]:
    """The events that it has."""
    control = MemsyControlClient(server.control_url, server.api_key, http_client=server.transport)
    return list(control.events.iter(limit=200))


def states(outcomes: Sequence[IngestOutcome]) -> list[str]:
    """What became of each event."""
    return [outcome.state for outcome in outcomes]
