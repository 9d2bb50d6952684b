"""What is tried again, how often, and after how long."""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable
from email.utils import format_datetime
from typing import Any

import pytest
from support.flavours import OWN, Flavour
from support.operations import ALL, Case
from support.server import Server, answer, hang_up, raw

from memsy_client import (
    MemsyConnectionError,
    MemsyDecodeError,
    MemsyError,
    RateLimitExceeded,
    RetryBudget,
    RetryPolicy,
    UsageLimitExceeded,
)

pytestmark = pytest.mark.anyio

Serve = Callable[..., Server]
BUSY = answer({"detail": {"error": "rate_limited", "message": "Slow down."}}, 429)
DONE = answer({"event_ids": ["evt_1"]})


def busy(retry_after: str) -> Any:
    return answer({"message": "Too Many Requests"}, 429, {"Retry-After": retry_after})


@pytest.mark.parametrize("case", ALL, ids=str)
@pytest.mark.parametrize("own", OWN, ids=lambda flavour: flavour.name)
async def test_every_operation_is_tried_again_after_a_429(
    own: Flavour, case: Case, serve: Serve, waits: list[float]
) -> None:
    server = serve(BUSY, answer(case.answer()))
    args, named = case.arguments()
    async with own.client(server.origin, control=case.control) as client:
        await own.call(case.method(client), *args, **named)
    assert waits == [1.0]
    assert server.requests[0].raw == server.requests[1].raw


async def test_waits_double_and_then_the_error_is_raised(flavour: Flavour, serve: Serve, waits: list[float]) -> None:
    server = serve(BUSY)
    async with flavour.client(server.origin, retry_backoff=0.5) as client:
        with pytest.raises(RateLimitExceeded, match="after 4 attempts") as caught:
            await flavour.call(client.ingest, [])
    assert waits == [0.5, 1.0, 2.0]
    assert len(server.requests) == 4
    error = caught.value
    assert [(attempt.status_code, attempt.error, attempt.wait) for attempt in error.attempts] == [
        (429, None, 0.5),
        (429, None, 1.0),
        (429, None, 2.0),
        (429, None, 0.0),
    ]
    assert all(attempt.elapsed > 0 for attempt in error.attempts)
    assert error.retry_after is None


@pytest.mark.parametrize(("asked", "seconds"), [("2", 2.0), ("0", 0.0), ("0.25", 0.25), (" 7 ", 7.0)])
async def test_the_service_says_how_long_to_wait(
    flavour: Flavour, asked: str, seconds: float, serve: Serve, waits: list[float]
) -> None:
    server = serve(busy(asked), DONE)
    async with flavour.client(server.origin) as client:
        await flavour.call(client.ingest, [])
    assert waits == [seconds]


@pytest.mark.parametrize("asked", ["", "soon", "-1", "nan", "inf", "1_0", "٣", "1, 2", "0x10", "Wed, 99 Nov", "5 s"])
async def test_nonsense_counts_as_absent(flavour: Flavour, asked: str, serve: Serve, waits: list[float]) -> None:
    head = f"HTTP/1.1 429 Busy\r\nContent-Length: 0\r\nRetry-After: {asked}\r\n\r\n"
    server = serve(raw(head.encode()), DONE)
    async with flavour.client(server.origin) as client:
        await flavour.call(client.ingest, [])
    assert waits == [1.0]


async def test_the_service_may_name_a_date(flavour: Flavour, serve: Serve, waits: list[float]) -> None:
    moment = datetime.datetime.fromtimestamp(int(time.time()) + 3600, datetime.timezone.utc)
    server = serve(
        busy(format_datetime(moment, usegmt=True)),
        busy(moment.strftime("%A, %d-%b-%y %H:%M:%S GMT")),
        busy(moment.strftime("%a %b %d %H:%M:%S %Y")),
        busy(format_datetime(moment - datetime.timedelta(days=1), usegmt=True)),
        DONE,
    )
    async with flavour.client(server.origin, retry=RetryPolicy(4, max_wait=7200)) as client:
        await flavour.call(client.ingest, [])
    assert waits == pytest.approx([3600, 3600, 3600, 0], abs=60)


