"""Each kind of event, with metadata and the levels it belongs to."""

import json
import os

from memsy import EventPayload, MemsyClient

events = [
    EventPayload("ana", "s1", "user_message", "Book me a flight to Oslo."),
    EventPayload("ana", "s1", "assistant_message", "Looking for flights."),
    EventPayload("ana", "s1", "tool_result", '{"flights": 3}', metadata=json.dumps({"tool": "flights", "ms": 120})),
    EventPayload("ana", "s1", "app_event", "checkout_completed", role_id=None, team_id=None, ts="2026-03-01T12:00:00Z"),
]
with MemsyClient(os.environ["MEMSY_BASE_URL"], os.environ["MEMSY_API_KEY"]) as client:
    response = client.ingest(events)
    again = client.ingest(events)

assert len(response.event_ids) == 4
assert again.event_ids == response.event_ids, "sent within the minute, an event is stored once"
