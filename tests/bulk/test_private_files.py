"""Files of a user's own: only ordinary ones are opened."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from memsy_client._bulk.files import open_private

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there are neither pipes with names nor modes")


def test_what_is_no_ordinary_file_is_refused_and_closed(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    next_one = os.dup(0)
    os.close(next_one)
    with pytest.raises(OSError, match="it is no ordinary file"):
        open_private(tmp_path / "pipe")
    assert os.dup(0) == next_one
    os.close(next_one)


def test_one_that_others_could_read_is_theirs_no_longer(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    path.touch(0o644)
    os.close(open_private(path))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
