"""What was acknowledged is there after whatever happens: kill -9, a full disk, a second process, a restart."""

from __future__ import annotations

import contextlib
import http.client
import json
import logging
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from memsy_client.local import DatabaseRefused, LocalMemsy, progress
from memsy_client.local.clock import isoformat
from memsy_client.local.progress import Progress
from memsy_client.local.storage import database, indexing

SERVE = [sys.executable, "-m", "memsy_client", "serve", "--port", "0", "--data"]


class Served:
    """A server in a process of its own."""

    def __init__(self, path, *, prepare: str = ""):
        command = (
            SERVE
            if not prepare
            else [
                sys.executable,
                "-c",
                f"{prepare}; import sys; from memsy_client.cli.server import main; sys.exit(main(sys.argv[1:]))",
                *SERVE[3:],
            ]
        )
        self.process = subprocess.Popen(
            [*command, str(path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        exported = {}
        for line in self.process.stdout:
            if line.startswith("export "):
                name, _, value = line.removeprefix("export ").strip().partition("=")
                exported[name] = value
            if line.startswith("# Stop"):
                break
        assert exported, self.process.stderr.read()
        self.port = int(exported["MEMSY_BASE_URL"].split(":")[2].split("/")[0])
        self.key = exported["MEMSY_API_KEY"]
        # The log is read on, so that the server never waits for a full pipe.
        self.log = threading.Thread(target=self.process.stdout.read)
        self.log.start()

    def connect(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def call(self, connection, path, body):
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        connection.request("POST", path, json.dumps(body), headers)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.close()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(60)
        self.close()
        return code

    def close(self):
        self.process.wait(60)
        self.log.join()
        self.process.stdout.close()
        self.process.stderr.close()


def ingest_until_it_dies(served, worker, acknowledged, busy, batches):
    connection = served.connect()
    with contextlib.suppress(OSError, http.client.HTTPException, ValueError), contextlib.closing(connection):
        for number in range(100_000):
            contents = [f"worker {worker} batch {number} item {item} tag{os.urandom(4).hex()}" for item in range(5)]
            events = [
                {"actor_id": f"a{worker}", "session_id": "s", "kind": "user_message", "content": c} for c in contents
            ]
            status, answer = served.call(connection, "/v1/ingest", {"events": events})
            assert status == 200
            acknowledged.extend(zip(answer["event_ids"], contents, strict=True))
            if number == batches:
                busy.set()


def kill_rounds(path, rounds: int, seed: int) -> int:
    """Kill a server under load again and again; returns how many acknowledged events were there every time."""
    chance = random.Random(seed)
    acknowledged: list[tuple[str, str]] = []
    for _ in range(rounds):
        served = Served(path)
        busy = threading.Event()
        # A moment that differs from round to round: in another's commit, between two, while processing.
        batches = chance.randrange(2, 60)
        threads = [
            threading.Thread(target=ingest_until_it_dies, args=(served, n, acknowledged, busy, batches))
            for n in range(3)
        ]
        for thread in threads:
            thread.start()
        assert busy.wait(60)
        served.kill()
        for thread in threads:
            thread.join()
    with LocalMemsy(path, port=None) as memsy:
        memsy.settle(120)
        with contextlib.closing(sqlite3.connect(path)) as database:
            assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            stored = dict(database.execute("SELECT event_id, content FROM events"))
            remembered = {row[0] for row in database.execute("SELECT text FROM memories")}
            assert database.execute("SELECT count(*) FROM queue").fetchone() == (0,)
            assert database.execute("SELECT count(*) FROM failures").fetchone() == (0,)
    for event_id, content in acknowledged:
        assert stored[event_id] == content
        assert content in remembered
    assert len(stored) == len(set(stored.values())), "an event was stored twice"
    return len(acknowledged)


def test_every_acknowledged_event_survives_kill_9_and_is_processed(tmp_path):
    assert kill_rounds(tmp_path / "memsy.db", rounds=3, seed=1) > 0


@pytest.mark.slow
def test_every_acknowledged_event_survives_kill_9_many_times(tmp_path):
    assert kill_rounds(tmp_path / "memsy.db", rounds=40, seed=2) > 0


def test_a_second_process_is_refused_and_the_first_goes_on(tmp_path):
    path = tmp_path / "memsy.db"
    served = Served(path)
    with pytest.raises(DatabaseRefused, match="in use by another server"):
        LocalMemsy(path, port=None)
    run = subprocess.run([*SERVE, str(path)], capture_output=True, text=True, check=False)
    assert (run.returncode, len(run.stderr.splitlines())) == (2, 1)
    assert "in use" in run.stderr
    with contextlib.closing(served.connect()) as connection:
        assert served.call(connection, "/v1/search", {"query": "x"})[0] == 200
    assert served.stop() == 0
    LocalMemsy(path, port=None).close()


def test_what_was_pending_at_the_end_is_processed_at_the_next_start(tmp_path, api, an_event):
    make = type(api)
    with LocalMemsy(tmp_path / "memsy.db", port=None) as memsy:
        memsy.hold()
        ids = make(memsy).post("/v1/ingest", {"events": [an_event()]}).body["event_ids"]
    with LocalMemsy(tmp_path / "memsy.db", port=None) as memsy:
        memsy.settle()
        assert make(memsy).post("/v1/status", {"event_ids": ids}).body["completedIds"] == ids
        assert make(memsy).found("Lisbon") == {"Alice lives in Lisbon."}


def test_a_database_in_a_file_answers_as_one_in_memory(tmp_path, api, an_event):
    with LocalMemsy(tmp_path / "memsy.db", port=None) as memsy:
        on_disk = type(api)(memsy)
        on_disk.ingest(an_event())
        (result,) = on_disk.search("Lisbon")
        assert result["metadata"]["strength"] == 1.1


@contextlib.contextmanager
def heard(text):
    """An event that is set when the server logs a text."""
    told = threading.Event()
    handler = logging.Handler()
    handler.emit = lambda record: told.set() if text in record.getMessage() else None
    logger = logging.getLogger("memsy_client.local")
    logger.addHandler(handler)
    try:
        yield told
    finally:
        logger.removeHandler(handler)


def full(memsy):
    """Let no page be added to the database: what SQLite then says is what it says on a full disk."""
    store = memsy.engine.services.store
    pages = store.write(lambda connection: connection.execute("PRAGMA page_count").fetchone()[0])
    store._writer.execute(f"PRAGMA max_page_count = {pages}")


def test_a_full_disk_is_a_503_and_loses_nothing(tmp_path, api, an_event):
    path = tmp_path / "memsy.db"
    with LocalMemsy(path, port=None) as memsy:
        small = type(api)(memsy)
        before = small.ingest(an_event())
        memsy.hold()
        full(memsy)
        acknowledged = list(before)
        refused = 0
        for number in range(50):
            answer = small.post("/v1/ingest", {"events": [an_event(f"{number} " + "x" * 7000)]})
            assert answer.status in {200, 503}
            acknowledged += answer.body.get("event_ids", [])
            refused += answer.status == 503
        assert refused > 0
        assert "full" in answer.body["detail"]
        assert small.found("Lisbon") == {"Alice lives in Lisbon."}
        memsy.engine.services.store._writer.execute("PRAGMA max_page_count = 1000000")
        memsy.release()
        memsy.settle()
        listed = small.post("/v1/status", {"event_ids": acknowledged}).body
        assert listed["completedIds"] == acknowledged
        assert small.get("/api/console/events").body["total"] == len(acknowledged)


def test_processing_waits_for_a_full_disk_and_goes_on_when_there_is_room(tmp_path, api, an_event):
    with LocalMemsy(tmp_path / "memsy.db", port=None) as memsy:
        small = type(api)(memsy)
        memsy.hold()
        events = [an_event(f"{number} " + "word " * 1000, session_id=f"s{number}") for number in range(30)]
        ids = small.post("/v1/ingest", {"events": events}).body["event_ids"]
        full(memsy)
        with heard("will be tried again") as tried:
            memsy.release()
            assert tried.wait(60)
        with pytest.raises(TimeoutError):
            memsy.settle(0)
        answer = small.post("/v1/status", {"event_ids": ids}).body
        assert answer["pendingIds"] != []
        assert answer["failedIds"] == []
        memsy.engine.services.store._writer.execute("PRAGMA max_page_count = 1000000")
        memsy.settle()
        assert small.post("/v1/status", {"event_ids": ids}).body["completedIds"] == ids


@pytest.mark.skipif(sys.platform == "win32", reason="file size limits are of POSIX")
def test_a_file_that_may_not_grow_is_a_503_on_the_wire(tmp_path):
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))"
    served = Served(tmp_path / "memsy.db", prepare=limit)
    acknowledged = []
    with contextlib.closing(served.connect()) as connection:
        for number in range(100):
            event = {"actor_id": "a", "session_id": "s", "kind": "app_event", "content": f"{number} " + "x" * 7900}
            status, answer = served.call(connection, "/v1/ingest", {"events": [event]})
            if status != 200:
                break
            acknowledged += answer["event_ids"]
        assert status == 503
        assert "detail" in answer
    served.kill()
    with (
        LocalMemsy(tmp_path / "memsy.db", port=None) as memsy,
        contextlib.closing(sqlite3.connect(tmp_path / "memsy.db")) as database,
    ):
        memsy.settle(60)
        assert {row[0] for row in database.execute("SELECT event_id FROM events")} >= set(acknowledged)


def test_a_database_that_cannot_be_written_is_a_503_and_reads_go_on(tmp_path, api, an_event):
    with LocalMemsy(tmp_path / "memsy.db", port=None) as memsy:
        small = type(api)(memsy)
        small.ingest(an_event())
        writer = memsy.engine.services.store._writer
        writer.execute("PRAGMA query_only = ON")
        answer = small.post("/v1/ingest", {"events": [an_event("more")]})
        assert answer.status == 503
        assert "readonly" in answer.body["detail"]
        assert small.get("/v1/console/memories").body["total"] == 1
        writer.execute("PRAGMA query_only = OFF")


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda path: path.write_bytes(b"this is no database at all, but text " * 50), "not a database"),
        (lambda path: foreign(path), "another application"),
        (lambda path: newer(path), "newer release"),
        (lambda path: path.mkdir(), "is a directory"),
    ],
    ids=["text", "foreign", "newer", "directory"],
)
def test_a_file_that_is_no_database_of_this_release_is_refused_and_left_alone(tmp_path, make, reason):
    path = tmp_path / "memsy.db"
    make(path)
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(DatabaseRefused, match=reason):
        LocalMemsy(path, port=None)
    assert (path.read_bytes() if path.is_file() else None) == before


