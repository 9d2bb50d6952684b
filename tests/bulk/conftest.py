"""An embedded server, a client of either kind, and what tests of background writers want."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from callers import AsyncCaller, SyncCaller
from writers import FLAVOURS

from memsy_client.local import LocalMemsy


@pytest.fixture
def server() -> Iterator[LocalMemsy]:
    with LocalMemsy(port=None) as memsy:
        yield memsy


@pytest.fixture(params=[SyncCaller, AsyncCaller])
def memsy(request, server):
    return request.param(server)


@pytest.fixture(params=FLAVOURS)
def flavour(request):
    return request.param


@pytest.fixture
def spool(tmp_path) -> Path:
    return tmp_path / "spool"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Of a journal."""
    return tmp_path / "journal"
