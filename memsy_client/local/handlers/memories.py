"""Memories: in pages, one by its id, and statistics of all."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ..clock import isoformat, isoformat_or_none
from ..errors import not_found
from ..http.request_schema import trim
from ..memory.writes import MAX_SOURCES
from ..storage.schema import FADES_DIFFERENTLY
from .context import MAX_OFFSET, RequestContext
from .paging import numbers_in_time, numbers_of_page, rows_by_number

TOP_ENTITIES = 10
SELDOM = 8
"""An actor with less than 1/8 of the account's memories: theirs are sorted; else an index in the order is read."""
BUCKETS = 5

_STRENGTH = "strength_now(strength, strength_at, half_life, pinned, :now)"
_COLUMNS = (
    "memory, memory_id, level, actor_id, role_id, team_id, type, kind, memory_kind, text, summary, "
    f"tags, entities, source_urls, payload, confidence, {_STRENGTH}, "
    "half_life, pinned, decays, "
    "recall_count, last_recalled, effective_from, effective_to, observed, created, updated"
)
# The ids of memories sort as their numbers do.
_ORDERS: dict[str, tuple[str, ...]] = {
    "observed_at_desc": ("observed DESC", "memory DESC"),
    "observed_at_asc": ("observed ASC", "memory ASC"),
    "strength_desc": (f"{_STRENGTH} DESC", "memory DESC"),
    "confidence_desc": ("confidence DESC", "memory DESC"),
    "created_at_desc": ("created DESC", "memory DESC"),
}
# Of memories that fade alike, the one that is stronger decays later.
_BY_DECAY = tuple(f"{column} DESC" for column in ("decays", "strength_at", "strength", "half_life", "pinned", "memory"))
# The filters by which memories are counted, and their columns.
_COUNTED_BY = {"kind": "memory_kind", "type": "type"}
_STATUSES = {
    "active": "(decays IS NULL OR decays > :now)",
    "decayed": "decays <= :now",
    # No rule of this server archives a memory.
    "archived": "0",
}


def memories_list(context: RequestContext) -> dict[str, Any]:
    """One page of memories."""
    query = context.query
    values = {"account": context.account, "now": context.now, **query, "offset": min(query["offset"], MAX_OFFSET)}
    if query["actor_id"] is not None:
        values["actor_id"] = trim(query["actor_id"])
    if query["search"]:
        values["search"] = query["search"].casefold()
    with context.services.store.read() as connection:
        selection = _select(connection, values)
        numbers = _numbers(connection, selection, values)
        rows = rows_by_number(connection, _COLUMNS, "memories", numbers, values)
        items = [_resource(connection, context, row) for row in rows]
    return {"items": items, "total": selection.total, "limit": query["limit"], "offset": query["offset"]}


@dataclass(frozen=True, slots=True)
class _Selection:
    """Which memories a list is of.

    Attributes:
        condition: What they meet, in SQL.
        total: How many they are.
        is_counted: Whether they are all that `memory_counts` and `memory_times` count by the same condition.
    """

    condition: str
    total: int
    is_counted: bool


def _select(connection: sqlite3.Connection, values: dict[str, Any]) -> _Selection:
    counted = [f"{column} = :{name}" for name, column in _COUNTED_BY.items() if values[name] is not None]
    others = ["actor_id = :actor_id"] if values["actor_id"] is not None else []
    others += ["contains(text, :search)"] if values["search"] else []
    group, status = " AND ".join(["account = :account", *counted]), values["status"] or "active"
    condition = " AND ".join([group, *others])
    if status == "active":
        # An index has together those that have decayed. After a jump of the clock they may be many, and each page takes
        # the longer for it.
        decayed = f"memories WHERE {condition} AND {_STATUSES['decayed']}"
        left_out = _count(connection, decayed, values)
        if not others:
            sql = f"SELECT total(memories) FROM memory_counts WHERE {group}"
            total = int(connection.execute(sql, values).fetchone()[0]) - left_out
        else:
            total = _count(connection, f"memories WHERE {condition}", values) - left_out
        if left_out:
            condition += f" AND memory NOT IN (SELECT memory FROM {decayed})"
        return _Selection(condition, total, is_counted=not others and not left_out)
    condition += f" AND {_STATUSES[status]}"
    return _Selection(condition, _count(connection, f"memories WHERE {condition}", values), is_counted=False)


