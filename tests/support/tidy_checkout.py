"""A pytest plugin: a run fails when it leaves files behind in the checkout, or takes some away.

Only the names of files are compared, so that editing files meanwhile does no harm, and no git is needed. Caches, which
tools keep for their next run, do not count.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

CACHES = {
    "__pycache__",
    ".coverage",
    ".git",
    ".hypothesis",
    ".mutants",
    ".mypy_cache",
    ".pytest_cache",
    ".ruff_cache",
    ".schemathesis",
}
_BEFORE = pytest.StashKey[set[str]]()
_CHANGED = pytest.StashKey[list[str]]()


def files(root: Path) -> set[str]:
    """All files below a folder, by their relative names, but for caches and environments."""
    found = set()
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if not _is_cache(Path(folder, name))]
        found.update(Path(folder, name).relative_to(root).as_posix() for name in names if name not in CACHES)
    return found


def _is_cache(folder: Path) -> bool:
    # The generator works in a folder of its own beside its output: `make check` may run at the same time.
    return folder.name in CACHES or folder.name.startswith(".generating-") or (folder / "pyvenv.cfg").exists()


def _is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


def pytest_sessionstart(session: pytest.Session) -> None:
    if not _is_worker(session.config):
        session.config.stash[_BEFORE] = files(session.config.rootpath)


@pytest.hookimpl(trylast=True)  # when all workers have ended
def pytest_sessionfinish(session: pytest.Session) -> None:
    if not _is_worker(session.config):
        changed = session.config.stash[_BEFORE] ^ files(session.config.rootpath)
        session.config.stash[_CHANGED] = sorted(changed)
        if changed:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    changed = terminalreporter.config.stash.get(_CHANGED, [])
    if changed:
        terminalreporter.section("files that the tests have left behind or taken away", red=True)
        for name in changed:
            terminalreporter.line(name)
