"""The raw events, in pages."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Any

from ..clock import isoformat
from ..http.request_schema import trim
from ..memory.extraction import json_object
from .context import MAX_OFFSET, RequestContext
from .paging import numbers_in_time, numbers_of_page, rows_by_number

# The ids of events sort as their numbers do.
_ORDERS = {"ts_desc": ("ts DESC", "event DESC"), "ts_asc": ("ts ASC", "event ASC")}
_COLUMNS = "event_id, actor_id, kind, content, ts, session_id, metadata, ingested"


def events_list(context: RequestContext) -> dict[str, Any]:
    """One page of raw events."""
    query = dict(context.query)
    for name in ("actor_id", "session_id"):
        if query[name] is not None:
            query[name] = trim(query[name])
    conditions = ["account = :account"]
    conditions += [f"{name} = :{name}" for name in ("actor_id", "session_id", "kind") if query[name] is not None]
    # Without statistics SQLite would rather walk all events in order than sort the few of a session.
    index = " INDEXED BY events_session" if query["session_id"] is not None else ""
    selected = f"events{index} WHERE {' AND '.join(conditions)}"
    values = {**query, "account": context.account, "offset": min(query["offset"], MAX_OFFSET)}
    with context.services.store.read() as connection:
        if len(conditions) == 1:
            total, numbers = _page_of_all(connection, context.account, query["sort"], values)
        else:
            total = int(connection.execute(f"SELECT count(*) FROM {selected}", values).fetchone()[0])
            numbers = numbers_of_page(connection, selected, _ORDERS[query["sort"]], values, total)
        rows = rows_by_number(connection, _COLUMNS, "events", numbers, values)
    items = [_resource(context.key.org_id, row) for row in rows]
    return {"items": items, "total": total, "limit": query["limit"], "offset": query["offset"]}


def _page_of_all(
    connection: sqlite3.Connection, account: int, sort: str, values: Mapping[str, Any]
) -> tuple[int, list[int]]:
    """How many events an account has, and the numbers of those of a page, in order."""
    counted = "SELECT total(events) FROM event_totals WHERE account = ?"
    total = int(connection.execute(counted, (account,)).fetchone()[0])
    if values["offset"] >= total:
        return total, []
    counts = "events FROM event_times WHERE account = :account"
    rows = "events WHERE account = :account"
    return total, numbers_in_time(connection, rows, "ts", counts, values, is_ascending=sort == "ts_asc")


def _resource(org_id: str, row: tuple[Any, ...]) -> dict[str, Any]:
    event_id, actor_id, kind, content, ts, session_id, text, ingested = row
    metadata = json_object(text)
    resource = {
        "event_id": event_id,
        "org_id": org_id,
        "actor_id": actor_id,
        "kind": kind,
        "content": content,
        "ts": isoformat(ts),
        "session_id": session_id,
        "metadata": metadata,
        "ingested_at": isoformat(ingested),
    }
    if text is not None and metadata is None:
        # The contract's `metadata` is an object. A text that is not one is kept, so it is shown.
        resource["raw_metadata"] = text
    return resource
