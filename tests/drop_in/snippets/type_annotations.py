"""Code that names the types it handles."""

from __future__ import annotations

import os
from typing import Protocol, get_type_hints

from memsy import MemsyClient, MemsyControlClient
from memsy.async_client import AsyncMemsyClient
from memsy.async_control import AsyncMemsyControlClient
from memsy.client import MemsyClient as SameClient
from memsy.control import MemsyControlClient as SameControlClient
from memsy.control_resources.keys import AsyncKeysResource, KeysResource
from memsy.models import OrgResource
from memsy.resources import OrgsResource
from memsy.resources.roles import AsyncRolesResource, RolesResource


class HasRoles(Protocol):
    roles: RolesResource


def first_org(orgs: OrgsResource) -> OrgResource:
    return orgs.list()[0]


assert get_type_hints(first_org) == {"orgs": OrgsResource, "return": OrgResource}
assert get_type_hints(HasRoles) == {"roles": RolesResource}
assert (SameClient, SameControlClient) == (MemsyClient, MemsyControlClient)

core, control, key = os.environ["MEMSY_BASE_URL"], os.environ["MEMSY_CONTROL_URL"], os.environ["MEMSY_API_KEY"]
with MemsyClient(core, key) as client, MemsyControlClient(control, key) as account:
    assert first_org(client.orgs).name
    assert isinstance(client.roles, RolesResource)
    assert isinstance(account.keys, KeysResource)
assert isinstance(AsyncMemsyClient(core, key).roles, AsyncRolesResource)
assert isinstance(AsyncMemsyControlClient(control, key).keys, AsyncKeysResource)