def foreign(path):
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE theirs (a)")


def newer(path):
    LocalMemsy(path, port=None).close()
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 99")


def first_version(path):
    """A file of the first version, two statements of `ana` in it, one of which is also `bob`'s and a role's."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.executescript(Path(__file__).with_name("version_1.sql").read_text("utf-8"))


def third_version(path):
    """A file of the third version, with an actor's memories, a role's, and two conversations."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.executescript(Path(__file__).with_name("version_3.sql").read_text("utf-8"))


def second_version(path):
    """The same without what the third version added."""
    third_version(path)
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript("DROP TABLE connectors; DROP TABLE connector_resources; PRAGMA user_version = 2")


def changed_back(path, sql):
    """What `third_version` makes, as this release upgrades it, and then changed back."""
    third_version(path)
    LocalMemsy(path, port=None).close()
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript(sql)


def fourth_version(path):
    """The same as the fourth version had it."""
    changed_back(
        path,
        "DROP TRIGGER memories_state; DROP TABLE event_times; DROP TABLE memory_counts; DROP TABLE memory_times; "
        "ALTER TABLE retrieval_rows RENAME TO newer; "
        "CREATE TABLE retrieval_rows (rowid INTEGER PRIMARY KEY, position INTEGER NOT NULL UNIQUE, "
        "size INTEGER NOT NULL, question INTEGER NOT NULL, scopes TEXT NOT NULL); "
        "INSERT INTO retrieval_rows SELECT rowid, position, size, question, scopes FROM newer; DROP TABLE newer; "
        "PRAGMA user_version = 4",
    )


