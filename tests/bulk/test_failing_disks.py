"""The spool of a background writer on a disk that is full, fails, or is none to keep it on."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from writers import Service, acknowledge, contents, event, lines, play, states

from memsy_client import MemsyClient, MemsyError, MemsyInputError, WriterStats
from memsy_client._bulk import delivery
from memsy_client._bulk import spool as spools

ROOT = Path(__file__).parents[2]

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


@contextlib.contextmanager
def one_under_way(serve, spool: Path) -> Iterator[tuple[Service, Any]]:
    """A writer with an event that the service holds."""
    service = Service("a")
    with MemsyClient(serve(service).origin, "k") as client, client.background(spool=spool, max_delay=0) as writer:
        writer.add(event("a"))
        service.wait_for("a")
        yield service, writer


def failing(error: int):
    def fail(*_):
        raise OSError(error, os.strerror(error))

    return fail


@pytest.mark.skipif(sys.platform == "win32", reason="there, a file that is open cannot be removed")
@pytest.mark.parametrize("kind", ["fails", "loses the file"])
def test_a_disk_that_fails_is_told_by_add_and_gone_on_with_once_it_works(serve, spool, monkeypatch, kind):
    """The file is written anew: nobody knows what of it a disk has kept that failed."""
    monkeypatch.setattr(spools, "TRY_AGAIN_EVERY", 0.0)
    with one_under_way(serve, spool) as (service, writer):
        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", failing(errno.EIO))
            if kind == "loses the file":
                spool.unlink()
            writer.add(event("b"))
            wait_for_failure(writer)
            with pytest.raises(MemsyError, match="the spool cannot be written"):
                writer.add(event("c"))
        writer.add(event("d"))
        assert contents(spool) == ["a", "b", "d"]
        service.let_go()
        assert writer.flush(60)
    assert writer.stats == WriterStats(queued=0, acknowledged=3, failed=0, dropped=0, in_doubt=0)


def once(function, error: int, applies=lambda *arguments: True):
    """The function, which fails the first time that this applies to its arguments."""
    failed = []

    def fail_once(*arguments):
        if not failed and applies(*arguments):
            failed.append(arguments)
            raise OSError(error, os.strerror(error))
        return function(*arguments)

    return fail_once


def for_appending(path, flags, *_) -> bool:
    return bool(flags & os.O_APPEND)


@pytest.mark.parametrize("fails_to_open", [False, True], ids=["what was written stays", "nor can the file be opened"])
def test_whatever_else_fails_with_the_disk_the_next_event_is_written(serve, spool, monkeypatch, fails_to_open):
    monkeypatch.setattr(spools, "TRY_AGAIN_EVERY", 0.0)
    with one_under_way(serve, spool) as (service, writer):
        with monkeypatch.context() as patch:
            patch.setattr(spools, "write", full_for(b'"event"', 1))
            patch.setattr(os, "ftruncate", once(os.ftruncate, errno.EIO))
            with pytest.raises(MemsyError, match="the spool cannot be written"):
                writer.add(event("lost"))
            if fails_to_open:
                patch.setattr(os, "open", once(os.open, errno.EMFILE, for_appending))
                with pytest.raises(MemsyError, match="the spool cannot be written: Too many open files"):
                    writer.add(event("lost, too"))
        writer.add(event("b"))
        assert contents(spool) == ["a", "b"]
        service.let_go()
        assert writer.flush(60)


def test_a_disk_that_has_failed_is_tried_again_no_more_than_once_a_second(serve, spool, monkeypatch):
    with one_under_way(serve, spool) as (service, writer):
        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", failing(errno.EIO))
            writer.add(event("b"))
            wait_for_failure(writer)
            for left in (True, False):
                Path(f"{spool}.new").unlink(missing_ok=True)
                with pytest.raises(MemsyError, match="the spool cannot be written"):
                    writer.add(event("c"))
                assert Path(f"{spool}.new").exists() is left
        monkeypatch.setattr(spools, "TRY_AGAIN_EVERY", 0.0)
        service.let_go()
        assert writer.flush(60)


def test_a_file_system_without_locks_is_no_place_for_a_spool(serve, spool, monkeypatch):
    monkeypatch.setattr(spools, "lock", failing(errno.ENOLCK))
    refused = pytest.raises(MemsyInputError, match="cannot be used: No locks available")
    with MemsyClient(serve(acknowledge).origin, "k") as client, refused:
        client.background(spool=spool)


def test_a_disk_that_stays_full_is_told_once(tmp_path, monkeypatch, caplog):
    spool = spools.Spool(tmp_path / "spool", "http://memsy.example", list)
    try:
        for number in range(4):
            spool.append(number, event(f"{number}"))
        for write, told in [(failing(errno.ENOSPC), 1), (spools.write, 1), (failing(errno.ENOSPC), 2)]:
            with monkeypatch.context() as patch:
                patch.setattr(spools, "write", write)
                spool.mark_done([0])
                spool.mark_done([1])
            assert caplog.text.count("may be sent once more by another process") == told
    finally:
        spool.close()


def wait_for_failure(writer) -> None:
    while writer._pool._outbox._spool._disk.failure is None:
        pass


def full_for(kind: bytes, times: int):
    """A disk that has no room for some lines, for a while."""
    write, left = spools.write, times

    def fill_up(descriptor, data):
        nonlocal left
        if kind in data and left:
            left -= 1
            write(descriptor, data[:5])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        write(descriptor, data)

    return fill_up


@pytest.mark.parametrize("line", [b'"sent"', b'"done"'])
def test_a_disk_that_is_full_for_a_moment_ends_no_writer(flavour, serve, spool, monkeypatch, caplog, line):
    """What would not be known to be under way is not sent; what arrived is told, and noted when there is room."""
    monkeypatch.setattr(delivery, "_FIRST_WAIT", 0.01)
    monkeypatch.setattr(spools, "write", full_for(line, 1))
    service, outcomes, told = Service("held"), [], threading.Semaphore(0)

    def tell(outcome):
        outcomes.append(outcome)
        told.release()

    async def body(writer):
        await writer.add(event("held", "other"))
        await writer.flush(0)
        await anyio.to_thread.run_sync(service.wait_for, "held")
        for text in ("a", "b", "c"):
            await writer.add(event(text))
            await writer.flush(0)
            await anyio.to_thread.run_sync(told.acquire)
        found = lines(spool)
        assert [line["n"] for line in found if "event" in line] == [0, 1, 2, 3]
        assert sorted(number for line in found for number in line.get("done", [])) == [1, 2, 3]
        service.let_go()

    stats = play(flavour, serve(service).origin, body, spool=spool, on_outcome=tell)
    assert states(outcomes)[:3] == [("a", "acknowledged"), ("b", "acknowledged"), ("c", "acknowledged")]
    assert stats == WriterStats(queued=0, acknowledged=4, failed=0, dropped=0, in_doubt=0)
    assert ("sent once more by another process" in caplog.text) == (line == b'"done"')


def test_a_disk_that_stays_full_is_as_a_service_that_cannot_be_reached(flavour, serve, spool, monkeypatch):
    service, outcomes = Service(), []

    async def body(writer):
        await writer.add(event("a"))
        await writer.add(event("b"))
        monkeypatch.setattr(spools, "write", failing(errno.ENOSPC))
        await writer.flush()
        assert contents(spool) == []

    stats = play(flavour, serve(service).origin, body, spool=spool, on_outcome=outcomes.append, retry_for=0.01)
    assert stats == WriterStats(queued=0, acknowledged=0, failed=2, dropped=0, in_doubt=0)
    assert "No space left" in str(outcomes[0].error)
    assert service.seen == []


def test_what_is_left_where_the_disk_failed_is_all_there(serve, spool, monkeypatch):
    monkeypatch.setattr(spools, "TRY_AGAIN_EVERY", 0.0)
    service = Service("a")
    with MemsyClient(serve(service).origin, "k") as client:
        writer = client.background(spool=spool, max_delay=0)
        writer.add(event("a"))
        service.wait_for("a")
        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", failing(errno.EIO))
            writer.add(event("b"))
            wait_for_failure(writer)
        writer.close(0)
        assert contents(spool) == ["a", "b"]
        service.let_go()
