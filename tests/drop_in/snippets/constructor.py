"""What a client is made of, by position and by keyword."""

import os

from memsy import AsyncMemsyClient, AsyncMemsyControlClient, MemsyClient, MemsyControlClient

base_url, key = os.environ["MEMSY_BASE_URL"], os.environ["MEMSY_API_KEY"]

by_keyword = MemsyClient(base_url=base_url + "/", api_key=key, timeout=10.0, max_retries=5, retry_backoff=0.5)
by_position = MemsyClient(base_url, key, 10.0, 5, 0.5)
assert by_keyword.health().status == by_position.health().status
by_keyword.close()
by_position.close()

control = MemsyControlClient(base_url=os.environ["MEMSY_CONTROL_URL"], api_key=key, timeout=10.0)
assert control.health().version
control.close()

for flavour in (AsyncMemsyClient, AsyncMemsyControlClient):
    client = flavour(base_url=base_url, api_key=key, timeout=10.0, max_retries=5, retry_backoff=0.5)
    assert key not in repr(client)
