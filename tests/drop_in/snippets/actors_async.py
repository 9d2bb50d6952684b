"""The actors of an organisation, asynchronously, the latest first."""

import asyncio
import os

from memsy import AsyncMemsyClient, AuthorizationError, EventPayload


async def main():
    async with AsyncMemsyClient(os.environ["MEMSY_BASE_URL"], os.environ["MEMSY_API_KEY"]) as client:
        sent = await client.ingest([EventPayload("ana", "s1", "user_message", "I like tea.")])
        while (await client.status(sent.event_ids)).pending_ids:
            await asyncio.sleep(1)
        org_id = (await client.orgs.list())[0].org_id
        page = await client.actors.list(org_id, limit=500, sort="last_memory_desc")
        try:
            await client.actors.list("another-organisation")
        except AuthorizationError as error:
            refused = error
        return page, refused


page, refused = asyncio.run(main())
assert (page.total, page.limit, page.offset) == (1, 500, 0)
assert page.items[0].actor_id == "ana"
assert page.usage.plan
assert refused.status_code == 403
