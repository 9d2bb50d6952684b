"""What a run has found, and what it says of the bars and of the version before."""

from __future__ import annotations

import json
import re
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal

from .figures import BARS, COMPARED_TO, FIGURES, GROUPS, Figure
from .measure import Change, compare, interval

Verdict = Literal["held", "missed", "not measured"]


@dataclass(frozen=True, slots=True)
class Judgement:
    """A bar, and whether it is held.

    Attributes:
        value: The median, or of a bar against the version before the median of the ratios; None if there is none.
        low, high: Between which the true one lies, see `measure.interval`.
        why: Why it was not measured.
    """

    name: str
    figure: Figure
    verdict: Verdict
    value: float | None = None
    low: float | None = None
    high: float | None = None
    why: str = ""

    @property
    def is_certain(self) -> bool:
        """Whether all that the true value may be is on one side of the bar."""
        ends = [self.figure.holds(end) for end in (self.low, self.high) if end is not None]
        return all(ends) or not any(ends)


@dataclass(slots=True)
class Results:
    """The samples of each figure, and of the version before, round by round.

    Attributes:
        machine: See `machine.describe`.
        sizes: The sizes of the embedded server's database.
        groups: Those that were measured.
        base: The commit of the version before, if there is one.
        date: The day, as 2026-01-31.
        minutes: How long the run took.
    """

    machine: Mapping[str, str]
    sizes: Sequence[int]
    groups: Sequence[str] = tuple(GROUPS)
    base: str | None = None
    date: str = ""
    minutes: float = 0.0
    samples: dict[str, list[float]] = field(default_factory=dict)
    before: dict[str, list[float]] = field(default_factory=dict)

    def add(self, figures: Mapping[str, float | Sequence[float]], *, before: bool = False) -> None:
        """Add samples. Raises `ValueError` when a figure is not listed in `figures`."""
        unknown = sorted(set(figures) - set(FIGURES))
        if unknown:
            raise ValueError(f"benchmarks/figures.py does not list {', '.join(unknown)}")
        kept = self.before if before else self.samples
        for name, found in figures.items():
            values = [found] if isinstance(found, int | float) else found
            kept.setdefault(name, []).extend(float(f"{value:.5g}") for value in values)

    def value(self, name: str) -> float | None:
        """The median of a figure, or None where it was not measured."""
        return statistics.median(self.samples[name]) if self.samples.get(name) else None

    def value_before(self, name: str) -> float:
        """The median of a figure that was measured of the version before."""
        return statistics.median(self.before[name])

    def judge(self) -> list[Judgement]:
        """The bars of the groups that were measured."""
        measured = [name for group in self.groups for name in GROUPS[group][1]]
        return [self._judgement(name, BARS[name]) for name in measured if name in BARS]

    def _judgement(self, name: str, figure: Figure) -> Judgement:
        if not self.samples.get(name):
            return Judgement(name, figure, "not measured", why=self._why_not(name))
        if not figure.against_base:
            value, (low, high) = statistics.median(self.samples[name]), interval(self.samples[name])
        elif self.before.get(name):
            change = self._change(name, figure)
            value, low, high = change.ratio, change.low, change.high
        else:
            return Judgement(name, figure, "not measured", why="needs BASE")
        return Judgement(name, figure, "held" if figure.holds(value) else "missed", value, low, high)

    def _why_not(self, name: str) -> str:
        if name.startswith("adaptive."):
            return "this version does not have it"
        if name.endswith(f".{COMPARED_TO}"):
            return "needs FULL=1 and BASE"
        if name == "embedded.same_results":
            return "needs BASE"
        group = next(figures for _, figures in GROUPS.values() if name in figures)
        return "not part of that run" if any(self.samples.get(other) for other in group) else "failed"

    def changes(self) -> dict[str, Change]:
        """Each figure that was measured of both versions."""
        return {
            name: self._change(name, FIGURES[name])
            for name in FIGURES
            if self.samples.get(name) and self.before.get(name)
        }

    def _change(self, name: str, figure: Figure) -> Change:
        return compare(self.samples[name], self.before[name], more_is_better=figure.more_is_better)

    def save(self, path: Path) -> None:
        """Write it as JSON, the samples of a figure in one line."""
        text = json.dumps(asdict(self), indent=1, ensure_ascii=False)
        text = re.sub(r"\[[^\[\]{}]*\]", lambda found: " ".join(found[0].split()), text)
        path.write_text(f"{text}\n", "utf-8")

    @classmethod
    def load(cls, path: Path) -> Results:
        """Read what `save` has written."""
        return cls(**json.loads(path.read_text("utf-8")))
