"""Who the key belongs to."""

import os

from memsy import MemsyControlClient

with MemsyControlClient(os.environ["MEMSY_CONTROL_URL"], os.environ["MEMSY_API_KEY"]) as control:
    me = control.me()
    health = control.health()

print(f"{me.email} ({me.tier}) of {me.org_id}")
assert me.customer_id
assert me.is_superadmin is False
if me.org_role == "org:admin":
    assert me.is_billing_admin
assert health.status == "ok"
