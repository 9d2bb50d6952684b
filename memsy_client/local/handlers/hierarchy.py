"""Organisations, roles and teams: the three levels are one kind of record under different names."""

from __future__ import annotations

import functools
import re
import sqlite3
from collections.abc import Mapping
from typing import Any

from ..clock import isoformat
from ..errors import Problem, coded, not_found, org_not_allowed
from ..memory.writes import Place
from ..retrieval.stem import stem
from ..storage import ids as numbering
from .context import Call

_NAMES = {"org": "Organisation", "role": "Role", "team": "Team"}
_COLUMNS = "id, org_id, name, focus, prompt, prompt_source, created, updated"
_TEMPLATE = "Keep what every memory of this {level} should hold. {name}: {focus}"
_WORD = re.compile(r"[^\W\d_]{4,}")
_COMMON_WORDS = """
about above after again also always anything because been before being below between both could does doing done down
during each every everything from have having help here important into just keep know known like make many matter
matters memory memories more most much must need needs never nothing only other ours over people promote promoted
remember same should some something such sure than that their them then there these they thing things this those
through under until very want wants were what whatever when where whether which while will with would worth your
yours hold holds organisation organization role team
"""
_COMMON = frozenset(_COMMON_WORDS.split())


def significant_words(text: str) -> frozenset[str]:
    """The stems of a text's words that tell what it is about: four letters or more, and not common ones."""
    return frozenset(stem(word) for word in _WORD.findall(text.casefold()) if word not in _COMMON)


_words_of_prompt = functools.lru_cache(maxsize=256)(significant_words)


def prompt_words(connection: sqlite3.Connection, place: Place) -> frozenset[str]:
    """The significant words of the promotion prompt of a level, none when it has no record."""
    sql = "SELECT prompt FROM levels WHERE level = ? AND id = ? AND account = ?"
    found = connection.execute(sql, (place.level, place.id, place.account)).fetchone()
    return frozenset() if found is None else _words_of_prompt(found[0])


def create_org(connection: sqlite3.Connection, account: int, org_id: str, name: str, focus: str, now: int) -> None:
    """Store an organisation's record.

    Raises:
        ValueError: Another account has an organisation of this id.
    """
    if _is_anothers(connection, account, org_id):
        raise ValueError(f"the organisation {org_id!r} belongs to another account")
    _insert(connection, "org", org_id, account, org_id, name, focus, now)


def orgs_list(call: Call) -> list[dict[str, Any]]:
    """The organisations, oldest first."""
    sql = f"SELECT {_COLUMNS} FROM levels WHERE level = 'org' AND account = ? ORDER BY created, id"
    with call.services.store.read() as connection:
        return [_resource("org", row) for row in connection.execute(sql, (call.account,))]


def orgs_create(call: Call) -> dict[str, Any]:
    """A new organisation."""
    body = call.body

    def work(connection: sqlite3.Connection) -> dict[str, Any]:
        taken = _find(connection, "org", body["org_id"]) is not None
        if taken or _is_anothers(connection, call.account, body["org_id"]):
            raise Problem(409, {"detail": "An organisation of this id exists."})
        _refuse_too_many(connection, call)
        create_org(connection, call.account, body["org_id"], body["name"], body["focus"], call.now)
        return _get(connection, call.account, "org", body["org_id"])

    return call.services.store.write(work)


def orgs_get(call: Call) -> dict[str, Any]:
    """One organisation."""
    with call.services.store.read() as connection:
        return _get(connection, call.account, "org", call.path["org_id"])


def orgs_update(call: Call) -> dict[str, Any]:
    """Set some fields of an organisation."""
    return _update(call, "org", call.path["org_id"], None)


def orgs_regenerate_prompt(call: Call) -> dict[str, Any]:
    """Derive the promotion prompt of an organisation anew."""
    return _regenerate(call, "org", call.path["org_id"], None)


