"""Look at the raw events of a user, newest first."""

import os

from memsy import EventItemResponse, EventListResponse, EventPayload, MemsyClient, MemsyControlClient

with MemsyClient(os.environ["MEMSY_BASE_URL"], os.environ["MEMSY_API_KEY"]) as client:
    client.ingest(
        [
            EventPayload("ana", "s1", "user_message", "First.", ts="2026-01-01T10:00:00Z", metadata='{"page": 1}'),
            EventPayload("ana", "s1", "app_event", "Second.", ts="2026-01-01T11:00:00Z"),
            EventPayload("bo", "s2", "user_message", "Third.", ts="2026-01-01T12:00:00Z"),
        ]
    )

with MemsyControlClient(os.environ["MEMSY_CONTROL_URL"], os.environ["MEMSY_API_KEY"]) as control:
    events = control.events.list(actor_id="ana", session_id="s1", sort="ts_desc", limit=50, offset=0)
    messages = control.events.list(kind="user_message", sort="ts_asc", limit=1)

assert isinstance(events, EventListResponse)
assert isinstance(events.items[0], EventItemResponse)
assert [event.content for event in events.items] == ["Second.", "First."]
assert events.items[1].metadata == {"page": 1}
assert events.total == 2
assert (messages.total, messages.items[0].content) == (2, "First.")
