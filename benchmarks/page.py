"""docs/performance.md and its charts, written from the results of a run; nobody edits them."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from memsy_client._bulk.recent_ids import REMEMBERED_IDS, REMEMBERED_SECONDS

from .figures import BATCH_SIZES, CONTENDERS, FIGURES, GROUPS, IN_FLIGHT, QUICK_SIZE
from .measure import CERTAINTY, CERTAINTY_OF_CHANGE, SLIGHT
from .report import number, shown_bar, shown_value, shown_verdict
from .results import Results
from .versions import ROOT

PAGE = ROOT / "docs" / "performance.md"
CHARTS = ROOT / "docs" / "performance"
BACKFILL = 100_000_000
REQUESTS_PER_SECOND = (10, 50, 200)

COST = ("json", "httpx", "httpx2", "memsy", "memsy_fast")
COST_ASYNC = ("async_httpx", "async_httpx2", "async_aiohttp", "async_memsy", "async_memsy_fast")
STARTS = ("python", "httpx", "httpx2", "memsy", "async_httpx", "async_aiohttp", "async_memsy", "async_memsy_fast")
SEARCHES = {
    "search_org_p95": "organisation, p95",
    "search_org_p50": "organisation, p50",
    "search_actor_p95": "actor, p95",
    "search_actor_p50": "actor, p50",
}


LISTS = (
    "embedded.memories_list_engine",
    "embedded.memories_list",
    "embedded.events_list_engine",
    "embedded.events_list",
    "embedded.health",
)


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart of the page: its file, its title, and what it shows, in words."""

    name: str
    title: str
    description: str

    @property
    def markdown(self) -> str:
        return f"![{self.title}. {self.description}](performance/{self.name}.svg)"


def write(results: Results) -> None:
    """Write the page and its charts, and the guide that has them, too."""
    from . import drawings  # needs matplotlib

    PAGE.write_text(render(results), "utf-8")
    CHARTS.mkdir(exist_ok=True)
    for chart, text in drawings.draw(results):
        (CHARTS / f"{chart.name}.svg").write_text(text, "utf-8")
    subprocess.run([sys.executable, ROOT / "docs" / "_site" / "guide.py"], check=True)


def charts(results: Results) -> dict[str, Chart]:
    """The charts by name, with what they show in words."""

    def said(name: str) -> str:
        value = results.value(name)
        return "not measured" if value is None else number(value, FIGURES[name].unit)

    largest = max(results.sizes)
    found = (
        Chart(
            "cost",
            "What one search costs",
            f"As a multiple of httpx.Client with json.loads: MemsyClient {said('calls.cost.memsy')}, with the extra "
            f"fast {said('calls.cost.memsy_fast')}; httpx.AsyncClient {said('calls.cost.async_httpx')}, "
            f"AsyncMemsyClient {said('calls.cost.async_memsy')}, with the extra fast "
            f"{said('calls.cost.async_memsy_fast')}; json.loads alone {said('calls.cost.json')}.",
        ),
        Chart(
            "in-flight",
            "Calls a second with many in flight",
            f"64 in flight: AsyncMemsyClient {said('in_flight.async_memsy.64')}, with the extra fast "
            f"{said('in_flight.async_memsy_fast.64')}, aiohttp alone {said('in_flight.async_aiohttp.64')}, "
            f"httpx.AsyncClient {said('in_flight.async_httpx.64')}.",
        ),
        Chart(
            "decoding",
            "Making models",
            f"As a multiple of json.loads of the same bytes: 200 memories {said('decoding.memories')}, 200 search "
            f"results {said('decoding.search')}, memories from bytes {said('decoding.bytes')}, with the extra fast "
            f"{said('decoding.bytes_fast')}.",
        ),
        Chart(
            "first-answer",
            "From the start of a process to its first answer",
            f"As a multiple of httpx.Client: MemsyClient {said('first_answer.memsy')}, httpx.AsyncClient "
            f"{said('first_answer.async_httpx')}, AsyncMemsyClient {said('first_answer.async_memsy')}.",
        ),
        Chart(
            "search",
            "Search in the embedded server",
            f"Of {largest:,} memories: one actor {said(f'embedded.search_actor_p50.{largest}')}, the organisation "
            f"{said(f'embedded.search_org_p50.{largest}')} (p50).",
        ),
    )
    return {chart.name: chart for chart in found}


def render(results: Results) -> str:
    """The page."""
    drawn = charts(results)
    parts = [
        _head(results),
        "## The bars\n\n" + _bars(results),
        f"## One call\n\n{drawn['cost'].markdown}\n\n{_ONE_CALL}",
        f"## Many calls at once\n\n{drawn['in-flight'].markdown}\n\n" + _in_flight(results),
        f"## Decoding\n\n{drawn['decoding'].markdown}\n\n{_DECODING}",
        f"## First answer\n\n{drawn['first-answer'].markdown}\n\n" + _first_answer(results),
        f"## The embedded server\n\n{drawn['search'].markdown}\n\n" + _embedded(results),
        "## A hundred million events\n\n" + _backfill(results),
        *(["## What changed\n\n" + _changes(results)] if results.base is not None else []),
        _MEASURE,
    ]
    return "\n\n".join(map(_wrapped, "\n\n".join(parts).split("\n\n"))) + "\n"


