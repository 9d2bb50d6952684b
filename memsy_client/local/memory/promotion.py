"""Promotes what an actor's memory says to a role, a team or the organisation: a copy that all of them can find.

docs/local-server.md states the rules for users: change both together. A memory is promoted to the role (or
team) that its event carries, when two actors have said it with that role, or when it is a fact, norm or decision that
shares a word with the role's promotion prompt. It is promoted to the organisation when three actors have said it, or
when it was promoted to a role or team and shares a word with the organisation's prompt.
"""

from __future__ import annotations

import sqlite3

from ..storage.ids import Ids
from ..storage.indexing import Scope
from . import levels, writes
from .writes import Source, Statement

BY_PROMPT = frozenset({"fact", "norm", "decision"})
"""The types that a prompt promotes; preferences and events stay an actor's own until others share them."""

ACTORS_FOR_GROUP = 2
ACTORS_FOR_ORG = 3


def promote(
    connection: sqlite3.Connection,
    ids: Ids,
    org_id: str,
    source: Source,
    statement: Statement,
    now: int,
) -> int:
    """Promote a statement as far as the rules allow; returns how many memories were made."""
    made = 0
    in_group = False
    for level, group in (("role", source.role_id), ("team", source.team_id)):
        if group is not None:
            scope = Scope(source.account, level, group)
            by_prompt = _matches_prompt(connection, scope, statement)
            eligible = by_prompt or _actors(connection, scope, statement.fingerprint) >= ACTORS_FOR_GROUP
            in_group |= eligible
            made += _promote_to(connection, ids, scope, source, statement, eligible, now)
    scope = Scope(source.account, "org", org_id)
    by_prompt = in_group and _matches_prompt(connection, scope, statement)
    eligible = by_prompt or _actors(connection, scope, statement.fingerprint) >= ACTORS_FOR_ORG
    return made + _promote_to(connection, ids, scope, source, statement, eligible, now)


def _promote_to(
    connection: sqlite3.Connection,
    ids: Ids,
    scope: Scope,
    source: Source,
    statement: Statement,
    eligible: bool,
    now: int,
) -> int:
    """Reinforce the copy in a scope or, if it is eligible for one, make it; returns how many memories were made."""
    fingerprint = statement.fingerprint
    copy = writes.find(connection, scope, fingerprint)
    if copy is not None:
        writes.reinforce(connection, copy, source, now)
        _mark_superseded(connection, scope, copy, fingerprint)
        return 0
    if not eligible:
        return 0
    copy = writes.insert(connection, ids, scope, statement, source, now)
    # The sources of the copy are the events of every actor who said it, not only the last one's.
    column = scope.column()
    with_group = "" if column is None else f"AND events.{column} = ?"
    connection.execute(
        "INSERT OR IGNORE INTO sources SELECT ?, sources.event FROM memories JOIN sources USING (memory) "
        f"JOIN events USING (event) WHERE memories.account = ? AND fingerprint = ? AND level = 'actor' {with_group}",
        (copy, scope.account, fingerprint, *(() if column is None else (scope.id,))),
    )
    _mark_superseded(connection, scope, copy, fingerprint)
    return 1


def _mark_superseded(connection: sqlite3.Connection, scope: Scope, copy: int, fingerprint: bytes) -> None:
    """Mark the memories that share a source with the copy: a search of the whole organisation shows it instead."""
    narrower = "level != 'org'" if scope.level == "org" else "level = 'actor'"
    shares_source = (
        "EXISTS (SELECT 1 FROM sources own JOIN sources its USING (event) "
        "WHERE own.memory = memories.memory AND its.memory = ?)"
    )
    connection.execute(
        f"UPDATE memories SET promoted = ? WHERE account = ? AND fingerprint = ? AND {narrower} AND memory != ? "
        f"AND {shares_source}",
        (copy, scope.account, fingerprint, copy, copy),
    )


def _actors(connection: sqlite3.Connection, scope: Scope, fingerprint: bytes) -> int:
    """How many actors have said it: of the whole organisation, or with a role or team."""
    column = scope.column()
    if column is None:
        sql = "SELECT count(*) FROM memories WHERE account = ? AND fingerprint = ? AND level = 'actor'"
        return int(connection.execute(sql, (scope.account, fingerprint)).fetchone()[0])
    sql = (
        "SELECT count(DISTINCT events.actor_id) FROM memories JOIN sources USING (memory) JOIN events USING (event) "
        f"WHERE memories.account = ? AND fingerprint = ? AND level = 'actor' AND events.{column} = ?"
    )
    return int(connection.execute(sql, (scope.account, fingerprint, scope.id)).fetchone()[0])


def _matches_prompt(connection: sqlite3.Connection, scope: Scope, statement: Statement) -> bool:
    """Whether a statement is of a type that prompts promote, and shares a word with the prompt of the scope."""
    if statement.draft.type not in BY_PROMPT:
        return False
    words = levels.prompt_words(connection, scope)
    return not words.isdisjoint(statement.topics)
