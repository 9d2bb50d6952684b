"""The account of a key: its identity, usage, billing, keys and interest in a plan."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Any

from .. import keys, quota
from ..clock import DAY, HOUR, isoformat, isoformat_or_none, parse
from ..errors import error_with_code, invalid, not_found
from ..storage.ids import next_numbers
from .context import RequestContext


def me(context: RequestContext) -> dict[str, Any]:
    """The identity behind the key."""
    key = context.key
    return {
        "customer_id": f"cus_{key.account}",
        "email": key.email,
        "tier": context.services.meter.plan(key.account).tier,
        "is_superadmin": False,
        "org_id": key.org_id,
        "is_billing_admin": key.admin,
        "user_id": f"usr_{key.account}",
        "org_role": "org:admin" if key.admin else "org:member",
    }


def usage_summary(context: RequestContext) -> dict[str, Any]:
    """The usage of this billing month, by dimension."""
    meter = context.services.meter
    plan, used = meter.plan(context.account), meter.used(context.account, context.now)
    start, end = quota.month(context.now)
    return {
        "org_id": context.key.org_id,
        "tier": plan.tier,
        "period_start": isoformat(start),
        "period_end": isoformat(end),
        "dimensions": [
            {"dimension": name, "used": quantity, "limit": plan.limits.get(name), "overage_rate": None}
            for name, quantity in used.items()
        ],
    }


def usage_timeseries(context: RequestContext) -> dict[str, Any]:
    """The usage of a period, by day or by hour."""
    query = context.query
    start, _ = _period(query["period_start"]) if query["period_start"] else quota.month(context.now)
    _, end = _period(query["period_end"]) if query["period_end"] else (context.now, context.now + 1)
    if end <= start:  # `end` is the first moment that does not count
        raise invalid(["query", "period_end"], "period_end should not be before period_start", "value_error")
    width = HOUR if query["granularity"] == "hourly" else DAY
    where = "hour >= :start AND hour < :end AND (:dimension IS NULL OR dimension = :dimension)"
    # Counts are kept by the hour: the hour in which the period starts belongs to it.
    values = {"start": start // HOUR * HOUR, "end": end, "dimension": query["dimension"]}
    context.services.meter.flush()
    with context.services.store.read() as connection:
        data = _usage(connection, context, width, where, values)
    return {
        "org_id": context.key.org_id,
        "granularity": query["granularity"],
        "data": data,
    }


def billing_summary(context: RequestContext) -> dict[str, Any]:
    """The plan and its seats; a local server takes no payment."""
    plan = context.services.meter.plan(context.account)
    _check_billing(plan)
    return {
        "tier": plan.tier,
        "purchased_seats": plan.seats,
        "assigned_seats": 1,
        "available_seats": max(plan.seats - 1, 0),
        "subscription_status": "active",
        "billing_contact": context.key.email,
    }


def billing_invoices(context: RequestContext) -> list[dict[str, Any]]:
    """No invoices: a local server bills nobody."""
    _check_billing(context.services.meter.plan(context.account))
    return []


def keys_list(context: RequestContext) -> dict[str, Any]:
    """The keys of the organisation, without their secrets."""
    context.services.meter.flush()
    sql = (
        "SELECT key_id, prefix, name, scopes, created, last_used, expires FROM keys WHERE account = ? "
        "ORDER BY created, key_id"
    )
    with context.services.store.read() as connection:
        rows = connection.execute(sql, (context.account,)).fetchall()
    listed = [
        {
            "key_id": key_id,
            "prefix": prefix,
            "name": name,
            "scopes": scopes.split(),
            "is_active": expires is None or expires > context.now,
            "created_at": isoformat(created),
            "last_used_at": isoformat_or_none(last_used),
            "expires_at": isoformat_or_none(expires),
        }
        for key_id, prefix, name, scopes, created, last_used, expires in rows
    ]
    return {
        "keys": listed,
        "max_keys": context.services.meter.plan(context.account).max_keys,
        "active_count": sum(key["is_active"] for key in listed),
    }


def keys_create(context: RequestContext) -> dict[str, Any]:
    """A new key; only this response holds its secret."""
    body, now = context.body, context.now
    expires = parse(body["expires_at"]) if "expires_at" in body else None
    if expires is not None and expires <= now:
        raise invalid(["body", "expires_at"], "expires_at should be in the future", "value_error")
    limit = context.services.meter.plan(context.account).max_keys
    scopes = list(dict.fromkeys(body["scopes"]))

    def work(connection: sqlite3.Connection) -> keys.NewKey:
        sql = "SELECT count(*) FROM keys WHERE account = ? AND (expires IS NULL OR expires > ?)"
        current: int = connection.execute(sql, (context.account, now)).fetchone()[0]
        if current >= limit:
            raise error_with_code(403, "key_limit_reached", f"The plan allows {limit}.", limit=limit, current=current)
        ids = context.services.ids
        # A key created through the API is a member's: only the server's own and create_key's are an admin's.
        return keys.create_key(
            connection, ids, context.account, name=body["name"], scopes=scopes, admin=False, now=now, expires=expires
        )

    new = context.services.store.write(work)
    return {"key_id": new.key_id, "raw_key": new.raw, "prefix": new.prefix, "name": body["name"], "scopes": scopes}


def keys_delete(context: RequestContext) -> None:
    """Revoke a key."""

    def work(connection: sqlite3.Connection) -> None:
        sql = "DELETE FROM keys WHERE account = ? AND key_id = ?"
        if not connection.execute(sql, (context.account, context.path["key_id"])).rowcount:
            raise not_found("Key")

    context.services.store.write(work)


def keys_usage(context: RequestContext) -> dict[str, Any]:
    """The usage of one key, by day."""
    key_id = context.path["key_id"]
    context.services.meter.flush()
    with context.services.store.read() as connection:
        sql = "SELECT 1 FROM keys WHERE account = ? AND key_id = ?"
        if connection.execute(sql, (context.account, key_id)).fetchone() is None:
            raise not_found("Key")
        return {"usage": _usage(connection, context, DAY, "key_id = :key_id", {"key_id": key_id})}


def interest_express(context: RequestContext) -> dict[str, Any]:
    """Note an interest in the Pro plan."""
    body = context.body

    def work(connection: sqlite3.Connection) -> None:
        number = next_numbers(connection, "interest")[0]
        optional = (body.get(name) for name in ("company", "use_case", "notes"))
        values = (number, context.account, body["email"], body["name"], *optional, context.now)
        connection.execute("INSERT INTO interest VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)

    context.services.store.write(work)
    return {"message": "Your interest is noted on this local server; nobody else is told."}


def interest_status(context: RequestContext) -> dict[str, Any]:
    """Whether an interest was expressed."""
    sql = "SELECT EXISTS (SELECT 1 FROM interest WHERE account = ?)"
    with context.services.store.read() as connection:
        return {"expressed": bool(connection.execute(sql, (context.account,)).fetchone()[0])}


def _usage(
    connection: sqlite3.Connection, context: RequestContext, width: int, where: str, values: Mapping[str, object]
) -> list[dict[str, Any]]:
    """The usage of the account that `where` selects, by days or hours as the width says."""
    sql = (
        "SELECT hour / :width * :width AS date, dimension, sum(quantity) FROM usage "
        f"WHERE account = :account AND {where} GROUP BY date, dimension ORDER BY date, dimension"
    )
    rows = connection.execute(sql, {"account": context.account, "width": width, **values}).fetchall()
    return [
        {"date": _date(date, width), "dimension": dimension, "quantity": quantity} for date, dimension, quantity in rows
    ]


def _period(text: str) -> tuple[int, int]:
    """The start of a moment or day, and that of the next one."""
    if len(text) > len("2026-01-31"):
        return parse(text), parse(text) + 1
    return parse(f"{text}T00:00Z"), parse(f"{text}T00:00Z") + DAY


def _date(moment: int, width: int) -> str:
    return isoformat(moment)[:10] if width == DAY else isoformat(moment)


def _check_billing(plan: quota.Plan) -> None:
    if not plan.billing:
        raise error_with_code(403, "billing_not_enabled", "Billing is not enabled.", interest_path="/interest/pro")