def _wrapped(paragraph: str) -> str:
    """A paragraph of prose in lines of equal length, whatever numbers stand in it."""
    if paragraph.startswith(("#", "|", "!", "```")):
        return paragraph
    return textwrap.fill(" ".join(paragraph.split()), 120, break_long_words=False, break_on_hyphens=False)


def _head(results: Results) -> str:
    verdicts = [judgement.verdict for judgement in results.judge()]
    held, missed, unknown = (verdicts.count(verdict) for verdict in ("held", "missed", "not measured"))
    return f"""# Performance

What a call costs next to plain libraries, and how cost grows. `make bench` wrote this page on
{results.date}, in {results.minutes:.0f} minutes; nobody edits it. Of {len(verdicts)} bars, it found
{held} held and {missed} missed; it did not measure {unknown}.

Times depend on the machine and on what else it does, so what counts here are ratios: whatever is compared is measured
in turn, round after round, in one run. Where a time or a rate is told, it is that of this machine:

{_table(("", ""), list(results.machine.items()))}

**Plain** is what a careful user would write: one shared client of the library, one request, `json.loads`. The
clients of this package also check types, parse dates, make models and keep time limits. **[fast]** is
`memsy-client[fast]`: orjson decodes, and an asynchronous client is given [`AiohttpTransport()`](transports.md).
The service is played by a process on the same machine that answers at once, so that the client is all that is
measured: beside a service that takes 100 milliseconds, every difference on this page is small."""


def _bars(results: Results) -> str:
    rows = []
    for judgement in results.judge():
        value, within = shown_value(judgement)
        verdict = shown_verdict(judgement).replace("missed", "**missed**")
        rows.append((judgement.figure.title, value, within, shown_bar(judgement.figure), verdict))
    against = (
        f"“Before” is the version of commit {results.base}, measured in turn with this one."
        if results.base is not None
        else "“Before” is the version that `BASE` names; this run had none."
    )
    return f"""What was measured is the median of all rounds, most of them in processes of their own. Beside it
stands between what the true median lies ({CERTAINTY:.0%}; of fewer than eight rounds, all that was measured): where
the bar lies there, too, another run may find the opposite. {against}

{_table(("", "measured", "between", "bar", ""), rows)}"""


_ONE_CALL = "A search of ten results, one after the other, as a multiple of what `httpx.Client` and `json.loads` take."

_DECODING = """Lists of 200, as a multiple of `json.loads` of the same bytes. “Dict to models” comes on top of
parsing, “bytes to models” is all of it. A bar of the chart should end before its upright mark."""


def _in_flight(results: Results) -> str:
    rows = []
    for contender in COST_ASYNC:
        rates = [results.value(f"in_flight.{contender}.{tasks}") for tasks in IN_FLIGHT]
        rows.append((CONTENDERS[contender], *("–" if rate is None else f"{rate:,.0f}" for rate in rates)))
    headings = ("calls a second", *(f"{tasks} in flight" for tasks in IN_FLIGHT))
    return f"""Searches of ten results from one event loop, each contender with one client and as many connections
as calls.

{_table(headings, rows)}"""


def _first_answer(results: Results) -> str:
    names = ("first_answer.import", "first_answer.client", "first_answer.embedded")
    return f"""A new interpreter imports the library, makes a client and gets the answer to one search.

{_table(("", "measured"), [_row(results, name) for name in names])}"""


def _embedded(results: Results) -> str:
    rows = []
    for size in results.sizes:
        found = [results.value(f"embedded.{name}.{size}") for name in reversed(SEARCHES)]
        rows.append((f"{size:,}", *("–" if value is None else f"{value:.1f} ms" for value in found)))
    headings = ("memories", *(SEARCHES[name] for name in reversed(SEARCHES)))
    names = [
        name
        for name in GROUPS["local_server"][1]
        if name.split(".")[1] in ("ingest", "processing", "parallel_ingest", "stats")
        or name in ("embedded.file", "embedded.memory")
    ]
    names += list(GROUPS["retrieval"][1])
    return f"""[The embedded server](local-server.md) in a process of its own, over HTTP. It has ingested and
processed {max(results.sizes):,} conversational events, 500 an actor, of words that are as unevenly common as
those of a language. A search has six of the rarer words.

{_table(headings, rows)}

{_table(("", "measured"), [_row(results, name) for name in names])}

Lists have the times of the server beside those of a client. What is without HTTP ends where the response is encoded;
what is over HTTP has all that an exchange takes, reading the JSON included.

{_lists(results)}"""


