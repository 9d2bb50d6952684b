"""The programs in `examples/`, as somebody would use them."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from memsy_client.local import LocalMemsy

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
SAID = {"user": "ana", "chat": "c1", "text": "I like tea."}
ASKED = {"user": "ana", "question": "tea"}


@pytest.fixture
def memsy(monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalMemsy]:
    """The server that the environment names."""
    with LocalMemsy() as memsy:
        for name, value in memsy.environment.items():
            monkeypatch.setenv(name, value)
        yield memsy


def load(name: str) -> ModuleType:
    """An example, as a module of its own."""
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_fastapi_returns_results_and_closes_its_client_at_the_end(memsy: LocalMemsy) -> None:
    testclient = pytest.importorskip("fastapi.testclient")
    app = load("web_fastapi").app
    with testclient.TestClient(app) as browser:
        sent = browser.post("/said", json=SAID)
        memsy.settle()
        found = browser.get("/recall", params=ASKED)
        memsy.fail_next(4, status=429, headers={"Retry-After": "0"})
        busy = browser.get("/recall", params=ASKED)
        memsy.fail_next(drop=True)
        lost = browser.get("/recall", params=ASKED)
        memsy.fail_next(status=500)
        failed = browser.get("/recall", params=ASKED)
        documented = browser.get("/openapi.json").json()["components"]["schemas"]
    assert (sent.status_code, len(sent.json()["event_ids"])) == (202, 1)
    assert [result["content"] for result in found.json()["results"]] == ["I like tea."]
    assert (busy.status_code, busy.headers["retry-after"]) == (503, "5")
    assert (lost.status_code, failed.status_code) == (504, 502)
    assert "results" in documented["SearchResponse"]["properties"]
    assert app.state.memsy._sender.shared.is_closed


def test_flask_shares_its_client_among_threads(memsy: LocalMemsy) -> None:
    pytest.importorskip("flask")
    example = load("web_flask")

    def said(number: int) -> int:
        with example.app.test_client() as browser:
            return int(browser.post("/said", data={**SAID, "text": f"I like tea number {number}."}).status_code)

    with example.memsy, example.app.test_client() as browser, ThreadPoolExecutor(8) as threads:
        assert set(threads.map(said, range(40))) == {202}
        memsy.settle()
        found = browser.get("/recall", query_string=ASKED)
        memsy.fail_next(drop=True)
        lost = browser.get("/recall", query_string=ASKED)
        memsy.fail_next(4, status=429, headers={"Retry-After": "0"})
        busy = browser.get("/recall", query_string=ASKED)
    assert len(found.get_json()) == 5
    assert lost.status_code == 504
    assert (busy.status_code, busy.headers["retry-after"]) == (503, "5")


def run(*arguments: Any, piped: str = "", cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MEMSY_")}
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        input=piped,
        env={**environment, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": str(ROOT)},
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_the_chat_remembers_when_it_is_started_again(tmp_path: Path) -> None:
    first = run(EXAMPLES / "chat.py", "ana", piped="I moved to Lisbon.\n\n", cwd=tmp_path)
    with LocalMemsy(tmp_path / "chat.db") as memsy:
        memsy.settle()  # it may have ended before a memory was made of what it was told
    again = run(EXAMPLES / "chat.py", "ana", piped="Where is Lisbon?\n", cwd=tmp_path)
    assert (first.stdout, first.stderr) == ("Tell me more.\n", "")
    assert (again.stdout, again.stderr) == ("You told me: I moved to Lisbon.\n", "")


def test_the_test_suite_of_an_application_passes() -> None:
    options = [
        "-q",
        "-W",
        "error",
        "-p",
        "memsy_client.local.pytest_plugin",
        "-p",
        "no:cacheprovider",
        "-c",
        os.devnull,
    ]
    ran = run("-m", "pytest", *options, EXAMPLES / "test_chat.py")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "9 passed" in ran.stdout


def test_every_example_is_linked_from_the_docs() -> None:
    pages = "".join(page.read_text("utf-8") for page in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")])
    for example in EXAMPLES.glob("*.py"):
        assert f"examples/{example.name}" in pages, example.name
