"""The package says nothing until an application asks."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
from memsy_client import MemsyClient, MemsyConnectionError

def broken(event):
    raise ValueError("hook")

with MemsyClient("http://127.0.0.1:1", "msy_1", on_request=broken) as client:
    try:
        client.health()
    except MemsyConnectionError:
        pass
"""


def test_nothing_is_printed_by_default() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, check=True)
    assert (done.stdout, done.stderr) == (b"", b"")
