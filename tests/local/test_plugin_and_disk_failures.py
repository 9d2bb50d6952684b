"""What the user's own functions, the log and odd paths may do without the server stopping or losing anything."""

import io
import json
import logging
import sqlite3
import subprocess
import sys
import threading
import types
from pathlib import Path

import pytest

from memsy_client.cli.server import main
from memsy_client.local import DatabaseRefused, Draft, LocalMemsy
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
        "from memsy_client.cli import server\n"
        "start = server.LocalMemsy.start\n"
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
        "server.LocalMemsy.start = started\n"
        "sys.exit(server.main(['serve', '--memory', '--port', '0']))\n"
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

    monkeypatch.setattr("memsy_client.cli.server.export_lines", failing)
    assert "malformed" in refused(capsys, "export", "--data", str(database), "--output", str(output))
    assert output.read_text() == "earlier"
    assert {entry.name for entry in output.parent.iterdir()} - {"memsy.db.lock"} == {"memsy.db", "data.jsonl"}


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
    command = [sys.executable, "-m", "memsy_client", "export", "--data", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait(60) == 0


class UnprintableError(Exception):
    def __str__(self):
        raise SystemExit("not even this")


@pytest.mark.parametrize("error", [UnprintableError(), ValueError("\ud800"), ValueError("x" * 10_000_000)], ids=type)
def test_an_exception_that_cannot_be_told_fails_its_event_and_no_other(api, an_event, error):
    def extract(event):
        if "bad" in event.content:
            raise error
        return [event.content]

    with LocalMemsy(port=None, extract=extract) as memsy:
        own = type(api)(memsy)
        ids = own.ingest(an_event("bad"), an_event("good"))
        assert own.post("/v1/status", {"event_ids": ids}).body["failedIds"] == ids[:1]
        with memsy.engine.services.store.read() as connection:
            assert len(connection.execute("SELECT reason FROM failures").fetchone()[0]) < 5000


def test_a_search_whose_function_raises_what_cannot_be_told_is_a_500_that_names_it(api, an_event):
    def rank(query, texts):
        raise UnprintableError

    with LocalMemsy(port=None, rank=rank) as memsy:
        own = type(api)(memsy)
        own.ingest(an_event())
        answer = own.post("/v1/search", {"query": "Lisbon"})
        reason = "rank failed: UnprintableError, which cannot be printed"
        assert (answer.status, answer.body["detail"]) == (500, reason)


def test_a_log_whose_handler_raises_does_not_end_processing(api, an_event):
    class Failing(logging.Handler):
        def emit(self, record):
            raise RuntimeError("the log is broken")

    def extract(event):
        if "bad" in event.content:
            raise ValueError
        return [event.content]

    logger, handler = logging.getLogger("memsy_client.local"), Failing()
    logger.addHandler(handler)
    try:
        with LocalMemsy(port=None, extract=extract) as memsy:
            own = type(api)(memsy)
            ids = own.ingest(an_event("bad"), an_event("good"))
            assert own.post("/v1/status", {"event_ids": ids}).body["failedIds"] == ids[:1]
    finally:
        logger.removeHandler(handler)


def changed(draft: Draft, **fields: object) -> Draft:
    """A draft as nothing should have let it pass."""
    for name, value in fields.items():
        object.__setattr__(draft, name, value)
    return draft


ILL_TYPED = [
    {"text": b"bytes"},
    {"text": "\ud800"},
    {"type": None},
    {"type": ""},
    {"memory_kind": 5},
    {"kind": 5},
    {"title": b"bytes"},
    {"summary": ["a"]},
    {"tags": "word"},
    {"tags": [5]},
    {"tags": None},
    {"tags": {"a"}},
    {"source_urls": ["\udfff"]},
    {"entities": ["name"]},
    {"entities": [{"name": 5}]},
    {"entities": {"name": "x"}},
    {"payload": [1]},
    {"payload": {"a": float("nan")}},
    {"payload": {"a": {1, 2}}},
    {"payload": {"a": "\ud800"}},
    {"confidence": True},
    {"confidence": "0.5"},
    {"confidence": float("nan")},
    {"confidence": None},
    {"pinned": 1},
]


@pytest.mark.parametrize("fields", ILL_TYPED, ids=repr)
def test_an_ill_typed_draft_is_refused_when_it_is_made(fields):
    with pytest.raises(ValueError, match=f"its {next(iter(fields))}"):
        Draft(**{"text": "tea", **fields})


def test_an_ill_typed_draft_fails_its_event_alone_and_breaks_no_read(api, an_event):
    odd = [{"text": "a map is no draft"}, 5, None, types.SimpleNamespace(text="nor is this"), b"nor this"]

    def extract(event):
        number = int(event.content)
        if number < len(ILL_TYPED):
            return [Draft("fine"), changed(Draft("x"), **ILL_TYPED[number])]
        return [odd[number - len(ILL_TYPED)]] if number < len(ILL_TYPED) + len(odd) else ["good"]

    with LocalMemsy(port=None, extract=extract) as memsy:
        own = type(api)(memsy)
        ids = own.ingest(*[an_event(str(number)) for number in range(len(ILL_TYPED) + len(odd) + 1)])
        assert own.post("/v1/status", {"event_ids": ids}).body["failedIds"] == ids[:-1]
        assert [item["text"] for item in own.get("/v1/console/memories").body["items"]] == ["good"]
        assert own.get("/v1/console/memories/stats").body["total"] == 1
        assert own.found("good") == {"good"}


def test_a_list_that_changes_after_its_draft_was_made_is_checked_again(api, an_event):
    def extract(event):
        tags = ["tea"]
        draft = Draft(event.content, tags=tags)
        tags.append(5)
        return [draft]

    with LocalMemsy(port=None, extract=extract) as memsy:
        own = type(api)(memsy)
        ids = own.ingest(an_event())
        assert own.post("/v1/status", {"event_ids": ids}).body["failedIds"] == ids
