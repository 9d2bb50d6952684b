"""What the user's own functions, the log and odd paths may do without the server stopping or losing anything."""

import io
import json
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from memsy_client.local import DatabaseRefused, LocalMemsy
from memsy_client.local.cli import main
from memsy_client.local.memory import worker

FULL = Path("/dev/full")


def statuses(api, ids):
    return set(api.post("/v1/status", {"event_ids": ids}).body["statuses"].values())


@pytest.mark.parametrize("error", [SystemExit(3), pytest.fail.Exception("no"), pytest.skip.Exception("no")])
def test_an_extraction_that_raises_anything_at_all_fails_its_event_and_no_other(api, an_event, error):
    def extract(event):
        if "bad" in event.content:
            raise error
        return [event.content]

    with LocalMemsy(port=None, extract=extract) as memsy:
        own = type(api)(memsy)
        bad = own.post("/v1/ingest", {"events": [an_event("bad")]}).body["event_ids"]
        good = own.post("/v1/ingest", {"events": [an_event("good")]}).body["event_ids"]
        memsy.settle(60)
        assert (statuses(own, bad), statuses(own, good)) == ({"failed"}, {"completed"})
        memsy.reset()


def test_processing_goes_on_after_a_database_error(api, memsy, an_event, monkeypatch):
    store = memsy._services.store
    write, failures = store.write, iter([sqlite3.DatabaseError("malformed")] * 2)

    def failing(work, *, durable=True):
        is_workers = threading.current_thread().name == "memsy-processing"
        error = next(failures, None) if is_workers else None
        if error is not None:
            raise error
        return write(work, durable=durable)

    monkeypatch.setattr(store, "write", failing)
    monkeypatch.setattr(worker, "RETRY_AFTER", 0.01)
    ids = api.ingest(an_event())
    assert statuses(api, ids) == {"completed"}


def test_what_listens_to_requests_cannot_break_them(api, memsy, an_event):
    def on_request(received):
        raise OSError("no space left")

    memsy.engine.on_request = on_request
    assert api.post("/v1/ingest", {"events": [an_event()]}).status == 200


@pytest.mark.skipif(not FULL.exists(), reason="there is no device that is always full")
def test_a_log_that_cannot_be_written_changes_nothing():
    code = (
        "import os, signal, threading, sys, urllib.request, urllib.error\n"
        "from memsy_client.local import cli\n"
        "start = cli.LocalMemsy.start\n"
        "def started(self):\n"
        "    start(self)\n"
        "    threading.Thread(target=call, args=(self,)).start()\n"
        "def call(memsy):\n"
        "    for _ in range(2):\n"
        "        headers = {'Authorization': 'Bearer ' + memsy.api_key}\n"
        "        request = urllib.request.Request(memsy.base_url + '/health', headers=headers)\n"
        "        with urllib.request.urlopen(request) as answer:\n"
        "            print(answer.status, file=sys.stderr)\n"
        "    os.kill(os.getpid(), signal.SIGTERM)\n"
        "cli.LocalMemsy.start = started\n"
        "sys.exit(cli.main(['serve', '--memory', '--port', '0']))\n"
    )
    with FULL.open("w") as full:
        done = subprocess.run([sys.executable, "-c", code], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
    assert (done.returncode, done.stderr.split()) == (0, ["200", "200"])


def test_memory_is_memory_and_not_a_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with LocalMemsy(":memory:", port=None):
        assert list(tmp_path.iterdir()) == []


def test_a_path_like_a_uri_is_the_name_of_a_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with LocalMemsy("file:memsy.db?mode=memory", port=None):
        assert (tmp_path / "file:memsy.db?mode=memory").exists()


def test_a_relative_path_stays_the_same_file_when_the_directory_changes(tmp_path, monkeypatch, api):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "elsewhere").mkdir()
    with LocalMemsy("memsy.db", port=None) as memsy:
        monkeypatch.chdir(tmp_path / "elsewhere")
        assert type(api)(memsy).get("/v1/health").status == 200
        assert not (tmp_path / "elsewhere" / "memsy.db").exists()