def _numbers(connection: sqlite3.Connection, selection: _Selection, values: dict[str, Any]) -> list[int]:
    """The numbers of the memories on a page, in order."""
    if values["offset"] >= selection.total:
        return []
    order, table = _ORDERS[values["sort"]], "memories"
    if values["sort"].startswith("observed") and selection.is_counted:
        rows, counts = (f"{name} WHERE {selection.condition}" for name in ("memories", "memory_times"))
        is_ascending = values["sort"] == "observed_at_asc"
        return numbers_in_time(
            connection, rows, "observed", f"sum(memories) FROM {counts}", values, is_ascending=is_ascending
        )
    if not values["sort"].startswith("observed") and _is_seldom(connection, selection, values):
        # Few are sooner sorted than found among all others.
        table += " INDEXED BY memories_by_actor"
    elif values["sort"] == "strength_desc" and _fade_alike(connection, values):
        order = _BY_DECAY
    return numbers_of_page(connection, f"{table} WHERE {selection.condition}", order, values, selection.total)


def _is_seldom(connection: sqlite3.Connection, selection: _Selection, values: dict[str, Any]) -> bool:
    """Whether the list is of an actor, and of a small part of the account's memories."""
    if values["actor_id"] is None:
        return False
    sql = "SELECT total(memories) FROM memory_counts WHERE account = :account"
    return bool(selection.total * SELDOM < connection.execute(sql, values).fetchone()[0])


def _count(connection: sqlite3.Connection, selected: str, values: dict[str, Any]) -> int:
    return int(connection.execute(f"SELECT count(*) FROM {selected}", values).fetchone()[0])


def _fade_alike(connection: sqlite3.Connection, values: dict[str, Any]) -> bool:
    """Whether all memories of the account lose strength at one rate, and have begun to."""
    sql = (
        "SELECT NOT EXISTS (SELECT 1 FROM memories INDEXED BY memories_fading_differently "
        f"WHERE account = :account AND {FADES_DIFFERENTLY}) "
        "AND NOT EXISTS (SELECT 1 FROM memories INDEXED BY memories_by_decay "
        "WHERE account = :account AND strength_at > :now)"
    )
    return bool(connection.execute(sql, values).fetchone()[0])


def memories_get(context: RequestContext) -> dict[str, Any]:
    """One memory."""
    values = {"account": context.account, "now": context.now, "memory_id": context.path["memory_id"].lower()}
    with context.services.store.read() as connection:
        sql = f"SELECT {_COLUMNS} FROM memories WHERE account = :account AND memory_id = :memory_id"
        row = connection.execute(sql, values).fetchone()
        if row is None:
            raise not_found("Memory")
        return _resource(connection, context, row)


def memories_stats(context: RequestContext) -> dict[str, Any]:
    """Counts and averages over all memories."""
    values = {"account": context.account, "now": context.now}
    with context.services.store.read() as connection:
        sql = (
            "SELECT type, memory_kind, confidence, memories FROM memory_counts "
            "WHERE account = :account AND memories > 0"
        )
        groups = connection.execute(sql, values).fetchall()
        total = sum(count for *_, count in groups)
        decayed = _count(connection, f"memories WHERE account = :account AND {_STATUSES['decayed']}", values)
        earliest, latest = connection.execute(
            "SELECT (SELECT min(observed) FROM memories WHERE account = :account), "
            "(SELECT max(observed) FROM memories WHERE account = :account)",
            values,
        ).fetchone()
        return {
            "total": total,
            "total_memories": total,
            "active_memories": total - decayed,
            "by_type": _sums((type_, count) for type_, _, _, count in groups),
            "by_kind": _sums((kind, count) for _, kind, _, count in groups),
            "by_status": {"active": total - decayed, "archived": 0, "decayed": decayed},
            "avg_confidence": round(sum(confidence * count for *_, confidence, count in groups) / (total or 1), 4),
            "avg_strength": round(_average_strength(connection, values), 4),
            "top_entities": _top_entities(connection, values),
            "confidence_buckets": _buckets((confidence, count) for *_, confidence, count in groups),
            "date_range": {"earliest": isoformat_or_none(earliest), "latest": isoformat_or_none(latest)},
        }


