"""The usage of the plan and the rate limit, parsed from the response headers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from .messages import Headers


class UsageInfo(NamedTuple):
    """The organisation's use of its plan in this billing month, from the `X-Usage-*` and `X-Plan` headers.

    Every attribute is None when its header is missing or not a number; the limits count the same unit as their use.

    Attributes:
        api_calls: Calls of the API.
        events_ingested: Events accepted.
        memory_stored: Memories kept.
        llm_tokens: Tokens of the language models that extract memories.
        search_queries: Searches.
        plan: The plan's name.
    """

    api_calls: int | None = None
    api_calls_limit: int | None = None
    events_ingested: int | None = None
    events_ingested_limit: int | None = None
    memory_stored: int | None = None
    memory_stored_limit: int | None = None
    llm_tokens: int | None = None
    llm_tokens_limit: int | None = None
    search_queries: int | None = None
    search_queries_limit: int | None = None
    plan: str | None = None

    @classmethod
    def from_headers(cls, headers: Mapping[str, str]) -> UsageInfo | None:
        """The usage in a response's headers, however their names are spelt, or None when none of them is there."""
        return parse_usage(Headers.of(headers.items()))


class RateLimitInfo(NamedTuple):
    """The rate limit, from the `X-RateLimit-*` headers; an attribute is None when its header says nothing usable.

    Attributes:
        limit: Requests allowed.
        remaining: Requests left.
        reset: Unix time in seconds at which the next billing month starts.
    """

    limit: int | None = None
    remaining: int | None = None
    reset: int | None = None

    @classmethod
    def from_headers(cls, headers: Mapping[str, str]) -> RateLimitInfo | None:
        """The rate limit in a response's headers, however their names are spelt, or None when none of them is there."""
        return parse_rate_limit(Headers.of(headers.items()))


_USAGE_HEADERS = {
    "api_calls": "x-usage-apicalls",
    "api_calls_limit": "x-usage-apicalls-limit",
    "events_ingested": "x-usage-eventsingested",
    "events_ingested_limit": "x-usage-eventsingested-limit",
    "memory_stored": "x-usage-memoriesstored",
    "memory_stored_limit": "x-usage-memoriesstored-limit",
    "llm_tokens": "x-usage-llmtokens",
    "llm_tokens_limit": "x-usage-llmtokens-limit",
    "search_queries": "x-usage-searchqueries",
    "search_queries_limit": "x-usage-searchqueries-limit",
}
_RATE_LIMIT_HEADERS = {
    "limit": "x-ratelimit-limit",
    "remaining": "x-ratelimit-remaining",
    "reset": "x-ratelimit-reset",
}


def parse_usage(headers: Headers) -> UsageInfo | None:
    """The usage in these headers, or None when none of them is there."""
    plan = headers.get("x-plan")
    numbers = _numbers(_USAGE_HEADERS, headers)
    return UsageInfo(plan=plan, **numbers) if numbers or plan is not None else None


def parse_rate_limit(headers: Headers) -> RateLimitInfo | None:
    """The rate limit in these headers, or None when none of them is there."""
    numbers = _numbers(_RATE_LIMIT_HEADERS, headers)
    return RateLimitInfo(**numbers) if numbers else None


def _numbers(names: dict[str, str], headers: Headers) -> dict[str, int | None]:
    """The attributes whose header is there; None for one that holds no whole number."""
    return {name: _number(headers[header]) for name, header in names.items() if header in headers}


def _number(text: str) -> int | None:
    text = text.strip()
    # int() alone would also take signs, underscores and other scripts' digits.
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else None