@pytest.mark.parametrize(("path", "reason"), [("", "is empty"), (".", "is a directory")])
def test_a_path_that_names_no_file_is_refused(path, reason, tmp_path, monkeypatch):
    (tmp_path / "inside").mkdir()
    monkeypatch.chdir(tmp_path / "inside")
    with pytest.raises(DatabaseRefused, match=reason):
        LocalMemsy(path, port=None)
    assert [entry.name for entry in tmp_path.iterdir()] == ["inside"]


def refused(capsys, *arguments) -> str:
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert len(err.splitlines()) == 1
    return err


@pytest.mark.parametrize("command", ["serve", "export", "import"])
def test_an_empty_path_is_one_line_and_exit_code_2(capsys, command):
    assert "empty" in refused(capsys, command, "--data", "")


def test_nothing_is_imported_into_memory(capsys):
    assert "needs a file" in refused(capsys, "import", "--data", ":memory:")


@pytest.fixture
def database(tmp_path, api, an_event):
    path = tmp_path / "memsy.db"
    with LocalMemsy(path, port=None) as memsy:
        type(api)(memsy).ingest(an_event())
    return path


@pytest.mark.parametrize("suffix", ["", "-wal", ".lock"])
def test_an_export_never_overwrites_what_it_reads(capsys, database, suffix):
    before = database.read_bytes()
    output = database.with_name(database.name + suffix)
    assert "its own" in refused(capsys, "export", "--data", str(database), "--output", str(output))
    assert database.read_bytes() == before


def test_an_export_that_fails_leaves_the_earlier_one(capsys, database, monkeypatch):
    output = database.with_name("data.jsonl")
    output.write_text("earlier")

    def failing(store):
        yield "{}\n"
        raise sqlite3.DatabaseError("malformed")

    monkeypatch.setattr("memsy_client.local.cli.export", failing)
    assert "malformed" in refused(capsys, "export", "--data", str(database), "--output", str(output))
    assert output.read_text() == "earlier"
    assert {entry.name for entry in output.parent.iterdir()} == {"memsy.db", "memsy.db.lock", "data.jsonl"}


@pytest.mark.parametrize(
    "row",
    [
        {"table": "queue", "row": {"event": {"base64": 5}}},
        {"table": "queue", "row": {"event": {"other": ""}}},
        {"table": "queue", "row": {"event": [1]}},
        {"table": "queue", "row": {"event": 2**70}},
        {"table": "queue", "row": {"event": "\ud800"}},
        {"table": ["queue"], "row": {}},
    ],
)
def test_a_row_that_cannot_be_stored_is_one_line(capsys, tmp_path, row):
    file = tmp_path / "data.jsonl"
    lines = [{"format": "memsy-export", "version": 1}, row, {"rows": 1}]
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert "line 2" in refused(capsys, "import", "--data", str(tmp_path / "new.db"), "--input", str(file))
    assert not (tmp_path / "new.db").exists()


def test_a_memory_that_cannot_be_indexed_is_one_line(capsys, tmp_path, database):
    file = tmp_path / "data.jsonl"
    assert main(["export", "--data", str(database), "--output", str(file)]) == 0
    text = file.read_text("utf-8").replace('"text":"Alice lives in Lisbon."', '"text":{"base64":"AAAA"}')
    file.write_text(text, "utf-8")
    assert "cannot be" in refused(capsys, "import", "--data", str(tmp_path / "new.db"), "--input", str(file))


def test_nesting_and_bytes_that_are_no_text_are_one_line(capsys, tmp_path, monkeypatch):
    file = tmp_path / "data.jsonl"
    file.write_text("[" * 100_000)
    assert "line 1" in refused(capsys, "import", "--data", str(tmp_path / "new.db"), "--input", str(file))
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"\xff\xfe"), "utf-8"))
    assert "UTF-8" in refused(capsys, "import", "--data", str(tmp_path / "new.db"))


def test_an_export_whose_reader_goes_away_is_quiet(tmp_path, api, an_event):
    path = tmp_path / "memsy.db"
    with LocalMemsy(path, port=None) as memsy:
        type(api)(memsy).ingest(*[an_event("word " * 1000 + str(number)) for number in range(50)])
    command = [sys.executable, "-m", "memsy_client.local", "export", "--data", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait(60) == 0
