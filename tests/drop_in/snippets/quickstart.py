"""Ingest a conversation, wait until it is processed, search it."""

import os
import time

from memsy import EventPayload, MemsyClient

client = MemsyClient(base_url=os.environ["MEMSY_BASE_URL"], api_key=os.environ["MEMSY_API_KEY"])

response = client.ingest(
    [
        EventPayload(
            actor_id="user-123", session_id="session-456", kind="user_message", content="I prefer dark mode in my IDE."
        ),
        EventPayload(
            actor_id="user-123", session_id="session-456", kind="assistant_message", content="Noted: dark mode it is."
        ),
    ]
)
print(f"Ingested {len(response.event_ids)} events")

while client.status(response.event_ids).pending_ids:
    time.sleep(1)

results = client.search("Which theme does the user like?", actor_id="user-123", limit=5)
for result in results.results:
    print(f"[{result.score:.2f}] {result.content}")
client.close()

assert len(response.event_ids) == 2
assert any("dark mode" in result.content for result in results.results)
