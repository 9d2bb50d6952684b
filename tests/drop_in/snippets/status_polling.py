"""Wait for events with a limit on the time, and tell the failed from the rest."""

import os
import time

from memsy import EventPayload, MemsyClient


def wait(client, event_ids, timeout=30.0, interval=0.5):
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        status = client.status(event_ids)
        print(f"{len(status.completed_ids)}/{status.total} done, {len(status.failed_ids)} failed")
        if not status.pending_ids:
            return status
        time.sleep(interval)
    raise TimeoutError("still processing")


with MemsyClient(os.environ["MEMSY_BASE_URL"], os.environ["MEMSY_API_KEY"]) as client:
    sent = client.ingest([EventPayload("ana", "s1", "user_message", f"Fact {n}: water is wet.") for n in range(3)])
    status = wait(client, sent.event_ids)

assert sorted(status.completed_ids) == sorted(sent.event_ids)
assert status.failed_ids == []
assert status.total == 3
if status.statuses:
    assert set(status.statuses) <= set(sent.event_ids)
