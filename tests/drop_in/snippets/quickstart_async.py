"""The same, asynchronously."""

import asyncio
import os

from memsy import AsyncMemsyClient, EventPayload


async def main():
    async with AsyncMemsyClient(os.environ["MEMSY_BASE_URL"], os.environ["MEMSY_API_KEY"]) as client:
        sent = await client.ingest([EventPayload("ana", "s1", "user_message", "My dog is called Otto.")])
        while (await client.status(sent.event_ids)).pending_ids:
            await asyncio.sleep(1)
        found = await client.search("What is the dog called?", actor_id="ana")
        return found.results[0]


result = asyncio.run(main())
print(result.id, result.score, result.content)
assert result.content == "My dog is called Otto."
