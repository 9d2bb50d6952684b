"""Where ids come from: a keyed hash of a resource's kind and number.

Each kind of resource counts on its own, and the counters live in the database, so that with a seed the third event
has the same id however many memories were made in between, and so that no id ever comes twice in one database.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import sqlite3
import uuid


class Ids:
    """Makes ids, the same ones for the same seed.

    Args:
        seed: Any text; without one, ids and keys are unpredictable. With one, so are neither: a seeded server's
            secrets are for tests.
    """

    def __init__(self, seed: str | None) -> None:
        self._is_seeded = seed is not None
        self._generation = 0
        self._key = secrets.token_bytes(32) if seed is None else hashlib.sha256(seed.encode()).digest()

    def digest(self, kind: str, number: int) -> bytes:
        """Sixteen bytes that belong to the `number`-th thing of a kind."""
        return hmac.digest(self._key, f"{kind}:{number}".encode(), "sha256")[:16]

    def renew(self) -> None:
        """Begin anew, because the numbers do; no secret comes again, seed or not."""
        self._generation += 1
        if not self._is_seeded:
            self._key = secrets.token_bytes(32)

    def secret(self, kind: str, number: int) -> bytes:
        """As `digest`, and never the same again: what it opens must not be opened by what was known before."""
        return self.digest(f"{kind} {self._generation}" if self._generation else kind, number)

    def uuid(self, kind: str, number: int) -> str:
        """A UUID that begins with the number, so that ids sort in the order of their making."""
        return str(uuid.UUID(bytes=number.to_bytes(6, "big") + self.digest(kind, number)[6:], version=4))

    def named(self, kind: str, number: int) -> str:
        """The kind, the number and half of the digest in hexadecimal: `evt_0000000000016f0c…`."""
        return f"{kind}_{number:012x}{self.digest(kind, number)[:8].hex()}"


def next_numbers(connection: sqlite3.Connection, kind: str, count: int = 1) -> range:
    """The next `count` numbers of a kind; inside a write transaction only."""
    last = last_number(connection, kind)
    set_last_number(connection, kind, last + count)
    return range(last + 1, last + count + 1)


def last_number(connection: sqlite3.Connection, kind: str) -> int:
    """The number of a kind that was given last; 0 when there was none."""
    found = connection.execute("SELECT value FROM counters WHERE kind = ?", (kind,)).fetchone()
    return 0 if found is None else int(found[0])


def set_last_number(connection: sqlite3.Connection, kind: str, number: int) -> None:
    """Store the number of a kind that was given last; inside the transaction that gives it."""
    connection.execute("INSERT OR REPLACE INTO counters VALUES (?, ?)", (kind, number))
