"""Write `llms.txt` and the guide in one file, for agents that write code, from the pages of docs/.

python docs/_site/guide.py            write memsy_client/_docs
python docs/_site/guide.py --check    fail when it is not what the pages give
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
TARGET = ROOT / "memsy_client" / "_docs"

#: In the order in which they are read. Pages for those who change this package are left out.
PAGES = {
    "start": "install it, and see an event become a memory",
    "concepts": "events, memories, actors, sessions, organisations, roles, teams, promotion, strength and decay",
    "ingesting": "good events, batches, backfill, waiting until they are processed, duplicates",
    "writing": "agents write with `background`: what each way to write promises when something dies",
    "searching": "filters, scores, thresholds, source events, memories in a prompt",
    "failures": "which failures may have stored an event, and what to do then",
    "reliability": "what every fault comes to on each carrier, and what is not promised",
    "clients": "settings, views, what a response says besides, endpoints that the contract does not have yet",
    "errors": "what a call raises, and what an error tells",
    "retries": "what is sent again, time-outs, deadlines",
    "paging": "lists of any length",
    "bulk": "many events: batches, outcomes, a journal that survives a crash",
    "distributed": "a backfill with Ray or Dask: partitions, a journal for each, a hundred million events",
    "connectors": "Slack, Google Drive, S3, Notion, GitHub, OneDrive",
    "models": "JSON, pydantic, FastAPI, Flask, Django",
    "transports": "httpx, aiohttp, a client of your own; proxies, limits, mocks",
    "middleware": "changing requests and responses, answering without the service; keys that change",
    "logging": "the logger and the hooks",
    "telemetry": "spans and metrics by OpenTelemetry",
    "command-line": "the command `memsy-client`: ingesting files, searching, every operation, keys, exit codes",
    "web-applications": "FastAPI, Starlette, Flask, Django; deadlines, threads, forks",
    "usage": "what is used of the plan, what is raised when it is spent, limits of a call",
    "testing": "tests with the embedded server and its pytest fixtures, scripted failures, mocks",
    "local-server": "the embedded server: what it does, its arguments, routes and rules",
    "performance": "what a call costs next to plain httpx and aiohttp, how cost grows, a hundred million events",
    "faq": "short answers to frequent questions",
    "stability": "what is public, and what a version may change",
    "migration": "from the official package `memsy` to this one, step by step",
    "differences": "all that stays different for code written for the official package",
}
_PICTURE = re.compile(r"!\[[^\]]*\]\(([^):]+\.svg)\)")
HEAD = """# memsy-client

> The Python SDK for Memsy, persistent memory for AI agents and applications: send events, search the memories that are
> distilled from them. Sync and async clients, typed errors, retries, and an embedded server for tests.
> Agents write with `client.background()`, which does not make a turn wait, and read with `client.search()`.
"""


def write_guide(folder: Path) -> None:
    """Write the two files, and the pictures that they show, into `folder`."""
    for name, text in texts().items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, "utf-8")


def texts() -> dict[str, str]:
    """What each file holds, by its path."""
    pages = {name: (DOCS / f"{name}.md").read_text("utf-8") for name in PAGES}
    titles = {name: text.partition("\n")[0].removeprefix("# ") for name, text in pages.items()}
    surface = ROOT / "api.md"
    if surface.exists():
        pages["api"] = surface.read_text("utf-8")
        titles["api"] = pages["api"].partition("\n")[0].removeprefix("# ")
    about = {**PAGES, "api": "every method, model and exception, a line each"}
    listed = [f"- [{titles[name]}](guide.md#{_slug(titles[name])}): {about[name]}" for name in pages]
    llms = f"{HEAD}\nEach link is a part of one file, `guide.md`, beside this one.\n\n## Guide\n\n" + "\n".join(listed)
    parts = [f"<!-- page: {name} -->\n{_demoted(_linked(text, titles))}" for name, text in pages.items()]
    guide = "\n".join([HEAD, *parts])
    pictures = {name: (DOCS / name).read_text("utf-8") for name in _PICTURE.findall(guide)}
    return {"llms.txt": f"{llms}\n", "guide.md": guide, **pictures}


def _linked(text: str, titles: dict[str, str]) -> str:
    """The text with links that lead into the same file; what is not in it is only named."""

    def link(found: re.Match[str]) -> str:
        label, page, anchor = found[1], found[2], found[3]
        if page.endswith(".md") and page.removesuffix(".md") in titles:
            return f"[{label}]({anchor or '#' + _slug(titles[page.removesuffix('.md')])})"
        return label

    return re.sub(r"(?<!!)\[([^\]]*)\]\((?!https?:)([^)#\s]+)(#[^)\s]*)?\)", link, text)


def _demoted(text: str) -> str:
    """The text with each heading one level deeper; a comment in code is none."""
    parts = re.split(r"(^```.*?^```$)", text, flags=re.M | re.S)
    return "".join(part if part.startswith("```") else re.sub(r"^#", "##", part, flags=re.M) for part in parts)


def _slug(title: str) -> str:
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def main() -> None:
    """Write the files, or compare them."""
    parser = argparse.ArgumentParser(description="Write memsy_client/_docs from docs/.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail when a file is not current")
    if not parser.parse_args().check:
        TARGET.mkdir(exist_ok=True)
        write_guide(TARGET)
        return
    for name, text in texts().items():
        file = TARGET / name
        if not file.exists() or file.read_text("utf-8") != text:
            raise SystemExit(f"{file.relative_to(ROOT)} is not what docs/ gives: run `make generate`")


if __name__ == "__main__":
    main()
