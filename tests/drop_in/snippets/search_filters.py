"""Every filter of a search."""

import os
import time

from memsy import EventPayload, MemsyClient

with MemsyClient(os.environ["MEMSY_BASE_URL"], os.environ["MEMSY_API_KEY"]) as client:
    sent = client.ingest(
        [
            EventPayload("ana", "s1", "user_message", "I always fly with a window seat.", role_id="pilots"),
            EventPayload("bo", "s2", "user_message", "I take the train, never a window seat."),
        ]
    )
    while client.status(sent.event_ids).pending_ids:
        time.sleep(1)

    everyone = client.search("window seat")
    ana = client.search("window seat", actor_id="ana", limit=1, threshold=0.0)
    nobody = client.search("window seat", actor_id="carla")
    strict = client.search("window seat", threshold=1.0)
    sourced = client.search("window seat", actor_id="ana", include_source_events=True)
    promoted = client.search("window seat", actor_id="ana", role_ids=["pilots"], team_ids=[])

assert {result.content[:6] for result in everyone.results} == {"I alwa", "I take"}
assert [result.content for result in ana.results] == ["I always fly with a window seat."]
assert nobody.results == []
assert len(strict.results) <= len(everyone.results)
assert sourced.results[0].source_events[0].content == "I always fly with a window seat."
assert len(promoted.results) >= 1
