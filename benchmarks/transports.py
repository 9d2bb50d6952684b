"""How many calls a second the clients make, against plain httpx making the same: `python -m benchmarks.transports`.

Every contender of a group is measured in turn, round after round, so that whatever else the machine does meets all of
them alike; a ratio is taken within a round. Plain httpx does what a careful user would: one shared client, one request,
`json.loads`. Ours also check types, parse dates and make models.
"""

from __future__ import annotations

import asyncio
import json
import os
import platform
import statistics
import threading
import time
from collections.abc import Awaitable, Callable
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import httpx

from benchmarks.stub_server import BODY, answering
from memsy_client import AsyncMemsyClient, MemsyClient

KEY = "msy_benchmark"
HEADERS = {"Authorization": f"Bearer {KEY}", "Accept": "application/json"}
ASK = {"query": "where does Mara live?", "limit": 10, "threshold": 0.0, "include_source_events": False}

IN_FLIGHT = 64
THREADS = 16
ROUNDS = 15
SECONDS = 0.3  # each contender, each round: short, so that what else the machine does meets all alike

Call = Callable[[], Any]
AsyncCall = Callable[[], Awaitable[Any]]


class Group:
    """What is measured together: for each contender its calls a second, round by round. The first is plain httpx."""

    def __init__(self, title: str, bars: dict[str, float]) -> None:
        self.title = title
        self.bars = bars
        self.rates: dict[str, list[float]] = {}

    def add(self, name: str, rate: float) -> None:
        self.rates.setdefault(name, []).append(rate)

    def show(self) -> None:
        print(f"\n{self.title}")
        base = next(iter(self.rates.values()))
        for name, rates in self.rates.items():
            ratios = [rate / plain for rate, plain in zip(rates, base, strict=True)]
            ratio = statistics.median(ratios)
            bar = self.bars.get(name)
            verdict = "" if bar is None else f"   bar {bar:.2f}x: {'holds' if ratio >= bar else 'MISSED'}"
            spread = f"({min(ratios):.2f} to {max(ratios):.2f})"
            print(f"  {name:<34}{statistics.median(rates):>8,.0f} calls/s  {ratio:>6.2f}x {spread:<17}{verdict}")


async def many_tasks(url: str) -> Group:
    group = Group(
        f"async, {IN_FLIGHT} calls in flight",
        {"AsyncMemsyClient": 2.0, "AsyncMemsyClient, aiohttp": 6.0},
    )
    async with httpx.AsyncClient(headers=HEADERS) as plain, AsyncMemsyClient(url, KEY) as ours:

        async def ask_plainly() -> None:
            answer = await plain.post(f"{url}/search", json=ASK)
            json.loads(answer.content)

        contenders: dict[str, AsyncCall] = {
            "httpx.AsyncClient": ask_plainly,
            "AsyncMemsyClient": lambda: ours.search(str(ASK["query"])),
        }
        carrier = _aiohttp_transport()
        if carrier is not None:
            carried = AsyncMemsyClient(url, KEY, http_client=carrier)
            contenders["AsyncMemsyClient, aiohttp"] = lambda: carried.search(str(ASK["query"]))
        for round_number in range(ROUNDS + 1):
            for name, call in contenders.items():
                rate = await _rate_of_tasks(call)
                if round_number:  # the first one warms up
                    group.add(name, rate)
        if carrier is not None:
            await carried.close()
            await carrier.aclose()
    return group


def _aiohttp_transport() -> Any:
    try:
        from memsy_client._transports.aiohttp import AiohttpTransport

        return AiohttpTransport()
    except ImportError:
        return None


async def _rate_of_tasks(call: AsyncCall) -> float:
    ends = time.perf_counter() + SECONDS

    async def work() -> int:
        calls = 0
        while time.perf_counter() < ends:
            await call()
            calls += 1
        return calls

    began = time.perf_counter()
    counts = await asyncio.gather(*(work() for _ in range(IN_FLIGHT)))
    return sum(counts) / (time.perf_counter() - began)


def _sync_contenders(url: str, plain: httpx.Client, ours: MemsyClient) -> dict[str, Call]:
    def ask_plainly() -> None:
        answer = plain.request("POST", f"{url}/search", json=ASK)
        json.loads(answer.content)

    return {"httpx.Client": ask_plainly, "MemsyClient": lambda: ours.search(str(ASK["query"]))}


def many_threads(url: str) -> Group:
    group = Group(f"sync, one client shared by {THREADS} threads", {"MemsyClient": 1.5})
    with httpx.Client(headers=HEADERS) as plain, MemsyClient(url, KEY) as ours:
        contenders = _sync_contenders(url, plain, ours)
        for round_number in range(ROUNDS + 1):
            for name, call in contenders.items():
                rate = _rate_of_threads(call)
                if round_number:
                    group.add(name, rate)
    return group


def _rate_of_threads(call: Call) -> float:
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


def one_at_a_time(url: str) -> Group:
    group = Group("sync, one call at a time", {"MemsyClient": 1 / 1.05})
    batch = 50  # small, so that both meet the same conditions
    with httpx.Client(headers=HEADERS) as plain, MemsyClient(url, KEY) as ours:
        contenders = _sync_contenders(url, plain, ours)
        for round_number in range(ROUNDS + 1):
            took = dict.fromkeys(contenders, 0.0)
            calls = 0
            while sum(took.values()) < SECONDS * len(contenders):
                calls += batch
                for name, call in contenders.items():
                    began = time.perf_counter()
                    for _ in range(batch):
                        call()
                    took[name] += time.perf_counter() - began
            for name, seconds in took.items():
                if round_number:
                    group.add(name, calls / seconds)
    return group


def _describe() -> None:
    packages = []
    for name in ("httpx", "httpcore", "anyio", "aiohttp", "attrs"):
        try:
            packages.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            packages.append(f"no {name}")
    print(f"{platform.system()} {platform.machine()}, {_cores()} cores, Python {platform.python_version()}")
    print(", ".join(packages))
    print(f"a search of 10 results ({len(BODY):,} bytes) on loopback, {ROUNDS} rounds of {SECONDS} s each")
    print("median calls a second; median of the rounds' ratios to plain httpx (least to most)")


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def main() -> None:
    _describe()
    with answering() as url:
        asyncio.run(many_tasks(url)).show()
        many_threads(url).show()
        one_at_a_time(url).show()


if __name__ == "__main__":
    main()
