"""One client, shared by the threads of a pool."""

import os
from concurrent.futures import ThreadPoolExecutor

from memsy import EventPayload, MemsyClient

with MemsyClient(os.environ["MEMSY_BASE_URL"], os.environ["MEMSY_API_KEY"]) as client:

    def send(number):
        return client.ingest([EventPayload("worker", f"job-{number}", "app_event", f"Job {number} done.")]).event_ids[0]

    with ThreadPoolExecutor(4) as pool:
        event_ids = list(pool.map(send, range(16)))
    status = client.status(event_ids)

assert len(set(event_ids)) == status.total == 16