def orgs_delete(call: Call) -> None:
    """Delete the record of an organisation; memories stay."""
    _delete(call, "org", call.path["org_id"], None)


def roles_list(call: Call) -> list[dict[str, Any]]:
    """The roles of an organisation, oldest first."""
    return _list(call, "role")


def roles_create(call: Call) -> dict[str, Any]:
    """A new role."""
    return _create(call, "role")


def roles_get(call: Call) -> dict[str, Any]:
    """One role."""
    return _read(call, "role")


def roles_update(call: Call) -> dict[str, Any]:
    """Set some fields of a role."""
    return _update(call, "role", call.path["role_id"], call.query["org_id"])


def roles_regenerate_prompt(call: Call) -> dict[str, Any]:
    """Derive the promotion prompt of a role anew."""
    return _regenerate(call, "role", call.path["role_id"], call.query["org_id"])


def roles_delete(call: Call) -> None:
    """Delete the record of a role; memories stay."""
    _delete(call, "role", call.path["role_id"], call.query["org_id"])


def teams_list(call: Call) -> list[dict[str, Any]]:
    """The teams of an organisation, oldest first."""
    return _list(call, "team")


def teams_create(call: Call) -> dict[str, Any]:
    """A new team."""
    return _create(call, "team")


def teams_get(call: Call) -> dict[str, Any]:
    """One team."""
    return _read(call, "team")


def teams_update(call: Call) -> dict[str, Any]:
    """Set some fields of a team."""
    return _update(call, "team", call.path["team_id"], call.query["org_id"])


def teams_regenerate_prompt(call: Call) -> dict[str, Any]:
    """Derive the promotion prompt of a team anew."""
    return _regenerate(call, "team", call.path["team_id"], call.query["org_id"])


def teams_delete(call: Call) -> None:
    """Delete the record of a team; memories stay."""
    _delete(call, "team", call.path["team_id"], call.query["org_id"])


def _list(call: Call, level: str) -> list[dict[str, Any]]:
    sql = (
        f"SELECT {_COLUMNS} FROM levels WHERE level = ? AND org_id = ? AND account = ? "
        "ORDER BY created, id LIMIT ? OFFSET ?"
    )
    org_id, limit, offset = (call.query[name] for name in ("org_id", "limit", "offset"))
    with call.services.store.read() as connection:
        _require_org(connection, call.account, org_id)
        rows = connection.execute(sql, (level, org_id, call.account, limit, min(offset, 2**63 - 1)))
        return [_resource(level, row) for row in rows]


def _create(call: Call, level: str) -> dict[str, Any]:
    body = call.body

    def work(connection: sqlite3.Connection) -> dict[str, Any]:
        _require_org(connection, call.account, body["org_id"])
        new = call.services.ids.named(level, numbering.take(connection, level)[0])
        _insert(connection, level, new, call.account, body["org_id"], body["name"], body["focus"], call.now)
        return _get(connection, call.account, level, new)

    return call.services.store.write(work)


def _read(call: Call, level: str) -> dict[str, Any]:
    with call.services.store.read() as connection:
        _require_org(connection, call.account, call.query["org_id"])
        return _get(connection, call.account, level, call.path[f"{level}_id"], call.query["org_id"])


def _update(call: Call, level: str, id: str, org_id: str | None) -> dict[str, Any]:
    names = {"name": "name", "focus": "focus", "promotion_prompt": "prompt"}
    changes: dict[str, object] = {names[name]: value for name, value in call.body.items() if name in names}
    if "prompt" in changes:
        changes["prompt_source"] = "custom"
    return _change(call, level, id, org_id, changes)


def _regenerate(call: Call, level: str, id: str, org_id: str | None) -> dict[str, Any]:
    return _change(call, level, id, org_id, None)


