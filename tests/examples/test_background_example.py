"""The examples that need nothing but this machine run as they stand there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_an_agent_and_a_web_application_write_in_the_background() -> None:
    command = [sys.executable, "-W", "error", "examples/background.py"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}  # the package of this checkout
    ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120)
    assert (ran.returncode, ran.stderr) == (0, "")
    *replies, agent, application = ran.stdout.splitlines()
    assert len(replies) == 3
    assert agent == "agent: WriterStats(queued=0, acknowledged=6, failed=0, dropped=0, in_doubt=0)"
    assert application == "application: WriterStats(queued=0, acknowledged=3, failed=0, dropped=0, in_doubt=0)"
