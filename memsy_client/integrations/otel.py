"""Traces and metrics of each call by OpenTelemetry: `telemetry=OpenTelemetry()`.

No attribute holds content, a key, or an id that a caller chose: paths and queries are left out, for they hold actors.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from .._core.checks import suggest_arguments
from .._core.hooks import ResponseEvent, call_hook
from .._core.messages import Headers
from .._core.telemetry import CallStart
from .._core.usage_and_rate_limit import parse_rate_limit
from .._version import __version__
from ..exceptions import MemsyAPIError

try:
    from opentelemetry import context, metrics, trace
except ImportError as _error:
    raise ImportError("this needs OpenTelemetry's API: pip install 'memsy-client[otel]'") from _error

if TYPE_CHECKING:
    from opentelemetry.metrics import MeterProvider
    from opentelemetry.trace import TracerProvider

Attributes = dict[str, str | int | float]

#: What each operation is in the GenAI semantic conventions, which are still in development: all that is used of them
#: is in this table. An operation that is not here has HTTP attributes alone.
_GEN_AI: Mapping[str, Attributes] = {
    operation: {"gen_ai.operation.name": name, "gen_ai.provider.name": "memsy"}
    for operation, name in {
        "ingest": "upsert_memory",
        "search": "search_memory",
        "memories.list": "search_memory",
        "memories.get": "search_memory",
        "clear": "delete_memory",
    }.items()
}
#: The methods that the HTTP semantic conventions name; any other is `_OTHER`.
_METHODS = {"CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "QUERY", "TRACE"}
_PORTS = {"http": 80, "https": 443}
#: The boundaries of the durations' histogram: those that the conventions advise, and longer ones for retries.
_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 30, 60]


@suggest_arguments
class OpenTelemetry:
    """Follows each call with a span and metrics, as the HTTP semantic conventions name them.

    A call is one client span, called after its operation (`roles.get`), with an event an attempt. The span is the
    current one while the call runs, so that a middleware and the spans of an HTTP library find it.

    Args:
        tracer_provider: Makes the tracer; None for the global one.
        meter_provider: Makes the instruments; None for the global one.
    """

    def __init__(
        self, tracer_provider: TracerProvider | None = None, meter_provider: MeterProvider | None = None
    ) -> None:
        tracer = trace.get_tracer("memsy_client", __version__, tracer_provider)
        self._instruments = _Instruments(tracer, metrics.get_meter("memsy_client", __version__, meter_provider))

    @contextmanager
    def observe(self, call: CallStart) -> Generator[Callable[[ResponseEvent, Headers | None], None], None, None]:
        """Follow a call; what is given is told each attempt. What fails in here is logged, and breaks no call."""
        observation = call_hook(_Observation, self._instruments, call)
        if observation is None:
            yield lambda event, headers: None
            return
        try:
            yield partial(call_hook, observation.add_attempt)
        except BaseException as error:
            call_hook(observation.end, error)
            raise
        call_hook(observation.end, None)


class _Instruments:
    def __init__(self, tracer: trace.Tracer, meter: metrics.Meter) -> None:
        self.tracer = tracer
        self.duration = meter.create_histogram(
            "memsy.client.operation.duration",
            "s",
            "How long a call takes, with its retries and waits.",
            explicit_bucket_boundaries_advisory=_SECONDS,
        )
        self.retries = meter.create_counter("memsy.client.retries", "{retry}", "Attempts of a call after its first.")
        self.rate_limit_remaining = meter.create_gauge(
            "memsy.client.rate_limit.remaining", "{request}", "Requests that the rate limit leaves."
        )


class _Observation:
    """One call under way."""

    def __init__(self, instruments: _Instruments, call: CallStart) -> None:
        self._instruments = instruments
        self._server, self._attributes = _attributes(call)
        self._status_code: int | None = None
        self._resends = 0
        self._started = time.perf_counter()
        self._span = instruments.tracer.start_span(
            call.operation,
            kind=trace.SpanKind.CLIENT,
            attributes={**self._attributes, **_GEN_AI.get(call.operation, {})},
        )
        self._token = context.attach(trace.set_span_in_context(self._span))

    def add_attempt(self, event: ResponseEvent, headers: Headers | None) -> None:
        """Take an attempt down, with what its response says of the rate limit."""
        self._status_code, self._resends = event.status_code, event.attempt - 1
        attributes = {"memsy.attempt.duration": event.elapsed, **_resends(self._resends)}
        if event.status_code is not None:
            attributes["http.response.status_code"] = event.status_code
        if event.request_id is not None:
            attributes["memsy.request_id"] = event.request_id
        if event.error is not None:
            attributes["error.type"] = event.error.partition(":")[0]  # what follows may name a path
        elif event.status_code is not None and not 200 <= event.status_code < 300:
            attributes["error.type"] = str(event.status_code)
        self._span.add_event("memsy.attempt", attributes)
        if self._resends:
            self._instruments.retries.add(1, self._attributes)
        limit = None if headers is None else parse_rate_limit(headers)
        if limit is not None and limit.remaining is not None:
            self._instruments.rate_limit_remaining.set(limit.remaining, self._server)

    def end(self, error: BaseException | None) -> None:
        """End it. Of an error only its type is kept: its text may quote what was sent."""
        context.detach(self._token)
        outcome: Attributes = {}
        if self._status_code is not None:
            outcome["http.response.status_code"] = self._status_code
        if error is not None:
            status = error.status_code if isinstance(error, MemsyAPIError) else None
            outcome["error.type"] = type(error).__qualname__ if status is None else str(status)
            self._span.set_status(trace.StatusCode.ERROR)
        self._span.set_attributes({**outcome, **_resends(self._resends)})
        self._span.end()
        self._instruments.duration.record(time.perf_counter() - self._started, {**self._attributes, **outcome})


def _attributes(call: CallStart) -> tuple[Attributes, Attributes]:
    """Those that name the server, and those of a call, the server's among them."""
    url = urlsplit(call.base_url)
    port = _PORTS[url.scheme] if url.port is None else url.port
    server: Attributes = {"server.address": url.hostname or "", "server.port": port}
    attributes = {
        **server,
        "http.request.method": call.method if call.method in _METHODS else "_OTHER",
        "memsy.operation": call.operation,
    }
    if call.path_template is not None:
        attributes["url.template"] = url.path + call.path_template
    return server, attributes


def _resends(count: int) -> Attributes:
    return {"http.request.resend_count": count} if count else {}
