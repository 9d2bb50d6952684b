"""The worked example of CONTRIBUTING.md is carried out as it stands there, in a copy of the sources."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
SOURCES = ("codegen", "templates", "memsy_client", "openapi.yaml", "generator-config.yaml")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.M | re.S)


def insert(path: Path, after: str, text: str) -> None:
    content = path.read_text("utf-8")
    assert content.count(after) == 1
    path.write_text(content.replace(after, after + text), "utf-8")


@pytest.mark.skipif(sys.version_info < (3, 11), reason="the generator needs Python 3.11")
def test_the_endpoint_of_the_example_works_after_the_edits_that_the_page_names(tmp_path: Path) -> None:
    for name in SOURCES:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, tmp_path / name)
    operation, schema = blocks("yaml")
    handler, line, program = blocks("python")
    insert(tmp_path / "openapi.yaml", "\npaths:\n", operation)
    insert(tmp_path / "openapi.yaml", "\n  schemas:\n", schema)
    handlers = tmp_path / "memsy_client" / "local" / "handlers"
    with (handlers / "health.py").open("a", encoding="utf-8") as file:
        file.write(handler)
    insert(handlers / "table.py", "HANDLERS: Mapping[str, Handler] = {\n", line)
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    for command in (["codegen/generate.py"], ["-c", program]):
        ran = subprocess.run(
            [sys.executable, *command], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr
        assert ran.stderr == "", "where something is not finished, it says so"
