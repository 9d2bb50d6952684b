"""docs/architecture.md names files that are there, and every room of the house."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "architecture.md").read_text("utf-8")


def test_every_file_and_folder_it_names_is_there():
    named = [name for name in re.findall(r"`([\w./-]+)`", PAGE) if "/" in name or name.endswith((".py", ".yaml"))]
    assert len(named) > 30
    missing = [name for name in named if not (ROOT / name).exists()]
    assert missing == []


def test_it_names_every_room():
    rooms = [path.name for path in (ROOT / "memsy_client").iterdir() if path.is_dir() and path.name != "__pycache__"]
    rooms += [path.name for path in (ROOT / "memsy_client" / "local").iterdir() if (path / "__init__.py").exists()]
    assert [room for room in rooms if not re.search(rf"\b{room}/", PAGE)] == []
