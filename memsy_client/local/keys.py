"""Accounts and their API keys: authentication, and what a key may do.

An account is an organisation with its events, memories, hierarchy and usage. A key sees its own account and nothing
of any other.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .errors import unauthorized
from .storage import schema
from .storage.ids import Ids, next_numbers

PREFIX_LENGTH = 12
"""How many characters of a key are stored as they are, to recognise it and to find its hash."""

LOCAL_KEY_ID = "key_local"
"""The id of the server's own key, which is installed at its start."""


@dataclass(frozen=True, slots=True)
class Key:
    """An authenticated key."""

    key_id: str
    account: int
    org_id: str
    email: str
    scopes: tuple[str, ...]
    admin: bool


@dataclass(frozen=True, slots=True)
class NewKey:
    """A newly created key; its secret, `raw`, is not stored."""

    key_id: str
    raw: str
    prefix: str


def authenticate(connection: sqlite3.Connection, authorization: str | None, now: int) -> Key:
    """The key that an Authorization header carries.

    Raises:
        HTTPError: 401, the header is missing or malformed, or the key is unknown, expired or revoked.
    """
    if not authorization:
        raise unauthorized("The Authorization header is missing.")
    scheme, _, raw = authorization.strip().partition(" ")
    raw = raw.strip()
    if scheme.lower() != "bearer" or not raw.startswith("msy_"):
        raise unauthorized("The Authorization header should read: Bearer msy_...")
    sql = (
        "SELECT key_id, account, org_id, email, scopes, admin, expires, salt, hash "
        "FROM keys JOIN accounts USING (account) WHERE prefix = ?"
    )
    for key_id, account, org_id, email, scopes, admin, expires, salt, stored in connection.execute(
        sql, (raw[:PREFIX_LENGTH],)
    ):
        if hmac.compare_digest(_hash(salt, raw), stored):  # pragma: no branch – two keys that begin alike
            if expires is not None and expires <= now:
                raise unauthorized("The API key has expired.")
            return Key(key_id, account, org_id, email, tuple(scopes.split()), bool(admin))
    raise unauthorized("The API key is not valid.")


def _hash(salt: bytes, raw: str) -> bytes:
    # Keys are long and random, so there is nothing to guess and a plain salted hash is enough.
    return hmac.digest(salt, raw.encode("utf-8", "surrogateescape"), "sha256")


def create_account(connection: sqlite3.Connection, org_id: str) -> tuple[int, bool]:
    """Find or create the account of an organisation; returns its number, and whether it is new."""
    found = connection.execute("SELECT account FROM accounts WHERE org_id = ?", (org_id,)).fetchone()
    if found is not None:
        return int(found[0]), False
    account = next_numbers(connection, "account")[0]
    connection.execute("INSERT INTO accounts VALUES (?, ?, ?)", (account, org_id, f"admin@{account}.memsy.invalid"))
    return account, True


def create_key(
    connection: sqlite3.Connection,
    ids: Ids,
    account: int,
    *,
    name: str,
    scopes: Sequence[str],
    admin: bool,
    now: int,
    expires: int | None = None,
) -> NewKey:
    """Create a key with a new secret, of which only a salted hash is stored."""
    number = next_numbers(connection, "key")[0]
    digest = hashlib.sha256(ids.secret("secret", number)).hexdigest()
    new = NewKey(ids.named("key", number), f"msy_{digest}", f"msy_{digest}"[:PREFIX_LENGTH])
    columns = {"account": account, "name": name, "scopes": " ".join(scopes), "admin": admin}
    _insert(connection, new, {**columns, "created": now, "expires": expires})
    return new


def install_local_key(connection: sqlite3.Connection, account: int, raw: str, now: int) -> None:
    """Install the server's own key; that of an earlier start no longer works."""
    connection.execute("DELETE FROM keys WHERE key_id = ?", (LOCAL_KEY_ID,))
    new = NewKey(LOCAL_KEY_ID, raw, raw[:PREFIX_LENGTH])
    columns = {"account": account, "name": "local", "scopes": "read write", "admin": True, "created": now}
    _insert(connection, new, columns)


def _insert(connection: sqlite3.Connection, new: NewKey, columns: Mapping[str, object]) -> None:
    salt = secrets.token_bytes(16)
    secret = {"key_id": new.key_id, "prefix": new.prefix, "salt": salt, "hash": _hash(salt, new.raw)}
    schema.insert(connection, "keys", {**secret, **columns})