def fifth_version(path):
    """The same as the fifth version had it."""
    changed_back(path, "DROP TABLE memory_times; DROP INDEX memories_fading_differently; PRAGMA user_version = 5")


def of_another_stemmer(path):
    """The same file, upgraded, with an index that another version of the stemmer built."""
    first_version(path)
    LocalMemsy(path, port=None).close()
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE retrieval_stemmer SET name = 'snowballstemmer 2.0'")


def kept(path):
    """All that is stored, but not the search index."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        # By the digests, which may be made anew, repeated events are known.
        events = (
            "event, event_id, account, actor_id, session_id, kind, content, role_id, team_id, ts, metadata, ingested"
        )
        columns = dict.fromkeys(("memories", "sources", "levels", "accounts", "counters", "usage"), "*")
        columns["events"] = events
        return {
            table: connection.execute(f"SELECT {those} FROM {table}").fetchall() for table, those in columns.items()
        }


def indexed(path):
    """All that the search index holds."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        names = "SELECT name FROM sqlite_master WHERE name LIKE 'retrieval%' AND name NOT LIKE 'retrieval_index%'"
        tables = [name for (name,) in connection.execute(f"{names} AND type = 'table'")]
        found = {table: connection.execute(f"SELECT * FROM {table}").fetchall() for table in tables}
        connection.execute("CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab(main, retrieval_index, instance)")
        return found, connection.execute("SELECT term, doc FROM vocabulary").fetchall()


