"""Who the memories are about, page by page."""

import os
import time

from memsy import ActorResource, EventPayload, MemsyAPIError, MemsyClient
from memsy.resources.actors import ActorSort

ORDER: ActorSort = "actor_id_asc"
STRUCTURED = "slack:T0B7FKNKKTR:U0B7TN132E9"

with MemsyClient(os.environ["MEMSY_BASE_URL"], os.environ["MEMSY_API_KEY"]) as client:
    names = ["ana", "bo", "carla", STRUCTURED]
    sent = client.ingest([EventPayload(name, "s1", "user_message", f"I am {name}, I like tea.") for name in names])
    while client.status(sent.event_ids).pending_ids:
        time.sleep(1)

    actors, offset = [], 0
    while True:
        page = client.actors.list(limit=3, offset=offset, sort=ORDER)
        actors.extend(page.items)
        offset += len(page.items)
        if not page.items or offset >= page.total:
            break
    found = client.actors.list(q="CAR")
    org_id = client.orgs.list()[0].org_id
    one = client.actors.get(STRUCTURED)
    same = client.actors.get(STRUCTURED, org_id)
    try:
        client.actors.get("nobody")
    except MemsyAPIError as error:
        missing = error

assert [actor.actor_id for actor in actors] == sorted(names)
assert page.truncated is False
assert [actor.actor_id for actor in found.items] == ["carla"]
assert isinstance(one, ActorResource)
assert one == same
assert one.memory_count == one.active_memory_count == 1
assert one.scope_levels == ["actor"]
assert (one.role_ids, one.team_ids) == ([], [])
assert missing.status_code == 404
