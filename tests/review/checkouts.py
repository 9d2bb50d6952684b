"""A small repository to review."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

from edited_contract import Part, both


class Checkout:
    """A repository with a small contract and the client that is generated from it."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def git(self, *arguments: str) -> str:
        """What git says."""
        identity = ("-c", "user.name=Tester", "-c", "user.email=tester@example.org", "-c", "commit.gpgsign=false")
        command = ["git", *identity, *arguments]
        return subprocess.run(command, cwd=self.root, check=True, capture_output=True, text=True).stdout

    def edit(self, *edits: Callable[[Part], object]) -> None:
        """Write the contract as it is after these edits of its parts."""
        text = json.dumps(both([*edits])[1], indent=1)
        (self.root / "openapi.yaml").write_text(text, encoding="utf-8")

    def state(self) -> tuple[str, bytes]:
        """What git says of the files, and its index."""
        return self.git("status", "--porcelain"), (self.root / ".git" / "index").read_bytes()
