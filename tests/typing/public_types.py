"""The types that a caller's type checker sees; checked by mypy and pyright in strict mode, never run."""

from __future__ import annotations

import datetime
from collections.abc import AsyncIterator, Generator, Iterator
from pathlib import Path
from typing import Literal

from typing_extensions import assert_type

from memsy_client import (
    AsyncBackgroundWriter,
    AsyncIngestion,
    AsyncMemsyClient,
    AsyncMemsyControlClient,
    BackgroundWriter,
    Ingestion,
    IngestOutcome,
    Journal,
    MemsyAPIError,
    MemsyClient,
    MemsyControlClient,
    Middleware,
    RateLimitInfo,
    RawResponse,
    Request,
    Response,
    UsageInfo,
    requires_org_admin,
)
from memsy_client.integrations.otel import OpenTelemetry
from memsy_client.models import (
    EventPayload,
    IngestResponse,
    MemoryItemResource,
    MemoryListResponse,
    OrgResource,
    RoleResource,
    SearchResponse,
    SearchResult,
)


def sync(memsy: MemsyClient, control: MemsyControlClient) -> None:
    event = EventPayload("ana", "s", "user_message", "Hello.", ts=datetime.datetime.now(datetime.timezone.utc))
    assert_type(memsy.ingest([event]), IngestResponse)
    found = memsy.search("hello", limit=5, role_ids=("a", "b"))
    assert_type(found, SearchResponse)
    assert_type(found.results, list[SearchResult])
    assert_type(found.results[0].title, str | None)
    assert_type(found.results[0].tags, list[str])
    assert_type(found.usage, UsageInfo | None)
    assert_type(found.rate_limit, RateLimitInfo | None)
    assert_type(memsy.orgs.list(), list[OrgResource])
    assert_type(memsy.orgs.delete("o"), None)
    items: Iterator[MemoryItemResource] = memsy.memories.iter(max_items=3)
    assert_type(next(items), MemoryItemResource)
    assert_type(list(memsy.roles.iter("o")), list[RoleResource])
    assert_type(memsy.memories.iter().pages(), Iterator[MemoryListResponse])
    assert_type(memsy.roles.iter("o").pages(), Iterator[list[RoleResource]])
    assert_type(memsy.with_raw_response.search("hello"), RawResponse[SearchResponse])
    assert_type(memsy.with_raw_response.search("hello").parse(), SearchResponse)
    assert_type(memsy.with_raw_response.roles.list("o").parse(), list[RoleResource])
    assert_type(memsy.roles.with_raw_response.delete("r", "o"), RawResponse[None])
    assert_type(memsy.with_options(timeout=1.0, max_retries=0), MemsyClient)
    assert_type(next(memsy.ingest_many([event])), IngestOutcome)
    told: list[IngestOutcome] = []
    with memsy.background(when_full="drop_oldest", on_outcome=told.append, spool=Path("spool")) as writer:
        assert_type(writer, BackgroundWriter)
        assert_type(writer.add(event, timeout=1.0), None)
        assert_type(writer.flush(), bool)
        assert_type(writer.stats.acknowledged, int)
    assert_type(told[0].state, Literal["acknowledged", "duplicate", "refused", "failed", "in_doubt"])
    with memsy.ingest_many([event], journal=Journal("journal", lookup=control)) as outcomes:
        assert_type(outcomes, Ingestion)
        for outcome in outcomes:
            if outcome.state == "gone":  # type: ignore[comparison-overlap] # pyright: ignore[reportUnnecessaryComparison]
                pass
    memsy.ingest_many([event], journal=Path("journal"))
    assert_type(control.interest.status(), bool)
    assert_type(MemsyClient.from_env(), MemsyClient)


async def asynchronous(memsy: AsyncMemsyClient, control: AsyncMemsyControlClient, event: EventPayload) -> None:
    async with memsy.background(spool="spool") as writer:
        assert_type(writer, AsyncBackgroundWriter)
        assert_type(await writer.add(event), None)
        assert_type(writer.add_nowait(event), None)
        assert_type(await writer.flush(5.0), bool)
    assert_type(await memsy.search("hello"), SearchResponse)
    items: AsyncIterator[MemoryItemResource] = memsy.memories.iter()
    assert_type(await anext(items), MemoryItemResource)
    assert_type([page async for page in memsy.memories.iter().pages()], list[MemoryListResponse])
    async with memsy.ingest_many([], journal=Journal("journal", lookup=control)) as outcomes:
        assert_type(outcomes, AsyncIngestion)
        assert_type([outcome.resumed async for outcome in outcomes], list[bool])
    assert_type(await memsy.with_raw_response.search("hello"), RawResponse[SearchResponse])
    assert_type(await memsy.with_raw_response.orgs.list(), RawResponse[list[OrgResource]])
    assert_type(memsy.with_options(deadline=3.0).with_options(headers={"a": "b"}), AsyncMemsyClient)
    assert_type(await control.interest.status(), bool)


def vocabularies(item: MemoryItemResource, memsy: MemsyClient) -> None:
    # The type checkers fold the literals into str or keep them; either way a text is a text.
    status: str = item.status
    print(status)
    kind: Literal["tool_result"] = "tool_result"
    EventPayload("a", "s", kind, "x")
    memsy.memories.list(sort="nonsense")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    memsy.with_options(colour="red")  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]
    memsy.search()  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]


def by_hand() -> None:
    assert_type(requires_org_admin("slack"), bool)
    assert_type(UsageInfo.from_headers({"x-plan": "pro"}), UsageInfo | None)
    assert_type(RateLimitInfo.from_headers({}), RateLimitInfo | None)
    assert_type(SearchResponse([], UsageInfo(), RateLimitInfo()).copy(results=[]), SearchResponse)


def errors(error: MemsyAPIError) -> None:
    assert_type(error.status_code, int)
    assert_type(error.retry_after, float | None)


def tag(request: Request) -> Generator[Request, Response, Response]:
    response = yield request.with_header("X-Tag", "1")
    assert_type(response, Response)
    return response


def tagged(name: str) -> Middleware:
    def middleware(request: Request) -> Generator[Request, Response, Response]:
        return (yield request.with_header(name, "1"))

    return middleware


async def fetched_key() -> str:
    return "msy_1"


def wrapped(layers: list[Middleware]) -> None:
    sync = MemsyClient("http://memsy.test", lambda: "msy_1", middleware=[tag, tagged("X-A")], telemetry=OpenTelemetry())
    assert_type(sync.with_options(middleware=layers, telemetry=None), MemsyClient)
    MemsyControlClient.from_env(middleware=(tag,), telemetry=OpenTelemetry())
    AsyncMemsyClient("http://memsy.test", fetched_key, middleware=layers)
    AsyncMemsyControlClient("http://memsy.test", lambda: "msy_1")
    MemsyClient("http://memsy.test", fetched_key)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
