"""Actors: found in the memories of the organisation at each call, in pages or by an id."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from ..clock import isoformat
from ..errors import HTTPError, not_found
from ..http.request_schema import trim
from .context import MAX_OFFSET, RequestContext

# Each call goes through all memories: an index that spares it makes processing slower by a fourth.
_MEMORIES = "memories WHERE account = :account AND level = 'actor'"
_FOLDED = (
    "SELECT actor_id, min(created) AS first, max(created) AS last, count(*), total(decays IS NULL OR decays > :now) "
    f"FROM {_MEMORIES}"
)
_ORDERS = {
    "first_memory_desc": "first DESC, actor_id DESC",
    "first_memory_asc": "first, actor_id",
    "last_memory_desc": "last DESC, actor_id DESC",
    "actor_id_asc": "actor_id",
}
_LEVELS = ("actor", "role", "team", "org")


def actors_list(context: RequestContext) -> dict[str, Any]:
    """One page of actors."""
    _check_org(context)
    query = context.query
    values = {
        "account": context.account,
        "now": context.now,
        "part": (query["q"] or "").casefold(),
        "limit": query["limit"],
        "offset": min(query["offset"], MAX_OFFSET),
    }
    page = (
        f"{_FOLDED} GROUP BY actor_id HAVING contains(actor_id, :part) "
        f"ORDER BY {_ORDERS[query['sort']]} LIMIT :limit OFFSET :offset"
    )
    total = f"SELECT count(*) FROM (SELECT DISTINCT actor_id FROM {_MEMORIES}) WHERE contains(actor_id, :part)"
    with context.services.store.read() as connection:
        count = connection.execute(total, values).fetchone()[0]
        items = _resources(connection, context.account, connection.execute(page, values).fetchall())
    return {"items": items, "total": count, "limit": query["limit"], "offset": query["offset"], "truncated": False}


def actors_get(context: RequestContext) -> dict[str, Any]:
    """One actor."""
    _check_org(context)
    values = {"account": context.account, "now": context.now, "actor_id": trim(context.path["actor_id"])}
    with context.services.store.read() as connection:
        rows = connection.execute(f"{_FOLDED} AND actor_id = :actor_id GROUP BY actor_id", values).fetchall()
        if not rows:
            raise not_found("Actor")
        return _resources(connection, context.account, rows)[0]


def _check_org(context: RequestContext) -> None:
    if context.query["org_id"] not in (None, context.key.org_id):
        raise HTTPError(403, {"detail": "The key is of another organisation."})


def _resources(connection: sqlite3.Connection, account: int, rows: Sequence[tuple[Any, ...]]) -> list[dict[str, Any]]:
    actors = [row[0] for row in rows]
    groups = _groups(connection, account, actors)
    levels = _promoted_to(connection, account, actors)
    return [
        {
            "actor_id": actor_id,
            "first_memory_at": isoformat(first),
            "last_memory_at": isoformat(last),
            "memory_count": memories,
            "active_memory_count": int(active),
            "scope_levels": [level for level in _LEVELS if level == "actor" or (actor_id, level) in levels],
            "role_ids": groups[actor_id, "role"],
            "team_ids": groups[actor_id, "team"],
        }
        for actor_id, first, last, memories, active in rows
    ]


def _groups(connection: sqlite3.Connection, account: int, actors: Sequence[str]) -> Mapping[tuple[str, str], list[str]]:
    """The roles and teams that the processed events of actors carried, by the actor and the level."""
    found: dict[tuple[str, str], set[str]] = {(actor, level): set() for actor in actors for level in ("role", "team")}
    sql = (
        f"SELECT DISTINCT actor_id, role_id, team_id FROM events WHERE account = ? AND actor_id IN ({_marks(actors)}) "
        "AND (role_id IS NOT NULL OR team_id IS NOT NULL) "
        "AND event NOT IN (SELECT event FROM queue) AND event NOT IN (SELECT event FROM failures)"
    )
    for actor, *groups in connection.execute(sql, (account, *actors)):
        for level, group in zip(("role", "team"), groups, strict=True):
            if group is not None:
                found[actor, level].add(group)
    return {key: sorted(groups) for key, groups in found.items()}


def _promoted_to(connection: sqlite3.Connection, account: int, actors: Sequence[str]) -> set[tuple[str, str]]:
    """The levels to which memories of actors were promoted: those of the copies that share a source with them."""
    sql = (
        "SELECT DISTINCT own.actor_id, copy.level FROM memories own JOIN memories copy "
        "ON copy.account = own.account AND copy.fingerprint = own.fingerprint AND copy.level != 'actor' "
        f"WHERE own.account = ? AND own.level = 'actor' AND own.actor_id IN ({_marks(actors)}) "
        "AND own.promoted IS NOT NULL AND EXISTS (SELECT 1 FROM sources JOIN sources its USING (event) "
        "WHERE sources.memory = own.memory AND its.memory = copy.memory)"
    )
    return set(connection.execute(sql, (account, *actors)).fetchall())


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))
