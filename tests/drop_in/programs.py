"""The programs in `snippets`, and how they are run."""

from __future__ import annotations

import importlib.util
import runpy
from collections.abc import Callable
from pathlib import Path

import pytest

from memsy_client.local import LocalMemsy, Plan

SNIPPETS = {path.stem: path for path in sorted((Path(__file__).parent / "snippets").glob("*.py"))}
#: Those that call nothing.
OFFLINE = {"control_models_by_hand", "exceptions_by_hand", "headers_by_hand", "mocks", "models_by_hand", "providers"}


def _busy(server: LocalMemsy) -> None:
    server.fail_next(2, status=429, headers={"Retry-After": "0"}, operation="search")
    server.fail_next(1, status=429, headers={"Retry-After": "7"}, operation="memories_stats")


#: What the server is told before a program runs.
PREPARED: dict[str, Callable[[LocalMemsy], None]] = {
    "billing_not_enabled": lambda server: server.set_plan(Plan(billing=False)),
    "key_limit": lambda server: server.set_plan(Plan(max_keys=1)),
    "lost_connection": lambda server: server.fail_next(drop=True, operation="search"),
    "retries": _busy,
    "spent_quota": lambda server: server.set_plan(Plan(limits={"search_queries": 1})),
    "usage_headers": lambda server: server.set_plan(Plan(limits={"search_queries": 6, "api_calls": 1000})),
}


def run(path: Path, server: LocalMemsy) -> None:
    """Run the program in this file, which checks its own results."""
    if path.stem.startswith("fastapi") and importlib.util.find_spec("fastapi") is None:
        pytest.skip("FastAPI is not installed")
    if path.stem in PREPARED:
        PREPARED[path.stem](server)
    runpy.run_path(str(path), run_name="__main__")
    assert bool(server.requests) == (path.stem not in OFFLINE)
