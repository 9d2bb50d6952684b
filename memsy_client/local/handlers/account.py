"""The account behind a key: who it is, what it used, its billing, its keys and its interest in a plan."""

from __future__ import annotations

import sqlite3
from typing import Any

from .. import keys, quota
from ..clock import DAY, HOUR, isoformat, isoformat_or_none, parse
from ..errors import coded, invalid, not_found
from ..storage import ids as numbering
from .context import Call


def me(call: Call) -> dict[str, Any]:
    """Whose key this is."""
    key = call.key
    return {
        "customer_id": f"cus_{key.account}",
        "email": key.email,
        "tier": call.services.meter.plan(key.account).tier,
        "is_superadmin": False,
        "org_id": key.org_id,
        "is_billing_admin": key.admin,
        "user_id": f"usr_{key.account}",
        "org_role": "admin" if key.admin else "member",
    }


def usage_summary(call: Call) -> dict[str, Any]:
    """What was used in this billing month, by dimension."""
    meter = call.services.meter
    plan, used = meter.plan(call.account), meter.used(call.account, call.now)
    start, end = quota.month(call.now)
    return {
        "org_id": call.key.org_id,
        "tier": plan.tier,
        "period_start": isoformat(start),
        "period_end": isoformat(end),
        "dimensions": [
            {"dimension": name, "used": quantity, "limit": plan.limits.get(name), "overage_rate": None}
            for name, quantity in used.items()
        ],
    }


