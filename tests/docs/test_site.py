"""`make docs` builds a complete site, which works in a browser with no network, on a phone and in the dark."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urldefrag

import pytest
from support.chromium import Chromium, find_chromium

import memsy_client
import memsy_client.local
from memsy_client import distributed, exceptions, models

ROOT = Path(__file__).parents[2]
CHROMIUM = find_chromium()

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not importlib.util.find_spec("sphinx"), reason="Sphinx is not installed: run `make docs` once"),
]
in_a_browser = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine")

#: Each text on the page whose contrast with what is behind it is under 4.5, as WCAG asks for.
PALE = """(() => {
  const parse = text => (text.match(/[\\d.]+/g) || [0, 0, 0, 0]).map(Number);
  const luminance = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = element => {
    for (let e = element; e; e = e.parentElement) {
      const colour = parse(getComputedStyle(e).backgroundColor);
      if (colour.length < 4 || colour[3] > 0.5) return colour;
    }
    return [255, 255, 255];
  };
  const found = new Set();
  for (const element of document.querySelectorAll('article *')) {
    const own = [...element.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
    if (!own || !element.offsetParent || element.closest('.headerlink')) continue;
    const [a, b] = [luminance(parse(getComputedStyle(element).color)), luminance(behind(element))];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (contrast < 4.5) found.add(element.tagName + ' ' + element.className + ' ' + contrast.toFixed(2));
  }
  return [...found];
})()"""
#: What reaches beyond the screen, unless it can be scrolled.
CUT_OFF = """(() => {
  const scrolls = element => {
    for (let e = element; e.tagName !== 'ARTICLE'; e = e.parentElement)
      if (['auto', 'scroll'].includes(getComputedStyle(e).overflowX)) return true;
    return false;
  };
  return [...document.querySelectorAll('article *')]
    .filter(e => e.getBoundingClientRect().right > screen.width + 1 && !scrolls(e))
    .map(e => e.tagName + ' ' + e.innerText.slice(0, 40));
})()"""
LINKS = "[...document.querySelectorAll('a[href]')].map(a => a.href)"
IDS = "[...document.querySelectorAll('[id]')].map(e => e.id)"
BRIGHTNESS = "getComputedStyle(document.body).backgroundColor.match(/\\d+/g).slice(0, 3).map(Number)"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("site") / "site"
    command = [sys.executable, ROOT / "docs" / "_site" / "build.py", target]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return target


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    assert CHROMIUM
    with Chromium(CHROMIUM, tmp_path_factory.mktemp("profile")) as browser:
        yield browser


def pages(site: Path) -> list[Path]:
    return [page for page in sorted(site.rglob("*.html")) if "_static" not in page.parts]


def test_every_page_of_the_docs_is_in_it(site: Path) -> None:
    missing = [page.stem for page in (ROOT / "docs").glob("*.md") if not (site / f"{page.stem}.html").exists()]
    assert missing == []
    home = (site / "index.html").read_text("utf-8")
    assert [page.name for page in pages(site) if page.parent == site and f'href="{page.name}"' not in home] == [
        "index.html"
    ]


def test_the_reference_has_every_public_name(site: Path) -> None:
    inventory = zlib.decompress((site / "objects.inv").read_bytes().split(b"\n", 4)[4]).decode()
    listed = {line.split(" ", 1)[0] for line in inventory.splitlines()}
    elsewhere = {*models.__all__, *exceptions.__all__, "__version__"}  # the same objects, listed with their modules
    public = {f"memsy_client.{name}" for name in memsy_client.__all__ if name not in elsewhere}
    for module in (models, exceptions, distributed, memsy_client.local):
        public |= {f"{module.__name__}.{name}" for name in module.__all__}
    document = json.loads((ROOT / "memsy_client" / "_generated" / "openapi.json").read_text("utf-8"))
    operations = [node["operationId"] for item in document["paths"].values() for node in operations_of(item)]
    assert len(operations) > 40
    reached = {
        name.split(".", 2)[2] for name in listed if name.startswith("memsy_client.Memsy") and name.count(".") > 1
    }
    assert public - listed == set()
    assert [name for name in operations if not {name, name.replace("_", ".", 1)} & reached] == []


def test_no_page_shows_what_python_or_the_builder_left(site: Path) -> None:
    """Addresses of objects, annotations that were not resolved, markup that was not."""
    for page in pages(site):
        text = re.sub(r"<[^>]+>", "", page.read_text("utf-8"))
        found = re.findall(r".{30}(?: at 0x|ForwardRef|NOTHING|:ivar |:param |problematic).{30}", text)
        assert found == [], page.name


def operations_of(item: dict[str, Any]) -> list[dict[str, Any]]:
    return [node for method, node in item.items() if method in ("get", "post", "put", "patch", "delete")]


@in_a_browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_each_page_is_readable_on_a_phone(site: Path, browser: Chromium, scheme: str) -> None:
    browser.resize(390, 844)
    browser.prefer(scheme)
    problems = []
    for page in pages(site):
        browser.open(page.as_uri())
        problems += [f"{page.name}: cut off: {text}" for text in browser.evaluate(CUT_OFF)]
        problems += [f"{page.name}: {pale}" for pale in browser.evaluate(PALE)]
        bright = sum(browser.evaluate(BRIGHTNESS)) / 3
        if (bright < 128) != (scheme == "dark"):
            problems.append(f"{page.name}: is not {scheme}")
        if browser.evaluate("parseFloat(getComputedStyle(document.querySelector('article')).fontSize)") < 14:
            problems.append(f"{page.name}: small print")
    assert problems == []


@in_a_browser
def test_no_link_is_broken_and_nothing_is_loaded_from_elsewhere(site: Path, browser: Chromium) -> None:
    browser.resize(1280, 900)
    links: dict[str, set[str]] = {}
    missing = []
    ids: dict[str, set[str]] = {}
    browser.events.clear()
    for page in pages(site):
        browser.open(page.as_uri())
        links[page.as_uri()] = set(browser.evaluate(LINKS))
        ids[page.as_uri()] = set(browser.evaluate(IDS))
        missing += browser.evaluate("[...document.images].filter(i => !i.naturalWidth).map(i => i.src)")
    loaded = [
        parameters["request"]["url"] for method, parameters in browser.events if method == "Network.requestWillBeSent"
    ]
    assert len(loaded) > len(ids)
    assert [url for url in loaded if not url.startswith(("file:", "data:"))] == []
    assert complaints(browser) == []
    broken = []
    for page_url, targets in links.items():
        for target in targets:
            url, fragment = urldefrag(target)
            if url.startswith("file:"):
                is_there = Path(unquote(url.removeprefix("file://")).partition("?")[0]).is_file()
                if not is_there or (fragment and unquote(fragment) not in ids.get(url, {unquote(fragment)})):
                    broken.append(f"{page_url} -> {target}")
    assert broken == []
    assert missing == []
    assert sum(map(len, links.values())) > 500


def complaints(browser: Chromium) -> list[object]:
    """Errors and warnings of the console, and exceptions."""
    return [
        parameters
        for method, parameters in browser.events
        if method == "Runtime.exceptionThrown"
        or (method == "Log.entryAdded" and parameters["entry"]["level"] == "error")
        or (method == "Runtime.consoleAPICalled" and parameters["type"] in ("error", "assert"))
    ]


@in_a_browser
@pytest.mark.parametrize(
    ("words", "page"), [("unsent", "failures.html"), ("wait_until_processed", "bulk.html"), ("FastAPI", "web-app")]
)
def test_the_search_works_offline(site: Path, browser: Chromium, words: str, page: str) -> None:
    browser.resize(1280, 900)
    browser.open((site / "index.html").as_uri())
    browser.events.clear()
    form = f"const q = document.querySelector('input[name=q]'); q.value = {json.dumps(words)}; q.form.submit()"
    browser.load(lambda: browser.evaluate(form))
    found = browser.evaluate(
        "new Promise(resolve => { const look = () => {"
        " const found = [...document.querySelectorAll('#search-results li a')].map(a => a.href);"
        " /finished|found/i.test(document.querySelector('#search-results').innerText) && found.length"
        " ? resolve(found) : setTimeout(look, 20) }; look() })"
    )
    assert any(page in link for link in found), found
    assert complaints(browser) == []
