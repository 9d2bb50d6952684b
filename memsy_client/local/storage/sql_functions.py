"""Functions of ours that SQL can call."""

from __future__ import annotations

import sqlite3

from .. import strength
from ..retrieval.fingerprint import fingerprint


def register(connection: sqlite3.Connection) -> None:
    """Make them known on a connection.

    They are `strength_now(strength, at, half_life, pinned, now)`, `contains(text, part)` and `fingerprint(text)`.
    """
    connection.create_function("strength_now", 5, strength.current, deterministic=True)
    connection.create_function("contains", 2, contains, deterministic=True)
    connection.create_function("fingerprint", 1, fingerprint, deterministic=True)


def contains(text: str | None, folded: str) -> bool:
    """Whether a text holds another, casefolded one; SQLite's own LIKE knows upper and lower case of ASCII only."""
    # SQLite chooses which condition it looks at first: it may ask about rows that another one leaves out.
    return text is not None and folded in text.casefold()
