"""What all tests share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import hypothesis
import pytest
from support.fake_time import FakeTime, advancing_clock
from support.server import Script, Server

pytest_plugins = ["support.tidy_checkout"]

# How long an example takes, or its making, depends on what else the machine does.
hypothesis.settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow], print_blob=True
)
hypothesis.settings.load_profile("any machine")


@pytest.fixture
def anyio_backend() -> str:
    """The event loop of tests marked with `anyio`; where trio is meant, a test says so."""
    return "asyncio"


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    """Starts servers that answer by a script, and ends them with the test."""
    with ExitStack() as stack:
        yield lambda *scripts, **options: stack.enter_context(Server(list[Script](scripts), **options))


@pytest.fixture
def fake_time(monkeypatch: pytest.MonkeyPatch) -> FakeTime:
    """Time that passes only when a call waits."""
    return FakeTime(monkeypatch)


@pytest.fixture
def advance(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Moves the process's clock ahead by so many seconds."""
    return advancing_clock(monkeypatch)


@pytest.fixture
def unmeasured(monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests of what a process imports: none of its children imports what a coverage run needs as well."""
    monkeypatch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)
