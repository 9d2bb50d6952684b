"""A journal's file: private, whole, of one run at a time, and what comes of it when it cannot be written."""

from __future__ import annotations

import contextlib
import errno
import gc
import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from callers import SyncCaller, event
from journals import ingests, lines, some, states, stored

from memsy_client import Journal, MemsyClient, MemsyInputError
from memsy_client._bulk import files
from memsy_client._bulk.open_journal import OpenJournal
from memsy_client.local import LocalMemsy


def test_the_file_is_private_and_holds_neither_contents_nor_the_key(memsy, server, path):
    memsy.ingest([event(number, " " if number == 2 else "") for number in range(5)], batch_size=2, journal=path)
    text = path.read_text("utf-8")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert lines(path)[0] == {"version": 1, "base_url": server.base_url}
    for secret in ("note number", "ana", server.api_key):
        assert secret not in text
    assert {next(iter(line)) for line in lines(path)} == {"version", "sent", "done"}


def test_a_file_that_others_could_read_becomes_private(memsy, path):
    path.touch(0o644)
    memsy.ingest(some(1), journal=path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_where_the_disk_fails_nothing_more_is_sent(memsy, server, path, monkeypatch):
    sync, calls = files.sync, []

    def fail_the_third_time(descriptor: int) -> None:
        calls.append(descriptor)
        if len(calls) > 2:  # of the header, of a batch
            raise OSError(errno.EIO, "the disk is broken")
        sync(descriptor)

    monkeypatch.setattr(files, "sync", fail_the_third_time)
    outcomes = memsy.ingest(some(8), batch_size=2, concurrency=1, journal=path)
    assert "cannot be written: the disk is broken; nothing more is sent" in str(memsy.run.stopped_by)
    assert len(server.requests) * 2 == sum(outcome.error is None for outcome in outcomes) < 8
    monkeypatch.undo()
    # Of the request that was noted, and perhaps not for good, nobody knows that it did not leave.
    states = [outcome.state for outcome in memsy.ingest(some(8), batch_size=2, journal=path)]
    assert (states.count("acknowledged"), states.count("in_doubt")) == (6, 2)


def test_a_journal_that_nobody_closes_is_free_again(path):
    journal = OpenJournal(Journal(path), "http://memsy.test/v1")
    del journal
    gc.collect()  # it is in a circle with what it has read
    OpenJournal(Journal(path), "http://memsy.test/v1").close()


def test_a_request_is_on_the_disk_before_it_leaves_and_its_answer_is_there_after(server, path, monkeypatch):
    seen = []
    synced: list[int] = []
    sync = files.sync
    monkeypatch.setattr(files, "sync", lambda descriptor: (sync(descriptor), synced.append(len(lines(path)))))

    class Watching:
        def send(self, request, limits):
            seen.append(([next(iter(line)) for line in lines(path)], synced[-1]))
            return server.transport.send(request, limits)

        def close(self):
            pass

    client = MemsyClient(server.base_url, server.api_key, http_client=Watching())
    list(client.ingest_many(some(4), batch_size=2, concurrency=1, journal=path))
    assert seen == [(["version", "sent"], 2), (["version", "sent", "done", "sent"], 4)]


def test_one_of_another_address_is_refused(memsy, server, path):
    memsy.ingest(some(1), journal=path)
    with LocalMemsy() as other, pytest.raises(MemsyInputError, match=r"is of http://.*, not of http://127"):
        type(memsy)(other).ingest(some(1), journal=path)


def test_one_that_is_in_use_is_refused_and_free_when_its_ingestion_ends(server, path):
    client = SyncCaller(server).client
    with client.ingest_many(some(9), batch_size=1, journal=path) as run:
        next(run)
        with pytest.raises(MemsyInputError, match="in use"):
            next(client.ingest_many(some(9), journal=path))
    assert len(list(client.ingest_many(some(9), journal=path))) == 9


def test_one_that_another_process_uses_is_refused(server, path):
    program = (
        "import sys; from memsy_client._bulk import files\n"
        "try: files.lock(files.open_private(sys.argv[1]))\n"
        "except files.FileInUseError: print('in use')"
    )
    with SyncCaller(server).client.ingest_many(some(9), batch_size=1, journal=path) as run:
        next(run)
        asked = subprocess.run([sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=True)
    assert asked.stdout.strip() == "in use"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes cannot fork here")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
def test_a_forked_child_neither_holds_nor_writes_it(server, path):
    client = SyncCaller(server).client
    go_on, done = os.pipe()
    with client.ingest_many(some(9), batch_size=1, concurrency=1, journal=path) as run:
        next(run)
        child = os.fork()
        if not child:
            outcomes = []
            with contextlib.suppress(MemsyInputError):
                outcomes += run
            os.read(go_on, 1)
            os._exit(len(outcomes) > 4)
    written = path.read_bytes()
    assert states_of_a_second_run(client, path) == ["acknowledged"] * 9
    os.write(done, b"x")
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert path.read_bytes().startswith(written)


def states_of_a_second_run(client: MemsyClient, path: Path) -> list[str]:
    return states(list(client.ingest_many(some(9), journal=path)))


def test_a_last_line_that_was_cut_off_is_ignored(memsy, server, path):
    memsy.ingest(some(4), batch_size=2, concurrency=1, journal=path)
    whole = path.read_bytes()
    for cut in (1, 5, 20, len(whole.splitlines()[-1])):
        path.write_bytes(whole[:-cut])
        server.clock.advance(61)
        outcomes = memsy.ingest(some(4), journal=Journal(path, lookup=memsy.control))
        assert states(outcomes) == ["acknowledged"] * 4
        assert all(outcome.resumed for outcome in outcomes)
        assert lines(path)[-1]["found"] == 2
    assert len(stored(server)) == 4


BAD_LINES = [
    "junk",
    "[]",
    "{}",
    '{"done": 9, "ids": []}',
    '{"done": "1", "ids": ["a", "b"]}',
    '{"sent": 2, "first": -1, "hashes": ["a"], "time": 1}',
    '{"sent": 2, "first": 0, "hashes": "ab", "time": 1}',
    '{"sent": 2, "first": 0, "hashes": ["a"], "time": null}',
    '{"sent": null, "first": 0, "hashes": ["a"], "time": 1}',
    '{"found": 0, "hashes": ["a"], "ids": [], "time": 1}',
    '{"found": 0, "hashes": ["a"], "state": "failed", "time": 1}',
    '{"sent": 2, "first": 0, "hashes": ["a"], "time": 1e300}',
    "\x00\x00",
]


@pytest.mark.parametrize("bad", BAD_LINES)
@pytest.mark.parametrize("number", [3, 4])
def test_a_bad_line_is_refused_by_its_number(memsy, server, path, bad, number):
    memsy.ingest(some(2), journal=path)
    kept = path.read_text("utf-8").splitlines()
    kept.insert(number - 1, bad)
    path.write_text("\n".join(kept) + "\n", "utf-8")
    for _ in range(2):  # it is not left in use
        with pytest.raises(MemsyInputError, match=rf"line {number}\b"):
            memsy.ingest(some(2), journal=path)
    assert ingests(server) == 1


@pytest.mark.parametrize(
    "answer",
    [
        '{"done": 1, "ids": ["a"]}',
        '{"done": 1, "ids": ["a", 2]}',
        '{"done": 1}',
        '{"done": 1, "error": {}, "state": "refused"}',
        '{"done": 1, "error": {}, "state": "gone"}',
    ],
)
def test_an_answer_that_does_not_fit_its_request_is_refused(memsy, path, answer):
    memsy.ingest(some(2), journal=path)
    path.write_text("\n".join([*path.read_text("utf-8").splitlines()[:2], answer, ""]), "utf-8")
    with pytest.raises(MemsyInputError, match=r"line 3\b"):
        memsy.ingest(some(2), journal=path)


@pytest.mark.parametrize(
    "content", ["all my notes", "all my notes\n", '{"version": 1}\n', '{"version": 1, "base_url": 5}\n']
)
def test_a_file_that_is_something_else_is_left_alone(memsy, path, content):
    path.write_text(content, "utf-8")
    with pytest.raises(MemsyInputError, match="line 1"):
        memsy.ingest(some(1), journal=path)
    assert path.read_text("utf-8") == content


def test_one_of_a_later_release_is_refused(memsy, server, path):
    path.write_text(json.dumps({"version": 2, "base_url": server.base_url}) + "\n", "utf-8")
    with pytest.raises(MemsyInputError, match="version 2"):
        memsy.ingest(some(1), journal=path)


@pytest.mark.parametrize("content", [b"", b'{"version":1,"ba'])
def test_one_that_was_hardly_begun_is_begun_anew(memsy, path, content):
    path.write_bytes(content)
    assert states(memsy.ingest(some(1), journal=path)) == ["acknowledged"]
    assert lines(path)[0]["version"] == 1


def test_one_that_cannot_be_opened_is_refused(memsy, tmp_path):
    for path in (tmp_path, tmp_path / "nowhere" / "journal"):
        with pytest.raises(MemsyInputError, match="cannot be"):
            memsy.ingest(some(1), journal=path)


@pytest.mark.parametrize("fails_at", [1, 2, 3, 4, 5])
def test_when_it_cannot_be_written_nothing_more_is_sent(memsy, server, path, monkeypatch, fails_at):
    write, written = files.write, 0

    def fill_up(descriptor: int, data: bytes) -> None:
        nonlocal written
        written += 1
        if written > fails_at:
            write(descriptor, data[:10])
            raise OSError(errno.ENOSPC, "No space left on device")
        write(descriptor, data)

    with monkeypatch.context() as patch:
        patch.setattr(files, "write", fill_up)
        outcomes = memsy.ingest(some(10), batch_size=2, concurrency=1, journal=path)
    sent = ingests(server)
    assert sent == fails_at // 2
    assert states(outcomes) == ["acknowledged"] * 2 * sent + ["failed"] * (10 - 2 * sent)
    assert "No space left" in str(memsy.run.stopped_by)
    assert outcomes[-1].error is memsy.run.stopped_by
    server.clock.advance(61)
    again = memsy.ingest(some(10), batch_size=2, concurrency=1, journal=Journal(path, lookup=memsy.control))
    assert states(again) == ["acknowledged"] * 10
    assert len(stored(server)) == 10


def test_a_refusal_that_cannot_be_kept_ends_it(memsy, server, path):
    path.with_name("journal.refused.jsonl").mkdir()
    outcomes = memsy.ingest([event(0, " "), event(1)], batch_size=1, concurrency=1, journal=path)
    assert states(outcomes) == ["refused", "failed"]
    assert "cannot be written" in str(memsy.run.stopped_by)


@pytest.mark.skipif(sys.platform == "win32", reason="there, a file that is open keeps its name")
@pytest.mark.parametrize("take_away", [Path.unlink, lambda path: path.rename(path.with_name("elsewhere"))])
def test_when_somebody_takes_it_away_nothing_more_is_sent(memsy, server, path, take_away):
    """Another run would find nothing of what was sent."""

    def source():
        yield from some(3)
        take_away(path)
        yield from some(3)

    outcomes = memsy.ingest(source(), batch_size=1, concurrency=1, journal=path)
    assert states(outcomes) == ["acknowledged"] * 3 + ["failed"] * 3
    assert ingests(server) == 3
    assert "removed or replaced; nothing more is sent" in str(memsy.run.stopped_by)


def test_it_stays_where_it_is_wherever_the_process_goes(memsy, server, tmp_path, monkeypatch):
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path)

    def source():
        yield event(0)
        monkeypatch.chdir(tmp_path / "elsewhere")
        yield event(1, " ")
        server.fail_next(drop=True, after=True, operation="ingest")
        yield event(2)

    journal = Journal("journal", lookup=memsy.control)
    outcomes = memsy.ingest(source(), batch_size=1, concurrency=1, journal=journal)
    assert states(outcomes) == ["acknowledged", "refused", "acknowledged"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["elsewhere", "journal", "journal.refused.jsonl"]
    assert not list((tmp_path / "elsewhere").iterdir())


@pytest.mark.skipif(sys.platform == "win32", reason="there, a file that is open keeps its name")
def test_refused_events_that_somebody_takes_away_make_room_for_further_ones(memsy, path):
    refused = path.with_name("journal.refused.jsonl")

    def source():
        yield event(0, " ")
        yield event(1)
        refused.unlink()
        yield event(2, " ")

    memsy.ingest(source(), batch_size=1, concurrency=1, journal=path)
    assert [line["index"] for line in lines(refused)] == [2]
