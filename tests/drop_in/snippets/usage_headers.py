"""Watch the plan with each response."""

import os

from memsy import EventPayload, MemsyClient


def warn(response, at=0.8):
    usage = response.usage
    if usage is None or not usage.search_queries_limit or usage.search_queries < at * usage.search_queries_limit:
        return None
    return f"{usage.search_queries} of {usage.search_queries_limit} searches are used ({usage.plan})"


with MemsyClient(os.environ["MEMSY_BASE_URL"], os.environ["MEMSY_API_KEY"]) as client:
    sent = client.ingest([EventPayload("ana", "s1", "user_message", "Hello.")])
    warnings = [warn(client.search("hello")) for _ in range(5)]
    last = client.search("hello")

assert sent.usage.events_ingested == 1
assert warnings == [None, None, None, None, "5 of 6 searches are used (local)"]
assert last.rate_limit.limit - last.rate_limit.remaining == last.usage.api_calls
assert last.rate_limit.reset > 1_700_000_000
assert set(last.to_dict()) == {"results"}
