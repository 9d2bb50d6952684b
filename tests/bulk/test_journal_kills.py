"""A journaled ingestion that is killed again and again ends with each event acknowledged, and none stored twice."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from journaled_run import source

from memsy_client import EventPayload, MemsyClient, MemsyControlClient
from memsy_client.local import LocalMemsy

ROOT = Path(__file__).parents[2]
PROGRAM = Path(__file__).with_name("journaled_run.py")

#: Out of so many moments one is chosen: they come by while some fifteen batches are sent.
MOMENTS = 600

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")


def run(server: LocalMemsy, path: Path, flavour: str, count: int, moment: int) -> subprocess.CompletedProcess[str]:
    arguments = [server.base_url, server.control_url, server.api_key, path, flavour, count, moment]
    command = [sys.executable, PROGRAM, *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=120)


def store_before(server: LocalMemsy, events: list[EventPayload]) -> set[str]:
    """Store equal events an hour earlier; returns their ids."""
    server.clock.advance(-3600)
    with MemsyClient(server.base_url, server.api_key) as memsy:
        ids = set(memsy.ingest(events).event_ids)
    server.clock.advance(3600)
    return ids


def kill_again_and_again(folder: Path, kills: int, count: int, seed: int) -> None:
    chance = random.Random(seed)
    events = list(source(count))
    with LocalMemsy() as server:
        before = store_before(server, events[:60:3])
        killed = Counter[str]()
        while killed.total() < kills:
            if chance.random() < 0.5:
                server.fail_next(chance.randrange(1, 3), drop=True, after=True, operation="ingest")
            flavour = chance.choice(["sync", "async"])
            ended = run(server, folder / "journal", flavour, count, chance.randrange(1, MOMENTS))
            killed[flavour] += ended.returncode == -signal.SIGKILL
            assert ended.returncode in (0, -signal.SIGKILL), ended.stderr
            if ended.returncode == 0:
                break
            server.engine.faults.clear()
            server.clock.advance(61)
        assert killed.total() >= kills * 0.9
        ended = run(server, folder / "journal", "sync", count, 0)
        assert ended.returncode == 0, ended.stderr
        outcomes = json.loads(ended.stdout)
        with MemsyControlClient(server.control_url, server.api_key) as control:
            stored = {item.event_id: item for item in control.events.iter(limit=200) if item.event_id not in before}
        requests = len(server.requests)
        again = json.loads(run(server, folder / "journal", "async", count, 0).stdout)
        assert len(server.requests) == requests, "a journal that is done sends nothing"
    assert [index for index, *_ in outcomes] == list(range(count))
    assert {state for *_, state, _ in outcomes} <= {"acknowledged", "duplicate"}
    assert [outcome[:3] for outcome in again] == [outcome[:3] for outcome in outcomes]
    assert all(resumed for *_, resumed in again)
    for index, event_id, state, _ in outcomes:
        assert stored[event_id].content == events[index].content, "an event was lost"
        assert stored[event_id].ts == events[index].ts or shared(event_id, outcomes), state
    times = Counter((item.actor_id, item.content, item.ts) for item in stored.values())
    assert max(times.values()) == 1, "an event was stored twice"


def shared(event_id: str, outcomes: list[list[object]]) -> bool:
    """Whether the service took several events for one."""
    return sum(outcome[1] == event_id for outcome in outcomes) > 1


def test_every_event_is_acknowledged_and_none_is_stored_twice(tmp_path: Path) -> None:
    kill_again_and_again(tmp_path, kills=4, count=200, seed=1)


@pytest.mark.slow
def test_every_event_is_acknowledged_and_none_is_stored_twice_in_a_hundred_kills(tmp_path: Path) -> None:
    kill_again_and_again(tmp_path, kills=100, count=2500, seed=2)
