"""What a spent quota says."""

import os

from memsy import MemsyClient, RateLimitExceeded, UsageLimitExceeded

with MemsyClient(os.environ["MEMSY_BASE_URL"], os.environ["MEMSY_API_KEY"]) as client:
    client.search("one")
    try:
        client.search("two")
    except UsageLimitExceeded as error:
        spent = error

assert not isinstance(spent, RateLimitExceeded)
assert (spent.status_code, spent.error_code) == (429, "usage_limit_exceeded")
assert (spent.dimension, spent.current, spent.limit) == ("search_queries", 1, 1)
assert isinstance(spent.detail, str)
assert spent.response.status_code == 429
