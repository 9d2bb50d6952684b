"""Programs written for the official package, of the kinds that the service's documentation shows, run as they are."""

from __future__ import annotations

import asyncio
import importlib.util
import runpy
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from memsy_client import MemsyAPIError
from memsy_client.local import LocalMemsy, Plan

SNIPPETS = {path.stem: path for path in sorted((Path(__file__).parent / "snippets").glob("*.py"))}
#: Those that call nothing.
OFFLINE = {"control_models_by_hand", "exceptions_by_hand", "headers_by_hand", "mocks", "models_by_hand", "providers"}


def _busy(server: LocalMemsy) -> None:
    server.fail_next(2, status=429, headers={"Retry-After": "0"}, operation="search")
    server.fail_next(1, status=429, headers={"Retry-After": "7"}, operation="memories_stats")


#: What the server is told before a snippet runs.
PREPARED: dict[str, Callable[[LocalMemsy], None]] = {
    "billing_not_enabled": lambda server: server.set_plan(Plan(billing=False)),
    "key_limit": lambda server: server.set_plan(Plan(max_keys=1)),
    "lost_connection": lambda server: server.fail_next(drop=True, operation="search"),
    "retries": _busy,
    "spent_quota": lambda server: server.set_plan(Plan(limits={"search_queries": 1})),
    "usage_headers": lambda server: server.set_plan(Plan(limits={"search_queries": 6, "api_calls": 1000})),
}


@pytest.fixture(scope="module")
def shared_server() -> Iterator[LocalMemsy]:
    with LocalMemsy() as server:
        yield server


@pytest.fixture
def server(shared_server: LocalMemsy, monkeypatch: pytest.MonkeyPatch) -> LocalMemsy:
    """An empty server in the environment. Where a snippet would sleep, the server processes what it has instead."""
    shared_server.reset()
    for name, value in shared_server.environment.items():
        monkeypatch.setenv(name, value)
    test, real_sleep, real_async_sleep = threading.get_ident(), time.sleep, asyncio.sleep

    def sleep(seconds: float) -> None:
        if threading.get_ident() == test:
            shared_server.settle()
        else:
            real_sleep(seconds)

    async def async_sleep(seconds: float, result: object = None) -> object:
        if threading.get_ident() == test:
            shared_server.settle()
        return await real_async_sleep(0 if threading.get_ident() == test else seconds, result)

    monkeypatch.setattr(time, "sleep", sleep)
    monkeypatch.setattr(asyncio, "sleep", async_sleep)
    return shared_server


def test_there_are_snippets_of_every_kind():
    assert len(SNIPPETS) > 40
    assert set(SNIPPETS) > OFFLINE | set(PREPARED)


@pytest.mark.usefixtures("memsy")
@pytest.mark.parametrize("name", SNIPPETS)
def test_a_snippet_runs(name, server):
    if name.startswith("fastapi") and importlib.util.find_spec("fastapi") is None:
        pytest.skip("FastAPI is not installed")
    if name in PREPARED:
        PREPARED[name](server)
    try:
        runpy.run_path(str(SNIPPETS[name]), run_name="__main__")
    except MemsyAPIError as error:
        if error.status_code == 501:
            pytest.xfail(f"the embedded server does not have {error.operation} yet")
        raise
    assert bool(server.requests) == (name not in OFFLINE)


def test_the_snippets_use_the_official_package_alone():
    for path in SNIPPETS.values():
        code = path.read_text("utf-8")
        assert "memsy_client" not in code, path
        assert "assert" in code, path
