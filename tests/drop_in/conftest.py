"""The drop-in, and the server that programs call, for one test."""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from collections.abc import Iterator

import pytest

import memsy_client
from memsy_client.local import LocalMemsy


@pytest.fixture
def memsy() -> Iterator[None]:
    """`import memsy` is the drop-in, as after `install_as_memsy()` in an application, until the test ends."""
    memsy_client.install_as_memsy()
    yield
    for name in [name for name in sys.modules if name.partition(".")[0] == "memsy"]:
        del sys.modules[name]


@pytest.fixture(scope="session")
def shared_server() -> Iterator[LocalMemsy]:
    with LocalMemsy() as server:
        yield server


@pytest.fixture
def server(shared_server: LocalMemsy, monkeypatch: pytest.MonkeyPatch) -> LocalMemsy:
    """An empty server in the environment. Where a program would sleep, the server processes what it has instead."""
    shared_server.reset()
    for name, value in shared_server.environment.items():
        monkeypatch.setenv(name, value)
    program, real_sleep, real_async_sleep = threading.get_ident(), time.sleep, asyncio.sleep

    def sleep(seconds: float) -> None:
        if threading.get_ident() == program:
            shared_server.settle()
        else:
            real_sleep(seconds)

    async def async_sleep(seconds: float, result: object = None) -> object:
        if threading.get_ident() == program:
            shared_server.settle()
            seconds = 0
        return await real_async_sleep(seconds, result)

    monkeypatch.setattr(time, "sleep", sleep)
    monkeypatch.setattr(asyncio, "sleep", async_sleep)
    return shared_server
