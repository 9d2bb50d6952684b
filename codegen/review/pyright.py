"""What pyright says of callers, with one version of the package or another."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .versions import ReviewError

_REVEALED = re.compile(r'Type of ".*" is "(.*)"', re.DOTALL)


@dataclass(frozen=True)
class Finding:
    """One message of pyright; lines count from 1, columns from 0 in characters."""

    file: Path
    line: int
    column: int
    end_line: int
    end_column: int
    rule: str
    message: str
    severity: str

    @property
    def key(self) -> tuple[Path, int, int, str]:
        """What makes it the same one in both versions: the words may differ."""
        return self.file, self.line, self.column, self.rule

    @property
    def revealed(self) -> str | None:
        """The type that it answers `reveal_type` with."""
        found = _REVEALED.match(self.message)
        return found[1] if found and self.severity == "information" else None


def start(folder: Path, checked: Iterable[str], imported: Iterable[Path]) -> subprocess.Popen[str]:
    """Start pyright on folders inside `folder`; modules are looked for in `imported`, in this order."""
    paths = [str(path) for path in imported]
    config = {
        "include": list(checked),
        "exclude": [],
        "extraPaths": paths,
        "typeCheckingMode": "standard",
        "enableTypeIgnoreComments": False,  # what a caller chose not to hear is a break all the same
    }
    name = f"pyright-{Path(paths[0]).name}.json"
    (folder / name).write_text(json.dumps(config), encoding="utf-8")
    command = [sys.executable, "-m", "pyright", "--outputjson", "--pythonpath", sys.executable, "-p", name]
    return subprocess.Popen(
        command,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"},
    )


def findings(process: subprocess.Popen[str]) -> list[Finding]:
    """What it found. Raises `ReviewError` when it did not run."""
    output, errors = process.communicate()
    try:
        listed = json.loads(output)["generalDiagnostics"]
    except (ValueError, KeyError):
        raise ReviewError(f"pyright did not run: {' '.join((errors or output).split())[:300]}") from None
    return [_finding(each) for each in listed]


def _finding(said: dict[str, Any]) -> Finding:
    span = said["range"]
    return Finding(
        Path(said["file"]),
        span["start"]["line"] + 1,
        span["start"]["character"],
        span["end"]["line"] + 1,
        span["end"]["character"],
        said.get("rule", ""),
        said["message"],
        said["severity"],
    )
