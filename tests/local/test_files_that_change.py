"""The database's file under other names, gone, replaced or full: nothing is acknowledged that would be lost."""

from __future__ import annotations

import contextlib
import errno
import multiprocessing
import os
import shutil
import sqlite3
import subprocess
import sys
import threading

import pytest

from memsy_client.local import DatabaseRefused, LocalMemsy
from memsy_client.local.storage import database

LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere a lock file is beside the database")


@pytest.fixture
def opened(tmp_path, api, an_event):
    """A server on a file, and a caller of it."""
    with LocalMemsy(tmp_path / "memsy.db", port=None) as memsy:
        own = type(api)(memsy)
        own.ingest(an_event())
        yield own


def linked(tmp_path, how):
    path = tmp_path / "elsewhere" / "other.db"
    path.parent.mkdir()
    if how == "hard":
        os.link(tmp_path / "memsy.db", path)
    elif how == "symbolic":
        path.symlink_to(tmp_path / "memsy.db")
    elif how == "of the folder":
        path.parent.rmdir()
        path.parent.symlink_to(tmp_path)
        return path.with_name("memsy.db")
    return path


def open_and_tell(path, results):
    try:
        LocalMemsy(path, port=None).close()
    except DatabaseRefused as error:
        results.put(str(error))
    else:
        results.put("opened")


@pytest.mark.parametrize("how", ["symbolic", "of the folder", pytest.param("hard", marks=LINUX)])
def test_a_file_is_locked_by_whatever_name_it_is_opened(tmp_path, opened, how):
    path = linked(tmp_path, how)
    with pytest.raises(DatabaseRefused, match="in use by another server"):
        LocalMemsy(path, port=None)
    spawn = multiprocessing.get_context("spawn")
    results = spawn.SimpleQueue()
    process = spawn.Process(target=open_and_tell, args=(path, results))
    process.start()
    process.join(60)
    assert "in use by another server" in results.get()
    assert opened.get("/v1/health").body["components"]["database"] == "ok"


def test_a_refused_opening_in_the_same_process_takes_no_lock_away(tmp_path, opened):
    for _ in range(3):
        with pytest.raises(DatabaseRefused):
            LocalMemsy(tmp_path / "memsy.db", port=None)
    code = "import sqlite3, sys; sqlite3.connect(sys.argv[1], timeout=0).execute('PRAGMA journal_mode = DELETE')"
    run = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "memsy.db")], capture_output=True, text=True, check=False
    )
    assert run.stderr.splitlines()[-1] == "sqlite3.OperationalError: database is locked"


def test_a_closed_file_can_be_opened_by_its_other_name(tmp_path):
    LocalMemsy(tmp_path / "memsy.db", port=None).close()
    LocalMemsy(linked(tmp_path, "symbolic"), port=None).close()


def remove(path):
    path.unlink()


def move(path):
    path.rename(path.with_name("moved.db"))


def replace(path):
    other = path.with_name("new.db")
    LocalMemsy(other, port=None).close()
    other.replace(path)


def remove_the_log(path):
    path.with_name("memsy.db-wal").unlink()


def remove_the_folder(path):
    shutil.rmtree(path.parent)


