"""OpenTelemetry, with its SDK: a span and metrics of each call, which hold neither content nor a key."""

from __future__ import annotations

import asyncio
import contextvars
import logging
import subprocess
import sys
from collections.abc import Callable, Generator, Iterator
from typing import Any

import anyio.to_thread
import pytest
from opentelemetry import trace
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode
from support.flavours import EACH_TRANSPORT, KEY, OWN, Flavour
from support.server import Server, answer, hang, hang_up

from memsy_client import (
    EventPayload,
    MemsyConnectionError,
    MemsyDecodeError,
    MemsyError,
    MemsyInputError,
    RateLimitExceeded,
    Request,
    Response,
)
from memsy_client.integrations.otel import OpenTelemetry

pytestmark = pytest.mark.anyio
Serve = Callable[..., Server]

own_pools = pytest.mark.parametrize("own", OWN, ids=lambda flavour: flavour.name)


class Recorded:
    """What a telemetry has recorded."""

    def __init__(self) -> None:
        self._exporter, self._reader = InMemorySpanExporter(), InMemoryMetricReader()
        self.tracers = TracerProvider(shutdown_on_exit=False)
        self.tracers.add_span_processor(SimpleSpanProcessor(self._exporter))
        self.meters = MeterProvider([self._reader], shutdown_on_exit=False)
        self.telemetry = OpenTelemetry(self.tracers, self.meters)

    @property
    def spans(self) -> tuple[ReadableSpan, ...]:
        return self._exporter.get_finished_spans()

    @property
    def span(self) -> ReadableSpan:
        (span,) = self.spans
        return span

    @property
    def points(self) -> dict[str, list[Any]]:
        """The data points by their metric. Older SDKs give a gauge once, to whoever asks first."""
        data = self._reader.get_metrics_data()
        metrics = [m for r in data.resource_metrics for s in r.scope_metrics for m in s.metrics] if data else []
        return {metric.name: list(metric.data.data_points) for metric in metrics}

    @property
    def everything(self) -> str:
        """All that left it, as text."""
        data = self._reader.get_metrics_data()
        return "".join(span.to_json() for span in self.spans) + (data.to_json() if data else "")


@pytest.fixture
def recorded() -> Iterator[Recorded]:
    recorded = Recorded()
    yield recorded
    recorded.tracers.shutdown()
    recorded.meters.shutdown()


@pytest.fixture(params=EACH_TRANSPORT, ids=lambda flavour: flavour.name)
def flavour(request: pytest.FixtureRequest) -> Flavour:
    return request.param  # type: ignore[no-any-return]


def attributes(span: Any) -> dict[str, Any]:
    return dict(span.attributes)


LEFT = {"X-RateLimit-Remaining": "7", "x-request-id": "req_1"}


async def test_a_call_is_one_client_span_with_an_event_an_attempt(
    flavour: Flavour, serve: Serve, recorded: Recorded
) -> None:
    server = serve(answer({}, 429, {"Retry-After": "0"}), answer({"results": []}, headers=LEFT))
    async with flavour.client(f"{server.origin}/v1", telemetry=recorded.telemetry) as client:
        await flavour.call(client.search, "where?", actor_id="ana")
    span = recorded.span
    assert (span.name, span.kind, span.status.status_code) == ("search", SpanKind.CLIENT, StatusCode.UNSET)
    assert attributes(span) == {
        "http.request.method": "POST",
        "url.template": "/v1/search",
        "server.address": "127.0.0.1",
        "server.port": server.port,
        "memsy.operation": "search",
        "gen_ai.operation.name": "search_memory",
        "gen_ai.provider.name": "memsy",
        "http.response.status_code": 200,
        "http.request.resend_count": 1,
    }
    first, second = span.events
    durations = [event.attributes.pop("memsy.attempt.duration") for event in map(_open, (first, second))]
    assert all(0 < duration < 60 for duration in durations)
    assert _open(first).attributes == {"http.response.status_code": 429, "error.type": "429"}
    assert _open(second).attributes == {
        "http.response.status_code": 200,
        "http.request.resend_count": 1,
        "memsy.request_id": "req_1",
    }
    assert span.start_time <= first.timestamp <= second.timestamp <= span.end_time  # type: ignore[operator]


def _open(event: Any) -> Any:
    """The event, its attributes as a dict that stays."""
    if not isinstance(event.attributes, dict):
        event._attributes = dict(event.attributes)
    return event


