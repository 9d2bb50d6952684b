"""The guide for agents: current, complete, in the package, and found with `python -m memsy_client docs`."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import memsy_client

ROOT = Path(__file__).parents[2]
DOCS = Path(memsy_client.__file__).parent / "_docs"
GUIDE = (DOCS / "guide.md").read_text("utf-8")
LLMS = (DOCS / "llms.txt").read_text("utf-8")
#: For those who change this package, not for those who use it.
LEFT_OUT = {"architecture", "contract"}


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, cwd=ROOT, check=False)


def anchors(text: str) -> set[str]:
    prose = re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S)
    titles = re.findall(r"^#+ (.+)$", prose, re.M)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def test_it_is_what_the_pages_give() -> None:
    checked = run("docs/_site/guide.py", "--check")
    assert checked.returncode == 0, checked.stderr


def test_it_has_every_page_for_users() -> None:
    pages = set(re.findall(r"^<!-- page: (.+) -->$", GUIDE, re.M)) - {"api"}
    assert pages == {page.stem for page in (ROOT / "docs").glob("*.md")} - LEFT_OUT


def test_every_link_leads_to_a_heading_of_the_guide() -> None:
    inner = re.findall(r"\]\(#([^)]+)\)", GUIDE)
    listed = re.findall(r"\]\(guide\.md#([^)]+)\)", LLMS)
    assert len(inner) > 20
    assert len(listed) > 10
    assert set(inner + listed) - anchors(GUIDE) == set()
    prose = re.sub(r"`[^`]+`", "", GUIDE)  # a signature may look like a link
    assert re.findall(r"(?<!!)\[[^\]]*\]\((?!https?:|#)[^)]*\)", prose) == []


def test_every_picture_is_beside_it() -> None:
    pictures = re.findall(r"!\[[^\]]*\]\(([^)]*)\)", GUIDE)
    assert len(pictures) == 5
    assert [name for name in pictures if not (DOCS / name).is_file()] == []


def test_the_command_says_where_it_is_and_prints_a_page() -> None:
    told = run("-m", "memsy_client", "docs")
    assert told.returncode == 0
    assert [line.split("  ")[0] for line in told.stdout.splitlines()[:2]] == [
        str(DOCS / "llms.txt"),
        str(DOCS / "guide.md"),
    ]
    page = run("-m", "memsy_client", "docs", "failures")
    assert page.stdout.startswith("## Which failures may have stored my event?\n")
    assert "# Searching well" not in page.stdout


def test_the_command_names_the_pages_when_one_is_asked_for_that_is_not_there() -> None:
    refused = run("-m", "memsy_client", "docs", "nothing")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "failures" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1


def test_the_command_ends_quietly_when_its_reader_has_seen_enough() -> None:
    command = [sys.executable, "-m", "memsy_client", "docs", "local-server"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0
