"""How the benchmarks measure: ratios out of one interleaved run, because the machines that they run on are noisy."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

#: How sure an interval is of holding the true median, where there are samples enough.
CERTAINTY = 0.99
#: How sure it has to be that a figure has changed: a run compares some hundred, and should be wrong about none.
CERTAINTY_OF_CHANGE = 0.999
#: The fewest rounds from which that can be said: all agree, which chance gives twice in 2 ** 11 times.
ROUNDS_TO_COMPARE = 11
#: What two versions may differ by, all else being equal: the layout of their memory, say.
SLIGHT = 0.03


def interleaved(tasks: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Seconds that each task took in each round; in every round all of them run, one after the other."""
    taken: dict[str, list[float]] = {name: [] for name in tasks}
    for _ in range(rounds):
        for name, task in tasks.items():
            taken[name].append(seconds(task))
    return taken


def seconds(work: Callable[..., object], *arguments: object) -> float:
    """What some work took."""
    began = time.perf_counter()
    work(*arguments)
    return time.perf_counter() - began


def ratio(taken: Mapping[str, list[float]], name: str, base: str) -> float:
    """A task's time over another's: the median of the rounds."""
    return statistics.median(mine / other for mine, other in zip(taken[name], taken[base], strict=True))


def percentile(samples: Sequence[float], percent: int) -> float:
    """The sample below or at which so many percent of them are."""
    return sorted(samples)[max(0, math.ceil(len(samples) * percent / 100) - 1)]


def interval(samples: Sequence[float], certainty: float = CERTAINTY) -> tuple[float, float]:
    """Between which values the true median lies, whatever the distribution of the noise.

    As many samples are left out at either end as leave it out seldom enough: the true median is below all but k of n
    samples as often as a coin falls on one side at most k times. Of fewer than eight samples, it is less certain.
    """
    count, cut = len(samples), 0
    while 2 * sum(math.comb(count, lower) for lower in range(cut + 2)) / 2**count <= 1 - certainty:
        cut += 1
    in_order = sorted(samples)
    return in_order[cut], in_order[-1 - cut]


@dataclass(frozen=True, slots=True)
class Change:
    """How a figure of one version is to that of another, from rounds in which both were measured.

    Attributes:
        ratio: The median of the rounds' ratios.
        low, high: Between which the true ratio lies, see `interval`.
        verdict: `"better"`, `"worse"`, or `"no change"`.
    """

    ratio: float
    low: float
    high: float
    verdict: str


def compare(mine: Sequence[float], base: Sequence[float], *, more_is_better: bool) -> Change:
    """What changed beyond the noise: where the interval of the ratio leaves out 1, and its median is no slight change.

    A difference in fewer rounds than `ROUNDS_TO_COMPARE` is never beyond it.
    """
    ratios = [value / other for value, other in zip(mine, base, strict=False)]
    middle, (low, high) = statistics.median(ratios), interval(ratios, CERTAINTY_OF_CHANGE)
    is_noise = low <= 1 <= high or abs(middle - 1) < SLIGHT or len(ratios) < ROUNDS_TO_COMPARE
    better = (middle > 1) == more_is_better
    return Change(middle, low, high, "no change" if is_noise else "better" if better else "worse")
