"""What the tests on the wire share: they run for every kind of client."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from support.flavours import EACH_TRANSPORT, Flavour

from memsy_client._core import sender


@pytest.fixture(params=EACH_TRANSPORT, ids=lambda flavour: flavour.name)
def flavour(request: pytest.FixtureRequest) -> Flavour:
    """A kind of client: sync or async, on its own pool or on the caller's client."""
    return request.param  # type: ignore[no-any-return]


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that calls waited before trying again; no time passes."""
    seconds: list[float] = []

    async def sleep(wait: float) -> None:
        seconds.append(wait)

    monkeypatch.setattr(sender, "time", SimpleNamespace(sleep=seconds.append))
    monkeypatch.setattr(sender, "sleep", sleep)
    return seconds
