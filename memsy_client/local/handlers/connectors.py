"""Connectors: connections to third parties, which `providers` plays.

An API key acts for the whole organisation, so that each may use the organisation's connections. One of a user's own
belongs to the key that made it: a key is the only user that a local server knows.
"""

from __future__ import annotations

import dataclasses
import json
import sqlite3
from dataclasses import dataclass
from typing import Any

from ..clock import HOUR, LATEST, isoformat, isoformat_or_none
from ..errors import HTTPError, not_found
from ..keys import Key
from ..providers import (
    PICKER,
    PROVIDERS,
    Provider,
    Resource,
    accepts_credentials,
    consent_url,
    resources_of,
)
from ..storage import schema
from ..storage.ids import next_numbers
from .context import RequestContext

SYNC_INTERVAL = HOUR
"""After how long an active connection would be read again."""


@dataclass(frozen=True, slots=True)
class _Record:
    """A row of the table `connectors`."""

    connector_id: str
    account: int
    slug: str
    owner: str
    email: str
    state: str
    authorized: int
    selection: str | None
    bucket: str | None
    region: str | None
    created: int
    synced: int | None

    @property
    def provider(self) -> Provider:
        return PROVIDERS[self.slug]

    @property
    def selected(self) -> list[dict[str, Any]]:
        """What is selected, as it was sent."""
        return [] if self.selection is None else json.loads(self.selection)

    @property
    def display_name(self) -> str | None:
        """The name of the account, or the bucket; None without consent."""
        return (self.bucket or self.provider.account_name) if self.authorized else None

    @property
    def is_active(self) -> bool:
        return bool(self.authorized) and self.selection is not None

    def is_changed_by(self, key: Key) -> bool:
        """Whether a key may change it, and use what it was given access to."""
        return not self.provider.per_user or self.owner == key.key_id

    def is_seen_by(self, key: Key) -> bool:
        return key.admin or self.is_changed_by(key)


def list_providers(context: RequestContext) -> dict[str, Any]:
    """The slugs of the providers."""
    return {"providers": list(PROVIDERS)}


def status(context: RequestContext) -> dict[str, Any]:
    """Whether the organisation, or the key for a provider of users, is connected."""
    slug = _slug(context)
    with context.services.store.read() as connection:
        record = _of_provider(connection, context, slug)
    if record is None:
        return {"connected": False, "display_name": None}
    return {"connected": bool(record.authorized), "display_name": record.display_name}


def create(context: RequestContext) -> dict[str, Any]:
    """Begin a connection, or say again where the consent of one that has begun is given."""
    slug = _slug(context)
    if not PROVIDERS[slug].has_consent:
        raise _unsuitable(slug, "is connected by its credentials")

    def work(connection: sqlite3.Connection) -> _Record:
        present = _of_provider(connection, context, slug)
        if present is None:
            return _insert(connection, context, slug, {"authorized": 0})
        if present.authorized:
            raise _conflict(f"{slug} is connected already.")
        return present

    record = context.services.store.write(work)
    url = consent_url(context.services.address(), slug, record.state)
    return {"connector_id": record.connector_id, "authorize_url": url}


def configure_s3(context: RequestContext) -> dict[str, Any]:
    """Connect a bucket, or change a connection to one; its credentials are looked at, and not stored."""
    body = context.body

    def work(connection: sqlite3.Connection) -> _Record:
        present = _s3_to_change(connection, context)
        if not accepts_credentials(body):
            raise HTTPError(400, {"detail": "S3 refused the credentials, or has no such bucket."})
        bucket = body["bucket"]
        selection = [{"external_id": bucket, "resource_type": "bucket", "name": bucket}]
        values = {
            "authorized": 1,
            "selection": json.dumps(selection),
            "bucket": bucket,
            "region": body["region"],
            "synced": context.now,
        }
        if present is None:
            return _insert(connection, context, "s3", values)
        return _change(connection, present, values)

    return _resource(context.services.store.write(work), context.now)


