"""Memories: in pages, one by its id, and statistics of all."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from ..clock import isoformat, isoformat_or_none
from ..errors import not_found
from ..http.request_schema import trim
from ..memory.writes import MAX_SOURCES
from .context import MAX_OFFSET, RequestContext

TOP_ENTITIES = 10
BUCKETS = 5

_COLUMNS = (
    "memory, memory_id, level, actor_id, role_id, team_id, type, kind, memory_kind, text, summary, "
    "tags, entities, source_urls, payload, confidence, strength_now(strength, strength_at, half_life, pinned, :now), "
    "half_life, pinned, decays, "
    "recall_count, last_recalled, effective_from, effective_to, observed, created, updated"
)
_ORDERS = {
    "observed_at_desc": "observed DESC, memory_id DESC",
    "observed_at_asc": "observed, memory_id",
    "strength_desc": "strength_now(strength, strength_at, half_life, pinned, :now) DESC, memory_id DESC",
    "confidence_desc": "confidence DESC, memory_id DESC",
    "created_at_desc": "created DESC, memory_id DESC",
}
_STATUSES = {
    "active": "(decays IS NULL OR decays > :now)",
    "decayed": "decays <= :now",
    # No rule of this server archives a memory.
    "archived": "0",
}


def memories_list(context: RequestContext) -> dict[str, Any]:
    """One page of memories."""
    query = context.query
    conditions = ["account = :account", _STATUSES[query["status"] or "active"]]
    values = {"account": context.account, "now": context.now, **query, "offset": min(query["offset"], MAX_OFFSET)}
    for name, column in (("actor_id", "actor_id"), ("kind", "memory_kind"), ("type", "type")):
        if query[name] is not None:
            conditions.append(f"{column} = :{name}")
    if query["actor_id"] is not None:
        values["actor_id"] = trim(query["actor_id"])
    if query["search"]:
        conditions.append("contains(text, :search)")
        values["search"] = query["search"].casefold()
    where = " AND ".join(conditions)
    order = _ORDERS[query["sort"]]
    page = f"SELECT {_COLUMNS} FROM memories WHERE {where} ORDER BY {order} LIMIT :limit OFFSET :offset"
    with context.services.store.read() as connection:
        total = connection.execute(f"SELECT count(*) FROM memories WHERE {where}", values).fetchone()[0]
        rows = connection.execute(page, values).fetchall()
        items = [_resource(connection, context, row) for row in rows]
    return {"items": items, "total": total, "limit": query["limit"], "offset": query["offset"]}


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
    values = {"account": context.account, "now": context.now, "buckets": BUCKETS}
    with context.services.store.read() as connection:
        totals = connection.execute(
            f"SELECT count(*), total({_STATUSES['active']}), avg(confidence), "
            "avg(strength_now(strength, strength_at, half_life, pinned, :now)), min(observed), max(observed) "
            "FROM memories WHERE account = :account",
            values,
        ).fetchone()
        total, active, confidence, strength, earliest, latest = totals
        return {
            "total": total,
            "total_memories": total,
            "active_memories": int(active),
            "by_type": _counts(connection, "type", values),
            "by_kind": _counts(connection, "memory_kind", values),
            "by_status": {"active": int(active), "archived": 0, "decayed": total - int(active)},
            "avg_confidence": round(confidence or 0.0, 4),
            "avg_strength": round(strength or 0.0, 4),
            "top_entities": _top_entities(connection, values),
            "confidence_buckets": _buckets(connection, values),
            "date_range": {"earliest": isoformat_or_none(earliest), "latest": isoformat_or_none(latest)},
        }


def _counts(connection: sqlite3.Connection, column: str, values: dict[str, Any]) -> dict[str, int]:
    sql = f"SELECT {column}, count(*) FROM memories WHERE account = :account GROUP BY {column} ORDER BY {column}"
    return dict(connection.execute(sql, values).fetchall())


def _top_entities(connection: sqlite3.Connection, values: dict[str, Any]) -> list[dict[str, Any]]:
    sql = (
        "SELECT json_extract(entity.value, '$.type') AS what, json_extract(entity.value, '$.name') AS name, count(*) "
        "FROM memories, json_each(memories.entities) entity WHERE account = :account AND name IS NOT NULL "
        f"GROUP BY what, name ORDER BY count(*) DESC, name, what LIMIT {TOP_ENTITIES}"
    )
    rows = connection.execute(sql, values)
    return [{"type": kind, "name": name, "count": count} for kind, name, count in rows]


def _buckets(connection: sqlite3.Connection, values: dict[str, Any]) -> list[dict[str, Any]]:
    sql = (
        "SELECT min(CAST(confidence * :buckets AS INTEGER), :buckets - 1) AS bucket, count(*) FROM memories "
        "WHERE account = :account GROUP BY bucket"
    )
    counts = dict(connection.execute(sql, values).fetchall())
    return [
        {"from": bucket / BUCKETS, "to": (bucket + 1) / BUCKETS, "count": counts.get(bucket, 0)}
        for bucket in range(BUCKETS)
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
