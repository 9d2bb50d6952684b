"""The drop-in for one test, after which this process has no `memsy` again."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

import memsy_client


@pytest.fixture
def memsy() -> Iterator[None]:
    """`import memsy` is the drop-in, as after `install_as_memsy()` in an application."""
    memsy_client.install_as_memsy()
    yield
    for name in [name for name in sys.modules if name.partition(".")[0] == "memsy"]:
        del sys.modules[name]
