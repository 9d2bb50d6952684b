"""A service that is busy for a moment, and a client that does not wait."""

import os

from memsy import MemsyClient, RateLimitExceeded

with MemsyClient(os.environ["MEMSY_BASE_URL"], os.environ["MEMSY_API_KEY"], max_retries=2, retry_backoff=0.1) as client:
    assert client.search("anything").results == []

with MemsyClient(os.environ["MEMSY_BASE_URL"], os.environ["MEMSY_API_KEY"], max_retries=0) as impatient:
    try:
        impatient.memories.stats()
    except RateLimitExceeded as error:
        busy = error

assert busy.status_code == 429
assert busy.retry_after == 7.0
