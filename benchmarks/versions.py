"""The versions of the package that are measured: that of this folder, and perhaps that of a commit."""

from __future__ import annotations

import compileall
import io
import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Version:
    """A folder with a `memsy_client`, and what it is called."""

    name: str
    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        """For a process whose working directory is the folder: these benchmarks measure that package."""
        # Compiled bytecode, as where it is installed, even if an environment for tests keeps it from being written.
        kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        return {**kept, "PYTHONPATH": f"{self.folder}{os.pathsep}{ROOT}"}

    def measure(self, group: str) -> dict[str, float]:
        """The figures of a group, measured in a process of its own."""
        command = [sys.executable, "-m", f"benchmarks.{group}"]
        ran = subprocess.run(command, cwd=self.folder, env=self.environment, capture_output=True, text=True)
        if ran.returncode:
            raise RuntimeError(f"{group} of {self.name} failed:\n{ran.stderr}")
        return dict(json.loads(ran.stdout.splitlines()[-1]))


def this_version() -> Version:
    """The version of this folder."""
    return _compiled(Version("this version", ROOT))


def is_commit(reference: str) -> bool:
    """Whether it names a commit of this repository."""
    return _git("rev-parse", "--verify", f"{reference}^{{commit}}").returncode == 0


@contextmanager
def version_of(reference: str) -> Iterator[Version]:
    """The version of a commit, in a temporary folder."""
    commit = _git("rev-parse", "--short", f"{reference}^{{commit}}").stdout.decode().strip()
    archive = _git("archive", commit, "memsy_client")
    with TemporaryDirectory() as folder:
        with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as files:
            files.extractall(folder, filter="data")
        yield _compiled(Version(commit, Path(folder).resolve()))


def _git(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True)  # noqa: S607


def _compiled(version: Version) -> Version:
    compileall.compile_dir(version.folder / "memsy_client", quiet=2)
    return version
