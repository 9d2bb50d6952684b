"""The file in which a background writer keeps what has no outcome."""

from __future__ import annotations

import json
import os
import stat
import sys
import time
from pathlib import Path

import anyio
import pytest
from writers import Service, acknowledge, contents, event, lines, play, refuse, states

from memsy_client import MemsyClient, MemsyInputError, WriterStats
from memsy_client._bulk import spool as spools

ROOT = Path(__file__).parents[2]


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
        assert b"msy_key" not in spool.read_bytes()
        assert {stat.S_IMODE(path.stat().st_mode) for path in spool.parent.iterdir()} == {0o600}
        service.let_go()
        assert await writer.flush()
        assert lines(spool) == [{"memsy_spool": 1, "base_url": url}]

    play(flavour, url, body, spool=spool, max_delay=1000)


@pytest.mark.skipif(sys.platform == "win32", reason="has no such modes")
@pytest.mark.parametrize("mask", [0o777, 0o277, 0o400, 0o000])
def test_its_owner_can_take_it_up_again_whatever_the_mask(spool, mask):
    """The modes tell, not a second writer: the superuser's may read everything."""
    with MemsyClient("http://memsy.test", "k") as client:
        before = os.umask(mask)
        try:
            writer = client.background(spool=spool)
        finally:
            os.umask(before)
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in spool.parent.iterdir()}
        assert modes == {"spool": 0o600, "spool.lock": 0o600}
        writer.close()


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
    assert not spool.exists() or len(lines(spool)) == 1


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
    service = Service("under way")

    async def body(writer):
        await writer.add(event("under way"))
        await anyio.to_thread.run_sync(service.wait_for, "under way")
        for text in ("dropped", "b", "c"):  # which wait for the one before them in their session
            await writer.add(event(text))
        await writer.close(0)

    play(flavour, serve(service).origin, body, spool=spool, max_queue=3, max_delay=0, when_full="drop_oldest")
    assert contents(spool) == ["under way", "dropped", "b", "c"]
    assert [line["done"] for line in lines(spool) if "done" in line] == [[1]]


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
    assert sys.platform == "win32" or list(spool.parent.iterdir()) == []


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


# What is left behind


@pytest.mark.skipif(sys.platform == "win32", reason="there, a file that is open cannot be removed")
def test_nothing_is_left_behind_where_nothing_is_left(serve, tmp_path):
    spool = tmp_path / "spool"
    client = MemsyClient(serve(acknowledge).origin, "k")
    with client, client.background(spool=spool) as first, client.background(spool=spool) as second:
        first.add(event("a"))
        second.add(event("b"))
        assert len(list(tmp_path.iterdir())) == 4
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="there, a file that is open cannot be removed")
def test_what_any_number_of_processes_have_left_is_taken_up_and_their_files_removed(serve, tmp_path):
    """Those of others that ended in good order are not there any more."""
    spool, service = tmp_path / "spool", Service()
    url = serve(service).origin
    for number in (2, 11):
        left_by(url, tmp_path / f"spool.{number}", f"from {number}")
    (tmp_path / "spool.txt").write_text("of somebody else's")
    with MemsyClient(url, "k") as client, client.background(spool=spool) as writer:
        assert sorted(path.name for path in tmp_path.iterdir()) == ["spool", "spool.lock", "spool.txt"]
        writer.flush()
    assert service.seen == [["from 2", "from 11"]]
    assert [path.name for path in tmp_path.iterdir()] == ["spool.txt"]


@pytest.mark.skipif(sys.platform == "win32", reason="there, a file that is open cannot be removed")
def test_a_lock_that_another_process_removes_meanwhile_is_not_held(serve, spool, monkeypatch):
    lock, removed = spools.lock, []

    def remove_first(descriptor):
        lock(descriptor)
        if not removed:
            removed.append(descriptor)
            Path(f"{spool}.lock").unlink()

    monkeypatch.setattr(spools, "lock", remove_first)
    with MemsyClient(serve(acknowledge).origin, "k") as client, client.background(spool=spool):
        assert Path(f"{spool}.lock").exists()
        with client.background(spool=spool):
            assert Path(f"{spool}.1").exists()
