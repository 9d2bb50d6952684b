"""Search: who may see what, which of it is near, and that being found makes a memory stronger."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from .. import strength
from ..clock import isoformat
from ..errors import invalid
from ..http.request_schema import trim
from ..http.validation import refuse_organisation
from ..memory.extraction import json_object
from ..memory.writes import MAX_SOURCES
from ..retrieval.index import Eligible
from ..retrieval.scoring import best_matches
from ..storage.indexing import Scope, conversation_name
from .context import RequestContext

MAX_SOURCE_METADATA = 5

# The copy that was made last is looked at first. The other ones that a memory may have, as a role's where the
# organisation's has decayed, are few to look through, but not in every search.
_HIDDEN = """
    EXISTS (SELECT 1 FROM memories copy WHERE copy.memory = memories.promoted
        AND (copy.decays IS NULL OR copy.decays > ?))
    OR EXISTS (SELECT 1 FROM memories copy WHERE copy.account = memories.account
        AND copy.fingerprint = memories.fingerprint AND (copy.decays IS NULL OR copy.decays > ?)
        AND (copy.level = 'org' AND memories.level != 'org'
            OR copy.level IN ('role', 'team') AND memories.level = 'actor')
        AND EXISTS (SELECT 1 FROM sources own JOIN sources its USING (event)
            WHERE own.memory = memories.memory AND its.memory = copy.memory))
"""


_CONVERSATION = "(SELECT conversation FROM retrieval_conversations WHERE name = ?)"


def search(context: RequestContext) -> dict[str, Any]:
    """The memories nearest to a query, each of which gets a little stronger by it."""
    body = context.body
    refuse_organisation(body)
    if body.get("session_id") and body.get("exclude_session_id"):
        raise invalid(
            ["body", "exclude_session_id"], "Give session_id or exclude_session_id but not both.", "value_error"
        )
    services, plugins = context.services, context.services.plugins
    now = context.now
    services.meter.consume(context.account, context.key.key_id, "search_queries", 1, now)
    (vector,) = plugins.vectors([body["query"]])
    with services.store.read() as connection:
        found = best_matches(
            connection,
            body["query"],
            _eligible(context.account, body, now),
            limit=int(body["limit"]),
            threshold=body["threshold"],
            vector=vector,
            rank=None if plugins.rank is None else plugins.scores,
        )
        # Of the same moment: by the next one, the server may be reset, and a number be another memory's.
        results = [_result(connection, body, memory, score, now) for memory, score in found]
    recalled = [(memory, result["id"]) for (memory, _), result in zip(found, results, strict=True)]
    if recalled:
        services.store.write(lambda connection: _recall(connection, recalled, now), durable=False)
    return {"results": results}


def _eligible(account: int, body: Mapping[str, Any], now: int) -> Eligible:
    scopes = _scopes(account, body)
    of_actor = bool(scopes)
    if of_actor:
        # The names of scopes in the index are hashes, which keep nobody else's memories out for certain.
        conditions = [f"({' OR '.join(f'{scope.column()} = ?' for scope in scopes)})"]
        params: list[object] = [scope.id for scope in scopes]
        table, copies = "memories", len(scopes)
    else:
        # The whole organisation: a promoted memory speaks for the narrower ones that say the same.
        scopes, params = [Scope(account, "org", "")], [now, now]
        conditions = [f"(promoted IS NULL OR NOT (SELECT {_HIDDEN} FROM memories WHERE memory = retrieval_rows.rowid))"]
        table, copies = "retrieval_rows", 2
    for name, is_it in (("session_id", "IS"), ("exclude_session_id", "IS NOT")):
        if body.get(name):
            session = "session_id" if of_actor else "session"
            conditions.append(f"({session} {is_it} {'?' if of_actor else _CONVERSATION} OR {session} IS NULL)")
            params.append(body[name] if of_actor else conversation_name(account, body[name]))
    return Eligible(
        f"SELECT rowid, observed FROM {table} WHERE account = ? AND (decays IS NULL OR decays > ?) "
        f"AND {' AND '.join(conditions)}",
        (account, now, *params),
        tuple(scope.index_name() for scope in scopes),
        copies,
        per_actor=not of_actor,
    )


def _scopes(account: int, body: Mapping[str, Any]) -> list[Scope]:
    """Where one actor's search looks: at its own memories, and at those of the roles and teams named."""
    if "actor_id" not in body:
        return []
    groups = [("role", id) for id in body.get("role_ids", ())] + [("team", id) for id in body.get("team_ids", ())]
    named = ((level, trim(id)) for level, id in [("actor", body["actor_id"]), *groups])
    return [Scope(account, level, id) for level, id in dict.fromkeys(named)]


