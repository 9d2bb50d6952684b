"""An embedded server that the environment names, as it does for a worker."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from memsy_client.local import LocalMemsy


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalMemsy]:
    with LocalMemsy() as memsy:
        for name, value in memsy.environment.items():
            monkeypatch.setenv(name, value)
        yield memsy
