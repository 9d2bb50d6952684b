"""The command line logs as `MEMSY_LOG` says."""

from __future__ import annotations

import subprocess
import sys

import pytest

from memsy_client.local import LocalMemsy


@pytest.mark.parametrize(
    ("level", "code", "told"), [("info", 0, "GET /health: 200"), ("loud", 2, "memsy-client: MEMSY_LOG")]
)
def test_the_command_line_logs_as_the_environment_says(level: str, code: int, told: str) -> None:
    with LocalMemsy() as memsy:
        ran = subprocess.run(
            [sys.executable, "-m", "memsy_client", "check"],
            env={**memsy.environment, "MEMSY_LOG": level},
            capture_output=True,
            text=True,
        )
    assert (ran.returncode, told in ran.stderr) == (code, True)
