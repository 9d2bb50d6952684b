"""Promotes what an actor's memory says to a role, a team or the organisation: a copy that all of them can find.

docs/local-server.md states the rules for users: change both together. A memory is promoted to the role (or
team) that its event carries, when two actors have said it with that role, or when it is a fact, norm or decision that
shares a word with the role's promotion prompt. It is promoted to the organisation when three actors have said it, or
when it was promoted to a role or team and shares a word with the organisation's prompt.
"""

from __future__ import annotations

import sqlite3

from ..storage.indexing import Scope
from . import levels
from .writes import Source, Statement, Writer

BY_PROMPT = frozenset({"fact", "norm", "decision"})
"""The types that a prompt promotes; preferences and events stay an actor's own until others share them."""

_STATED = (
    "FROM memories INDEXED BY memories_fingerprint JOIN sources USING (memory) JOIN events USING (event) "
    "WHERE memories.account = ? AND fingerprint = ? AND level = 'actor'"
)
"""The events by which the actors of an account have stated it."""

ACTORS_FOR_GROUP = 2
ACTORS_FOR_ORG = 3


def promote(writer: Writer, org_id: str, source: Source, statement: Statement, *, is_new: bool) -> int:
    """Promote a statement as far as the rules allow; returns how many memories were made.

    Args:
        writer: Writes the memories; it has the actor's own already.
        org_id: The organisation.
        source: The event.
        statement: What it states.
        is_new: Whether nobody has stated it before: then there is no copy yet, and only a prompt promotes it.
    """
    made = 0
    in_group = False
    for level, group in (("role", source.role_id), ("team", source.team_id)):
        if group is not None:
            scope = Scope(source.account, level, group)
            by_prompt = _matches_prompt(writer.connection, scope, statement)
            eligible = by_prompt or (not is_new and _actors(writer, scope, statement.fingerprint) >= ACTORS_FOR_GROUP)
            in_group |= eligible
            if eligible or not is_new:
                made += _promote_to(writer, scope, source, statement, eligible)
    scope = Scope(source.account, "org", org_id)
    by_prompt = in_group and _matches_prompt(writer.connection, scope, statement)
    eligible = by_prompt or (not is_new and _actors(writer, scope, statement.fingerprint) >= ACTORS_FOR_ORG)
    if eligible or not is_new:
        made += _promote_to(writer, scope, source, statement, eligible)
    return made


def _promote_to(writer: Writer, scope: Scope, source: Source, statement: Statement, eligible: bool) -> int:
    """Reinforce the copy in a scope or, if it is eligible for one, make it; returns how many memories were made."""
    fingerprint = statement.fingerprint
    copy = writer.find(scope, fingerprint)
    if copy is not None:
        writer.reinforce(copy, source)
        _mark_superseded(writer.connection, scope, copy, fingerprint)
        return 0
    if not eligible:
        return 0
    copy = writer.insert(scope, statement, source)
    writer.flush()
    # The sources of the copy are the events of every actor who said it, not only the last one's.
    column = scope.column()
    with_group = "" if column is None else f"AND events.{column} = ?"
    writer.connection.execute(
        f"INSERT OR IGNORE INTO sources SELECT ?, sources.event {_STATED} {with_group}",
        (copy, scope.account, fingerprint, *(() if column is None else (scope.id,))),
    )
    _mark_superseded(writer.connection, scope, copy, fingerprint)
    return 1


def _mark_superseded(connection: sqlite3.Connection, scope: Scope, copy: int, fingerprint: bytes) -> None:
    """Mark the memories that share a source with the copy: a search of the whole organisation shows it instead."""
    narrower = "level != 'org'" if scope.level == "org" else "level = 'actor'"
    shares_source = (
        "EXISTS (SELECT 1 FROM sources own JOIN sources its USING (event) "
        "WHERE own.memory = memories.memory AND its.memory = ?)"
    )
    connection.execute(
        "UPDATE memories INDEXED BY memories_fingerprint SET promoted = ? "
        f"WHERE account = ? AND fingerprint = ? AND {narrower} AND memory != ? AND {shares_source}",
        (copy, scope.account, fingerprint, copy, copy),
    )


def _actors(writer: Writer, scope: Scope, fingerprint: bytes) -> int:
    """How many actors have said it: of the whole organisation, or with a role or team."""
    writer.flush()
    column = scope.column()
    if column is None:
        sql = (
            "SELECT count(*) FROM memories INDEXED BY memories_fingerprint "
            "WHERE account = ? AND fingerprint = ? AND level = 'actor'"
        )
        return int(writer.connection.execute(sql, (scope.account, fingerprint)).fetchone()[0])
    sql = f"SELECT count(DISTINCT events.actor_id) {_STATED} AND events.{column} = ?"
    return int(writer.connection.execute(sql, (scope.account, fingerprint, scope.id)).fetchone()[0])


def _matches_prompt(connection: sqlite3.Connection, scope: Scope, statement: Statement) -> bool:
    """Whether a statement is of a type that prompts promote, and shares a word with the prompt of the scope."""
    if statement.draft.type not in BY_PROMPT:
        return False
    words = levels.prompt_words(connection, scope)
    return not words.isdisjoint(statement.topics)