def list_connectors(context: RequestContext) -> list[dict[str, Any]]:
    """The connectors that the key may see, oldest first."""
    sql = "SELECT * FROM connectors WHERE account = ? ORDER BY created, connector_id"
    with context.services.store.read() as connection:
        records = [_Record(*row) for row in connection.execute(sql, (context.account,))]
    return [_resource(record, context.now) for record in records if record.is_seen_by(context.key)]


def get(context: RequestContext) -> dict[str, Any]:
    """One connector."""
    with context.services.store.read() as connection:
        record = _find(connection, context, context.path["connector_id"])
    if not record.is_seen_by(context.key):
        raise _not_the_owner()
    return _resource(record, context.now)


def delete(context: RequestContext) -> None:
    """End a connection."""

    def work(connection: sqlite3.Connection) -> None:
        record = _own(connection, context)
        connection.execute("DELETE FROM connectors WHERE connector_id = ?", (record.connector_id,))
        connection.execute("DELETE FROM connector_resources WHERE target = ?", (record.connector_id,))

    context.services.store.write(work)


def list_resources(context: RequestContext) -> dict[str, Any]:
    """What can be selected, at the top or in one folder; of a provider with a picker, what is selected."""
    parent_id = context.query["parent_id"]
    with context.services.store.read() as connection:
        record = _own(connection, context)
        if parent_id is not None and not record.provider.has_folders:
            raise _unsuitable(record.slug, "has no folders")
        _check_authorized(record)
        there = _there(connection, record)
    if record.provider.has_picker:
        names = {resource.external_id: resource.name for resource in there}
        chosen = [
            Resource(item["external_id"], item["resource_type"], item.get("name") or names.get(item["external_id"]))
            for item in record.selected
        ]
        return _items(record, chosen)
    if parent_id is not None and all(resource.external_id != parent_id for resource in there):
        raise not_found("Folder")
    return _items(record, [resource for resource in there if resource.parent_id == parent_id])


def list_branches(context: RequestContext) -> dict[str, Any]:
    """The branches of a repository."""
    repo = context.query["repo"]
    with context.services.store.read() as connection:
        record = _own(connection, context)
        if not record.provider.has_branches:
            raise _unsuitable(record.slug, "has no branches")
        _check_authorized(record)
        there = _there(connection, record)
    if all(resource.external_id != repo for resource in there):
        raise not_found("Repository")
    branches = [resource for resource in there if resource.parent_id == repo]
    return _items(record, branches or [Resource(f"{repo}#main", "default_branch", "main")])


def picker_config(context: RequestContext) -> dict[str, Any]:
    """What the picker of Google Drive would need."""
    with context.services.store.read() as connection:
        record = _own(connection, context)
    if not record.provider.has_picker:
        raise _unsuitable(record.slug, "has no picker")
    _check_authorized(record)
    return PICKER


def configure_resources(context: RequestContext) -> dict[str, Any]:
    """Replace what is selected, which makes the connector active and starts a sync."""
    selection = [
        {name: item[name] for name in ("external_id", "resource_type", "name") if name in item}
        for item in ({"resource_type": "channel", **item} for item in context.body["resources"])
    ]

    def work(connection: sqlite3.Connection) -> _Record:
        record = _own(connection, context)
        _check_authorized(record)
        return _change(connection, record, {"selection": json.dumps(selection), "synced": context.now})

    return _resource(context.services.store.write(work), context.now)


def sync(context: RequestContext) -> dict[str, Any]:
    """Read anew what is selected, as far as the time of it goes."""

    def work(connection: sqlite3.Connection) -> _Record:
        record = _own(connection, context)
        if not record.is_active:
            raise _conflict("The connector is not active.")
        return _change(connection, record, {"synced": context.now})

    return _resource(context.services.store.write(work), context.now)


def _slug(context: RequestContext) -> str:
    slug: str = context.path["provider"]
    if slug not in PROVIDERS:
        raise not_found("Provider")
    return slug


def _find(connection: sqlite3.Connection, context: RequestContext, connector_id: str) -> _Record:
    sql = "SELECT * FROM connectors WHERE connector_id = ? AND account = ?"
    row = connection.execute(sql, (connector_id, context.account)).fetchone()
    if row is None:
        raise not_found("Connector")
    return _Record(*row)


