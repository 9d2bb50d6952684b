"""What all tests share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from support.server import Script, Server


@pytest.fixture
def anyio_backend() -> str:
    """The event loop of tests marked with `anyio`; where trio is meant, a test says so."""
    return "asyncio"


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    """Starts servers that answer by a script, and ends them with the test."""
    with ExitStack() as stack:
        yield lambda *scripts, **options: stack.enter_context(Server(list[Script](scripts), **options))
