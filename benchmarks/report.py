"""What a run prints: its progress, and at its end one table."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator

from .figures import FIGURES, Figure
from .results import Judgement, Results

SELDOM = 15.0
"""Seconds between two lines of progress where each stays, as in a log."""


class Progress:
    """Says on standard error what is being done, and for how long the run has taken."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._told = float("-inf")

    @property
    def minutes(self) -> float:
        return (time.monotonic() - self._began) / 60

    def __call__(self, doing: str) -> None:
        now = time.monotonic()
        minutes, seconds = divmod(int(now - self._began), 60)
        line = f"{minutes:3}:{seconds:02}  {doing}"
        if sys.stderr.isatty():
            print(f"\r\x1b[K{line}", end="", file=sys.stderr, flush=True)
        elif now - self._told > SELDOM:
            self._told = now
            print(line, file=sys.stderr, flush=True)

    def end(self) -> None:
        if sys.stderr.isatty():
            print(file=sys.stderr)


def number(value: float, unit: str = "") -> str:
    """A number with three digits that say something, and its unit."""
    size = abs(value)
    digits = ",.0f" if size >= 100 else ".3g" if size >= 10 else ".2f" if size >= 0.1 or size == 0 else ".2g"
    return f"{value:{digits}} {unit}".rstrip()


def shown_bar(figure: Figure) -> str:
    """The bar of a figure in short."""
    unit = "" if figure.against_base else f" {figure.unit}"
    return f"{'≥' if figure.more_is_better else '≤'} {figure.bar:g}{unit}{' of before' * figure.against_base}".rstrip()


def shown_value(judgement: Judgement) -> tuple[str, str]:
    """What was measured, and between what the true value lies."""
    if judgement.value is None or judgement.low is None or judgement.high is None:
        return "–", ""
    unit = "" if judgement.figure.against_base else judgement.figure.unit
    within = f"{number(judgement.low)} to {number(judgement.high)}" if judgement.low != judgement.high else ""
    return number(judgement.value, unit), within


def shown_verdict(judgement: Judgement) -> str:
    """The verdict, and how sure it is."""
    if judgement.value is None:
        return f"not measured: {judgement.why}"
    return judgement.verdict if judgement.is_certain else f"{judgement.verdict}, within the noise"


def lines(results: Results) -> Iterator[str]:
    """The table, what changed, and the bars that are missed."""
    yield ", ".join(f"{name} {value}" for name, value in results.machine.items())
    yield ""
    judgements = results.judge()
    for judgement in judgements:
        value, within = shown_value(judgement)
        title = judgement.figure.title.replace("`", "")
        verdict = shown_verdict(judgement).replace("missed", "MISSED")
        yield f"{title:<86.86} {value:>9}  {within:<16} {shown_bar(judgement.figure):<18} {verdict}"
    yield ""
    if results.base is not None:
        yield from _changes(results)
        yield ""
    for verdict in ("held", "missed", "not measured"):
        count = sum(judgement.verdict == verdict for judgement in judgements)
        yield f"{count} bars {verdict}" + (", see above" if verdict == "missed" and count else "")


def _changes(results: Results) -> Iterator[str]:
    changes = results.changes()
    beyond = {name: change for name, change in changes.items() if change.verdict != "no change"}
    yield f"What changed since {results.base} beyond the noise, as ratios to it:"
    for name, change in beyond.items():
        title = FIGURES[name].title.replace("`", "")
        within = f"{number(change.low)} to {number(change.high)}"
        yield f"  {title:<84.84} {number(change.ratio):>9}  {within:<16} {change.verdict}"
    yield f"  {len(changes) - len(beyond)}{' other' * bool(beyond)} figures: no change beyond it"
