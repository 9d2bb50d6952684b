"""Fixtures for an application's own tests: an empty Memsy for each, in process and without a socket.

They need `memsy-client[local]`.
pytest loads this module in every run on a machine that has memsy-client, so it imports nothing until a fixture is used.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .. import AsyncMemsyClient, MemsyClient
    from . import LocalMemsy


@pytest.fixture
def memsy_server() -> Iterator[LocalMemsy]:
    """An empty `LocalMemsy`, seeded so that ids are the same in every run.

    It has no socket: give its `transport` to a client, or call `start()` when something has to reach it by URL.
    """
    from . import LocalMemsy

    memsy = LocalMemsy(seed="pytest")
    yield memsy
    memsy.close()


@pytest.fixture
def memsy_client(memsy_server: LocalMemsy) -> Iterator[MemsyClient]:
    """A `MemsyClient` of the test's own server."""
    from .. import MemsyClient

    with MemsyClient(memsy_server.base_url, memsy_server.api_key, http_client=memsy_server.transport) as client:
        yield client


@pytest.fixture
def async_memsy_client(memsy_server: LocalMemsy) -> AsyncMemsyClient:
    """An `AsyncMemsyClient` of the test's own server, for any event loop; in process there is nothing to close."""
    from .. import AsyncMemsyClient

    return AsyncMemsyClient(memsy_server.base_url, memsy_server.api_key, http_client=memsy_server.async_transport)