def _change(
    call: Call, level: str, id: str, org_id: str | None, changes: Mapping[str, object] | None
) -> dict[str, Any]:
    """Set columns of a record, or its derived prompt when there are none to set from outside."""

    def work(connection: sqlite3.Connection) -> dict[str, Any]:
        if org_id is not None:
            _require_org(connection, call.account, org_id)
        present = _get(connection, call.account, level, id, org_id)
        new = changes
        if new is None:
            new = {"prompt": _derive(level, present["name"], present["focus"]), "prompt_source": "derived"}
        if not new:
            return present
        columns = ", ".join(f"{column} = ?" for column in new)
        values = (*new.values(), call.now, level, id)
        connection.execute(f"UPDATE levels SET {columns}, updated = ? WHERE level = ? AND id = ?", values)
        return _get(connection, call.account, level, id, org_id)

    return call.services.store.write(work)


def _delete(call: Call, level: str, id: str, org_id: str | None) -> None:
    def work(connection: sqlite3.Connection) -> None:
        if org_id is not None:
            _require_org(connection, call.account, org_id)
        _get(connection, call.account, level, id, org_id)
        connection.execute("DELETE FROM levels WHERE level = ? AND id = ?", (level, id))

    call.services.store.write(work)


def _derive(level: str, name: str, focus: str) -> str:
    return _TEMPLATE.format(level={"org": "organisation"}.get(level, level), name=name, focus=focus).rstrip(" :")


def _insert(
    connection: sqlite3.Connection, level: str, id: str, account: int, org_id: str, name: str, focus: str, now: int
) -> None:
    values = (level, id, account, org_id, name, focus, _derive(level, name, focus), "derived", now, now)
    connection.execute("INSERT INTO levels VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", values)


def _find(connection: sqlite3.Connection, level: str, id: str) -> tuple[int, tuple[Any, ...]] | None:
    """A record's account and its columns, whosever it is."""
    sql = f"SELECT account, {_COLUMNS} FROM levels WHERE level = ? AND id = ?"
    found = connection.execute(sql, (level, id)).fetchone()
    return None if found is None else (found[0], found[1:])


def _get(
    connection: sqlite3.Connection, account: int, level: str, id: str, org_id: str | None = None
) -> dict[str, Any]:
    found = _find(connection, level, id)
    if found is None or found[0] != account or (org_id is not None and found[1][1] != org_id):
        raise not_found(_NAMES[level])
    return _resource(level, found[1])


def _require_org(connection: sqlite3.Connection, account: int, org_id: str) -> None:
    """Refuse an organisation that does not exist (404) or is not the key's to name (400)."""
    found = _find(connection, "org", org_id)
    if found is None:
        raise not_found(_NAMES["org"])
    if found[0] != account:
        raise org_not_allowed()


def _is_anothers(connection: sqlite3.Connection, account: int, org_id: str) -> bool:
    """Whether an id is another account's own, or that of an organisation of which another has roles or teams left."""
    sql = (
        "SELECT EXISTS (SELECT 1 FROM accounts WHERE org_id = :org AND account != :account) "
        "OR EXISTS (SELECT 1 FROM levels WHERE org_id = :org AND account != :account)"
    )
    return bool(connection.execute(sql, {"org": org_id, "account": account}).fetchone()[0])


def _refuse_too_many(connection: sqlite3.Connection, call: Call) -> None:
    sql = "SELECT count(*) FROM levels WHERE level = 'org' AND account = ?"
    current: int = connection.execute(sql, (call.account,)).fetchone()[0]
    limit = call.services.meter.plan(call.account).max_orgs
    if current >= limit:
        raise coded(403, "org_limit_reached", f"The plan allows {limit}.", limit=limit, current=current)


def _resource(level: str, row: tuple[Any, ...]) -> dict[str, Any]:
    id, org_id, name, focus, prompt, source, created, updated = row
    own = {} if level == "org" else {f"{level}_id": id}
    return {
        **own,
        "org_id": org_id,
        "name": name,
        "focus": focus,
        "promotion_prompt": prompt,
        "created_at": isoformat(created),
        "updated_at": isoformat(updated),
        "prompt_meta": {"source": source},
    }
