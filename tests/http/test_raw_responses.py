"""Raw access to responses: status, headers, what the call used, and the body before it is parsed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support.flavours import OWN, Flavour
from support.operations import ALL, Case
from support.server import Server, answer, raw

from memsy_client import MemsyDecodeError, RateLimitInfo, RawResponse, UsageInfo

pytestmark = pytest.mark.anyio
Serve = Callable[..., Server]
METERED = {
    "X-Usage-ApiCalls": "10",
    "X-Usage-ApiCalls-Limit": "100",
    "X-Usage-EventsIngested": "nonsense",
    "X-Usage-MemoriesStored": "3",
    "X-Usage-LlmTokens": "-4",
    "X-Usage-SearchQueries": " 5 ",
    "X-Plan": "pro",
    "X-RateLimit-Limit": "60",
    "X-RateLimit-Remaining": "59",
    "X-RateLimit-Reset": "1767225600",
    "X-Request-Id": "req_1",
}
USAGE = UsageInfo(api_calls=10, api_calls_limit=100, memory_stored=3, search_queries=5, plan="pro")
RATE_LIMIT = RateLimitInfo(limit=60, remaining=59, reset=1767225600)


@pytest.mark.parametrize("own", OWN, ids=lambda flavour: flavour.name)
@pytest.mark.parametrize("case", ALL, ids=str)
async def test_every_operation_has_raw_access_and_its_headers(case: Case, own: Flavour, serve: Serve) -> None:
    server = serve(answer(case.answer(), headers=METERED) if case.has_body else raw(_no_content(METERED)))
    args, kwargs = case.arguments(everything=True)
    async with own.client(server.origin, control=case.control) as client:
        result = await own.call(case.method(client), *args, **kwargs)
        response = await own.call(case.method(client.with_raw_response), *args, **kwargs)
    assert type(response) is RawResponse
    assert response.status_code == (200 if case.has_body else 204)
    assert response.headers["X-PLAN"] == response.headers.get("x-plan") == "pro"
    assert response.request_id == "req_1"
    assert (response.usage, response.rate_limit) == (USAGE, RATE_LIMIT)
    assert response.elapsed >= response.attempts[0].elapsed > 0
    assert len(response.attempts) == 1
    assert response.parse() == result
    assert case.operation.name in repr(response)
    if isinstance(result, list | bool | None):
        assert not hasattr(result, "rate_limit")
    else:
        assert (result.usage, result.rate_limit) == (USAGE, RATE_LIMIT)
        assert response.parse().rate_limit == RATE_LIMIT
    assert server.requests[0].raw == server.requests[1].raw


def _no_content(headers: dict[str, str]) -> bytes:
    return "\r\n".join(["HTTP/1.1 204 None", *(f"{n}: {v}" for n, v in headers.items()), "", ""]).encode()


async def test_without_headers_there_is_no_usage_and_no_rate_limit(flavour: Flavour, serve: Serve) -> None:
    server = serve(
        answer({"results": [{"id": "1", "content": "c", "score": 1}]}), answer({"results": []}, headers={"X-Plan": ""})
    )
    async with flavour.client(server.origin) as client:
        result = await flavour.call(client.search, "Lisbon?")
        assert (result.usage, result.rate_limit, result.results[0].usage) == (None, None, None)
        assert (await flavour.call(client.search, "Lisbon?")).usage == UsageInfo(plan="")


async def test_raw_access_does_not_parse(flavour: Flavour, serve: Serve) -> None:
    server = serve(answer(b"<html>"))
    async with flavour.client(server.origin) as client:
        response = await flavour.call(client.with_raw_response.search, "Lisbon?")
    assert (response.text, response.content) == ("<html>", b"<html>")
    with pytest.raises(MemsyDecodeError, match="unusable 200 response") as caught:
        response.parse()
    assert caught.value.operation == "search"
