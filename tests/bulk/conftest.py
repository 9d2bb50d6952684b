"""An embedded server, and a client of either kind."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from callers import AsyncCaller, SyncCaller

from memsy_client.local import LocalMemsy


@pytest.fixture
def server() -> Iterator[LocalMemsy]:
    with LocalMemsy(port=None) as memsy:
        yield memsy


@pytest.fixture(params=[SyncCaller, AsyncCaller])
def memsy(request, server):
    return request.param(server)
