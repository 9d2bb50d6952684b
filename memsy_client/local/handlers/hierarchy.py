"""Organisations, roles and teams: one kind of record at three levels, of which each function is told one."""

from __future__ import annotations

import dataclasses
import sqlite3
from collections.abc import Callable
from typing import Any

from ..clock import isoformat
from ..errors import HTTPError, error_with_code, not_found, org_not_allowed
from ..memory import levels
from ..memory.levels import LevelRecord
from ..storage.ids import next_numbers
from .context import MAX_OFFSET, RequestContext

_NAMES = {"org": "Organisation", "role": "Role", "team": "Team"}
_COLUMNS = {"name": "name", "focus": "focus", "promotion_prompt": "prompt"}


def orgs_list(context: RequestContext) -> list[dict[str, Any]]:
    """The organisations, oldest first."""
    sql = "SELECT * FROM levels WHERE level = 'org' AND account = ? ORDER BY created, id"
    with context.services.store.read() as connection:
        return [_resource(LevelRecord(*row)) for row in connection.execute(sql, (context.account,))]


def orgs_create(context: RequestContext) -> dict[str, Any]:
    """A new organisation."""
    body, account = context.body, context.account

    def work(connection: sqlite3.Connection) -> LevelRecord:
        taken = levels.find(connection, "org", body["org_id"]) is not None
        if taken or levels.owned_by_other_account(connection, account, body["org_id"]):
            raise HTTPError(409, {"detail": "An organisation of this id exists."})
        _check_org_limit(connection, context)
        return levels.create_org(connection, account, body["org_id"], body["name"], body["focus"], context.now)

    return _resource(context.services.store.write(work))


def list_groups(level: str, context: RequestContext) -> list[dict[str, Any]]:
    """The roles or teams of an organisation, oldest first; none of one that is not the key's, or does not exist."""
    sql = "SELECT * FROM levels WHERE level = ? AND org_id = ? AND account = ? ORDER BY created, id LIMIT ? OFFSET ?"
    org_id, limit, offset = (context.query[name] for name in ("org_id", "limit", "offset"))
    with context.services.store.read() as connection:
        rows = connection.execute(sql, (level, org_id, context.account, limit, min(offset, MAX_OFFSET)))
        return [_resource(LevelRecord(*row)) for row in rows]


def create_group(level: str, context: RequestContext) -> dict[str, Any]:
    """A new role or team."""
    body, account = context.body, context.account

    def work(connection: sqlite3.Connection) -> LevelRecord:
        _check_org(connection, account, body["org_id"])
        new = context.services.ids.named(level, next_numbers(connection, level)[0])
        return levels.create(connection, level, new, account, body["org_id"], body["name"], body["focus"], context.now)

    return _resource(context.services.store.write(work))


def get(level: str, context: RequestContext) -> dict[str, Any]:
    """The record that the path names."""
    with context.services.store.read() as connection:
        return _resource(_find(connection, level, context))


def update(level: str, context: RequestContext) -> dict[str, Any]:
    """Set some fields of a record."""
    changes = {_COLUMNS[name]: value for name, value in context.body.items() if name in _COLUMNS}
    if "prompt" in changes:
        changes["prompt_source"] = "custom"
    return _change(level, context, lambda _: changes)


def regenerate_prompt(level: str, context: RequestContext) -> dict[str, Any]:
    """Derive the promotion prompt of a record anew from its name and focus."""

    def derived(present: LevelRecord) -> dict[str, Any]:
        return {"prompt": levels.derive_prompt(level, present.name, present.focus), "prompt_source": "derived"}

    return _change(level, context, derived)


def _change(level: str, context: RequestContext, changes_to: Callable[[LevelRecord], dict[str, Any]]) -> dict[str, Any]:
    """Set some columns of a record; without any, it stays as it is and keeps the time of its last change."""

    def work(connection: sqlite3.Connection) -> LevelRecord:
        present = _find(connection, level, context)
        changes = changes_to(present)
        if not changes:
            return present
        changes = {**changes, "updated": context.now}
        columns = ", ".join(f"{column} = ?" for column in changes)
        connection.execute(
            f"UPDATE levels SET {columns} WHERE level = ? AND id = ?", (*changes.values(), level, present.id)
        )
        return dataclasses.replace(present, **changes)

    return _resource(context.services.store.write(work))


def delete(level: str, context: RequestContext) -> None:
    """Delete a record; memories stay."""

    def work(connection: sqlite3.Connection) -> None:
        present = _find(connection, level, context)
        connection.execute("DELETE FROM levels WHERE level = ? AND id = ?", (level, present.id))

    context.services.store.write(work)


def _find(connection: sqlite3.Connection, level: str, context: RequestContext) -> LevelRecord:
    """The record that a request's path names, of the organisation that its query names where it has to name one."""
    org_id = context.query.get("org_id")
    if org_id is not None:
        _check_org(connection, context.account, org_id)
    record = levels.find(connection, level, context.path[f"{level}_id"])
    if record is None or record.account != context.account or org_id not in (None, record.org_id):
        raise not_found(_NAMES[level])
    return record


def _check_org(connection: sqlite3.Connection, account: int, org_id: str) -> None:
    """Refuse an organisation that does not exist (404) or that the key may not name (400)."""
    record = levels.find(connection, "org", org_id)
    if record is None:
        raise not_found(_NAMES["org"])
    if record.account != account:
        raise org_not_allowed()


def _check_org_limit(connection: sqlite3.Connection, context: RequestContext) -> None:
    sql = "SELECT count(*) FROM levels WHERE level = 'org' AND account = ?"
    current: int = connection.execute(sql, (context.account,)).fetchone()[0]
    limit = context.services.meter.plan(context.account).max_orgs
    if current >= limit:
        raise error_with_code(403, "org_limit_reached", f"The plan allows {limit}.", limit=limit, current=current)


def _resource(record: LevelRecord) -> dict[str, Any]:
    own = {} if record.level == "org" else {f"{record.level}_id": record.id}
    return {
        **own,
        "org_id": record.org_id,
        "name": record.name,
        "focus": record.focus,
        "promotion_prompt": record.prompt,
        "created_at": isoformat(record.created),
        "updated_at": isoformat(record.updated),
        "prompt_meta": {"source": record.prompt_source},
    }
