"""A test run leaves the checkout as it was; one that does not fails, and says what is there or gone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).parents[1]
UNTIDY = """
from pathlib import Path

def test_it():
    Path(":memory:.lock").touch()
    Path("taken away").unlink()
    Path("__pycache__/cached").touch()
    Path("environment/installed").touch()
"""


def test_a_run_that_leaves_files_or_takes_some_away_fails_and_caches_do_not_count(tmp_path: Path) -> None:
    (tmp_path / "taken away").touch()
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "environment").mkdir()
    (tmp_path / "environment" / "pyvenv.cfg").touch()
    (tmp_path / "test_it.py").write_text(UNTIDY)
    plugins = ["-p", "xdist", "-p", "support.tidy_checkout"]
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", *plugins, "-n", "1", "--rootdir", tmp_path],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(TESTS), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
    )
    lines = ran.stdout.splitlines()
    assert ran.returncode == 1, ran.stdout
    title = next(number for number, line in enumerate(lines) if "have left behind or taken away" in line)
    assert lines[title + 1 : title + 3] == [":memory:.lock", "taken away"]
    assert "1 passed" in lines[title + 3]