def usage_timeseries(call: Call) -> dict[str, Any]:
    """The usage by day or by hour."""
    query = call.query
    start = parse(query["period_start"]) if query["period_start"] else quota.month(call.now)[0]
    end = parse(query["period_end"]) if query["period_end"] else call.now + 1
    if end < start:
        raise invalid(["query", "period_end"], "period_end should not be before period_start", "value_error")
    width = HOUR if query["granularity"] == "hourly" else DAY
    sql = (
        "SELECT hour / :width * :width AS date, dimension, sum(quantity) FROM usage WHERE account = :account "
        "AND hour >= :start AND hour < :end AND (:dimension IS NULL OR dimension = :dimension) "
        "GROUP BY date, dimension ORDER BY date, dimension"
    )
    # Counts are kept by the hour: the hour in which the period starts belongs to it.
    values = {"account": call.account, "width": width, "start": start // HOUR * HOUR, "end": end}
    call.services.meter.flush()
    with call.services.store.read() as connection:
        rows = connection.execute(sql, {**values, "dimension": query["dimension"]}).fetchall()
    return {
        "org_id": call.key.org_id,
        "granularity": query["granularity"],
        "data": [
            {"date": _date(date, width), "dimension": dimension, "quantity": quantity}
            for date, dimension, quantity in rows
        ],
    }


def billing_summary(call: Call) -> dict[str, Any]:
    """Plan and seats; there is no payment on this machine."""
    plan = call.services.meter.plan(call.account)
    _require_billing(plan)
    return {
        "tier": plan.tier,
        "purchased_seats": plan.seats,
        "assigned_seats": 1,
        "available_seats": max(plan.seats - 1, 0),
        "subscription_status": "active",
        "billing_contact": call.key.email,
    }


def billing_invoices(call: Call) -> list[dict[str, Any]]:
    """No invoices: nobody is billed here."""
    _require_billing(call.services.meter.plan(call.account))
    return []


def keys_list(call: Call) -> dict[str, Any]:
    """The keys of the organisation, without their secrets."""
    call.services.meter.flush()
    sql = (
        "SELECT key_id, prefix, name, scopes, created, last_used, expires FROM keys WHERE account = ? "
        "ORDER BY created, key_id"
    )
    with call.services.store.read() as connection:
        rows = connection.execute(sql, (call.account,)).fetchall()
    keys = [
        {
            "key_id": key_id,
            "prefix": prefix,
            "name": name,
            "scopes": scopes.split(),
            "is_active": expires is None or expires > call.now,
            "created_at": isoformat(created),
            "last_used_at": isoformat_or_none(last_used),
            "expires_at": isoformat_or_none(expires),
        }
        for key_id, prefix, name, scopes, created, last_used, expires in rows
    ]
    return {
        "keys": keys,
        "max_keys": call.services.meter.plan(call.account).max_keys,
        "active_count": sum(key["is_active"] for key in keys),
    }


def keys_create(call: Call) -> dict[str, Any]:
    """A new key; its secret is in this answer and nowhere else."""
    body, now = call.body, call.now
    expires = parse(body["expires_at"]) if "expires_at" in body else None
    if expires is not None and expires <= now:
        raise invalid(["body", "expires_at"], "expires_at should be in the future", "value_error")
    limit = call.services.meter.plan(call.account).max_keys
    scopes = list(dict.fromkeys(body["scopes"]))

    def work(connection: sqlite3.Connection) -> keys.NewKey:
        sql = "SELECT count(*) FROM keys WHERE account = ? AND (expires IS NULL OR expires > ?)"
        current: int = connection.execute(sql, (call.account, now)).fetchone()[0]
        if current >= limit:
            raise coded(403, "key_limit_reached", f"The plan allows {limit}.", limit=limit, current=current)
        ids = call.services.ids
        # A key made through the API is a member's: what needs an admin stays with the key that made it.
        return keys.create_key(
            connection, ids, call.account, name=body["name"], scopes=scopes, admin=False, now=now, expires=expires
        )

    new = call.services.store.write(work)
    return {"key_id": new.key_id, "raw_key": new.raw, "prefix": new.prefix, "name": body["name"], "scopes": scopes}


def keys_delete(call: Call) -> None:
    """Revoke a key."""

    def work(connection: sqlite3.Connection) -> None:
        sql = "DELETE FROM keys WHERE account = ? AND key_id = ?"
        if not connection.execute(sql, (call.account, call.path["key_id"])).rowcount:
            raise not_found("Key")

    call.services.store.write(work)


def keys_usage(call: Call) -> dict[str, Any]:
    """What a key was used for, by day."""
    key_id = call.path["key_id"]
    call.services.meter.flush()
    with call.services.store.read() as connection:
        sql = "SELECT 1 FROM keys WHERE account = ? AND key_id = ?"
        if connection.execute(sql, (call.account, key_id)).fetchone() is None:
            raise not_found("Key")
        sql = (
            "SELECT hour / :day * :day AS date, dimension, sum(quantity) FROM usage "
            "WHERE account = :account AND key_id = :key_id GROUP BY date, dimension ORDER BY date, dimension"
        )
        rows = connection.execute(sql, {"day": DAY, "account": call.account, "key_id": key_id}).fetchall()
    return {
        "usage": [
            {"date": _date(date, DAY), "dimension": dimension, "quantity": quantity}
            for date, dimension, quantity in rows
        ]
    }


def interest_express(call: Call) -> dict[str, Any]:
    """Note an interest in the Pro plan."""
    body = call.body

    def work(connection: sqlite3.Connection) -> None:
        number = numbering.take(connection, "interest")[0]
        optional = (body.get(name) for name in ("company", "use_case", "notes"))
        values = (number, call.account, body["email"], body["name"], *optional, call.now)
        connection.execute("INSERT INTO interest VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)

    call.services.store.write(work)
    return {"message": "Your interest is noted on this local server; nobody else is told."}


def interest_status(call: Call) -> dict[str, Any]:
    """Whether interest was expressed."""
    sql = "SELECT EXISTS (SELECT 1 FROM interest WHERE account = ?)"
    with call.services.store.read() as connection:
        return {"expressed": bool(connection.execute(sql, (call.account,)).fetchone()[0])}


def _date(moment: int, width: int) -> str:
    return isoformat(moment)[:10] if width == DAY else isoformat(moment)


def _require_billing(plan: quota.Plan) -> None:
    if not plan.billing:
        raise coded(403, "billing_not_enabled", "Billing is not enabled.", interest_path="/interest/pro")
