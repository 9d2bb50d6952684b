"""What an asynchronous source raises, what a time-out of a single call does to waiting, and what a writer is called."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from callers import event
from support.fake_time import FakeServer, FakeTime, Reply

from memsy_client import AsyncMemsyClient, EventPayload, MemsyClient, MemsyTimeoutError
from memsy_client.local import LocalMemsy


def test_the_exception_of_an_asynchronous_source_comes_after_the_outcomes_of_what_it_gave() -> None:
    async def source() -> AsyncIterator[EventPayload]:
        yield event(1)
        raise ZeroDivisionError("the source failed")

    async def run(memsy: LocalMemsy) -> None:
        client = AsyncMemsyClient(memsy.base_url, memsy.api_key, http_client=memsy.async_transport)
        outcomes = client.ingest_many(source())
        assert (await anext(outcomes)).state == "acknowledged"
        with pytest.raises(ZeroDivisionError, match="the source failed"):
            await anext(outcomes)

    with LocalMemsy(port=None) as memsy:
        asyncio.run(run(memsy))


def test_a_time_out_of_a_call_is_not_the_end_of_the_time_to_wait(fake_time: FakeTime) -> None:
    client = MemsyClient(
        "http://memsy.test/v1", "key", timeout=5, http_client=FakeServer(fake_time, Reply(seconds=None))
    )
    with pytest.raises(MemsyTimeoutError, match="timed out"):
        client.wait_until_processed(["evt_1"], timeout=100)


def test_a_writer_is_called_by_its_address_and_what_it_holds() -> None:
    client = AsyncMemsyClient("http://memsy.test/v1", "key")
    assert repr(client.background()).startswith("<AsyncBackgroundWriter of http://memsy.test/v1: ")
