"""A connection that breaks is an error of its own, with no status."""

import os

from memsy import MemsyAPIError, MemsyClient, MemsyConnectionError

with MemsyClient(os.environ["MEMSY_BASE_URL"], os.environ["MEMSY_API_KEY"]) as client:
    try:
        client.search("anything")
    except MemsyConnectionError as error:
        lost = error
    assert client.health().status == "ok"

assert not isinstance(lost, MemsyAPIError)
assert "search" in str(lost)