@pytest.mark.parametrize("change", [remove, move, replace, remove_the_log, remove_the_folder])
def test_nothing_is_acknowledged_after_the_file_is_gone_and_health_says_so(tmp_path, opened, an_event, change):
    folder = tmp_path / "folder"
    folder.mkdir()
    path = folder / "memsy.db"
    with LocalMemsy(path, port=None) as memsy:
        own = type(opened)(memsy)
        own.ingest(an_event())
        change(path)
        answer = own.post("/v1/ingest", {"events": [an_event("lost")]})
        assert (answer.status, "removed, moved, replaced" in answer.body["detail"]) == (503, True)
        health = own.get("/v1/health")
        assert (health.status, health.body["status"]) == (200, "degraded")
        assert health.body["components"]["database"].startswith("lost")
        # What was stored can still be read, by as many at once as like to.
        totals = []
        threads = [
            threading.Thread(target=lambda: totals.append(own.get("/v1/console/memories").body["total"]))
            for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert totals == [1] * 8
    assert change is replace or change is remove_the_log or not path.exists()


@LINUX
@pytest.mark.parametrize("looks", ["health", "the next call"])
def test_nothing_is_acknowledged_after_a_copy_was_written_over_the_file(tmp_path, opened, an_event, looks):
    other = tmp_path / "other.db"
    with LocalMemsy(other, port=None) as memsy:
        type(opened)(memsy).ingest(an_event("Another one"))
    path = tmp_path / "memsy.db"
    inode = path.stat().st_ino
    shutil.copyfile(other, path)
    assert path.stat().st_ino == inode
    if looks == "the next call":
        answer = opened.post("/v1/ingest", {"events": [an_event("lost")]})
        assert (answer.status, "written over" in answer.body["detail"]) == (503, True)
    health = opened.get("/v1/health").body
    assert (health["status"], health["components"]["database"][:5]) == ("degraded", "lost:")
    assert opened.post("/v1/ingest", {"events": [an_event("lost")]}).status == 503


@LINUX
@pytest.mark.parametrize("pages", [3, 100])
def test_what_the_server_itself_writes_to_the_file_is_no_copy(tmp_path, api, an_event, monkeypatch, pages):
    # With 100, a new file is empty until after the first events; with 3, the tables are in it from the start.
    monkeypatch.setattr(database, "CHECKPOINT_PAGES", pages)
    with LocalMemsy(tmp_path / "memsy.db", port=None) as memsy:
        lock = memsy.engine.services.store._lock
        heads = {lock.head()}
        for number in range(20):
            type(api)(memsy).ingest(an_event(f"{number} " + "x" * 5000))
            heads.add(lock.head())
        assert len(heads) > 1
        assert type(api)(memsy).get("/v1/health").body["status"] == "ok"


@pytest.fixture
def store(tmp_path, monkeypatch):
    """A store each of whose commits is written to the file at once."""
    monkeypatch.setattr(database, "CHECKPOINT_PAGES", 1)
    with contextlib.closing(database.Store(tmp_path / "memsy.db")) as store:
        yield store


def make_table(name):
    return lambda connection: connection.execute(f"CREATE TABLE {name} (x)")


def in_another_thread(work):
    """Run what would wait for ever if this thread still held what it needs."""
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(30)
    return not thread.is_alive()


class InterruptedAfterCommit:
    """A connection during whose commit a signal arrives, the handler of which raises once it is done."""

    def __init__(self, connection):
        self._connection = connection

    def execute(self, sql, *arguments):
        cursor = self._connection.execute(sql, *arguments)
        if sql == "COMMIT":
            raise KeyboardInterrupt
        return cursor

    def __getattr__(self, name):
        return getattr(self._connection, name)


@LINUX
@pytest.mark.parametrize("looks_first", [False, True])
def test_an_interrupted_commit_that_changed_the_file_is_no_copy(store, looks_first):
    head, writer = store._lock.head(), store._writer
    store._writer = InterruptedAfterCommit(writer)
    with pytest.raises(KeyboardInterrupt):
        store.write(make_table("a"))
    store._writer = writer
    assert store._lock.head() != head
    if looks_first:
        assert store.trouble() is None
    store.write(make_table("b"))
    assert store.trouble() is None


@LINUX
def test_a_file_that_was_moved_during_a_commit_takes_writes_when_it_is_back(store, tmp_path):
    head, moved = store._lock.head(), tmp_path / "moved.db"

    def make_table_and_move(connection):
        make_table("a")(connection)
        store.path.rename(moved)

    with pytest.raises(database.FileLostError):
        store.write(make_table_and_move)
    assert store._lock.head() != head
    assert store.trouble().startswith("lost")
    moved.rename(store.path)
    assert store.trouble() is None
    store.write(make_table("b"))


@LINUX
def test_a_header_that_cannot_be_read_is_a_failure_that_ends(store, monkeypatch):
    def fail(*_):
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with monkeypatch.context() as patch:
        patch.setattr(os, "pread", fail)
        assert store.trouble() == "failing: Input/output error"
        with pytest.raises(sqlite3.OperationalError, match="cannot be read: Input/output error"):
            store.write(make_table("a"))
    assert in_another_thread(lambda: store.write(make_table("a")))
    assert store.trouble() is None


@LINUX
def test_what_is_stored_is_acknowledged_when_the_header_cannot_be_read_afterwards(store, monkeypatch):
    read, reads = os.pread, []

    def fail_after_the_first(*arguments):
        reads.append(arguments)
        if len(reads) == 2:
            raise OSError(errno.ESTALE, os.strerror(errno.ESTALE))
        return read(*arguments)

    monkeypatch.setattr(os, "pread", fail_after_the_first)
    store.write(make_table("a"))
    assert len(reads) == 2
    store.write(make_table("b"))
    assert store.trouble() is None


def test_a_file_that_comes_back_is_the_file_again(tmp_path, opened, an_event):
    path = tmp_path / "memsy.db"
    path.rename(tmp_path / "moved.db")
    assert opened.post("/v1/ingest", {"events": [an_event("a")]}).status == 503
    (tmp_path / "moved.db").rename(path)
    opened.ingest(an_event("a"))
    assert opened.get("/v1/health").body["status"] == "ok"


def test_health_tells_a_full_disk_and_recovers(opened, an_event):
    store = opened.memsy.engine.services.store
    pages = store.write(lambda connection: connection.execute("PRAGMA page_count").fetchone()[0])
    opened.memsy.hold()
    store._writer.execute(f"PRAGMA max_page_count = {pages}")
    statuses = [opened.post("/v1/ingest", {"events": [an_event(f"{n} " + "x" * 7000)]}).status for n in range(10)]
    assert statuses[-1] == 503
    for _ in range(2):
        body = opened.get("/v1/health").body
        assert (body["status"], "full" in body["components"]["database"]) == ("degraded", True)
    store._writer.execute("PRAGMA max_page_count = 1000000")
    assert opened.get("/v1/health").body["components"]["database"] == "ok"
    with store.read() as connection:
        assert connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'probe'").fetchone() == (0,)
    opened.memsy.release()


def test_health_tells_a_disk_without_room_before_a_write_fails(opened, monkeypatch):
    usage = shutil.disk_usage("/")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage._replace(free=0))
    assert opened.get("/v1/health").body["components"]["database"] == "failing: the disk is full"
    monkeypatch.undo()
    assert opened.get("/v1/health").body["status"] == "ok"
