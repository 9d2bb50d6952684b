"""The review of the contract, and small repositories to try it on."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session", autouse=True)
def review_is_importable() -> Iterator[None]:
    """Makes the package `review` importable, which is no part of the client."""
    if sys.version_info < (3, 11):
        pytest.skip("the generator needs Python 3.11")
    sys.path.insert(0, str(ROOT / "codegen"))
    yield
    sys.path.remove(str(ROOT / "codegen"))
