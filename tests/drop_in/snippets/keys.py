"""Make a key, use it, look at it, delete it."""

import os

from memsy import (
    ApiKeyInfo,
    ApiKeyListResponse,
    AuthenticationError,
    CreateKeyResponse,
    MemsyClient,
    MemsyControlClient,
)

with MemsyControlClient(os.environ["MEMSY_CONTROL_URL"], os.environ["MEMSY_API_KEY"]) as control:
    created = control.keys.create("ci", ["read"])
    expiring = control.keys.create("trial", ("read", "write"), "2099-12-31T00:00:00Z")
    default = control.keys.create(name="worker", scopes=["read", "write"], expires_at=None)
    listed = control.keys.list()
    with MemsyClient(os.environ["MEMSY_BASE_URL"], created.raw_key) as client:
        assert client.search("anything").results == []
    usage = control.keys.usage(created.key_id)
    for key in (created, expiring, default):
        assert control.keys.delete(key.key_id) is None

with MemsyClient(os.environ["MEMSY_BASE_URL"], created.raw_key) as client:
    try:
        client.search("anything")
    except AuthenticationError as error:
        refused = error

assert isinstance(created, CreateKeyResponse)
assert created.raw_key.startswith(created.prefix)
assert created.scopes == ["read"]
assert default.scopes == ["read", "write"]
assert isinstance(listed, ApiKeyListResponse)
assert isinstance(listed.keys[0], ApiKeyInfo)
assert {key.name for key in listed.keys} >= {"ci", "trial", "worker"}
assert next(key for key in listed.keys if key.name == "trial").expires_at
assert listed.active_count <= listed.max_keys
assert isinstance(usage, list)
assert refused.status_code == 401
