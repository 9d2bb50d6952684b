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


def interleaved(tasks: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Seconds that each task took in each round; in every round all of them run, one after the other."""
    taken: dict[str, list[float]] = {name: [] for name in tasks}
    for _ in range(rounds):
        for name, task in tasks.items():
            began = time.perf_counter()
            task()
            taken[name].append(time.perf_counter() - began)
    return taken


def ratio(taken: Mapping[str, list[float]], name: str, base: str) -> str:
    """The median of a task's time over another's, round by round, with the middle half of the ratios."""
    ratios = sorted(mine / other for mine, other in zip(taken[name], taken[base], strict=True))
    low, middle, high = statistics.quantiles(ratios, n=4)
    return f"{middle:5.2f} (middle half {low:.2f} to {high:.2f})"
