"""What is written to a terminal or a pipe: text that cannot steer a terminal, and JSON."""

from __future__ import annotations

import json
import sys
from typing import Any, TextIO


def printable(line: str) -> str:
    """A line with nothing in it by which a server could write control characters to a terminal."""
    return "".join(character if character.isprintable() else " " for character in line)


def write_json(value: Any, *, stream: TextIO | None = None, indent: int | None = None) -> None:
    """Write a JSON value and a line feed, escaped where the stream cannot take it, or a terminal would obey it."""
    stream = stream or sys.stdout
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    try:
        text.encode(stream.encoding or "ascii")
        is_safe = text.replace("\n", "").isprintable()
    except UnicodeEncodeError:
        is_safe = False
    stream.write((text if is_safe else json.dumps(value, indent=indent)) + "\n")
