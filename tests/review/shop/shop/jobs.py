"""Nightly jobs, asynchronous."""

from __future__ import annotations

import asyncio

from memsy_client import AsyncMemsyClient, MemsyError

from . import clients

STATISTICS = "memories.stats"  # the name of a job, not a call of client.memories.stats()


async def totals(memory: AsyncMemsyClient) -> int:
    stats = await memory.memories.stats()  # broken: MemsyClient.memories.stats
    raw = await memory.with_raw_response.memories.stats()  # broken: MemsyClient.memories.stats
    return stats.total + raw.status_code


async def nightly(questions: list[str]) -> float:
    async with clients.async_memory() as memory:
        try:
            found = await asyncio.gather(*(memory.search(each) for each in questions))
            await memory.search("", limit=1)  # broken: MemsyClient.search.limit
        except MemsyError:
            return 0.0
        job = getattr(memory, STATISTICS.partition(".")[0])
        print(await job.stats())  # maybe: MemsyClient.memories.stats
        return max(result.score * 2 for response in found for result in response.results)  # broken: SearchResult.score
