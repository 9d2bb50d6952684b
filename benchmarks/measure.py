"""How the benchmarks measure: ratios out of one interleaved run, because these machines are noisy."""

from __future__ import annotations

import os
import platform
import statistics
import time
from collections.abc import Callable, Mapping
from importlib.metadata import version


def machine() -> str:
    """One line on where and with what the numbers were made."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("httpx", "httpx2", "aiohttp", "attrs"))
    return f"Python {platform.python_version()} on {os.cpu_count()} cores ({platform.machine()}); {packages}"


def verdict(value: float, bar: float) -> str:
    """Whether a value that has to stay below a bar does."""
    return f"bar {bar:g}: {'held' if value <= bar else 'MISSED'}"


def interleaved(tasks: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Seconds that each task took in each round; in every round all of them run, one after the other."""
    taken: dict[str, list[float]] = {name: [] for name in tasks}
    for _ in range(rounds):
        for name, task in tasks.items():
            began = time.perf_counter()
            task()
            taken[name].append(time.perf_counter() - began)
    return taken


def ratios(taken: Mapping[str, list[float]], name: str, base: str) -> list[float]:
    """The first quarter, the median and the third quarter of a task's time over another's, round by round."""
    return statistics.quantiles((mine / other for mine, other in zip(taken[name], taken[base], strict=True)), n=4)
