"""Which events are the same: the digest of what they say, and how long a repeated one is a duplicate."""

from __future__ import annotations

import hashlib
import sqlite3

from ..clock import MINUTE

DUPLICATE_WINDOW = MINUTE

SESSION_BYTES = 4
"""How many of the bytes of a digest are the session's."""


def digest_of(account: int, session_id: str, actor_id: str, kind: str, content: str) -> bytes:
    """Sixteen bytes that events have in common when they say the same."""
    # No part holds a NUL, so different events are different texts when joined by it.
    session = f"{account}\0{session_id}"
    whole = f"{session}\0{actor_id}\0{kind}\0{content}"
    # What is stored together mostly belongs to few sessions. Beginning with these, it is together in the index, too:
    # few of its pages change, and those are what the disk is waited for.
    return _hash(session, SESSION_BYTES) + _hash(whole, 16 - SESSION_BYTES)


def renew(connection: sqlite3.Connection) -> None:
    """Make the digests of the latest events anew, which an earlier version has made in another way.

    Those of earlier events are never asked for again.
    """
    sql = (
        "SELECT account, session_id, actor_id, kind, content, event FROM events "
        "WHERE ingested >= (SELECT max(ingested) FROM events) - ?"
    )
    latest = connection.execute(sql, (DUPLICATE_WINDOW,)).fetchall()
    renewed = [(digest_of(*parts), event) for *parts, event in latest]
    connection.executemany("UPDATE events SET digest = ? WHERE event = ?", renewed)


def _hash(text: str, size: int) -> bytes:
    return hashlib.blake2b(text.encode(), digest_size=size).digest()
