"""A partition is written by whichever worker gets it: nothing is lost, and nothing is stored twice."""

from __future__ import annotations

import json
import os
import pickle
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from partition_worker import EVENTS, source

from memsy_client import EventPayload, MemsyControlClient, MemsyInputError, RetryPolicy
from memsy_client.distributed import PartitionSummary, PartitionWriter
from memsy_client.local import LocalMemsy

ROOT = Path(__file__).parents[2]
WORKER = Path(__file__).with_name("partition_worker.py")
CONTENTS = [f"{partition}: note {number}" for partition in ("p0", "p1") for number in range(EVENTS)]


def notes(count: int) -> list[EventPayload]:
    return [
        EventPayload("ana", "s", "app_event", f"note {number}", ts="2025-05-01T12:00:00Z") for number in range(count)
    ]


def stored(server: LocalMemsy) -> Counter[str]:
    with MemsyControlClient(server.control_url, server.api_key) as control:
        return Counter(str(event.content) for event in control.events.iter(limit=200))


def ingests(server: LocalMemsy) -> int:
    return sum(request.operation == "ingest" for request in server.requests)


def run_worker(path: Path, killed_at: int, *partitions: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error", WORKER, path, str(killed_at), *partitions]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_a_worker_goes_on_where_one_was_killed(server: LocalMemsy, tmp_path: Path) -> None:
    pickled = tmp_path / "writer"
    pickled.write_bytes(pickle.dumps(PartitionWriter(tmp_path / "journals", workers=2, concurrency=4, batch_size=10)))
    killed = run_worker(pickled, 35, "p0")
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert 0 < ingests(server) < EVENTS / 10
    server.clock.advance(61)  # from now on the service itself recognises nothing
    ended = run_worker(pickled, 0, "p1", "p0")
    assert ended.returncode == 0, ended.stderr
    fresh, resumed = json.loads(ended.stdout)
    assert (fresh["acknowledged"], fresh["resumed"]) == (EVENTS, 0)
    assert resumed["acknowledged"] == EVENTS
    assert 0 < resumed["resumed"] < EVENTS
    assert stored(server) == Counter(CONTENTS)


def test_a_partition_that_is_done_sends_nothing(server: LocalMemsy, tmp_path: Path) -> None:
    writer = PartitionWriter(tmp_path, workers=1)
    first = writer.write("p0", source("p0"))
    requests = len(server.requests)
    assert writer.write("p0", source("p0")) == PartitionSummary("p0", EVENTS, 0, 0, 0, 0, resumed=EVENTS)
    assert len(server.requests) == requests
    assert (first.acknowledged, first.resumed, first.left) == (EVENTS, 0, 0)


def test_without_a_directory_a_partition_arrives_at_least_once(server: LocalMemsy) -> None:
    writer = PartitionWriter(None, workers=1)
    for _ in range(2):
        assert writer.write("p0", source("p0")) == PartitionSummary("p0", EVENTS, 0, 0, 0, 0, resumed=0)
        server.clock.advance(61)
    assert set(stored(server).values()) == {2}


def test_the_key_and_the_address_are_not_in_the_pickle(server: LocalMemsy, tmp_path: Path) -> None:
    writer = PartitionWriter(tmp_path, workers=1, retry=RetryPolicy(max_retries=8))
    writer.write("p0", source("p0"))
    pickled = pickle.dumps(writer)
    assert b"PartitionWriter" in pickled
    for secret in (server.api_key, server.base_url):
        assert secret.encode() not in pickled
        assert secret not in repr(writer)


def test_the_summary_counts_what_is_refused_and_what_is_in_doubt(server: LocalMemsy, tmp_path: Path) -> None:
    events = [*notes(9), EventPayload("ana", "s", "app_event", " ")]
    server.fail_next(1, drop=True, after=True, operation="ingest")
    writer = PartitionWriter(tmp_path, workers=1, concurrency=1, batch_size=5, lookup=False)
    summary = writer.write("p0", events)
    assert summary == PartitionSummary("p0", 4, 0, 1, 0, 5, resumed=0)
    assert summary.left == 5
    again = PartitionWriter(tmp_path, workers=1, batch_size=5)
    assert again.write("p0", events) == PartitionSummary("p0", 9, 0, 1, 0, 0, resumed=10)
    assert stored(server) == Counter(event.content for event in notes(9))


def test_the_summary_says_why_nothing_more_was_sent(
    server: LocalMemsy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = PartitionWriter(tmp_path, workers=1, concurrency=1, batch_size=5)
    with monkeypatch.context() as patch:
        patch.setenv("MEMSY_API_KEY", "another-key")
        summary = writer.write("p0", notes(20))
    assert (summary.failed, summary.left) == (20, 20)
    assert summary.stopped_by
    assert "401" in summary.stopped_by
    assert "another-key" not in summary.stopped_by
    assert writer.write("p0", notes(20)).acknowledged == 20


def test_a_partition_that_another_worker_has_is_refused(server: LocalMemsy, tmp_path: Path) -> None:
    writer = PartitionWriter(tmp_path, workers=2)

    def meanwhile() -> Iterator[EventPayload]:
        yield from notes(3)
        with pytest.raises(MemsyInputError, match="in use"):
            writer.write("p0", notes(3))

    assert writer.write("p0", meanwhile()).acknowledged == 3


def test_other_events_under_the_name_of_a_partition_are_refused(server: LocalMemsy, tmp_path: Path) -> None:
    writer = PartitionWriter(tmp_path, workers=1)
    writer.write("p0", source("p0"))
    with pytest.raises(MemsyInputError, match="another event 0 "):
        writer.write("p0", source("p1"))


@pytest.mark.parametrize("name", ["a/b", "a-b", "A-b", "../a", "x" * 5000, "день/1", "\udcff", ".", "a b"])
def test_any_name_has_a_journal_of_its_own(server: LocalMemsy, tmp_path: Path, name: str) -> None:
    writer = PartitionWriter(tmp_path / "journals", workers=1)
    assert writer.write("a", source("p0")).resumed == 0
    assert writer.write(name, source("p1")).resumed == 0
    assert sum(path.suffix == ".journal" for path in (tmp_path / "journals").iterdir()) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["journals"]


def test_a_worker_without_the_shared_folder_is_refused(server: LocalMemsy, tmp_path: Path) -> None:
    folder = tmp_path / "journals"
    writer = PartitionWriter(folder, workers=1)
    folder.rename(tmp_path / "elsewhere")
    with pytest.raises(MemsyInputError, match="cannot be used on this machine"):
        writer.write("p0", notes(1))
    PartitionWriter(folder, workers=1)
    with pytest.raises(MemsyInputError, match="not the writer's"):
        writer.write("p0", notes(1))
    assert ingests(server) == 0
    assert [path.name for path in folder.iterdir()] == ["backfill.id"]


def test_a_folder_whose_identity_is_damaged_is_refused(tmp_path: Path) -> None:
    (tmp_path / "backfill.id").write_text("")
    with pytest.raises(MemsyInputError, match="damaged"):
        PartitionWriter(tmp_path, workers=1)


def test_each_worker_has_its_share_of_the_rate(server: LocalMemsy, tmp_path: Path) -> None:
    writer = PartitionWriter(tmp_path, workers=2, requests_per_second=100, batch_size=10)
    for number in range(4):  # small ones, too: a partition leaves room for the first request of the next
        started = time.monotonic()
        assert writer.write(f"p{number}", notes(20)).left == 0
        assert time.monotonic() - started >= 2 * 2 / 100
    assert ingests(server) == 8


def test_each_worker_has_its_share_of_the_concurrency(server: LocalMemsy) -> None:
    """What a worker has under way is what the source is read ahead by when the first answer is not there yet."""
    server.fail_next(100, delay=0.5, operation="ingest")
    writer = PartitionWriter(None, workers=2, concurrency=5, batch_size=1)
    answered: list[int] = []

    def watched() -> Iterator[EventPayload]:
        for event in notes(3):
            answered.append(ingests(server))
            yield event

    assert writer.write("p0", watched()).acknowledged == 3
    assert answered[:2] == [0, 0]
    assert answered[2] > 0, "a third one was under way"


def test_what_waits_for_its_turn_is_not_sent_after_an_interruption(server: LocalMemsy, tmp_path: Path) -> None:
    def interrupted() -> Iterator[EventPayload]:
        yield from notes(2)
        raise KeyboardInterrupt

    slow = PartitionWriter(tmp_path, workers=1, requests_per_second=0.001, batch_size=1)
    with pytest.raises(KeyboardInterrupt):
        slow.write("p0", interrupted())
    assert ingests(server) <= 1
    server.clock.advance(61)
    assert PartitionWriter(tmp_path, workers=1, batch_size=1).write("p0", notes(2)).acknowledged == 2
    assert stored(server) == Counter(event.content for event in notes(2))


@pytest.mark.parametrize(
    ("directory", "options", "problem"),
    [
        (None, {"workers": 0}, "workers has to be a whole number from 1"),
        (None, {"workers": 4, "concurrency": 3}, "at least one for each of 4 workers"),
        (None, {"workers": 1, "requests_per_second": 0}, "a number above 0"),
        (None, {"workers": 1, "requests_per_second": float("nan")}, "a number above 0"),
        (None, {"workers": 1, "requests_per_second": 1e-300}, "workers / requests_per_second"),
        (None, {"workers": 1, "batch_size": 1001}, "batch_size"),
        (None, {"workers": 1, "max_pages": 0}, "max_pages"),
        (None, {"workers": 1, "skew": -1}, "skew"),
        ("s3://bucket/journals", {"workers": 1}, "not the address"),
        ("", {"workers": 1}, "the path of a folder or None"),
        (__file__, {"workers": 1}, "cannot be used"),
    ],
)
def test_what_cannot_be_used_is_refused(directory: Any, options: dict[str, Any], problem: str) -> None:
    with pytest.raises(MemsyInputError, match=problem):
        PartitionWriter(directory, **options)


@pytest.mark.parametrize("partition", ["", None, 7])
def test_a_partition_has_to_have_a_name(server: LocalMemsy, partition: Any) -> None:
    with pytest.raises(MemsyInputError, match="partition has to be a name"):
        PartitionWriter(None, workers=1).write(partition, notes(1))


def test_a_worker_whose_environment_lacks_the_key_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEMSY_BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.delenv("MEMSY_API_KEY", raising=False)
    with pytest.raises(MemsyInputError, match="MEMSY_API_KEY"):
        PartitionWriter(None, workers=1).write("p0", notes(1))