def _lists(results: Results) -> str:
    changes, rows = results.changes(), []
    for name in LISTS:
        figure, change = FIGURES[name], changes.get(name)
        before = (
            ("–", "–") if change is None else (number(results.value_before(name), figure.unit), number(change.ratio))
        )
        rows.append((*_row(results, name), *before))
    return _table(("", "measured", "before", "ratio"), rows)


def _row(results: Results, name: str) -> tuple[str, str]:
    value = results.value(name)
    return FIGURES[name].title, "–" if value is None else number(value, FIGURES[name].unit)


def _backfill(results: Results) -> str:
    measured = {name: results.value(name) for name in GROUPS["backfill"][1]}
    known = {name: value for name, value in measured.items() if value is not None}
    if len(known) < len(measured):
        return "Not measured in this run, or not in full."
    headings = ("", *(f"{size} events a request" for size in BATCH_SIZES))
    return f"""Computed, not measured: [`ingest_many`](bulk.md) was measured with some ten thousand events of 130
characters and a server that answers at once. This is what follows from that for {BACKFILL:,} events:

{_table(headings, list(_backfill_rows(known)))}

Events are read as they are needed, see [the window](bulk.md#the-window). What takes memory are the ids of the last
minutes, by which duplicates are known: some {known["backfill.remembered"]:.0f} bytes each, and at most
{2 * REMEMBERED_IDS:,} of them. The requests a second are those that the service allows an account; [more
machines](distributed.md) share them, and do not add to them."""


def _backfill_rows(known: dict[str, float]) -> Iterator[tuple[str, ...]]:
    def row(title: str, name: str, show: str, scale: float, per_request: bool = False) -> tuple[str, ...]:
        counts = [BACKFILL / (size if per_request else 1) for size in BATCH_SIZES]
        each = [known[f"backfill.{name}.{size}"] for size in BATCH_SIZES]
        values = (value * count * scale for value, count in zip(each, counts, strict=True))
        return (title, *(show.format(value) for value in values))

    yield ("requests", *(f"{BACKFILL // size:,}" for size in BATCH_SIZES))
    yield row("sent", "sent", "{:.1f} GB", 1e-9, per_request=True)
    yield row("received", "received", "{:.1f} GB", 1e-9, per_request=True)
    for rate in REQUESTS_PER_SECOND:
        yield (
            f"time at {rate} requests a second",
            *(f"{BACKFILL / size / rate / 3600:.1f} h" for size in BATCH_SIZES),
        )
    yield ("time of one process, if the service answered at once", *(_hours(known, "rate")))
    yield ("the same with a journal", *(_hours(known, "journal_rate")))
    yield row("processor time of the client", "processor", "{:.1f} h", 1e-6 / 3600)
    yield row("the same with a journal", "journal_processor", "{:.1f} h", 1e-6 / 3600)
    yield row("journal", "journal", "{:.1f} GB", 1e-9)
    for rate in REQUESTS_PER_SECOND:
        yield (
            f"memory of the client at {rate} requests a second, at most",
            *(f"{_memory(known, size * rate):,.0f} MiB" for size in BATCH_SIZES),
        )


def _hours(known: dict[str, float], name: str) -> list[str]:
    return [f"{BACKFILL / known[f'backfill.{name}.{size}'] / 3600:.1f} h" for size in BATCH_SIZES]


def _memory(known: dict[str, float], events_per_second: float) -> float:
    """In MiB, with twice the ids that are remembered at least: so seldom are they sorted out."""
    fastest = max(known[f"backfill.rate.{size}"] for size in BATCH_SIZES)
    remembered = 2 * min(REMEMBERED_IDS, REMEMBERED_SECONDS * min(events_per_second, fastest))
    return known["backfill.memory"] + remembered * known["backfill.remembered"] / 2**20


def _changes(results: Results) -> str:
    changes = results.changes()
    rows = [
        (FIGURES[name].title, number(change.ratio), f"{number(change.low)} to {number(change.high)}", change.verdict)
        for name, change in changes.items()
        if change.verdict != "no change"
    ]
    return f"""As ratios to commit {results.base}, beyond the noise: the interval that holds the true ratio with
{CERTAINTY_OF_CHANGE:.1%} certainty, whatever the distribution of the noise, leaves out 1, and the median is
{SLIGHT:.0%} or more away from it. Of {len(changes) - len(rows)} other figures no change can be told.

{_table(("", "ratio", "between", ""), rows)}"""


_MEASURE = f"""## Measure it yourself

```sh
make bench                 # this page and its charts, of your machine
make bench FULL=1          # with up to two million memories in the embedded server, instead of {QUICK_SIZE:,}
make bench BASE=v1.2.0     # this version and that of a commit, in turn: what changed beyond the noise
make bench ONLY=decoding   # a group alone; the page stays as it is
```

While it runs it says what it is doing. `benchmarks/figures.py` lists all that is measured, and the bars. A busy
machine makes ratios less certain, which the intervals show."""


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