async def test_an_id_in_a_path_or_a_query_is_not_told(flavour: Flavour, serve: Serve, recorded: Recorded) -> None:
    server = serve(answer({}, 404), answer({"detail": "a word of ana_1"}, 422), hang_up)
    async with flavour.client(f"{server.origin}/v1", telemetry=recorded.telemetry) as client:
        for call, argument in (
            (client.roles.get, ("ana_1", "acme_2")),
            (client.memories.list, ()),
            (client.request, ("GET", "/actors/ana_1/x")),
        ):
            options = {"search": "ana_1"} if argument == () else {}
            with pytest.raises(MemsyError):
                await flavour.call(call, *argument, **options)
    role, listed, request = recorded.spans
    assert (role.name, attributes(role)["url.template"]) == ("roles.get", "/v1/roles/{role_id}")
    assert attributes(listed)["url.template"] == "/v1/console/memories"
    assert request.name == "request"
    assert "url.template" not in attributes(request)
    everything = recorded.everything
    assert [
        secret for secret in ("ana_1", "acme_2", KEY, "a word", "/actors", "url.full") if secret in everything
    ] == []


async def test_content_and_keys_are_never_told(flavour: Flavour, serve: Serve, recorded: Recorded) -> None:
    body = {"detail": f"private {KEY}"}
    server = serve(answer(body, 401, {"x-request-id": KEY}), answer(body, 500), answer(b"private"), hang_up)
    events = [EventPayload("ana", "s", "user_message", "private")]
    options = {"telemetry": recorded.telemetry, "headers": {"X-Secret": "private"}, "api_key": lambda: KEY}
    async with flavour.client(server.origin, **options) as client:
        for _ in range(4):
            with pytest.raises(MemsyError):
                await flavour.call(client.ingest, events)
    assert [span.name for span in recorded.spans] == ["ingest"] * 4
    assert [secret for secret in (KEY, "private", "X-Secret") if secret in recorded.everything] == []


@pytest.mark.parametrize(
    ("script", "kind", "told"),
    [
        (answer({}, 404), MemsyError, "404"),
        (answer({}, 500), MemsyError, "500"),
        (answer(b"<html>"), MemsyDecodeError, "MemsyDecodeError"),
        (answer([{"org_id": 1}]), MemsyDecodeError, "MemsyDecodeError"),
        (hang_up, MemsyConnectionError, "MemsyConnectionError"),
    ],
)
async def test_a_failure_is_told_by_its_type_alone(
    flavour: Flavour, serve: Serve, recorded: Recorded, script: Any, kind: type[MemsyError], told: str
) -> None:
    server = serve(script)
    async with flavour.client(server.origin, telemetry=recorded.telemetry) as client:
        with pytest.raises(kind):
            await flavour.call(client.orgs.list)
    span = recorded.span
    assert (span.status.status_code, span.status.description) == (StatusCode.ERROR, None)
    assert attributes(span)["error.type"] == told
    assert [event.name for event in span.events] == ["memsy.attempt"]
    (point,) = recorded.points["memsy.client.operation.duration"]
    assert point.attributes["error.type"] == told


async def test_a_raw_response_is_a_success_whatever_is_in_it(
    flavour: Flavour, serve: Serve, recorded: Recorded
) -> None:
    server = serve(answer(b"<html>"))
    async with flavour.client(server.origin, telemetry=recorded.telemetry) as client:
        await flavour.call(client.with_raw_response.orgs.list)
    assert recorded.span.status.status_code is StatusCode.UNSET


async def test_what_is_refused_before_it_is_sent_has_no_attempt(recorded: Recorded) -> None:
    async with OWN[0].client("http://memsy.test", telemetry=recorded.telemetry, api_key=lambda: "") as client:
        with pytest.raises(MemsyInputError):
            client.orgs.list()
    assert (recorded.span.events, attributes(recorded.span)["error.type"]) == ((), "MemsyInputError")