def _recall(connection: sqlite3.Connection, memories: list[tuple[int, str]], now: int) -> None:
    """Make memories, given by number and id, stronger for having been found."""
    sql = "SELECT strength, strength_at, half_life, pinned FROM memories WHERE memory = ? AND memory_id = ?"
    changes = []
    for number, memory_id in memories:
        row = connection.execute(sql, (number, memory_id)).fetchone()
        if row is not None:  # pragma: no branch – a reset at the same time
            value, (half_life, pinned) = _recalled(row, now), row[2:]
            changes.append((value, now, strength.decays(value, now, half_life, bool(pinned)), now, number))
    connection.executemany(
        "UPDATE memories SET strength = ?, strength_at = ?, decays = ?, last_recalled = ?, "
        "recall_count = recall_count + 1 WHERE memory = ?",
        changes,
    )


def _recalled(stored: Sequence[Any], now: int) -> float:
    """The strength of a memory once it was found, from its strength, strength_at, half_life and pinned."""
    value, at, half_life, pinned = stored
    return strength.raised(strength.current(value, at, half_life, pinned, now), strength.RECALL_STEP)


def _result(
    connection: sqlite3.Connection, body: Mapping[str, Any], memory: int, score: float, now: int
) -> dict[str, Any]:
    sql = (
        "SELECT memory_id, text, title, summary, tags, entities, memory_kind, type, confidence, observed, session_id, "
        "strength, strength_at, half_life, pinned FROM memories WHERE memory = ?"
    )
    (memory_id, text, title, summary, tags, entities, kind, type_, confidence, observed, session_id, *how_strong) = (
        connection.execute(sql, (memory,)).fetchone()
    )
    sources = _sources(connection, memory)
    metadata = {
        "title": title,
        "summary": summary,
        "tags": json.loads(tags),
        "entities": json.loads(entities),
        "kind": kind,
        "type": type_,
        "strength": round(_recalled(how_strong, now), 4),
        "confidence": confidence,
        "observed_at": isoformat(observed),
        "session_id": session_id,
        "source_event_ids": [source[0] for source in sources],
        "source_metadata": _source_metadata(sources),
    }
    if body["include_source_events"]:
        metadata["source_events"] = [
            {"event_id": event_id, "kind": kind, "content": content, "ts": isoformat(ts)}
            for event_id, kind, content, ts, _ in sources
        ]
    return {
        "id": memory_id,
        "content": text,
        "score": score,
        "metadata": {name: value for name, value in metadata.items() if value is not None},
    }


def _sources(connection: sqlite3.Connection, memory: int) -> list[tuple[str, str, str, int, str | None]]:
    """The latest events that a memory was made from, oldest first: event_id, kind, content, ts, metadata."""
    sql = (
        "SELECT event_id, kind, content, ts, metadata FROM sources JOIN events USING (event) "
        "WHERE memory = ? ORDER BY event DESC LIMIT ?"
    )
    return connection.execute(sql, (memory, MAX_SOURCES)).fetchall()[::-1]


def _source_metadata(sources: list[tuple[str, str, str, int, str | None]]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for event_id, _, _, _, text in sources:
        if text is None:
            continue
        parsed = json_object(text)
        found.append({"event_id": event_id, **({"raw": text} if parsed is None else {"metadata": parsed})})
    return found[-MAX_SOURCE_METADATA:]
