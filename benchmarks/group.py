"""What the groups of figures share that are measured in a process of their own, for one version of the package."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import memsy_client
from memsy_client._core import codec

KEY = "msy_benchmark"
HEADERS = {"Authorization": f"Bearer {KEY}", "Accept": "application/json"}
QUERY = "where does Mara live?"
ASK = {"query": QUERY, "limit": 10, "threshold": 0.0, "include_source_events": False}


def print_figures(measure: Callable[[], Mapping[str, float]]) -> None:
    """Measure the package of the working directory, and print the figures as the last line."""
    found = Path(memsy_client.__file__).parents[1]
    if found != Path.cwd():
        raise SystemExit(f"the package of {Path.cwd()} is to be measured, but that of {found} was imported")
    print(json.dumps(dict(measure())))


def without_orjson(call: Callable[[], Any]) -> Callable[[], Any]:
    """The call as it is where orjson is not installed."""

    def slow() -> Any:
        with orjson_used(False):
            return call()

    return slow


@contextmanager
def orjson_used(used: bool) -> Iterator[None]:
    """Whether our clients decode with orjson inside of the block, as they do where it is installed."""
    before = getattr(codec, "_fast_loads", None)  # an earlier version may not have it
    codec._fast_loads = before if used else None
    try:
        yield
    finally:
        codec._fast_loads = before


def repeated(call: Callable[[], object], times: int) -> Callable[[], None]:
    """The call so many times, one after the other."""

    def run() -> None:
        for _ in range(times):
            call()

    return run


def repeated_on(
    loop: asyncio.AbstractEventLoop, call: Callable[[], Awaitable[object]], times: int
) -> Callable[[], None]:
    """The asynchronous call so many times, one after the other."""

    async def run() -> None:
        for _ in range(times):
            await call()

    return lambda: loop.run_until_complete(run())