async def test_metrics_count_durations_retries_and_what_the_rate_limit_leaves(
    flavour: Flavour, serve: Serve, recorded: Recorded
) -> None:
    busy = answer({}, 429, {"Retry-After": "0"})
    server = serve(busy, busy, answer([], headers=LEFT), answer([], headers={"X-RateLimit-Remaining": "3"}), busy)
    async with flavour.client(server.origin, telemetry=recorded.telemetry) as client:
        await flavour.call(client.orgs.list)
        await flavour.call(client.orgs.list)
        with pytest.raises(RateLimitExceeded):
            await flavour.call(client.with_options(max_retries=1).orgs.list)
    points = recorded.points
    good, bad = sorted(points["memsy.client.operation.duration"], key=lambda point: "error.type" in point.attributes)
    assert (good.count, bad.count) == (2, 1)
    assert 0 < good.sum < 60
    assert dict(good.attributes) == {
        "http.request.method": "GET",
        "url.template": "/orgs",
        "server.address": "127.0.0.1",
        "server.port": server.port,
        "memsy.operation": "orgs.list",
        "http.response.status_code": 200,
    }
    (retries,) = points["memsy.client.retries"]
    assert (retries.value, retries.attributes["memsy.operation"]) == (3, "orgs.list")
    (left,) = points["memsy.client.rate_limit.remaining"]
    assert (left.value, dict(left.attributes)) == (3, {"server.address": "127.0.0.1", "server.port": server.port})


async def test_the_span_is_current_while_the_call_runs_and_a_child_of_the_callers(
    flavour: Flavour, serve: Serve, recorded: Recorded
) -> None:
    seen: list[Any] = []

    def note(request: Request) -> Generator[Request, Response, Response]:
        seen.append(trace.get_current_span())
        return (yield request)

    def key() -> str:
        seen.append(trace.get_current_span())
        return KEY

    server = serve(answer([]))
    with recorded.tracers.get_tracer("caller").start_as_current_span("caller") as caller:
        async with flavour.client(
            server.origin, telemetry=recorded.telemetry, middleware=[note], api_key=key, deadline=60
        ) as client:
            await flavour.call(client.orgs.list)
            assert trace.get_current_span() is caller
    call, outer = recorded.spans
    assert call.parent is not None
    assert call.parent.span_id == outer.context.span_id  # type: ignore[union-attr]
    assert [span.get_span_context().span_id for span in seen] == [call.context.span_id] * 2  # type: ignore[union-attr]


async def test_calls_at_once_have_a_span_each_and_no_other_as_parent(
    flavour: Flavour, serve: Serve, recorded: Recorded
) -> None:
    server = serve(answer([]))
    async with (
        flavour.client(server.origin, telemetry=recorded.telemetry) as client,
        anyio.create_task_group() as tasks,
    ):
        for _ in range(6):
            tasks.start_soon(flavour.call, client.orgs.list)
    assert [(span.name, span.parent) for span in recorded.spans] == [("orgs.list", None)] * 6


@own_pools
async def test_each_batch_of_a_bulk_ingestion_is_a_span_of_the_callers(
    own: Flavour, serve: Serve, recorded: Recorded
) -> None:
    server = serve(answer({"event_ids": ["1", "2"]}))
    events = [EventPayload("ana", "s", "user_message", f"text {number}") for number in range(6)]
    with recorded.tracers.get_tracer("caller").start_as_current_span("caller") as caller:
        async with own.client(server.origin, telemetry=recorded.telemetry) as client:
            outcomes = await own.items(client.ingest_many(events, batch_size=2))
    assert [outcome.error for outcome in outcomes] == [None] * 6
    spans = [span for span in recorded.spans if span.name == "ingest"]
    assert len(spans) == 3
    assert {span.parent.span_id for span in spans if span.parent} == {caller.get_span_context().span_id}


async def test_a_cancelled_call_ends_its_span_at_once(
    serve: Serve, recorded: Recorded, caplog: pytest.LogCaptureFixture
) -> None:
    server = serve(hang)
    for flavour in [flavour for flavour in EACH_TRANSPORT if flavour.is_async]:
        async with flavour.client(server.origin, telemetry=recorded.telemetry) as client:
            task = asyncio.create_task(client.orgs.list())
            await anyio.to_thread.run_sync(server.wait_for_requests, len(server.requests) + 1)
            task.cancel()
            kept = None
            try:
                await task
            except asyncio.CancelledError as error:
                kept = error
            assert kept is not None
            assert attributes(recorded.spans[-1])["error.type"] == "CancelledError"
    assert len(recorded.spans) == 3
    assert "opentelemetry" not in {record.name.partition(".")[0] for record in caplog.records}


