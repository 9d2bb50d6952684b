"""A time without an offset in an event that is a dict: refused as in an `EventPayload`, whoever takes the event."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from support.flavours import KEY, OWN, Flavour
from support.server import Server, answer

from memsy_client import MemsyClient, MemsyInputError

pytestmark = pytest.mark.anyio
own = pytest.mark.parametrize("flavour", OWN, ids=lambda flavour: flavour.name)

EVENT: dict[str, Any] = {"actor_id": "ana", "session_id": "s", "kind": "app_event", "content": "x"}
WITHOUT_OFFSET = {**EVENT, "ts": "2026-01-31T09:30:00"}


@own
async def test_a_call_refuses_it(flavour: Flavour, serve: Callable[..., Server]) -> None:
    server = serve(answer({"event_ids": ["e"]}))
    async with flavour.client(server.origin) as client:
        with pytest.raises(MemsyInputError, match=r"events\[1\]\.ts has no offset"):
            await flavour.call(client.ingest, [EVENT, WITHOUT_OFFSET])
        assert not server.requests
        for text in ("2026-01-31T09:30:00+01:00", "2026-01-31"):
            await flavour.call(client.ingest, [{**EVENT, "ts": text}])


@own
async def test_a_bulk_ingestion_refuses_it_alone(flavour: Flavour, serve: Callable[..., Server]) -> None:
    server = serve(answer({"event_ids": ["e"]}))
    async with flavour.client(server.origin) as client:
        outcomes = await flavour.items(client.ingest_many([EVENT, WITHOUT_OFFSET]))
    assert [outcome.event_id for outcome in outcomes] == ["e", None]
    assert isinstance(outcomes[1].error, MemsyInputError)
    assert len(server.requests) == 1


def test_a_background_writer_refuses_it(serve: Callable[..., Server]) -> None:
    server = serve(answer({"event_ids": ["e"]}))
    refused = pytest.raises(MemsyInputError, match="has no offset")
    with MemsyClient(server.origin, KEY) as client, client.background() as writer, refused:
        writer.add(WITHOUT_OFFSET)
    assert not server.requests
