"""The examples for Ray and Dask: two workers, one of them killed half-way; nothing is lost, nothing stored twice."""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from memsy_client import MemsyControlClient, Request, Response
from memsy_client.local import LocalMemsy

ROOT = Path(__file__).parents[2]
FILES, EVENTS = 8, 450
START = datetime(2025, 5, 1, tzinfo=timezone.utc)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="a worker is found by its open files: needs /proc"),
]


def write_files(folder: Path) -> Counter[tuple[str, str]]:
    """Write the partitions; returns the session and content of each event."""
    folder.mkdir()
    expected: Counter[tuple[str, str]] = Counter()
    for file in range(FILES):
        lines = []
        for number in range(EVENTS):
            event = {"actor_id": "ana", "session_id": f"{file}.jsonl", "kind": "app_event", "content": f"note {number}"}
            expected[event["session_id"], event["content"]] += 1
            lines.append(json.dumps({**event, "ts": (START + timedelta(minutes=number)).isoformat()}))
        (folder / f"{file}.jsonl").write_text("\n".join(lines), "utf-8")
    return expected


class Killer:
    """Takes the place of the engine of a server, and kills the worker that has sent a certain request, once.

    The request is carried out, but nobody is there to be told; from then on the service recognises no repetition.
    """

    def __init__(self, server: LocalMemsy, journals: Path) -> None:
        self.killed: list[str] = []
        self._server = server
        self._journals = str(journals)
        self._handle = server.engine.handle
        self._left = FILES * EVENTS // 100 // 2  # requests before the half of them
        self._lock = threading.Lock()

    def __call__(self, request: Request, *arguments: object) -> Response:
        response = self._handle(request, *arguments)
        if request.url.endswith("/ingest"):
            with self._lock:
                self._left -= 1
                if self._left == 0:
                    self._kill_who_writes(json.loads(request.body or b"")["events"][0]["session_id"])
        return response

    def _kill_who_writes(self, partition: str) -> None:
        for descriptor in Path("/proc").glob("[0-9]*/fd/*"):
            try:
                opened = str(descriptor.readlink())
            except OSError:  # of another user, or closed by now
                continue
            if opened.startswith(f"{self._journals}/{partition}-"):
                os.kill(int(descriptor.parts[2]), signal.SIGKILL)
                self.killed.append(partition)
                break
        self._server.clock.advance(61)


def run(server: LocalMemsy, engine: str, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, f"examples/backfill_{engine}.py", folder / "events", folder / "journals", "2"]
    with tempfile.TemporaryDirectory(prefix="engine") as scratch:  # whose path is short enough for Ray's sockets
        environment = {
            **os.environ,
            **server.environment,
            "PYTHONPATH": str(ROOT),
            "RAY_TMPDIR": scratch,
            "RAY_USAGE_STATS_ENABLED": "0",
            "DASK_TEMPORARY_DIRECTORY": scratch,
        }
        return subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False
        )


@pytest.mark.parametrize(("engine", "module"), [("ray", "ray.data"), ("dask", "distributed")])
def test_nothing_is_lost_and_nothing_stored_twice_where_a_worker_is_killed(
    engine: str, module: str, tmp_path: Path
) -> None:
    if importlib.util.find_spec(engine) is None or importlib.util.find_spec(module) is None:
        pytest.skip(f"{engine} is not installed: `make test-slow` does it where there is one for this Python")
    journals = tmp_path / "journals"
    expected = write_files(tmp_path / "events")
    server = LocalMemsy()
    killer = server.engine.handle = Killer(server, journals)
    with server:
        ended = run(server, engine, tmp_path)
        assert ended.returncode == 0, ended.stdout + ended.stderr
        assert "events_list" in [request.operation for request in server.requests], "what was in doubt was looked up"
        requests = len(server.requests)
        again = run(server, engine, tmp_path)
        assert len(server.requests) == requests, "what is done sends nothing"
        with MemsyControlClient(server.control_url, server.api_key) as control:
            stored = Counter((str(event.session_id), str(event.content)) for event in control.events.iter(limit=200))
    assert len(killer.killed) == 1
    all_of_them = f"{FILES * EVENTS:,}"
    settled = f"{all_of_them} acknowledged, 0 duplicate, 0 refused, 0 failed, 0 in doubt, "
    assert settled in ended.stdout
    assert f"{settled}{all_of_them} resumed" in again.stdout
    assert stored == expected
