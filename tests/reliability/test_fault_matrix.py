"""Each fault on each carrier: what the caller sees, and that the calls after it get answers of their own."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from typing import Any

import anyio
import pytest
from faults import (
    ANOTHERS,
    ANSWER,
    CARRIERS,
    FAULTS,
    HEADER,
    MAX_RESPONSE_BYTES,
    Fault,
    Outcome,
    Unreliable,
    directly,
)
from support.flavours import EACH_TRANSPORT, Flavour
from support.server import Exchange, Server, message

from memsy_client import EventPayload, MemsyError, MemsyTimeoutError

pytestmark = pytest.mark.anyio

#: More than the buffers of a connection take, so that a server has something left to refuse.
LARGE = 8_000_000


def ids(request: bytes) -> bytes:
    """The right response to an `ingest`: as ids, the sessions of its events."""
    events = json.loads(request.partition(b"\r\n\r\n")[2])["events"]
    return message(json.dumps({"event_ids": [event["session_id"] for event in events]}).encode())


async def check(flavour: Flavour, client: Any, session: str, expected: Outcome, size: int = 1) -> None:
    """A call of this session ends as expected."""
    event = EventPayload("ana", session, "app_event", "x" * size)
    error, answer = None, None
    try:
        with anyio.fail_after(60):
            answer = await flavour.call(client.ingest, [event])
    except MemsyError as failure:
        error = failure
    assert Outcome.of(error) == expected.expected, repr(error)
    if error is not None:
        assert error.operation == "ingest"
        assert len(error.attempts) == 1
        assert "\n" not in str(error)
        assert str(pickle.loads(pickle.dumps(error))) == str(error)
    if answer is not None:
        assert answer.event_ids == [session if expected is ANSWER else "another's"]


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
@pytest.mark.parametrize("flavour", EACH_TRANSPORT, ids=lambda flavour: flavour.name)
async def test_what_the_caller_sees(flavour: Flavour, fault: Fault, serve: Callable[..., Server]) -> None:
    exchanges: list[Exchange] = []
    unreliable = Unreliable(ids)

    def script(exchange: Exchange) -> None:
        exchanges.append(exchange)
        unreliable(exchange)

    server = serve(script, early=unreliable.early)
    expected = fault.seen_by(flavour.name)
    with fault.reach(server) as url:
        async with flavour.client(url, timeout=60, max_response_bytes=MAX_RESPONSE_BYTES) as client:
            meeting = client.with_options(timeout=fault.timeout(flavour.name), headers={HEADER: fault.name})
            if fault.reach is not directly:
                await check(flavour, meeting, "first", expected)
                return
            await check(flavour, client, "before", ANSWER)
            if fault.idle is not None:
                fault.idle(server, exchanges[0].connection)
            await check(flavour, meeting, "first", expected, LARGE if fault.early else 1)
            if expected.kind is not MemsyTimeoutError and not exchanges[-1].keep_alive:
                # A connection that ends in the very instant of the next call is another matter.
                await anyio.to_thread.run_sync(server.wait_for_open, 0)
            following = fault.seen_next(flavour.name)
            await check(flavour, client, "second", following)
            if following is not ANOTHERS:  # else the right one may be left for the call after it
                await check(flavour, client, "third", ANSWER)


def test_the_carriers_are_all_there_are() -> None:
    assert CARRIERS.keys() == {flavour.name for flavour in EACH_TRANSPORT}