async def test_no_retries_means_none(flavour: Flavour, serve: Serve, waits: list[float]) -> None:
    server = serve(busy("1"))
    async with flavour.client(server.origin, max_retries=0) as client:
        with pytest.raises(RateLimitExceeded) as caught:
            await flavour.call(client.ingest, [])
    assert waits == []
    assert len(server.requests) == 1
    assert caught.value.retry_after == 1.0


async def test_a_spent_quota_is_raised_at_once(flavour: Flavour, serve: Serve, waits: list[float]) -> None:
    spent = {"detail": {"error": "usage_limit_exceeded", "message": "Spent.", "dimension": "search_queries"}}
    server = serve(answer(spent, 429), answer(spent, 429, {"Retry-After": "3"}), DONE)
    async with flavour.client(server.origin) as client:
        with pytest.raises(UsageLimitExceeded):
            await flavour.call(client.ingest, [])
        assert waits == []
        await flavour.call(client.ingest, [])
    assert waits == [3.0]


@pytest.mark.parametrize("script", [answer({}, 500), answer({}, 503, {"Retry-After": "1"}), answer({}, 404), hang_up])
async def test_nothing_else_is_tried_again(flavour: Flavour, script: Any, serve: Serve, waits: list[float]) -> None:
    server = serve(script)
    async with flavour.client(server.origin) as client:
        with pytest.raises(MemsyError) as caught:
            await flavour.call(client.search, "Lisbon?")
    assert waits == []
    assert len(server.requests) == len(caught.value.attempts) == 1


@pytest.mark.parametrize(("asked", "wait"), [("61", 61.0), ("1e9", 1e9)])
async def test_a_wait_over_the_cap_is_raised_at_once(
    flavour: Flavour, asked: str, wait: float, serve: Serve, waits: list[float]
) -> None:
    server = serve(busy(asked))
    async with flavour.client(server.origin) as client:
        with pytest.raises(RateLimitExceeded) as caught:
            await flavour.call(client.ingest, [])
    assert waits == []
    assert caught.value.retry_after == wait


async def test_a_wait_that_the_deadline_cannot_hold_is_raised_at_once(
    flavour: Flavour, serve: Serve, waits: list[float]
) -> None:
    server = serve(busy("55"), BUSY)
    async with flavour.client(server.origin, deadline=50, retry_backoff=60) as client:
        for wait in (55.0, 60.0):
            with pytest.raises(RateLimitExceeded) as caught:
                await flavour.call(client.ingest, [])
            assert caught.value.retry_after == wait
    assert waits == []


async def test_a_policy_may_retry_statuses_of_repeatable_operations(
    flavour: Flavour, serve: Serve, waits: list[float]
) -> None:
    server = serve(answer({}, 503), answer({"results": []}), answer({}, 503))
    async with flavour.client(server.origin, retry=RetryPolicy(statuses={429, 503})) as client:
        assert (await flavour.call(client.search, "Lisbon?")).results == []
        with pytest.raises(MemsyError):
            await flavour.call(client.ingest, [])
    assert waits == [1.0]
    assert len(server.requests) == 3


async def test_a_policy_may_retry_lost_connections_of_repeatable_operations(
    flavour: Flavour, serve: Serve, waits: list[float]
) -> None:
    server = serve(hang_up, answer({"results": []}), hang_up)
    async with flavour.client(server.origin, retry=RetryPolicy(connection_errors=True)) as client:
        assert (await flavour.call(client.search, "Lisbon?")).results == []
        with pytest.raises(MemsyConnectionError) as caught:
            await flavour.call(client.ingest, [])
    assert waits == [1.0]
    assert not caught.value.unsent
    assert len(server.requests) == 3


