"""Every figure that the benchmarks find, and the bars: the only place that says what is measured and what is promised.

Each belongs to a group, which is measured together. What a group gives that is not listed here is an error.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

IN_FLIGHT = (1, 4, 16, 64, 128)
BATCH_SIZES = (100, 500)
SIZES = (10_000, 50_000, 200_000, 1_000_000, 2_000_000)
"""Memories of the embedded server at which it is measured, as far as a run goes."""
QUICK_SIZE = 200_000
LISTS_AT = 200_000
COMPARED_TO = 1_000_000
"""The largest database that the version before is measured with, too."""

#: Whoever makes the same calls, as charts and tables name them.
CONTENDERS = {
    "json": "json.loads alone",
    "python": "an empty program",
    "httpx": "httpx.Client",
    "httpx2": "httpx2.Client",
    "memsy": "MemsyClient",
    "memsy_fast": "MemsyClient, [fast]",
    "memsy_httpx": "MemsyClient on httpx.Client",
    "memsy_httpx2": "MemsyClient on httpx2.Client",
    "async_httpx": "httpx.AsyncClient",
    "async_httpx2": "httpx2.AsyncClient",
    "async_aiohttp": "aiohttp",
    "async_memsy": "AsyncMemsyClient",
    "async_memsy_fast": "AsyncMemsyClient, [fast]",
}


@dataclass(frozen=True, slots=True)
class Figure:
    """One number that is found.

    Attributes:
        title: What it is; of a ratio, what is divided by what.
        bar: What it has to be at most, or at least where more is better; None for what is only told.
        unit: Behind the number; empty for a ratio.
        against_base: Whether the bar is for the ratio to the version before, which a run knows with BASE alone.
    """

    title: str
    bar: float | None = None
    unit: str = ""
    more_is_better: bool = False
    against_base: bool = False

    def holds(self, value: float) -> bool:
        """Whether a value is on the right side of the bar."""
        assert self.bar is not None
        return value >= self.bar if self.more_is_better else value <= self.bar


def _at_sizes(name: str, title: str, **bars: float) -> dict[str, Figure]:
    """A time of a search at each size; `bars` are to the version before, at the largest that both have."""
    return {
        f"embedded.{name}_{part}.{size}": Figure(
            f"{title}, {size:,} memories, {part}",
            bars.get(part) if size == COMPARED_TO else None,
            unit="ms",
            against_base=True,
        )
        for part in ("p50", "p95")
        for size in SIZES
    }


DECODING = {
    "decoding.memories": Figure("200 memories, dict to models / `json.loads` of the bytes", 0.55),
    "decoding.memories_full": Figure("200 memories with all fields, dict to models / `json.loads` of the bytes", 0.42),
    "decoding.search": Figure("200 search results, dict to models / `json.loads` of the bytes", 0.6),
    "decoding.bytes": Figure("200 memories, bytes to models / `json.loads`"),
    "decoding.bytes_fast": Figure("200 memories, bytes to models with `[fast]` / `json.loads`", 1.0),
}
CALLS = {
    "calls.sync": Figure("one search, sync / bare httpx and `json.loads`", 0.8),
    "calls.async": Figure("one search, async / bare httpx and `json.loads`", 0.75),
    "calls.list": Figure("a list of 200 memories / bare httpx and `json.loads`", 1.25),
    "calls.list_fast": Figure("a list of 200 memories with `[fast]` / bare httpx and `json.loads`", 1.05),
    "calls.own_httpx": Figure("a search on a caller's `httpx.Client` / that client bare", 1.3),
    "calls.own_httpx2": Figure("a search on a caller's `httpx2.Client` / that client bare", 1.3),
    **{
        f"calls.cost.{name}": Figure(f"one search: {title} / httpx.Client")
        for name, title in CONTENDERS.items()
        if name != "python"
    },
}
IN_FLIGHT_FIGURES = {
    "in_flight.httpx_only": Figure("64 in flight, calls a second / plain httpx", 3.5, more_is_better=True),
    "in_flight.fast": Figure("64 in flight with `[fast]`, calls a second / plain httpx", 7.0, more_is_better=True),
    "in_flight.threads": Figure("16 threads, calls a second / a shared `httpx.Client`", 1.8, more_is_better=True),
    **{
        f"in_flight.{name}.{tasks}": Figure(
            f"{CONTENDERS[name]}, {tasks} in flight", unit="calls/s", more_is_better=True
        )
        for name in CONTENDERS
        if name.startswith("async")
        for tasks in IN_FLIGHT
    },
}
FIRST_ANSWER = {
    "first_answer.sync": Figure("process start to first answer, sync / bare httpx", 1.0),
    "first_answer.async": Figure("process start to first answer, async / bare httpx", 1.0),
    "first_answer.import": Figure("`from memsy_client import MemsyClient` after httpx / `import httpx`"),
    "first_answer.client": Figure("making the first client / `import httpx`"),
    "first_answer.embedded": Figure("making an embedded server and closing it", unit="ms"),
    **{
        f"first_answer.{name}": Figure(f"process start to first answer: {CONTENDERS[name]} / httpx.Client")
        for name in (
            *("python", "httpx", "httpx2", "memsy"),
            *("async_httpx", "async_aiohttp", "async_memsy", "async_memsy_fast"),
        )
    },
}
BULK = {
    "bulk.slow_sync": Figure("`ingest_many` with one slow batch in ten / the ideal time", 1.5),
    "bulk.slow_async": Figure("`ingest_many`, asynchronous, with one slow batch in ten / the ideal time", 1.5),
}
ADAPTIVE = {
    "adaptive.rate": Figure('`concurrency="auto"` at 50 requests a second: how far off over 60 s', 0.1),
    "adaptive.refused": Figure('`concurrency="auto"`: the share of attempts that is refused', 0.01),
    "adaptive.later": Figure('`concurrency="auto"`: how far off 15 s after 100 a second are allowed', 0.1),
}
BACKFILL = {
    **{
        f"backfill.{name}.{size}": Figure(f"{title}, {size} events a request", unit=unit, more_is_better=is_rate)
        for size in BATCH_SIZES
        for name, title, unit, is_rate in (
            ("sent", "sent for a request", "bytes", False),
            ("received", "received for a request", "bytes", False),
            ("rate", "a server that answers at once", "events/s", True),
            ("processor", "processor time of an event", "µs", False),
            ("journal_rate", "with a journal", "events/s", True),
            ("journal_processor", "processor time of an event with a journal", "µs", False),
            ("journal", "journal of an event", "bytes", False),
        )
    },
    "backfill.memory": Figure("memory of the process", unit="MiB"),
    "backfill.remembered": Figure("what an event adds to it in a run without a pause", unit="bytes"),
}
EMBEDDED = {
    **_at_sizes("search_actor", "search of one actor"),
    **_at_sizes("search_org", "search of the organisation", p50=0.27, p95=0.3),
    "embedded.same_results": Figure(
        "200 queries: the share with the same results in the same order as before", 1.0, more_is_better=True
    ),
    "embedded.common_words": Figure("search for 32 common words / a plain query", 3.0),
    "embedded.session": Figure("search with `session_id` / without", 3.0),
    # What a long query costs has no bar of its own: its work is bounded where it costs no more than one of a few words.
    "embedded.long_query": Figure("a query of 8,000 characters / 32 common words", 1.5),
    # The bars are for what a list costs the server. What a client waits for has the cost of an exchange over HTTP in
    # it, which no list can be below: both are told.
    "embedded.memories_list_engine": Figure(
        f"`memories.list`, any page and sort, {LISTS_AT:,} memories, p50: in the server, without HTTP",
        0.05,
        unit="ms",
        against_base=True,
    ),
    "embedded.events_list_engine": Figure(
        f"`events.list`, any page and sort, {LISTS_AT:,} events, p50: in the server, without HTTP",
        0.05,
        unit="ms",
        against_base=True,
    ),
    "embedded.memories_list": Figure("`memories.list`, the same over HTTP", unit="ms", against_base=True),
    "embedded.events_list": Figure("`events.list`, the same over HTTP", unit="ms", against_base=True),
    "embedded.health": Figure("`health` over HTTP: what an exchange takes", unit="ms", against_base=True),
    "embedded.stats": Figure(f"`memories.stats`, {LISTS_AT:,} memories", 0.1, unit="ms", against_base=True),
    "embedded.ingest": Figure(
        "durable ingest in batches of 100", 1.3, unit="events/s", more_is_better=True, against_base=True
    ),
    "embedded.processing": Figure("processing", 1.5, unit="events/s", more_is_better=True, against_base=True),
    "embedded.ingest_growth": Figure(
        "durable ingest into the largest file / a small one (1: no loss; 0.05 for noise)", 0.95, more_is_better=True
    ),
    "embedded.processing_growth": Figure("processing with the largest file / a small one", 0.95, more_is_better=True),
    "embedded.status_busy": Figure("`status` while events are ingested and processed, p95", 100.0, unit="ms"),
    "embedded.search_busy": Figure("search of an actor while events are ingested and processed, p95", 100.0, unit="ms"),
    "embedded.parallel_ingest": Figure("durable ingest by eight clients at once", unit="events/s", more_is_better=True),
    "embedded.file": Figure("file, an event", unit="bytes"),
    "embedded.memory": Figure("memory of the server", unit="MiB"),
}
RETRIEVAL = {
    "retrieval.recall": Figure("recall@10 of the embedded server's search", more_is_better=True),
    "retrieval.hits": Figure("hit@10", more_is_better=True),
    "retrieval.reciprocal_rank": Figure("mean reciprocal rank", more_is_better=True),
}

GROUPS: Mapping[str, tuple[str, Mapping[str, Figure]]] = {
    "decoding": ("Decoding", DECODING),
    "calls": ("One call", CALLS),
    "in_flight": ("Many calls", IN_FLIGHT_FIGURES),
    "first_answer": ("First answer", FIRST_ANSWER),
    "bulk": ("Bulk ingestion", BULK),
    "adaptive": ("Adaptive concurrency", ADAPTIVE),
    "backfill": ("Backfill", BACKFILL),
    "retrieval": ("Retrieval", RETRIEVAL),
    "local_server": ("Embedded server", EMBEDDED),
}
"""Each group's title and figures, by the module that measures them."""

FIGURES: Mapping[str, Figure] = {name: figure for _, figures in GROUPS.values() for name, figure in figures.items()}
BARS: Mapping[str, Figure] = {name: figure for name, figure in FIGURES.items() if figure.bar is not None}
