"""Promotes what an actor's memory says to a role, a team or the organisation: a copy that all of them can find.

The rules, which docs/local-server.md states for users: change both together. A memory is promoted to the role (or
team) that its event carries, when two actors have said it with that role, or when it is a fact, norm or decision that
shares a word with the role's promotion prompt. It is promoted to the organisation when three actors have said it, or
when it was promoted to a role or team and shares a word with the organisation's prompt.
"""

from __future__ import annotations

import sqlite3

from ..handlers import hierarchy
from ..storage.ids import Ids
from . import writes
from .extraction import Draft
from .writes import Place, Source

BY_FOCUS = frozenset({"fact", "norm", "decision"})
"""What a prompt can promote; preferences and events are an actor's own until others share them."""

ACTORS_FOR_GROUP = 2
ACTORS_FOR_ORG = 3


def promote(
    connection: sqlite3.Connection,
    ids: Ids,
    org_id: str,
    source: Source,
    draft: Draft,
    now: int,
    embedding: bytes | None = None,
) -> int:
    """Promote what `draft` says as far as the rules let it go; returns how many memories were made."""
    mark = writes.fingerprint(draft.text)
    account = source.account
    made = 0
    in_group = False
    for level, group in (("role", source.role_id), ("team", source.team_id)):
        if group is not None:
            place = Place(account, level, group)
            worthy = _worthy_of_group(connection, place, source, draft, mark)
            in_group |= worthy
            made += _lift(connection, ids, place, source, draft, mark, worthy, now, embedding)
    place = Place(account, "org", org_id)
    by_focus = in_group and _matters(connection, place, draft)
    worthy = by_focus or _actors(connection, account, mark) >= ACTORS_FOR_ORG
    return made + _lift(connection, ids, place, source, draft, mark, worthy, now, embedding)


def _lift(
    connection: sqlite3.Connection,
    ids: Ids,
    place: Place,
    source: Source,
    draft: Draft,
    mark: bytes,
    worthy: bool,
    now: int,
    embedding: bytes | None,
) -> int:
    """Make the copy at a place, or reinforce the one that is there."""
    copy = writes.find(connection, place, mark)
    if copy is not None:
        writes.reinforce(connection, copy, source, now)
        _cover(connection, place, copy, mark)
        return 0
    if not worthy:
        return 0
    copy = writes.insert(connection, ids, place, draft, source, now, embedding)
    column = place.column()
    carried = "" if column is None else f"AND events.{column} = ?"
    # The copy speaks with the voice of everyone who said it, not only of the last one.
    connection.execute(
        "INSERT OR IGNORE INTO sources SELECT ?, sources.event FROM memories JOIN sources USING (memory) "
        f"JOIN events USING (event) WHERE memories.account = ? AND fingerprint = ? AND level = 'actor' {carried}",
        (copy, place.account, mark, *(() if column is None else (place.id,))),
    )
    _cover(connection, place, copy, mark)
    return 1


def _cover(connection: sqlite3.Connection, place: Place, copy: int, mark: bytes) -> None:
    """Note which memories the copy speaks for: a search of the whole organisation shows it instead of them."""
    narrower = "level != 'org'" if place.level == "org" else "level = 'actor'"
    spoken_for = (
        "EXISTS (SELECT 1 FROM sources own JOIN sources its USING (event) "
        "WHERE own.memory = memories.memory AND its.memory = ?)"
    )
    connection.execute(
        f"UPDATE memories SET promoted = ? WHERE account = ? AND fingerprint = ? AND {narrower} AND memory != ? "
        f"AND {spoken_for}",
        (copy, place.account, mark, copy, copy),
    )


def _worthy_of_group(connection: sqlite3.Connection, place: Place, source: Source, draft: Draft, mark: bytes) -> bool:
    return _matters(connection, place, draft) or (
        _actors(connection, place.account, mark, place.column(), place.id) >= ACTORS_FOR_GROUP
    )


def _actors(
    connection: sqlite3.Connection, account: int, mark: bytes, column: str | None = None, group: str | None = None
) -> int:
    """How many actors have said it, at all or with a role or team."""
    if column is None:
        sql = "SELECT count(*) FROM memories WHERE account = ? AND fingerprint = ? AND level = 'actor'"
        return int(connection.execute(sql, (account, mark)).fetchone()[0])
    sql = (
        "SELECT count(DISTINCT events.actor_id) FROM memories JOIN sources USING (memory) JOIN events USING (event) "
        f"WHERE memories.account = ? AND fingerprint = ? AND level = 'actor' AND events.{column} = ?"
    )
    return int(connection.execute(sql, (account, mark, group)).fetchone()[0])


def _matters(connection: sqlite3.Connection, place: Place, draft: Draft) -> bool:
    """Whether the prompt of a level, where there is one, names what the memory is about."""
    if draft.type not in BY_FOCUS:
        return False
    words = hierarchy.prompt_words(connection, place)
    return bool(words) and not words.isdisjoint(hierarchy.significant_words(draft.text))
