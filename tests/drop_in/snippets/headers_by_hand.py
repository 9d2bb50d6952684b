"""What the headers of a response say, read by hand."""

import httpx
from memsy.models import RateLimitInfo, UsageInfo

headers = httpx.Headers(
    {
        "X-Usage-ApiCalls": "12",
        "X-Usage-ApiCalls-Limit": "1000",
        "X-Usage-MemoriesStored": "many",
        "X-Plan": "free",
        "X-RateLimit-Limit": "1000",
        "X-RateLimit-Remaining": "988",
        "X-RateLimit-Reset": "1790000000",
    }
)
for spelling in (headers, dict(headers), {name.upper(): value for name, value in headers.items()}):
    usage, rate_limit = UsageInfo.from_headers(spelling), RateLimitInfo.from_headers(spelling)
    assert (usage.api_calls, usage.api_calls_limit, usage.memory_stored, usage.plan) == (12, 1000, None, "free")
    assert (rate_limit.limit, rate_limit.remaining, rate_limit.reset) == (1000, 988, 1790000000)
assert UsageInfo.from_headers({"content-type": "application/json"}) is None
assert RateLimitInfo.from_headers({}) is None
assert UsageInfo().api_calls is None
