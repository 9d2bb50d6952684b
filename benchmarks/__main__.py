"""`make bench`: measure everything, print one table, and write docs/performance.md with its charts.

The results are kept in benchmarks/data/results.json, from which `--page` writes the page anew.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import datetime, timezone
from pathlib import Path

from . import local_server, machine, page, report, retrieval
from .figures import GROUPS, QUICK_SIZE, SIZES
from .measure import ROUNDS_TO_COMPARE
from .results import Results
from .versions import Version, is_commit, this_version, version_of

DATA = Path(__file__).with_name("data")
RESULTS = DATA / "results.json"

#: Measured round by round, each time in a new process: its memory is laid out differently each time.
IN_ROUNDS = ("decoding", "calls", "in_flight", "first_answer", "bulk")
#: Of this version alone, and how often.
ALONE = {"backfill": 3, "adaptive": 1}
ROUNDS = 8


def main(arguments: Sequence[str] | None = None) -> int:
    options = _options(arguments)
    if options.page:
        page.write(Results.load(RESULTS))
        return 0
    sizes = [size for size in SIZES if options.full or size <= QUICK_SIZE]
    results = Results(machine.describe(), sizes, options.only or list(GROUPS))
    progress = report.Progress()
    with ExitStack() as stack:
        versions = [this_version()]
        if options.base:
            versions.append(stack.enter_context(version_of(options.base)))
            results.base = versions[1].name
        run = _Run(results, versions, progress)
        run.measure_all()
    results.date, results.minutes = f"{datetime.now(timezone.utc):%Y-%m-%d}", round(progress.minutes, 1)
    progress.end()
    print(*report.lines(results), sep="\n")
    for problem in run.failed.values():
        print(problem, file=sys.stderr)
    if any(name == versions[0].name for _, name in run.failed):
        return 1
    if not options.only:
        results.save(RESULTS)
        page.write(results)
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--base", metavar="REF", help="measure the version of this commit as well, in turn")
    parser.add_argument("--full", action="store_true", help=f"an embedded server with up to {SIZES[-1]:,} memories")
    parser.add_argument("--only", metavar="GROUPS", default="", help=f"some of {','.join(GROUPS)}; writes no page")
    parser.add_argument("--page", action="store_true", help="measure nothing; write the page of the last results")
    options = parser.parse_args(arguments)
    options.only = [name for name in options.only.split(",") if name]
    unknown = [name for name in options.only if name not in GROUPS]
    if unknown:
        parser.error(f"there is no group {', '.join(unknown)}")
    if options.base and not is_commit(options.base):
        parser.error(f"{options.base!r} is not a commit of this repository")
    return options


class _Run:
    """What is measured of which version.

    Attributes:
        failed: By group and version, what went wrong; the others are measured all the same.
    """

    def __init__(self, results: Results, versions: Sequence[Version], progress: report.Progress) -> None:
        self._results = results
        self._versions = versions
        self._progress = progress
        self.failed: dict[tuple[str, str], str] = {}

    def measure_all(self) -> None:
        """Measure the groups, one round after the other."""
        rounds = ROUNDS if len(self._versions) == 1 else ROUNDS_TO_COMPARE
        for number in range(rounds):
            # Which of two goes first changes, so that neither always meets what the other has left behind.
            versions = self._versions if number % 2 else self._versions[::-1]
            for group in IN_ROUNDS:
                for version in versions:
                    self._measure(group, version, f"round {number + 1} of {rounds}")
        for group, times in ALONE.items():
            for number in range(times):
                self._measure(group, self._versions[0], f"{number + 1} of {times}")
        if "retrieval" in self._results.groups:
            self._progress("retrieval")
            self._results.add(_retrieval())
        if "local_server" in self._results.groups:
            self._measure_servers()

    def _measure_servers(self) -> None:
        def tell(doing: str) -> None:
            self._progress(f"embedded server: {doing}")

        try:
            found = local_server.measure(self._versions, self._results.sizes, tell)
        except Exception as error:  # a server may fail in any way, and what was measured before is told all the same
            self.failed["local_server", self._versions[0].name] = f"local_server failed: {error!r}"
            return
        for number, samples in enumerate(found):
            self._results.add(samples, before=number > 0)

    def _measure(self, group: str, version: Version, which: str) -> None:
        if group not in self._results.groups or (group, version.name) in self.failed:
            return
        self._progress(f"{GROUPS[group][0].lower()}, {version.name}, {which}")
        try:
            figures = version.measure(group)
        except (RuntimeError, json.JSONDecodeError) as error:
            self.failed[group, version.name] = str(error)
            return
        self._results.add(figures, before=version is not self._versions[0])


def _retrieval() -> dict[str, float]:
    found = retrieval.measure(*map(retrieval.read, (DATA / "events.jsonl", DATA / "questions.jsonl")))
    return {
        "retrieval.recall": found.recall,
        "retrieval.hits": found.hits,
        "retrieval.reciprocal_rank": found.reciprocal_rank,
    }


if __name__ == "__main__":
    sys.exit(main())