def _sums(counts: Iterable[tuple[str, int]]) -> dict[str, int]:
    """The counts of each name together, by name."""
    sums: Counter[str] = Counter()
    for name, count in counts:
        sums[name] += count
    return dict(sorted(sums.items()))


def _average_strength(connection: sqlite3.Connection, values: dict[str, Any]) -> float:
    # What was written together has the same strength, which is told once for all of it.
    sql = (
        f"SELECT total(memories * {_STRENGTH}) / total(memories) FROM ("
        "SELECT strength, strength_at, half_life, pinned, count(*) AS memories "
        "FROM memories INDEXED BY memories_by_decay WHERE account = :account "
        "GROUP BY decays, strength_at, strength, half_life, pinned)"
    )
    return float(connection.execute(sql, values).fetchone()[0] or 0.0)


def _top_entities(connection: sqlite3.Connection, values: dict[str, Any]) -> list[dict[str, Any]]:
    sql = (
        "SELECT json_extract(entity.value, '$.type') AS what, json_extract(entity.value, '$.name') AS name, "
        "sum(alike.count) FROM (SELECT entities, count(*) AS count FROM memories "
        "WHERE account = :account AND entities != '[]' GROUP BY entities) alike, json_each(alike.entities) entity "
        f"WHERE name IS NOT NULL GROUP BY what, name ORDER BY sum(alike.count) DESC, name, what LIMIT {TOP_ENTITIES}"
    )
    rows = connection.execute(sql, values)
    return [{"type": kind, "name": name, "count": count} for kind, name, count in rows]


def _buckets(confidences: Iterable[tuple[float, int]]) -> list[dict[str, Any]]:
    counts: Counter[int] = Counter()
    for confidence, count in confidences:
        counts[min(int(confidence * BUCKETS), BUCKETS - 1)] += count
    return [
        {"from": bucket / BUCKETS, "to": (bucket + 1) / BUCKETS, "count": counts[bucket]} for bucket in range(BUCKETS)
    ]


def _resource(connection: sqlite3.Connection, context: RequestContext, row: tuple[Any, ...]) -> dict[str, Any]:
    (memory, memory_id, level, actor_id, role_id, team_id, type_, kind, memory_kind, text, summary) = row[:11]
    (tags, entities, source_urls, payload, confidence, strength, half_life, pinned, decays) = row[11:20]
    (recall_count, last_recalled, effective_from, effective_to, observed, created, updated) = row[20:]
    owner = {"actor_id": actor_id, "role_id": role_id, "team_id": team_id}
    sql = "SELECT event_id FROM sources JOIN events USING (event) WHERE memory = ? ORDER BY event DESC LIMIT ?"
    sources = [found[0] for found in connection.execute(sql, (memory, MAX_SOURCES))]
    return {
        "memory_id": memory_id,
        "org_id": context.key.org_id,
        "scope": {"level": level, **{name: value for name, value in owner.items() if value is not None}},
        "type": type_,
        "kind": kind,
        "memory_kind": memory_kind,
        "status": "active" if decays is None or decays > context.now else "decayed",
        "text": text,
        "confidence": confidence,
        "strength": round(strength, 4),
        "recall_count": recall_count,
        "decay_half_life_days": half_life,
        "pinned": bool(pinned),
        "tags": json.loads(tags),
        "entity_refs": json.loads(entities),
        "source_event_ids": sources[::-1],
        "source_urls": json.loads(source_urls),
        "summary": summary,
        "payload": None if payload is None else json.loads(payload),
        "last_recalled_at": isoformat_or_none(last_recalled),
        "effective_from": isoformat_or_none(effective_from),
        "effective_to": isoformat_or_none(effective_to),
        "observed_at": isoformat(observed),
        "created_at": isoformat(created),
        "updated_at": isoformat(updated),
    }
