"""Say what the uncommitted and committed changes of the contract mean.

    PYTHONPATH=codegen python -m review [--base REF] [--callers PATH] [--format text|markdown|json]

Compares openapi.yaml of the working tree with that of a commit (the newest tag, unless one is named). Standard output
holds the report alone. Exit codes: 0; 1 when the section `## [Unreleased]` of CHANGELOG.md leaves out a break; 2 when
there is nothing to review. `make review` is the same, with BASE, CALLERS and FORMAT.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import NoReturn

from . import wire
from .callers import Caller, check_code
from .judgement import judge
from .names import Names
from .recorded_calls import check_log
from .report import Report
from .surface import read_surface
from .versions import Repository, ReviewError, Version

ROOT = Path(__file__).resolve().parents[2]
FORMATS = ("text", "markdown", "json")


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise ReviewError(message)


def main(arguments: list[str] | None = None, root: Path = ROOT) -> int:
    """Run the command; gives its exit code."""
    parser = _Parser(prog="review", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base", default="", metavar="REF", help="a hash, tag or branch; the newest tag by default")
    parser.add_argument(
        "--callers", default="", metavar="PATH", help="a folder, a file of Python, or a log of requests"
    )
    parser.add_argument("--format", default="text", metavar="|".join(FORMATS))
    try:
        options = parser.parse_args(arguments)
        if options.format not in FORMATS:
            raise ReviewError(f"FORMAT={options.format} is none of {', '.join(FORMATS)}")
        callers = Path(options.callers) if options.callers else None
        if callers is not None and not callers.exists():
            raise ReviewError(f"CALLERS={callers} is not there")
        repository = Repository(root)
        with tempfile.TemporaryDirectory(prefix="review-") as folder:
            report = _review(repository, options.base or repository.newest_tag(), callers, Path(folder).resolve())
    except ReviewError as error:
        print(f"cannot review: {error}", file=sys.stderr)
        return 2
    print(getattr(report, f"as_{options.format}")())
    unnamed = report.unnamed(repository.changelog())
    if unnamed:
        print(f"CHANGELOG.md does not name under Unreleased what breaks: {', '.join(unnamed)}", file=sys.stderr)
    return 1 if unnamed else 0


def _review(repository: Repository, base: str, callers: Path | None, folder: Path) -> Report:
    commit = repository.commit(base)
    old, new = repository.version_of(commit, base, folder / "old"), repository.working_tree(folder / "new")
    surfaces = read_surface(old.package), read_surface(new.package)
    changes = judge(*surfaces)
    found = _callers(callers, (old, new), Names(surfaces[0], changes), folder) if callers else []
    return Report(base, wire.compare(old.contract, new.contract), changes, found, surfaces)


def _callers(callers: Path, versions: tuple[Version, Version], names: Names, folder: Path) -> list[Caller]:
    if callers.is_dir() or callers.suffix == ".py":
        for version in versions:
            version.name_all()
        return check_code(callers, versions, names, folder)
    return check_log(callers, versions, names.surface)


if __name__ == "__main__":
    sys.exit(main())
