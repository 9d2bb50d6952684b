"""The file that a new key is written to is its owner's alone."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from memsy_client.cli.keys import SecretFile

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="has no such modes")


@pytest.mark.parametrize("mask", [0o777, 0o277, 0o022, 0o000])
def test_its_owner_can_read_it_and_nobody_else_whatever_the_mask(tmp_path: Path, mask: int) -> None:
    before = os.umask(mask)
    try:
        with SecretFile(tmp_path / "key") as file:
            file.write("msy_new")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600
    assert (tmp_path / "key").read_text("utf-8") == "msy_new\n"
