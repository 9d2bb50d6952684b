"""The two versions that are compared: that of a commit, and the working tree with what is not committed yet.

Of the commit, the package as it was committed is compared: it is what callers have, and it needs no generator of that
time. Where it does not belong to its contract, because `make generate` was not run, it is generated from that contract.
The working tree's package is always generated anew, in a temporary folder. Nothing is written into the repository.
"""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contract import ContractError, read_document

CONTRACT = "openapi.yaml"
PACKAGE = "memsy_client"
_GENERATED = f"{PACKAGE}/_generated"


class ReviewError(Exception):
    """There is nothing to review, or no way to; the message says what to do in at most two lines."""


@dataclass(frozen=True)
class Version:
    """One version: the contract, and a folder with the package in it."""

    contract: dict[str, Any]
    folder: Path

    @property
    def package(self) -> Path:
        """The package."""
        return self.folder / PACKAGE

    def name_all(self) -> None:
        """Take the functions away by which modules load their names late: to a type checker, they have every name."""
        for module in (self.package / "__init__.py", self.package / "models.py"):
            text = module.read_text(encoding="utf-8")
            module.write_text(text.replace("def __getattr__(", "def _load("), encoding="utf-8")


class Repository:
    """A checkout, read only."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def newest_tag(self) -> str:
        """The tag that was made last."""
        tags = self._git("tag", "--sort=-version:refname", "--sort=-creatordate").decode().split()
        if not tags:
            raise ReviewError("there is no tag to compare with: say BASE=<hash, tag or branch>")
        return tags[0]

    def commit(self, name: str) -> str:
        """The hash of a commit that a hash, tag or branch names."""
        try:
            if name.startswith("-"):
                raise ReviewError(name)
            return self._git("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}").decode().strip()
        except ReviewError:
            raise ReviewError(f"BASE={name} is not a hash, tag or branch of this repository") from None

    def version_of(self, commit: str, name: str, folder: Path) -> Version:
        """The version of a commit, which is called `name`, laid out in a folder."""
        try:
            self._unpack(commit, folder)
        except ReviewError:
            raise ReviewError(f"BASE={name} has no {CONTRACT} or no {PACKAGE}") from None
        contract = self._read(folder / CONTRACT, f"BASE={name}")
        if not _belongs_to(folder / _GENERATED / "openapi.json", contract):
            shutil.rmtree(folder / _GENERATED, ignore_errors=True)
            _generate(contract, folder, f"BASE={name}")
        return Version(contract, folder)

    def working_tree(self, folder: Path) -> Version:
        """The version of the files as they are, generated in a folder."""
        contract = self._read(self._root / CONTRACT, CONTRACT)
        ignored = shutil.ignore_patterns("_generated", "__pycache__")
        shutil.copytree(self._root / PACKAGE, folder / PACKAGE, ignore=ignored)
        _generate(contract, folder, CONTRACT)
        return Version(contract, folder)

    def changelog(self) -> str:
        """The text of CHANGELOG.md under `## [Unreleased]`."""
        path = self._root / "CHANGELOG.md"
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        found = re.search(r"^## \[Unreleased\][^\n]*\n(.*?)(?=^## |\Z)", text, re.DOTALL | re.MULTILINE)
        return found[1] if found else ""

    def _read(self, path: Path, what: str) -> dict[str, Any]:
        try:
            return read_document(path)
        except ContractError as error:
            raise ReviewError(f"{what}: {_one_line(error)}") from error

    def _unpack(self, commit: str, folder: Path) -> None:
        content = self._git("archive", "--format=tar", commit, "--", CONTRACT, PACKAGE)
        with tarfile.open(fileobj=io.BytesIO(content)) as archive:
            archive.extractall(folder, filter="data")

    def _git(self, *arguments: str) -> bytes:
        environment = {**os.environ, "GIT_OPTIONAL_LOCKS": "0"}  # not even the index is refreshed
        try:
            ran = subprocess.run(["git", *arguments], cwd=self._root, env=environment, capture_output=True)  # noqa: S607
        except FileNotFoundError:
            raise ReviewError("git is not installed") from None
        if ran.returncode:
            raise ReviewError(_one_line(ran.stderr.decode(errors="replace")) or "git failed")
        return ran.stdout


def _belongs_to(document: Path, contract: dict[str, Any]) -> bool:
    """Whether a package was generated from a contract."""
    try:
        found: dict[str, Any] = json.loads(document.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return found == contract


def _generate(contract: dict[str, Any], folder: Path, what: str) -> None:
    """Generate the package in a folder. Examples are left out: while they are not edited yet, they may be wrong."""
    from generate import generate

    source = folder / CONTRACT
    source.write_text(json.dumps(_without_examples(contract)), encoding="utf-8")
    try:
        generate(source, folder / _GENERATED)
    except ContractError as error:
        raise ReviewError(f"{what} cannot be generated, `make generate` says why: {_one_line(error)}") from error


def _without_examples(node: Any, holder: str = "") -> Any:
    if isinstance(node, list):
        return [_without_examples(each) for each in node]
    if not isinstance(node, dict):
        return node
    dropped = () if holder == "properties" else ("example", "examples")
    return {name: _without_examples(each, name) for name, each in node.items() if name not in dropped}


def _one_line(text: object) -> str:
    words = " ".join(str(text).split())
    return words if len(words) <= 300 else f"{words[:300]}…"
