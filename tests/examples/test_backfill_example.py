"""`examples/backfill.py` goes on where its last run ended, and says what was refused."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

from memsy_client.local import LocalMemsy

ROOT = Path(__file__).parents[2]
PROGRAM = ROOT / "examples" / "backfill.py"


def run(server: LocalMemsy, *arguments: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error", PROGRAM, *arguments]
    environment = {**server.environment, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)


def test_a_backfill_goes_on_where_its_last_run_ended(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    contents = [f"note {number}" if number != 7 else " " for number in range(250)]
    events = [{"actor_id": "ana", "session_id": "s", "kind": "app_event", "content": text} for text in contents]
    path.write_text("".join(json.dumps(event) + "\n" for event in events), "utf-8")
    with LocalMemsy() as server:
        server.fail_next(1, status=503, operation="events_list")
        server.fail_next(1, drop=True, after=True, operation="ingest")
        first = run(server, path)
        assert first.returncode == 1, first.stderr
        assert re.search(r"\b(100|50) in doubt", first.stdout)  # whichever batch was the first to arrive
        second = run(server, path)
        assert second.returncode == 0, second.stdout + second.stderr
        requests = len(server.requests)
        third = run(server, path, Path(f"{path}.journal"))
        assert len(server.requests) == requests
    assert "249 acknowledged, 1 not" in second.stderr
    assert "event 7 was refused: body.events.7.content" in second.stdout
    assert third.stdout.splitlines()[1] == "250 of them in earlier runs"
    assert third.returncode == 0


def test_a_file_that_is_none_of_events_is_named(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    path.write_text("{}\n", "utf-8")
    with LocalMemsy() as server:
        ended = run(server, path)
    assert ended.returncode == 1
    assert str(path) in ended.stderr
