"""Many calls at once."""

import asyncio
import os

from memsy import AsyncMemsyClient, EventPayload

ACTORS = [f"user-{number}" for number in range(12)]


async def remember(client, limiter, actor):
    async with limiter:
        return await client.ingest([EventPayload(actor, "onboarding", "user_message", f"My name is {actor}.")])


async def main():
    limiter = asyncio.Semaphore(4)
    async with AsyncMemsyClient(os.environ["MEMSY_BASE_URL"], os.environ["MEMSY_API_KEY"]) as client:
        sent = await asyncio.gather(*(remember(client, limiter, actor) for actor in ACTORS))
        event_ids = [event_id for response in sent for event_id in response.event_ids]
        while (status := await client.status(event_ids)).pending_ids:
            await asyncio.sleep(0.5)
        assert set(status.completed_ids) == set(event_ids)
        return await asyncio.gather(
            *(client.search("name", actor_id=actor) for actor in ACTORS),
            client.memories.get("no-such-memory"),
            return_exceptions=True,
        )


*found, failure = asyncio.run(main())
assert [response.results[0].content for response in found] == [f"My name is {actor}." for actor in ACTORS]
assert failure.status_code == 404