def _own(connection: sqlite3.Connection, context: RequestContext) -> _Record:
    """The connector that the path names, if the key may change and use it."""
    record = _find(connection, context, context.path["connector_id"])
    if not record.is_changed_by(context.key):
        raise _not_the_owner()
    return record


def _of_provider(connection: sqlite3.Connection, context: RequestContext, slug: str) -> _Record | None:
    """The connection of the organisation or, for a provider of users, of the key."""
    sql = "SELECT * FROM connectors WHERE account = ? AND provider = ?"
    records = [_Record(*row) for row in connection.execute(sql, (context.account, slug))]
    return next((record for record in records if record.is_changed_by(context.key)), None)


def _s3_to_change(connection: sqlite3.Connection, context: RequestContext) -> _Record | None:
    """The connection that a configuration of S3 is to change; None when it is to make one."""
    connector_id = context.body.get("connector_id")
    if connector_id is None:
        if _of_provider(connection, context, "s3") is not None:
            raise _conflict("s3 is connected already; connector_id changes the connection.")
        return None
    record = _find(connection, context, connector_id)
    if record.slug != "s3":
        raise _unsuitable(record.slug, "is not configured by credentials")
    return record


def _insert(connection: sqlite3.Connection, context: RequestContext, slug: str, values: dict[str, object]) -> _Record:
    ids, number = context.services.ids, next_numbers(connection, "connector")[0]
    row = {
        "connector_id": ids.named("conn", number),
        "account": context.account,
        "provider": slug,
        "owner": context.key.key_id,
        "email": context.key.email,
        "state": ids.secret("consent", number).hex(),
        "created": context.now,
        **values,
    }
    schema.insert(connection, "connectors", row)
    return _find(connection, context, ids.named("conn", number))


def _change(connection: sqlite3.Connection, record: _Record, values: dict[str, Any]) -> _Record:
    columns = ", ".join(f"{column} = ?" for column in values)
    connection.execute(
        f"UPDATE connectors SET {columns} WHERE connector_id = ?", (*values.values(), record.connector_id)
    )
    return dataclasses.replace(record, **values)


def _there(connection: sqlite3.Connection, record: _Record) -> tuple[Resource, ...]:
    """What there is to read: of S3, the bucket first of all."""
    there = resources_of(connection, record.connector_id, record.slug)
    if record.bucket is None:
        return there
    others = [resource for resource in there if resource.external_id != record.bucket]
    return (Resource(record.bucket, "bucket", record.bucket), *others)


def _items(record: _Record, resources: list[Resource]) -> dict[str, Any]:
    selected = {item["external_id"] for item in record.selected}
    return {
        "resources": [
            {
                "external_id": resource.external_id,
                "resource_type": resource.resource_type,
                "name": resource.name,
                "selected": resource.external_id in selected,
            }
            for resource in resources
        ]
    }


def _resource(record: _Record, now: int) -> dict[str, Any]:
    provider = record.provider
    last = next_ = None
    if record.synced is not None:
        # What would have been read meanwhile follows from the time; nothing has to run for it.
        last = record.synced + max(now - record.synced, 0) // SYNC_INTERVAL * SYNC_INTERVAL
        next_ = min(last + SYNC_INTERVAL, LATEST)
    return {
        "id": record.connector_id,
        "provider": record.slug,
        "status": "active" if record.is_active else "pending",
        "display_name": record.display_name,
        "external_account_id": provider.account_id if record.authorized else None,
        "configured_by_email": record.email,
        "scopes": list(provider.scopes) if record.authorized else [],
        "last_sync_at": isoformat_or_none(last),
        "next_sync_at": isoformat_or_none(next_),
        "last_error": None,
        "created_at": isoformat(record.created),
        "bucket": record.bucket,
        "region": record.region,
    }


def _check_authorized(record: _Record) -> None:
    if not record.authorized:
        raise _conflict("The connector is not authorised yet.")


def _conflict(text: str) -> HTTPError:
    return HTTPError(409, {"detail": text})


def _unsuitable(slug: str, text: str) -> HTTPError:
    return HTTPError(400, {"detail": f"{slug} {text}."})


def _not_the_owner() -> HTTPError:
    return HTTPError(403, {"detail": "Only the owner of the connection may do this."})
