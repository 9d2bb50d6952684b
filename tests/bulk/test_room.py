"""What takes many calls is a room of its own: the core does without it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_the_cores_tests_pass_without_it(tmp_path: Path) -> None:
    without = shutil.ignore_patterns("_bulk", "__pycache__")
    for folder in ("memsy_client", "tests/core", "tests/support", "codegen"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=without)
    for file in ("pyproject.toml", "openapi.yaml", "tests/conftest.py"):
        shutil.copy(ROOT / file, tmp_path / file)
    assert not (tmp_path / "memsy_client" / "_bulk").exists()
    check = f"import memsy_client\nassert memsy_client.__file__.startswith({str(tmp_path)!r})\n"
    (tmp_path / "conftest.py").write_text(check, "utf-8")
    command = [sys.executable, "-m", "pytest", "tests/core", "-n0", "-p", "no:cacheprovider"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=600, check=False)
    assert ran.returncode == 0, ran.stdout[-5000:] + ran.stderr
    assert "[100%]" in ran.stdout
