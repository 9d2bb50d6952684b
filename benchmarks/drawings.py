"""What the charts of the page show."""

from __future__ import annotations

from collections.abc import Iterator

from . import charts
from .charts import FAST, MUTED, OTHERS, OURS, Bar, Line
from .figures import CONTENDERS, FIGURES, IN_FLIGHT
from .page import COST, COST_ASYNC, SEARCHES, STARTS, Chart
from .page import charts as described
from .results import Results

STYLES = {"async_httpx": "-", "async_httpx2": "--", "async_aiohttp": ":"}
DECODED = {
    "decoding.memories": "memories, dict to models",
    "decoding.memories_full": "memories with all fields",
    "decoding.search": "search results",
    "decoding.bytes": "memories, bytes to models",
    "decoding.bytes_fast": "the same with [fast]",
}


def draw(results: Results) -> Iterator[tuple[Chart, str]]:
    """Each chart and its SVG."""
    drawn = described(results)
    cost, in_flight, decoding, first, search = (
        drawn[name] for name in ("cost", "in-flight", "decoding", "first-answer", "search")
    )
    yield cost, _bars(cost, results, "calls.cost", (*COST, *COST_ASYNC), "times a search by httpx.Client")
    yield in_flight, _in_flight(in_flight, results)
    yield decoding, _decoding(decoding, results)
    yield first, _bars(first, results, "first_answer", STARTS, "times what a program with httpx.Client takes")
    yield search, _search(search, results)


def _bars(chart: Chart, results: Results, prefix: str, names: tuple[str, ...], axis: str) -> str:
    found = [(name, results.value(f"{prefix}.{name}")) for name in names]
    content = [Bar(CONTENDERS[name], value, _colour(name)) for name, value in found if value is not None]
    return charts.bars(chart.title, chart.description, axis, content, "httpx.Client")


def _colour(name: str, other: str = OTHERS) -> str:
    if "memsy" not in name:
        return other
    return FAST if name.endswith("_fast") else OURS


def _decoding(chart: Chart, results: Results) -> str:
    found = [(name, label, results.value(name)) for name, label in DECODED.items()]
    content = [
        Bar(label, value, FAST if name.endswith("_fast") else OURS, FIGURES[name].bar)
        for name, label, value in found
        if value is not None
    ]
    axis = "times json.loads of the same bytes; the upright mark is the bar"
    return charts.bars(chart.title, chart.description, axis, content, "json.loads")


def _in_flight(chart: Chart, results: Results) -> str:
    content = []
    for name in COST_ASYNC:
        points = _points(results, {tasks: f"in_flight.{name}.{tasks}" for tasks in IN_FLIGHT})
        label = {"async_memsy_fast": "with [fast]"}.get(name, CONTENDERS[name])
        content.append(Line(label, points, _colour(name, MUTED), STYLES.get(name, "-")))
    titles = ("calls in flight", "calls a second")
    return charts.lines(chart.title, chart.description, titles, content, logarithmic=False)


def _search(chart: Chart, results: Results) -> str:
    content = [
        Line(
            label,
            _points(results, {size: f"embedded.{name}.{size}" for size in results.sizes}),
            OURS if "org" in name else FAST,
            "--" if name.endswith("p95") else "-",
        )
        for name, label in SEARCHES.items()
    ]
    titles = ("memories in the database", "milliseconds")
    return charts.lines(chart.title, chart.description, titles, content, logarithmic=True)


def _points(results: Results, names: dict[int, str]) -> dict[int, float]:
    found = {at: results.value(name) for at, name in names.items()}
    return {at: value for at, value in found.items() if value is not None}
