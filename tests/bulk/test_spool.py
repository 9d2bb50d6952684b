"""The file in which a background writer keeps what has no outcome."""

from __future__ import annotations

import errno
import json
import os
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import anyio
import pytest
from writers import FLAVOURS, Service, acknowledge, event, play, refuse, states

from memsy_client import MemsyClient, MemsyError, MemsyInputError, WriterStats
from memsy_client._bulk import spool as spools

ROOT = Path(__file__).parents[2]


@pytest.fixture(params=FLAVOURS)
def flavour(request):
    return request.param


@pytest.fixture
def spool(tmp_path) -> Path:
    return tmp_path / "spool"


def lines(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def contents(path: Path) -> list[str]:
    return [line["event"]["content"] for line in lines(path) if "event" in line]


def left_by(url: str, path: Path, *texts: str, sent_ago: float | None = None) -> None:
    """Write what a killed process has left."""
    found = [{"memsy_spool": 1, "base_url": url}]
    found += [{"n": number, "event": event(text).to_dict()} for number, text in enumerate(texts)]
    if sent_ago is not None:
        found.append({"sent": [*range(len(texts))], "at": time.time() - sent_ago})
    path.write_text("".join(f"{json.dumps(line)}\n" for line in found))


async def nothing(writer) -> None:
    """Add nothing."""


def test_it_has_what_was_added_for_its_owner_alone_and_nothing_in_the_end(flavour, serve, spool):
    service = Service("a")
    url = serve(service).origin

    async def body(writer):
        await writer.add(event("a"))
        await writer.add(event("b", "other"))
        assert contents(spool) == ["a", "b"]
        assert {stat.S_IMODE(path.stat().st_mode) for path in spool.parent.iterdir()} == {0o600}
        service.let_go()
        assert await writer.flush()
        assert lines(spool) == [{"memsy_spool": 1, "base_url": url}]

    play(flavour, url, body, spool=spool, max_delay=1000)
    assert b"msy_key" not in spool.read_bytes()


def test_a_request_leaves_when_the_file_says_so(flavour, serve, spool):
    service = Service("a")

    async def body(writer):
        await writer.add(event("a"))
        await writer.flush(0)
        await anyio.to_thread.run_sync(service.wait_for, "a")
        (sent,) = [line for line in lines(spool) if "sent" in line]
        assert sent["sent"] == [0]
        assert abs(sent["at"] - time.time()) < 60
        service.let_go()

    play(flavour, serve(service).origin, body, spool=spool)


@pytest.mark.parametrize("sent_ago", [None, 10.0])
def test_what_a_killed_process_has_left_is_sent_as_soon_as_somebody_writes_there(flavour, serve, spool, sent_ago):
    """What was under way is sent again for as long as the service takes it for the same event."""
    service, outcomes = Service(), []
    url = serve(service).origin
    left_by(url, spool, "a", "b", sent_ago=sent_ago)
    assert play(flavour, url, nothing, spool=spool, on_outcome=outcomes.append) == WriterStats(0, 2, 0, 0, 0)
    assert service.seen == [["a", "b"]]
    assert [(outcome.index, outcome.resumed) for outcome in outcomes] == [(0, True), (1, True)]


@pytest.mark.parametrize("sent_ago", [50.0, -100.0])
def test_what_was_under_way_too_long_ago_is_told_as_in_doubt(flavour, serve, spool, sent_ago):
    service, outcomes = Service(), []
    url = serve(service).origin
    left_by(url, spool, "a", "b", sent_ago=sent_ago)

    async def body(writer):
        await writer.add(event("c"))

    stats = play(flavour, url, body, spool=spool, on_outcome=outcomes.append)
    assert stats == WriterStats(queued=0, acknowledged=1, failed=0, dropped=0, in_doubt=2)
    assert service.seen == [["c"]]
    assert states(outcomes) == [("a", "in_doubt"), ("b", "in_doubt"), ("c", "acknowledged")]
    assert [outcome.resumed for outcome in outcomes] == [True, True, False]
    assert len(lines(spool)) == 1


@pytest.mark.parametrize("status", [429, 503])
def test_what_may_be_stored_is_not_retried_once_that_would_store_it_again(flavour, serve, spool, status, monkeypatch):
    """Its first process sent it 40 seconds ago: whatever is answered to later ones, that is when it was sent."""
    service = Service("a", a=[refuse(status, Retry_After="0")])
    outcomes, clock = [], time.time

    async def body(writer):
        await writer.flush(0)
        await anyio.to_thread.run_sync(service.wait_for, "a")
        monkeypatch.setattr(time, "time", lambda: clock() + 6)
        service.let_go()

    url = serve(service).origin
    left_by(url, spool, "a", sent_ago=40)
    stats = play(flavour, url, body, spool=spool, on_outcome=outcomes.append)
    assert stats == WriterStats(queued=0, acknowledged=0, failed=0, dropped=0, in_doubt=1)
    assert service.seen == [["a"]]
    assert states(outcomes) == [("a", "in_doubt")]


def test_the_first_time_that_an_event_was_sent_is_kept_whoever_sends_it_again(flavour, serve, spool):
    service = Service(a=[refuse(503, Retry_After="50")])

    async def body(writer):
        await writer.flush(0)
        await anyio.to_thread.run_sync(service.wait_for, "a")
        await writer.close(0)

    url = serve(service).origin
    left_by(url, spool, "a", sent_ago=40)
    play(flavour, url, body, spool=spool)
    (sent,) = [line["at"] for line in lines(spool) if "sent" in line]
    assert sent < time.time() - 39
    assert not any("back" in line for line in lines(spool))


def test_a_refusal_of_what_an_earlier_process_may_have_stored_leaves_it_in_doubt(flavour, serve, spool):
    url = serve(refuse(401)).origin
    left_by(url, spool, "a", sent_ago=1)
    assert play(flavour, url, nothing, spool=spool) == WriterStats(0, 0, failed=0, dropped=0, in_doubt=1)


def test_what_waits_for_its_retry_was_not_under_way(flavour, serve, spool):
    service = Service(a=[refuse(503, Retry_After="50")])
    outcomes = []

    async def body(writer):
        await writer.add(event("a"))
        await writer.flush(0)
        await anyio.to_thread.run_sync(service.wait_for, "a")
        while not any("back" in line for line in lines(spool)):
            await anyio.lowlevel.checkpoint()
        await writer.close(0)

    url = serve(service).origin
    assert play(flavour, url, body, spool=spool) == WriterStats(1, 0, 0, 0, 0)
    play(flavour, url, nothing, spool=spool, on_outcome=outcomes.append)
    assert states(outcomes) == [("a", "acknowledged")]


def test_what_is_left_when_closing_takes_too_long_stays_there(flavour, serve, spool, caplog):
    service, outcomes = Service("a"), []

    async def body(writer):
        await writer.add(event("a"))
        await writer.flush(0)
        await anyio.to_thread.run_sync(service.wait_for, "a")
        await writer.add(event("b"))
        await writer.close(0.01)
        assert await writer.flush() is False

    url = serve(service).origin
    assert play(flavour, url, body, spool=spool, on_outcome=outcomes.append) == WriterStats(2, 0, 0, 0, 0)
    assert "2 in its spool" in caplog.text
    assert outcomes == []
    assert contents(spool) == ["a", "b"]
    service.let_go()
    assert play(flavour, url, nothing, spool=spool) == WriterStats(0, 2, 0, 0, 0)


def test_what_was_dropped_is_not_kept(flavour, serve, spool):
    service = Service("a")

    async def body(writer):
        for text in "abc":
            await writer.add(event(text))
        await writer.close(0)

    play(flavour, serve(service).origin, body, spool=spool, max_queue=2, max_delay=1000, when_full="drop_oldest")
    done = {number for line in lines(spool) for number in line.get("done", ())}
    assert len(done) <= 1


def test_two_writers_have_a_file_each_and_the_next_takes_up_both(serve, spool):
    service = Service("a", "b")
    url = serve(service).origin
    with MemsyClient(url, "k") as client:
        first, second = client.background(spool=spool), client.background(spool=spool)
        first.add(event("a"))
        second.add(event("b"))
        assert (contents(spool), contents(Path(f"{spool}.1"))) == (["a"], ["b"])
        first.close(0)
        second.close(0)
        service.let_go()
        third = client.background(spool=spool)
        assert third.flush(60)
        assert third.stats.acknowledged == 2
        third.close()
    assert Path(f"{spool}.1").read_bytes() == b""


def test_a_spool_for_another_address_is_refused(serve, spool):
    left_by("https://elsewhere.test", spool, "a")
    with MemsyClient(serve(acknowledge).origin, "k") as client:
        for _ in range(2):
            with pytest.raises(MemsyInputError, match=r"for https://elsewhere\.test"):
                client.background(spool=spool)
    assert contents(spool) == ["a"]


def test_a_torn_last_line_is_ignored_and_any_other_bad_line_refused(flavour, serve, spool):
    url = serve(acknowledge).origin
    left_by(url, spool, "a", "b")
    whole = spool.read_bytes()
    spool.write_bytes(whole[:-10])
    assert play(flavour, url, nothing, spool=spool).acknowledged == 1
    for damaged in (b"{\n", b"5\n", b'{"n": 1}\n', b'{"n": 1, "event": {}}\n', b"\0\0\n"):
        spool.write_bytes(whole + damaged)
        with pytest.raises(MemsyInputError, match="line 4 of the spool"):
            play(flavour, url, nothing, spool=spool)
        assert spool.read_bytes() == whole + damaged
    spool.write_bytes(b"hello\n")
    with pytest.raises(MemsyInputError, match="line 1 of the spool"):
        play(flavour, url, nothing, spool=spool)
    spool.write_bytes(b'{"memsy_spool": 2, "base_url": ""}\n')
    with pytest.raises(MemsyInputError, match="another version"):
        play(flavour, url, nothing, spool=spool)


def test_a_folder_is_not_a_spool(serve, tmp_path):
    with (
        MemsyClient(serve(acknowledge).origin, "k") as client,
        pytest.raises(MemsyInputError, match="cannot be used"),
    ):
        client.background(spool=tmp_path)


def test_a_file_that_grows_is_written_anew_with_what_is_left(flavour, serve, spool, monkeypatch):
    monkeypatch.setattr(spools, "_LARGEST_GROWTH", 2000)
    service = Service("stays")

    async def body(writer):
        await writer.add(event("stays"))
        await writer.flush(0)
        await anyio.to_thread.run_sync(service.wait_for, "stays")
        for number in range(100):
            await writer.add(event(f"{number}", f"s{number}"))
            if number % 10 == 9:
                while writer.stats.queued > 1:
                    await anyio.lowlevel.checkpoint()
        assert spool.stat().st_size < 6000
        assert contents(spool)[0] == "stays"
        assert any(line.get("sent") == [0] for line in lines(spool))
        service.let_go()

    stats = play(flavour, serve(service).origin, body, spool=spool, max_delay=0)
    assert stats.acknowledged == 101


FULL = r"""
import resource, sys
from memsy_client import EventPayload, MemsyClient, MemsyError

url, path = sys.argv[1:]
with MemsyClient(url, "k") as client, client.background(spool=path, max_delay=1000) as writer:
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, -1))
    added = 0
    try:
        while True:
            writer.add(EventPayload("ana", "s", "user_message", f"event {added}"))
            added += 1
    except MemsyError as error:
        print(error)
    print(added)
    for line in open(path):
        print(line, end="")
    resource.setrlimit(resource.RLIMIT_FSIZE, (-1, -1))
print(writer.stats.acknowledged)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit for the size of files")
def test_an_event_that_cannot_be_written_is_not_added(serve, spool):
    command = [sys.executable, "-c", FULL, serve(acknowledge).origin, str(spool)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    refusal, told, _, *lines_there, acknowledged = ran.stdout.splitlines()
    added = int(told)
    assert "the spool cannot be written: File too large" in refusal
    assert [json.loads(line)["n"] for line in lines_there] == list(range(added)), "no part of a line is left"
    assert int(acknowledged) == added > 0


def test_a_disk_that_fails_is_told_by_a_later_add(serve, spool, monkeypatch):
    failed = threading.Event()

    def fail(path):
        failed.set()
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(spools, "_sync", fail)
    with MemsyClient(serve(acknowledge).origin, "k") as client, client.background(spool=spool) as writer:
        writer.add(event("a"))
        assert failed.wait(60)
        while not isinstance(refusal := refusal_of(writer, event("b")), MemsyError):
            assert refusal is None
        assert "Input/output error" in str(refusal)


def test_what_was_acknowledged_when_the_disk_is_full_is_told_nevertheless(flavour, serve, spool, monkeypatch):
    """The file cannot say so any more, and nothing is sent after that."""
    service, outcomes, write = Service("held"), [], spools.write

    def fail(descriptor, data):
        if b'"done"' in data:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        write(descriptor, data)

    monkeypatch.setattr(spools, "write", fail)

    async def body(writer):
        await writer.add(event("held", "other"))
        await writer.flush(0)
        await anyio.to_thread.run_sync(service.wait_for, "held")
        await writer.add(event("a"))
        with pytest.raises(MemsyError, match="has died"):
            await writer.flush()
        await writer.close(0)
        service.let_go()

    stats = play(flavour, serve(service).origin, body, spool=spool, on_outcome=outcomes.append)
    assert stats == WriterStats(queued=1, acknowledged=1, failed=0, dropped=0, in_doubt=0)
    assert states(outcomes) == [("a", "acknowledged")]


def refusal_of(writer, event) -> Exception | None:
    try:
        writer.add(event)
    except Exception as error:
        return error
    return None
