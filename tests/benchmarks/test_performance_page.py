"""docs/performance.md: written by `make bench`, with every bar, and with charts for all who read it."""

from __future__ import annotations

import os
from pathlib import Path
from xml.etree import ElementTree

import pytest

from benchmarks import page
from benchmarks.__main__ import ALONE, IN_ROUNDS, RESULTS
from benchmarks.figures import BARS, FIGURES, GROUPS, SIZES
from benchmarks.report import lines
from benchmarks.results import Results

GOLDEN = Path(__file__).with_name("golden_page.md")
SVG = "{http://www.w3.org/2000/svg}"
MACHINE = {"processor": "a processor, 2 cores", "Python": "CPython 3.11.7", "httpx": "0.28.1"}
CHARTS = sorted(page.CHARTS.glob("*.svg"))


def made_up(base: str | None = "0a1b2c3") -> Results:
    """Results in which every bar is held but that of a list of 200."""
    results = Results(MACHINE, SIZES, base=base, date="2026-01-31", minutes=20.0)
    for number, (name, figure) in enumerate(FIGURES.items(), 1):
        before = [number * part for part in (1.0, 0.9, 1.1, *[1.0] * 9)]
        if figure.against_base:
            results.add({name: [(figure.bar or 1.0) * value for value in before]})
            results.add({name: before} if base is not None else {}, before=True)
        else:
            results.add({name: figure.bar or number})
    results.samples["calls.list"] = [1.5]
    return results


def test_the_page_says_what_was_found() -> None:
    """Renew what is expected with RENEW_GOLDEN=1."""
    text = page.render(made_up())
    if os.environ.get("RENEW_GOLDEN"):
        GOLDEN.write_text(text, "utf-8")
    assert text == GOLDEN.read_text("utf-8")


def test_the_committed_page_is_what_the_results_beside_the_benchmarks_give() -> None:
    assert page.PAGE.read_text("utf-8") == page.render(Results.load(RESULTS))


def test_the_committed_page_has_every_bar() -> None:
    text = page.PAGE.read_text("utf-8")
    assert len(BARS) > 30
    assert [name for name, figure in BARS.items() if f"| {figure.title} |" not in text] == []


def test_no_two_figures_of_a_group_have_the_same_title_and_each_belongs_to_a_group_that_is_measured() -> None:
    for _, figures in GROUPS.values():
        barred = [figure.title for figure in figures.values() if figure.bar is not None]
        assert len(set(barred)) == len(barred)
    assert sorted(GROUPS) == sorted([*IN_ROUNDS, *ALONE, "retrieval", "local_server"])


def test_what_is_not_listed_is_no_figure() -> None:
    with pytest.raises(ValueError, match=r"benchmarks/figures\.py does not list calls\.other"):
        made_up().add({"calls.other": 1.0})


def test_a_run_says_which_bars_it_missed_and_which_it_could_not_measure() -> None:
    printed = list(lines(made_up(base=None)))
    (missed,) = (line for line in printed if "MISSED" in line)
    assert missed.startswith("a list of 200 memories / bare httpx")
    unknown = [line for line in printed if line.endswith("not measured: needs BASE")]
    assert len(unknown) == sum(figure.against_base for figure in BARS.values())
    assert printed[-2] == "1 bars missed, see above"
    assert "Python CPython 3.11.7" in printed[0]


def test_a_run_with_another_version_says_what_changed() -> None:
    results = made_up()
    changed = "embedded.search_org_p50.10000"
    results.samples[changed] = [2 * value for value in results.before[changed]]
    told = [line for line in lines(results) if line.endswith("worse")]
    assert [line.split("  ")[1] for line in told] == ["search of the organisation, 10,000 memories, p50"]


def test_results_are_read_as_they_were_written(tmp_path: Path) -> None:
    results = made_up()
    results.save(tmp_path / "results.json")
    assert page.render(Results.load(tmp_path / "results.json")) == page.render(results)


def test_nothing_tells_whose_machine_it_was() -> None:
    machine = Results.load(RESULTS).machine
    assert set(machine) == {
        *("processor", "system", "Python", "httpx", "httpx2", "aiohttp", "orjson", "SQLite", "memsy-client")
    }
    assert os.uname().nodename not in str(machine) if hasattr(os, "uname") else True


def test_every_chart_of_the_page_is_there() -> None:
    described = page.charts(made_up())
    assert [chart.stem for chart in CHARTS] == sorted(described)
    assert [name for name in described if f"](performance/{name}.svg)" not in page.PAGE.read_text("utf-8")] == []


@pytest.mark.parametrize("chart", CHARTS, ids=lambda path: path.stem)
def test_a_chart_is_small_has_words_for_screen_readers_and_colours_for_the_dark(chart: Path) -> None:
    text = chart.read_text("utf-8")
    root = ElementTree.fromstring(text)
    assert len(text) < 40_000
    assert root.get("role") == "img"
    described = [root.find(f"{SVG}{name}") for name in ("title", "desc")]
    assert [element is not None and bool(element.text) for element in described] == [True, True]
    assert "prefers-color-scheme: dark" in text
    assert root.findall(f".//{SVG}text")
    loaded = [value for element in root.iter() for name, value in element.items() if name.endswith("href")]
    assert [value for value in loaded if not value.startswith("#")] == []


@pytest.mark.slow  # for which `make test-slow` installs matplotlib
def test_equal_results_give_equal_charts() -> None:
    from benchmarks import drawings

    assert [text for _, text in drawings.draw(made_up())] == [text for _, text in drawings.draw(made_up())]