async def test_a_connection_that_dies_as_it_is_used_again_is_an_error_unless_the_policy_says_otherwise(
    flavour: Flavour, serve: Serve
) -> None:
    found = answer({"results": []})
    server = serve(found, hang_up, found, hang_up, found)  # each time on a connection that was idle
    async with flavour.client(server.origin) as client:
        await flavour.call(client.search, "Lisbon?")
        with pytest.raises(MemsyConnectionError) as caught:
            await flavour.call(client.search, "Lisbon?")
        assert not caught.value.unsent
        assert len(caught.value.attempts) == 1
        await flavour.call(client.search, "Lisbon?")
        covered = client.with_options(retry=RetryPolicy(connection_errors=True, backoff=0.0))
        assert (await flavour.call(covered.search, "Lisbon?")).results == []
    assert len(server.requests) == 5


async def test_what_never_left_is_tried_again_even_when_unsafe(
    flavour: Flavour, serve: Serve, waits: list[float]
) -> None:
    with Server([hang_up]) as gone:
        pass
    async with flavour.client(gone.origin, retry=RetryPolicy(2, connection_errors=True)) as client:
        with pytest.raises(MemsyConnectionError) as caught:
            await flavour.call(client.ingest, [])
    assert waits == [1.0, 2.0]
    assert [attempt.status_code for attempt in caught.value.attempts] == [None] * 3
    assert all(str(attempt.error).startswith("MemsyConnectionError: ") for attempt in caught.value.attempts)


async def test_an_unusable_answer_is_not_tried_again(flavour: Flavour, serve: Serve, waits: list[float]) -> None:
    server = serve(answer(b"<html>"))
    async with flavour.client(server.origin, retry=RetryPolicy(connection_errors=True)) as client:
        with pytest.raises(MemsyDecodeError):
            await flavour.call(client.search, "Lisbon?")
    assert len(server.requests) == 1


async def test_a_budget_is_shared_by_all_calls(flavour: Flavour, serve: Serve, waits: list[float]) -> None:
    server = serve(BUSY)
    policy = RetryPolicy(budget=RetryBudget(4, per_seconds=3600))
    async with flavour.client(server.origin, retry=policy) as client:
        for view in (client, client.with_options(timeout=50), client):
            with pytest.raises(RateLimitExceeded):
                await flavour.call(view.ingest, [])
    assert len(waits) == 4
    assert len(server.requests) == 3 + 4


async def test_jitter_only_lengthens(flavour: Flavour, serve: Serve, waits: list[float]) -> None:
    server = serve(busy("2"))
    async with flavour.client(server.origin, retry=RetryPolicy(20, jitter=0.5)) as client:
        with pytest.raises(RateLimitExceeded):
            await flavour.call(client.ingest, [])
    assert len(waits) == 20
    assert all(2 <= wait <= 3 for wait in waits)
    assert len(set(waits)) > 1


async def test_a_view_may_wait_otherwise(flavour: Flavour, serve: Serve, waits: list[float]) -> None:
    server = serve(BUSY)
    async with flavour.client(server.origin) as client:
        with pytest.raises(RateLimitExceeded):
            await flavour.call(client.with_options(retry_backoff=0.5, max_retries=2).ingest, [])
    assert waits == [0.5, 1.0]


async def test_a_call_that_succeeds_in_the_end_tells_its_attempts(
    flavour: Flavour, serve: Serve, waits: list[float]
) -> None:
    server = serve(BUSY, DONE)
    async with flavour.client(server.origin) as client:
        response = await flavour.call(client.with_raw_response.ingest, [])
    assert [(attempt.status_code, attempt.wait) for attempt in response.attempts] == [(429, 1.0), (200, 0.0)]


async def test_a_429_that_only_speaks_of_a_quota_is_tried_again_as_any_other(
    flavour: Flavour, serve: Serve, waits: list[float]
) -> None:
    server = serve(answer({"detail": "The quota of this minute is spent."}, 429), DONE)
    async with flavour.client(server.origin) as client:
        await flavour.call(client.ingest, [])
    assert waits == [1.0]
