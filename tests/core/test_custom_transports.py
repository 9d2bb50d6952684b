"""A transport of the caller's own that does not keep to the protocol."""

from __future__ import annotations

import asyncio

import pytest

from memsy_client import AsyncMemsyClient, MemsyClient, MemsyConnectionError


class Broken:
    def send(self, request, limits):
        raise KeyError("no such socket")

    def close(self):
        pass


class AsyncBroken:
    async def send(self, request, limits):
        raise OSError("no route")

    async def aclose(self):
        pass


def test_whatever_a_transport_raises_is_a_connection_error_with_its_cause():
    client = MemsyClient("http://localhost/v1", "key", http_client=Broken())
    with pytest.raises(MemsyConnectionError, match="KeyError") as caught:
        client.health()
    assert isinstance(caught.value.__cause__, KeyError)
    assert caught.value.operation == "health"


def test_whatever_an_async_transport_raises_is_a_connection_error_too():
    client = AsyncMemsyClient("http://localhost/v1", "key", http_client=AsyncBroken())
    with pytest.raises(MemsyConnectionError, match="no route"):
        asyncio.run(client.health())


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit])
def test_an_interruption_is_not_taken_for_a_failure(kind):
    class Interrupted(Broken):
        def send(self, request, limits):
            raise kind

    client = MemsyClient("http://localhost/v1", "key", http_client=Interrupted())
    with pytest.raises(kind):
        client.health()
