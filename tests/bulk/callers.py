"""Calls the methods of many calls alike in both kinds of client, on an embedded server without a socket."""

from __future__ import annotations

import asyncio

from memsy_client import (
    AsyncMemsyClient,
    AsyncMemsyControlClient,
    EventPayload,
    IngestOutcome,
    MemsyClient,
    MemsyControlClient,
    Processed,
)
from memsy_client.local import LocalMemsy


class SyncCaller:
    """Calls a sync client."""

    def __init__(self, server: LocalMemsy) -> None:
        self.client = MemsyClient(server.base_url, server.api_key, http_client=server.transport)
        self.control = MemsyControlClient(server.control_url, server.api_key, http_client=server.transport)

    def wait(self, event_ids, **options) -> Processed:
        return self.client.wait_until_processed(event_ids, **options)

    def ingest(self, events, **options) -> list[IngestOutcome]:
        self.run = self.client.ingest_many(events, **options)
        return list(self.run)


class AsyncCaller:
    """Calls an async client the same way."""

    def __init__(self, server: LocalMemsy) -> None:
        self.client = AsyncMemsyClient(server.base_url, server.api_key, http_client=server.async_transport)
        self.control = AsyncMemsyControlClient(server.control_url, server.api_key, http_client=server.async_transport)

    def wait(self, event_ids, **options) -> Processed:
        return asyncio.run(self.client.wait_until_processed(event_ids, **options))

    def ingest(self, events, **options) -> list[IngestOutcome]:
        async def collect() -> list[IngestOutcome]:
            self.run = self.client.ingest_many(events, **options)
            return [outcome async for outcome in self.run]

        return asyncio.run(collect())


def event(number: int, content: str = "") -> EventPayload:
    return EventPayload("ana", "import", "app_event", content or f"note number {number}")