def schema_of(path):
    """The version, the tables and the indexes of a file."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        listed = "SELECT type, name FROM sqlite_master ORDER BY type, name"
        return connection.execute("PRAGMA user_version").fetchone(), connection.execute(listed).fetchall()


def searched(path, make, query):
    with LocalMemsy(path, port=None) as memsy:
        return make(memsy).found(query)


def test_a_file_of_the_first_version_is_indexed_anew_and_else_stays_as_it_is(tmp_path, api):
    path, make = tmp_path / "memsy.db", type(api)
    first_version(path)
    before = kept(path)
    LocalMemsy(path, port=None).close()
    assert kept(path) == before
    assert searched(path, make, "adding") == {"We added a paste of almonds to the cake."}
    assert searched(path, make, "past") == set()
    assert searched(path, make, "exceeding") == {"It must never exceed two spoons."}


def test_a_file_is_indexed_anew_once(tmp_path, monkeypatch):
    path = tmp_path / "memsy.db"
    first_version(path)
    LocalMemsy(path, port=None).close()
    monkeypatch.delattr(indexing, "rebuild")
    LocalMemsy(path, port=None).close()


@pytest.mark.parametrize("make_older", [first_version, third_version])
def test_an_event_is_known_again_after_an_upgrade_within_the_minute(tmp_path, api, make_older):
    make_older(tmp_path / "memsy.db")
    with LocalMemsy(tmp_path / "memsy.db", port=None) as memsy:
        with memsy.engine.services.store.read() as connection:
            sql = "SELECT event_id, actor_id, session_id, kind, content, ingested FROM events ORDER BY event DESC"
            event_id, actor_id, session_id, kind, content, ingested = connection.execute(sql).fetchone()
        memsy.clock.freeze(isoformat(ingested))
        memsy.clock.advance(59)
        event = {"actor_id": actor_id, "session_id": session_id, "kind": kind, "content": content}
        assert type(api)(memsy).ingest(event) == [event_id]


@pytest.mark.parametrize("make_older", [second_version, third_version, fourth_version, fifth_version])
def test_a_file_of_an_older_version_gets_the_tables_of_this_one_and_keeps_what_it_has(
    tmp_path, api, monkeypatch, make_older
):
    path, make = tmp_path / "memsy.db", type(api)
    make_older(path)
    before = kept(path)
    with monkeypatch.context() as patch:
        patch.delattr(indexing, "rebuild")
        LocalMemsy(path, port=None).close()
    assert kept(path) == before
    tables, indexes = schema_of(path)
    assert "We added a paste of almonds to the cake." in searched(path, make, "adding almonds")
    upgraded = indexed(path)
    with LocalMemsy(path, port=None) as memsy:
        assert make(memsy).get("/api/connectors").body == []
    store = database.Store(path)
    store.write(lambda connection: indexing.rebuild(connection, Progress("again")))
    store.close()
    assert upgraded == indexed(path)
    LocalMemsy(tmp_path / "new.db", port=None).close()
    assert (tables, indexes) == schema_of(tmp_path / "new.db")


def test_a_long_upgrade_tells_how_far_it_is(tmp_path, monkeypatch, caplog):
    path = tmp_path / "memsy.db"
    third_version(path)
    monkeypatch.setattr(progress, "EVERY", 0.0)
    LocalMemsy(path, port=None).close()
    assert f"bringing {path} up to date: 3 of 6 memories" in caplog.messages


def test_killed_while_it_is_upgraded_a_file_is_upgraded_at_the_next_opening(tmp_path, api):
    path = tmp_path / "memsy.db"
    third_version(path)
    code = (
        "import os, signal, sys; from memsy_client.local import LocalMemsy\n"
        "from memsy_client.local.progress import Progress\n"
        "def tell(progress, done, total, things):\n"
        "    if (done, things) == (4, 'memories'): os.kill(os.getpid(), signal.SIGKILL)\n"
        "Progress.tell = tell\n"
        "LocalMemsy(sys.argv[1], port=None)"
    )
    killed = subprocess.run([sys.executable, "-c", code, str(path)], check=False)
    assert killed.returncode == -signal.SIGKILL
    with contextlib.closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (3,)
    assert searched(path, type(api), "spoons lemon") >= {"It must never exceed two spoons.", "Three eggs and a lemon."}
    assert len(indexed(path)[0]["retrieval_rows"]) == 6


def test_a_file_of_another_stemmer_is_indexed_anew(tmp_path, api, an_event):
    path, make = tmp_path / "memsy.db", type(api)
    with LocalMemsy(path, port=None) as memsy:
        make(memsy).ingest(an_event())
    before = indexed(path)
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE retrieval_stemmer SET name = 'snowballstemmer 2.0'")
        connection.execute("DELETE FROM retrieval_rows")
    LocalMemsy(path, port=None).close()
    assert indexed(path) == before
    assert searched(path, make, "Lisbon") == {"Alice lives in Lisbon."}


def test_an_index_built_anew_is_the_one_that_was_there(tmp_path, api, an_event):
    path = tmp_path / "memsy.db"
    with LocalMemsy(path, port=None) as memsy:
        own = type(api)(memsy)
        carried = {"role_id": "r", "team_id": "t"}
        own.ingest(
            an_event("Where is the key?", ts="2025-11-03T10:00:00Z"),
            an_event("Under the flower pot", ts="2025-12-03T10:00:00Z", **carried),
            an_event("where is the key", session_id="chat-2", ts="2026-01-03T10:00:00Z"),
            an_event("Under the flower pot", actor_id="bob", ts="2026-02-03T10:00:00Z", **carried),
            an_event("Under the flower pot", actor_id="eve", ts="2026-03-03T10:00:00Z", session_id="chat-3"),
            an_event("Thank you", session_id="chat-2"),
        )
    before = indexed(path)
    store = database.Store(path)
    store.write(lambda connection: indexing.rebuild(connection, Progress("again")))
    store.close()
    assert indexed(path) == before
    assert len(before[0]["retrieval_rows"]) == 8


@pytest.mark.parametrize("make", [first_version, of_another_stemmer])
def test_killed_while_it_indexes_anew_a_file_is_indexed_at_the_next_opening(tmp_path, api, make):
    path = tmp_path / "memsy.db"
    make(path)
    before = kept(path)
    code = (
        "import os, signal, sys; from memsy_client.local import LocalMemsy\n"
        "from memsy_client.local.retrieval.index_writer import IndexWriter\n"
        "add = IndexWriter.add\n"
        "def add_or_die(writer, memory, *arguments, **options):\n"
        "    if memory == 3: os.kill(os.getpid(), signal.SIGKILL)\n"
        "    add(writer, memory, *arguments, **options)\n"
        "    writer.flush()\n"
        "IndexWriter.add = add_or_die\n"
        "LocalMemsy(sys.argv[1], port=None)"
    )
    killed = subprocess.run([sys.executable, "-c", code, str(path)], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert kept(path) == before
    assert searched(path, type(api), "adding") == {"We added a paste of almonds to the cake."}
    assert len(searched(path, type(api), "exceeding spoons cakes")) == 2
    assert indexed(path)[0]["retrieval_rows"][-1][0] == 4


def test_a_folder_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(DatabaseRefused, match="cannot be opened"):
        LocalMemsy(tmp_path / "nowhere" / "memsy.db", port=None)