@own_pools
async def test_the_seam_counts_a_new_key_as_a_further_attempt(own: Flavour, serve: Serve, recorded: Recorded) -> None:
    keys = iter(["key_1", "key_2"])
    server = serve(answer({}, 401), answer([]))
    async with own.client(server.origin, telemetry=recorded.telemetry, api_key=lambda: next(keys)) as client:
        await own.call(client.orgs.list)
    assert [event.attributes["http.response.status_code"] for event in recorded.span.events] == [401, 200]  # type: ignore[index]


@own_pools
async def test_both_planes_a_method_of_ones_own_and_a_default_port(own: Flavour, recorded: Recorded) -> None:
    def found(request: Request) -> Generator[Request, Response, Response]:
        return Response(200, {}, b"{}")  # type: ignore[arg-type]
        yield request

    options = {"telemetry": recorded.telemetry, "middleware": [found]}
    async with own.client("https://api.memsy.test/api", control=True, **options) as client:
        await own.call(client.with_raw_response.me)
        await own.call(client.request, "PURGE", "/x")
    me, purge = recorded.spans
    assert (me.name, attributes(me)["url.template"], attributes(me)["server.port"]) == ("me", "/api/me", 443)
    assert (purge.name, attributes(purge)["http.request.method"]) == ("request", "_OTHER")


@own_pools
async def test_a_provider_that_fails_breaks_no_call(
    own: Flavour, serve: Serve, caplog: pytest.LogCaptureFixture, recorded: Recorded
) -> None:
    class Broken(TracerProvider):
        def get_tracer(self, *args: Any, **kwargs: Any) -> Any:
            return self

        def start_span(self, *args: Any, **kwargs: Any) -> Any:
            raise ValueError("no span")

    class HalfBroken(Broken):
        def start_span(self, *args: Any, **kwargs: Any) -> Any:
            class Span(trace.NonRecordingSpan):
                def add_event(self, *args: Any, **kwargs: Any) -> None:
                    raise ValueError("no event")

                def end(self, *args: Any, **kwargs: Any) -> None:
                    raise ValueError("no end")

            return Span(trace.INVALID_SPAN_CONTEXT)

    server = serve(answer([]), answer({}, 404))
    for provider, complaints in ((Broken(shutdown_on_exit=False), 1), (HalfBroken(shutdown_on_exit=False), 2)):
        caplog.clear()
        async with own.client(server.origin, telemetry=OpenTelemetry(provider, recorded.meters)) as client:
            if complaints == 1:
                assert await own.call(client.orgs.list) == []
            else:
                with pytest.raises(MemsyError, match="404"):
                    await own.call(client.orgs.list)
        ours = [
            record for record in caplog.records if record.name == "memsy_client" and record.levelno == logging.ERROR
        ]
        assert len(ours) == complaints
        assert trace.get_current_span() is trace.INVALID_SPAN


@own_pools
async def test_with_options_sets_it_and_takes_it_away(own: Flavour, serve: Serve, recorded: Recorded) -> None:
    server = serve(answer([]))
    async with own.client(server.origin) as client:
        await own.call(client.orgs.list)
        seen = client.with_options(telemetry=recorded.telemetry)
        await own.call(seen.orgs.list)
        await own.call(seen.with_options(timeout=9).with_raw_response.orgs.list)
        await own.call(seen.with_options(telemetry=None).orgs.list)
    assert len(recorded.spans) == 2


@pytest.mark.parametrize("telemetry", [OpenTelemetry, object(), "otel", 0])
@own_pools
def test_what_is_no_telemetry_is_refused_at_once(own: Flavour, telemetry: Any) -> None:
    with pytest.raises(MemsyInputError, match="telemetry has to be an OpenTelemetry"):
        own.kind()("http://memsy.test", KEY, telemetry=telemetry)


async def test_without_providers_it_takes_the_global_ones_which_do_nothing_until_they_are_set(serve: Serve) -> None:
    server = serve(answer([]))
    async with OWN[0].client(server.origin, telemetry=OpenTelemetry()) as client:
        assert contextvars.copy_context().run(client.orgs.list) == []


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, timeout=60)


def test_it_needs_the_api_alone_and_says_how_to_get_it() -> None:
    ran = run(
        "import sys; sys.modules['opentelemetry.sdk'] = None\n"
        "from memsy_client.integrations.otel import OpenTelemetry; OpenTelemetry()"
    )
    assert ran.returncode == 0, ran.stderr
    ran = run("import sys; sys.modules['opentelemetry'] = None; import memsy_client.integrations.otel")
    assert "ImportError: this needs OpenTelemetry's API: pip install 'memsy-client[otel]'" in ran.stderr
