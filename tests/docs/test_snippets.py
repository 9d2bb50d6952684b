"""Every Python snippet of the README and the docs runs as it stands there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from memsy_client.local import LocalMemsy

ROOT = Path(__file__).parents[2]
HOME = ROOT / "docs" / "_site" / "index.md"  # which stands beside the other pages in the site
PAGES = [ROOT / "README.md", HOME, *sorted((ROOT / "docs").glob("*.md"))]


def snippets(language: str) -> list[object]:
    return [
        pytest.param(code, id=f"{page.name}-{number}")
        for page in PAGES
        for number, code in enumerate(re.findall(rf"^```{language}\n(.*?)^```", page.read_text(), re.M | re.S), 1)
    ]


@pytest.fixture(scope="module")
def environment():
    with LocalMemsy() as memsy:
        yield {
            "MEMSY_BASE_URL": memsy.base_url,
            "MEMSY_CONTROL_URL": memsy.control_url,
            "MEMSY_API_KEY": memsy.api_key,
        }


@pytest.mark.parametrize("code", snippets("python"))
def test_a_snippet_runs_in_a_program_of_its_own(code, environment, tmp_path):
    arguments = ["-W", "error", "-c", code]
    if re.search(r"^def test_", code, re.M):
        (tmp_path / "test_snippet.py").write_text(code, "utf-8")
        arguments = ["-m", "pytest", "-q", "-W", "error", "-p", "memsy_client.local.pytest_plugin", "test_snippet.py"]
    ran = subprocess.run(
        [sys.executable, *arguments],
        env=environment | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},  # many plugins are slow to load
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


def anchors(text: str) -> set[str]:
    """What a link to a heading of the page may name, as on GitHub and on the site."""
    prose = re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S)
    titles = (re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", title) for title in re.findall(r"^#+ (.+)$", prose, re.M))
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def test_every_page_and_heading_that_a_page_links_to_is_there():
    for page in [*PAGES, ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md"]:
        for target, fragment in re.findall(r"\]\((?!https?:)([^)#]*)#?([^)]*)\)", page.read_text("utf-8")):
            folder = ROOT / "docs" if page == HOME else page.parent
            path = folder / target if target else page
            assert path.exists(), f"{page.name} links to {target}"
            if fragment:
                assert fragment in anchors(path.read_text("utf-8")), f"{page.name} links to {target}#{fragment}"


def test_every_make_target_that_the_readme_names_is_in_the_makefile():
    makefile = (ROOT / "Makefile").read_text()
    for target in re.findall(r"(?:^|`)make ([a-z-]+)", (ROOT / "README.md").read_text(), re.M):
        assert re.search(rf"^{target}:", makefile, re.M), target


def test_the_pages_name_only_what_the_package_has():
    import memsy_client

    for page in PAGES:
        for names in re.findall(r"^from memsy_client import (.+)$", page.read_text(), re.M):
            for name in names.split(", "):
                assert hasattr(memsy_client, name), f"{page.name}: {name}"
