"""The records of organisations, roles and teams, and the prompts by which memories are promoted to them.

The three levels are one kind of record under different names.
"""

from __future__ import annotations

import functools
import re
import sqlite3
from dataclasses import astuple, dataclass

from ..retrieval.stem import stem
from ..retrieval.tokens import MARKS
from ..storage.indexing import Scope

_TEMPLATE = "Keep what every memory of this {level} should hold. {name}: {focus}"
_WORD = re.compile(rf"[^\W\d_](?:[^\W\d_]|[{MARKS}]){{3,}}")
_COMMON_WORDS = """
about above after again also always anything because been before being below between both could does doing done down
during each every everything from have having help here important into just keep know known like make many matter
matters memory memories more most much must need needs never nothing only other ours over people promote promoted
remember same should some something such sure than that their them then there these they thing things this those
through under until very want wants were what whatever when where whether which while will with would worth your
yours hold holds organisation organization role team
"""
_COMMON = frozenset(_COMMON_WORDS.split())


@dataclass(frozen=True, slots=True)
class LevelRecord:
    """A row of the table `levels`: `level` is org, role or team, and `org_id` the organisation it belongs to."""

    level: str
    id: str
    account: int
    org_id: str
    name: str
    focus: str
    prompt: str
    prompt_source: str
    created: int
    updated: int


def find(connection: sqlite3.Connection, level: str, id: str) -> LevelRecord | None:
    """The record of an organisation, role or team, whatever its account."""
    row = connection.execute("SELECT * FROM levels WHERE level = ? AND id = ?", (level, id)).fetchone()
    return None if row is None else LevelRecord(*row)


def create(
    connection: sqlite3.Connection, level: str, id: str, account: int, org_id: str, name: str, focus: str, now: int
) -> LevelRecord:
    """Store a new record, with a prompt derived from its name and focus."""
    prompt = derive_prompt(level, name, focus)
    record = LevelRecord(level, id, account, org_id, name, focus, prompt, "derived", now, now)
    connection.execute("INSERT INTO levels VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", astuple(record))
    return record


def create_org(
    connection: sqlite3.Connection, account: int, org_id: str, name: str, focus: str, now: int
) -> LevelRecord:
    """Store a new organisation.

    Raises:
        ValueError: Another account has an organisation of this id.
    """
    if owned_by_other_account(connection, account, org_id):
        raise ValueError(f"the organisation {org_id!r} belongs to another account")
    return create(connection, "org", org_id, account, org_id, name, focus, now)


def owned_by_other_account(connection: sqlite3.Connection, account: int, org_id: str) -> bool:
    """Whether another account's key opens an organisation, or another account has roles or teams left in it."""
    sql = (
        "SELECT EXISTS (SELECT 1 FROM accounts WHERE org_id = :org AND account != :account) "
        "OR EXISTS (SELECT 1 FROM levels WHERE org_id = :org AND account != :account)"
    )
    return bool(connection.execute(sql, {"org": org_id, "account": account}).fetchone()[0])


def derive_prompt(level: str, name: str, focus: str) -> str:
    """The promotion prompt of a level that was not given one of its own."""
    return _TEMPLATE.format(level={"org": "organisation"}.get(level, level), name=name, focus=focus).rstrip(" :")


def prompt_words(connection: sqlite3.Connection, scope: Scope) -> frozenset[str]:
    """The significant words of the promotion prompt of an organisation, role or team; none when it has no record."""
    record = find(connection, scope.level, scope.id)
    return frozenset() if record is None or record.account != scope.account else _words_of_prompt(record.prompt)


def significant_words(text: str) -> frozenset[str]:
    """The stems of the words that tell what a text is about: of four letters or more, and not common ones."""
    return frozenset(stem(word) for word in _WORD.findall(text.casefold()) if word not in _COMMON)


_words_of_prompt = functools.lru_cache(maxsize=256)(significant_words)
