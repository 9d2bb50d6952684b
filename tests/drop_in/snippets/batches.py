"""Import an old conversation in batches, each event with its own time."""

import os
from datetime import datetime, timedelta, timezone

from memsy import EventPayload, MemsyClient

began = datetime(2026, 1, 5, 9, 0, tzinfo=timezone.utc)
history = [(f"Note number {number}.", began + timedelta(minutes=number)) for number in range(250)]

event_ids = []
with MemsyClient(os.environ["MEMSY_BASE_URL"], os.environ["MEMSY_API_KEY"], timeout=60.0) as client:
    for start in range(0, len(history), 100):
        batch = [
            EventPayload(actor_id="ana", session_id="import", kind="user_message", content=text, ts=ts.isoformat())
            for text, ts in history[start : start + 100]
        ]
        event_ids.extend(client.ingest(batch).event_ids)

assert len(set(event_ids)) == 250
