"""`make demo`: what it takes, and what it says of what it cannot read."""

from __future__ import annotations

import json
import re
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
EVENT = {"actor_id": "ana", "session_id": "chat-1", "kind": "user_message", "content": "I moved to Lisbon."}
LINES = b"".join(json.dumps({**EVENT, "content": f"I like {what}."}).encode() + b"\n" for what in ("tea", "Lisbon"))


@pytest.fixture(scope="module")
def read_events() -> Any:
    return runpy.run_path(str(ROOT / "examples" / "demo.py"))["read_events"]


def demo(path: object, piped: bytes = b"") -> subprocess.CompletedProcess[str]:
    """The demo of a file."""
    ran = subprocess.run([sys.executable, ROOT / "examples" / "demo.py", str(path)], input=piped, capture_output=True)
    return subprocess.CompletedProcess(ran.args, ran.returncode, ran.stdout.decode(), ran.stderr.decode())


@pytest.mark.parametrize(
    "content",
    [
        LINES,
        b"\n" + LINES.replace(b"\n", b"\r\n\r\n"),
        b"\xef\xbb\xbf" + LINES,
        b"\xef\xbb\xbf [\n" + b",".join(LINES.splitlines(keepends=True)) + b"]\n",
    ],
    ids=["lines", "empty lines", "BOM", "array"],
)
def test_it_takes_json_lines_or_an_array_from_a_path_with_spaces(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "my events.json"
    file.write_bytes(content)
    ran = demo(file)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "2 events of 1 actors became 2 memories" in ran.stdout
    assert "I like Lisbon." in ran.stdout


def test_it_takes_what_is_piped_in() -> None:
    ran = demo("-", LINES)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "2 events" in ran.stdout


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (LINES + b'{"actor_id": "ana"}', "line 3: session_id is missing"),
        (
            LINES + b"\n" + json.dumps({**EVENT, "contents": ""}).encode(),
            "line 4: there is no field 'contents'; .*content",
        ),
        (json.dumps({**EVENT, "metadata": {}}).encode(), "line 1: metadata is an object where a string is expected"),
        (LINES + b"{", r"line 3: this is not JSON \(.*column 2\)"),
        (LINES + b"7", "line 3: this is a number where an object is expected"),
        (b"[\n" + json.dumps(EVENT).encode() + b',\n{"actor_id": 7}]', "line 3: actor_id is a number"),
        (b"[\n" + json.dumps(EVENT).encode() + b"\n", r"line 3: this is not JSON \("),
        (LINES + b"\x89PNG\r\n\x1a\n\x00\xff", "line 3: this is not text in UTF-8"),
        (b"", "holds no events"),
        (b"\xef\xbb\xbf \n", "holds no events"),
        (b"[]", "holds no events"),
    ],
)
def test_it_names_the_line_and_the_field_of_what_it_cannot_read(
    tmp_path: Path, content: bytes, told: str, read_events: Any
) -> None:
    file = tmp_path / "events.jsonl"
    file.write_bytes(content)
    with pytest.raises(SystemExit) as ended:
        read_events(file)
    assert re.fullmatch(f"{re.escape(str(file))}(, | ){told}.*", str(ended.value))


@pytest.mark.parametrize(
    ("field", "told"), [({"content": " "}, "422 .*content"), ({"ts": "2026-01-31T09:30:00"}, "ts has no offset")]
)
def test_it_names_the_line_and_the_field_of_what_is_refused(tmp_path: Path, field: dict[str, str], told: str) -> None:
    file = tmp_path / "events.jsonl"
    file.write_bytes(LINES + json.dumps({**EVENT, **field}).encode())
    ran = demo(file)
    assert ran.returncode == 1
    assert re.fullmatch(f"{re.escape(str(file))}, line 3: the event was refused: .*{told}.*\n", ran.stderr)


def test_it_says_so_of_a_directory_and_of_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert demo(tmp_path).stderr == f"{tmp_path} is a directory; it takes a file of events, one a line\n"
    assert demo(tmp_path / "none").stderr == f"{tmp_path / 'none'}: no such file\n"


def test_make_hands_the_file_on_as_it_is_and_says_what_it_installs(tmp_path: Path) -> None:
    """With stand-ins for Python, which only print what they are asked to do."""
    python = tmp_path / "python"
    python.write_text('#!/bin/sh\nfor each in "$@"; do printf "<%s>" "$each"; done; echo\n')
    python.chmod(0o755)
    (tmp_path / "venv" / "bin").mkdir(parents=True)
    (tmp_path / "venv" / "bin" / "python").symlink_to(python)
    ran = subprocess.run(
        ["make", "demo", f"VENV={tmp_path / 'venv'}", "FILE=my events (2).jsonl"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "<examples/demo.py><my events (2).jsonl>" in ran.stdout
    assert "a minute or two" in ran.stderr
