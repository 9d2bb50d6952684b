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
    from .._core.settings import ClientOptions
    from . import LocalMemsy


@pytest.fixture
def memsy_client_options() -> ClientOptions:
    """What the clients are made with besides: none. Override it with your application's time-outs, retries, headers.

    A scripted delay then takes as long as your application waits, and not the 30 seconds of the default.
    """
    return {}


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
def memsy_client(memsy_server: LocalMemsy, memsy_client_options: ClientOptions) -> Iterator[MemsyClient]:
    """A `MemsyClient` of the test's own server."""
    from .. import MemsyClient

    options: ClientOptions = {"http_client": memsy_server.transport, **memsy_client_options}
    with MemsyClient(memsy_server.base_url, memsy_server.api_key, **options) as client:
        yield client


@pytest.fixture
def async_memsy_client(memsy_server: LocalMemsy, memsy_client_options: ClientOptions) -> AsyncMemsyClient:
    """An `AsyncMemsyClient` of the test's own server, for any event loop; in process there is nothing to close."""
    from .. import AsyncMemsyClient

    options: ClientOptions = {"http_client": memsy_server.async_transport, **memsy_client_options}
    return AsyncMemsyClient(memsy_server.base_url, memsy_server.api_key, **options)
