"""How many calls a second the clients make with many in flight at once, next to plain libraries that do the same."""

from __future__ import annotations

import asyncio
import json
import statistics
import threading
import time
from collections.abc import Callable
from contextlib import AsyncExitStack

import httpx

from memsy_client import MemsyClient

from .calls import AsyncCall, async_contenders
from .figures import IN_FLIGHT
from .group import ASK, HEADERS, KEY, QUERY, orjson_used, print_figures
from .stub_server import SameAnswers, answering

BARS_AT = 64
THREADS = 16
SECONDS = 0.15  # each contender, each time: short, so that what else the machine does meets all alike
REPEATED = 3  # where a bar is


def measure() -> dict[str, float]:
    with answering(SameAnswers()) as url:
        rates = asyncio.run(_rates(url))
        plain = rates[f"in_flight.async_httpx.{BARS_AT}"]
        ratios = {
            "in_flight.httpx_only": rates[f"in_flight.async_memsy.{BARS_AT}"] / plain,
            "in_flight.fast": rates[f"in_flight.async_memsy_fast.{BARS_AT}"] / plain,
        }
        return rates | ratios | {"in_flight.threads": _threads(url)}


async def _rates(url: str) -> dict[str, float]:
    found: dict[str, float] = {}
    async with AsyncExitStack() as stack:
        calls = await async_contenders(url, stack, connections=max(IN_FLIGHT))
        for tasks in sorted(IN_FLIGHT):
            # A pool with more connections than are needed would make calls slower: it looks at all of them.
            for call in calls.values():
                await _rate_of_tasks(call, tasks, 0.0)
            rates: dict[str, list[float]] = {name: [] for name in calls}
            for _ in range(REPEATED if tasks == BARS_AT else 1):
                for name, call in calls.items():
                    with orjson_used(name.endswith("_fast")):
                        rates[name].append(await _rate_of_tasks(call, tasks, SECONDS))
            found |= {f"in_flight.{name}.{tasks}": statistics.median(values) for name, values in rates.items()}
    return found


async def _rate_of_tasks(call: AsyncCall, tasks: int, seconds: float) -> float:
    began = time.perf_counter()
    ends = began + seconds

    async def work() -> int:
        calls = 0
        while not calls or time.perf_counter() < ends:
            await call()
            calls += 1
        return calls

    counts = await asyncio.gather(*(work() for _ in range(tasks)))
    return sum(counts) / (time.perf_counter() - began)


def _threads(url: str) -> float:
    """Calls a second of one client that threads share, over those of an `httpx.Client`."""
    with httpx.Client(headers=HEADERS) as plain, MemsyClient(url, KEY) as ours:

        def plainly() -> None:
            json.loads(plain.post(f"{url}/search", json=ASK).content)

        def by_ours() -> None:
            ours.search(QUERY)

        for call in (plainly, by_ours):  # warms up
            _rate_of_threads(call)
        ratios: list[float] = []
        for _ in range(REPEATED):
            with orjson_used(False):
                rate = _rate_of_threads(by_ours)
            ratios.append(rate / _rate_of_threads(plainly))
    return statistics.median(ratios)


def _rate_of_threads(call: Callable[[], object]) -> float:
    ends = time.perf_counter() + SECONDS
    counts = [0] * THREADS

    def work(index: int) -> None:
        while time.perf_counter() < ends:
            call()
            counts[index] += 1

    threads = [threading.Thread(target=work, args=(index,)) for index in range(THREADS)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / (time.perf_counter() - began)


if __name__ == "__main__":
    print_figures(measure)
