"""What a result says about a memory: as attributes, and as the dict it is."""

import json
import os
import time

from memsy import EventPayload, MemsyClient

with MemsyClient(os.environ["MEMSY_BASE_URL"], os.environ["MEMSY_API_KEY"]) as client:
    sent = client.ingest([EventPayload("ana", "s1", "user_message", "I love hiking in Norway. #outdoors")])
    while client.status(sent.event_ids).pending_ids:
        time.sleep(1)
    result = client.search("hiking").results[0]

print(result.title, result.summary, result.tags, result.entities, result.kind, result.type)
print(result.strength, result.confidence, result.observed_at, result.session_id)
print(result.source_event_ids, result.source_metadata, result.source_events)

metadata = result.metadata or {}
assert result.tags == metadata["tags"] == ["outdoors"]
assert metadata.get("missing", "default") == "default"
assert "type" in metadata
assert {**metadata} == dict(metadata.items())
assert json.loads(json.dumps(metadata)) == metadata
assert result.source_event_ids == sent.event_ids
