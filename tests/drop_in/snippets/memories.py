"""Browse what is stored, page by page."""

import os
import time

from memsy import EventPayload, MemsyClient
from memsy.models import MemoryItemResource

with MemsyClient(os.environ["MEMSY_BASE_URL"], os.environ["MEMSY_API_KEY"]) as client:
    sent = client.ingest([EventPayload("ana", "s1", "user_message", f"I like city number {n}.") for n in range(7)])
    while client.status(sent.event_ids).pending_ids:
        time.sleep(1)

    memories, offset = [], 0
    while True:
        page = client.memories.list(actor_id="ana", sort="created_at_desc", limit=3, offset=offset)
        memories.extend(page.items)
        offset += len(page.items)
        if not page.items or offset >= page.total:
            break
    found = client.memories.list(search="NUMBER 4", kind="semantic", type="preference", status="active", limit=10)
    one = client.memories.get(memories[0].memory_id)
    stats = client.memories.stats()

assert len({memory.memory_id for memory in memories}) == page.total == 7
assert [memory.text for memory in found.items] == ["I like city number 4."]
assert isinstance(one, MemoryItemResource)
assert one.scope.level == "actor"
assert one.scope.actor_id == "ana"
assert stats.total_memories == 7
assert stats.by_type == {"preference": 7}
assert 0 < stats.avg_confidence <= 1
