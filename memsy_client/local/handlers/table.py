"""Which function answers which operation.

To add an endpoint: describe it in openapi.yaml and run `make generate`, write a function of a `RequestContext` in a
module of this folder, and add a line here. Its path, parameters, body, scope and admin right are checked by what the
contract says of them before the function is called. An operation without a line here answers 501.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from . import account, actors, connectors, events, health, hierarchy, ingest, memories, search
from .context import RequestContext

Handler = Callable[[RequestContext], object]
"""Returns the response's body, to be answered as JSON, or None for 204; raises an `HTTPError` for any other status."""

HANDLERS: Mapping[str, Handler] = {
    "ingest": ingest.ingest,
    "status": ingest.status,
    "search": search.search,
    "health": health.health,
    "orgs_list": hierarchy.orgs_list,
    "orgs_create": hierarchy.orgs_create,
    "orgs_get": partial(hierarchy.get, "org"),
    "orgs_update": partial(hierarchy.update, "org"),
    "orgs_regenerate_prompt": partial(hierarchy.regenerate_prompt, "org"),
    "orgs_delete": partial(hierarchy.delete, "org"),
    "roles_list": partial(hierarchy.list_groups, "role"),
    "roles_create": partial(hierarchy.create_group, "role"),
    "roles_get": partial(hierarchy.get, "role"),
    "roles_update": partial(hierarchy.update, "role"),
    "roles_regenerate_prompt": partial(hierarchy.regenerate_prompt, "role"),
    "roles_delete": partial(hierarchy.delete, "role"),
    "teams_list": partial(hierarchy.list_groups, "team"),
    "teams_create": partial(hierarchy.create_group, "team"),
    "teams_get": partial(hierarchy.get, "team"),
    "teams_update": partial(hierarchy.update, "team"),
    "teams_regenerate_prompt": partial(hierarchy.regenerate_prompt, "team"),
    "teams_delete": partial(hierarchy.delete, "team"),
    "memories_list": memories.memories_list,
    "memories_stats": memories.memories_stats,
    "memories_get": memories.memories_get,
    "actors_list": actors.actors_list,
    "actors_get": actors.actors_get,
    "me": account.me,
    "usage_summary": account.usage_summary,
    "usage_timeseries": account.usage_timeseries,
    "billing_summary": account.billing_summary,
    "billing_invoices": account.billing_invoices,
    "keys_list": account.keys_list,
    "keys_create": account.keys_create,
    "keys_delete": account.keys_delete,
    "keys_usage": account.keys_usage,
    "events_list": events.events_list,
    "connectors_list_providers": connectors.list_providers,
    "connectors_status": connectors.status,
    "connectors_create": connectors.create,
    "connectors_configure_s3": connectors.configure_s3,
    "connectors_list": connectors.list_connectors,
    "connectors_get": connectors.get,
    "connectors_delete": connectors.delete,
    "connectors_list_resources": connectors.list_resources,
    "connectors_list_branches": connectors.list_branches,
    "connectors_picker_config": connectors.picker_config,
    "connectors_configure_resources": connectors.configure_resources,
    "connectors_sync": connectors.sync,
    "interest_express": account.interest_express,
    "interest_status": account.interest_status,
}
