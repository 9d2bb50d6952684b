"""Organisations, roles and teams."""

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


def orgs_get(context: RequestContext) -> dict[str, Any]:
    """One organisation."""
    return _get(context, "org")


def orgs_update(context: RequestContext) -> dict[str, Any]:
    """Set some fields of an organisation."""
    return _update(context, "org")


def orgs_regenerate_prompt(context: RequestContext) -> dict[str, Any]:
    """Derive the promotion prompt of an organisation anew."""
    return _regenerate_prompt(context, "org")


def orgs_delete(context: RequestContext) -> None:
    """Delete the record of an organisation; memories stay."""
    _delete(context, "org")


def roles_list(context: RequestContext) -> list[dict[str, Any]]:
    """The roles of an organisation, oldest first."""
    return _list(context, "role")


def roles_create(context: RequestContext) -> dict[str, Any]:
    """A new role."""
    return _create(context, "role")


def roles_get(context: RequestContext) -> dict[str, Any]:
    """One role."""
    return _get(context, "role")


def roles_update(context: RequestContext) -> dict[str, Any]:
    """Set some fields of a role."""
    return _update(context, "role")


def roles_regenerate_prompt(context: RequestContext) -> dict[str, Any]:
    """Derive the promotion prompt of a role anew."""
    return _regenerate_prompt(context, "role")


def roles_delete(context: RequestContext) -> None:
    """Delete the record of a role; memories stay."""
    _delete(context, "role")


def teams_list(context: RequestContext) -> list[dict[str, Any]]:
    """The teams of an organisation, oldest first."""
    return _list(context, "team")


def teams_create(context: RequestContext) -> dict[str, Any]:
    """A new team."""
    return _create(context, "team")


def teams_get(context: RequestContext) -> dict[str, Any]:
    """One team."""
    return _get(context, "team")


def teams_update(context: RequestContext) -> dict[str, Any]:
    """Set some fields of a team."""
    return _update(context, "team")


def teams_regenerate_prompt(context: RequestContext) -> dict[str, Any]:
    """Derive the promotion prompt of a team anew."""
    return _regenerate_prompt(context, "team")


def teams_delete(context: RequestContext) -> None:
    """Delete the record of a team; memories stay."""
    _delete(context, "team")


def _list(context: RequestContext, level: str) -> list[dict[str, Any]]:
    sql = "SELECT * FROM levels WHERE level = ? AND org_id = ? AND account = ? ORDER BY created, id LIMIT ? OFFSET ?"
    org_id, limit, offset = (context.query[name] for name in ("org_id", "limit", "offset"))
    with context.services.store.read() as connection:
        _check_org(connection, context.account, org_id)
        rows = connection.execute(sql, (level, org_id, context.account, limit, min(offset, MAX_OFFSET)))
        return [_resource(LevelRecord(*row)) for row in rows]


def _create(context: RequestContext, level: str) -> dict[str, Any]:
    body, account = context.body, context.account

    def work(connection: sqlite3.Connection) -> LevelRecord:
        _check_org(connection, account, body["org_id"])
        new = context.services.ids.named(level, next_numbers(connection, level)[0])
        return levels.create(connection, level, new, account, body["org_id"], body["name"], body["focus"], context.now)

    return _resource(context.services.store.write(work))


def _get(context: RequestContext, level: str) -> dict[str, Any]:
    with context.services.store.read() as connection:
        return _resource(_find(connection, context, level))


def _update(context: RequestContext, level: str) -> dict[str, Any]:
    changes = {_COLUMNS[name]: value for name, value in context.body.items() if name in _COLUMNS}
    if "prompt" in changes:
        changes["prompt_source"] = "custom"
    return _change(context, level, lambda _: changes)


def _regenerate_prompt(context: RequestContext, level: str) -> dict[str, Any]:
    def derived(present: LevelRecord) -> dict[str, Any]:
        return {"prompt": levels.derive_prompt(level, present.name, present.focus), "prompt_source": "derived"}

    return _change(context, level, derived)


def _change(context: RequestContext, level: str, changes_to: Callable[[LevelRecord], dict[str, Any]]) -> dict[str, Any]:
    """Set some columns of a record; without any, it stays as it is and keeps the time of its last change."""

    def work(connection: sqlite3.Connection) -> LevelRecord:
        present = _find(connection, context, level)
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


def _delete(context: RequestContext, level: str) -> None:
    def work(connection: sqlite3.Connection) -> None:
        present = _find(connection, context, level)
        connection.execute("DELETE FROM levels WHERE level = ? AND id = ?", (level, present.id))

    context.services.store.write(work)


def _find(connection: sqlite3.Connection, context: RequestContext, level: str) -> LevelRecord:
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
