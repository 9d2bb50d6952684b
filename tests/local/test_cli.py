"""The command: serve, export, import, and what it says when it cannot."""

from __future__ import annotations

import contextlib
import http.client
import json
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time

import pytest

from memsy_client import MemsyClient
from memsy_client.cli.server import main
from memsy_client.local import LOCAL_API_KEY, LocalMemsy
from memsy_client.local.storage.schema import VERSION

COMMAND = [sys.executable, "-m", "memsy_client"]


@contextlib.contextmanager
def serving(*arguments):
    process = subprocess.Popen(
        [*COMMAND, "serve", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    lines = []
    try:
        for line in process.stdout:
            lines.append(line.strip())
            if "Stop with" in line:
                break
        environment = dict(line.removeprefix("export ").split("=", 1) for line in lines if line.startswith("export "))
        yield process, lines, environment
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_serve_prints_what_redirects_an_application_logs_requests_and_stops_cleanly(number):
    with serving("--memory", "--port", "0") as (process, lines, environment):
        assert environment["MEMSY_API_KEY"] == LOCAL_API_KEY
        assert environment["MEMSY_BASE_URL"].endswith("/v1")
        assert environment["MEMSY_CONTROL_URL"] == environment["MEMSY_BASE_URL"].replace("/v1", "/api")
        assert not any("Listening on" in line for line in lines)
        with MemsyClient(environment["MEMSY_BASE_URL"], environment["MEMSY_API_KEY"]) as client:
            client.health()
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
        assert (process.returncode, err) == (0, "")
        assert out.splitlines()[0].startswith("GET /v1/health 200 ")
        assert out.splitlines()[-1] == "stopped"
        assert LOCAL_API_KEY not in out


def test_serve_appends_each_request_to_a_file_without_its_key(tmp_path):
    log = tmp_path / "requests.jsonl"
    log.write_text('{"method": "GET", "url": "/v1/health"}\n')
    with (
        serving("--memory", "--port", "0", "--log-requests", str(log)) as (process, _, environment),
        MemsyClient(environment["MEMSY_BASE_URL"], environment["MEMSY_API_KEY"]) as client,
    ):
        client.search("Lisbon", limit=3)
        client.health()
        process.terminate()  # the last lines are written when it ends
        process.communicate(timeout=60)
    _, searched, health = map(json.loads, log.read_text("utf-8").splitlines())
    assert (searched["operation"], searched["method"], searched["url"]) == ("search", "POST", "/v1/search")
    assert json.loads(searched["content"])["limit"] == 3
    assert (health["operation"], health["status"]) == ("health", 200)
    assert LOCAL_API_KEY not in log.read_text("utf-8")


def test_a_log_that_cannot_be_written_is_one_line_and_exit_code_2(capsys, tmp_path):
    assert main(["serve", "--memory", "--port", "0", "--log-requests", str(tmp_path / "no" / "log")]) == 2
    assert capsys.readouterr().err == f"memsy-client: {tmp_path / 'no' / 'log'}: No such file or directory\n"


def test_serve_stops_although_a_request_waits():
    with serving("--memory", "--port", "0") as (process, _, environment):
        host, port = environment["MEMSY_BASE_URL"].removeprefix("http://").removesuffix("/v1").split(":")
        waiting = http.client.HTTPConnection(host, int(port), timeout=60)
        with contextlib.closing(waiting):
            with contextlib.closing(http.client.HTTPConnection(host, int(port), timeout=60)) as other:
                for route, body in (("hold", {}), ("fail_next", {"delay": 3600})):
                    script(other, route, body)
                    other.getresponse().read()
            waiting.request("GET", "/v1/health")
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=60)
        assert process.returncode == 0


def script(connection, route, body):
    connection.request("POST", f"/_local/{route}", json.dumps(body), {"Content-Type": "application/json"})


def test_serve_keeps_its_data_and_its_key_between_runs(tmp_path):
    path = str(tmp_path / "memsy.db")
    for existing in (1, 2):
        with serving("--data", path, "--port", "0", "--org", "acme") as (process, _, environment):
            with MemsyClient(environment["MEMSY_BASE_URL"], environment["MEMSY_API_KEY"]) as client:
                assert next(org.org_id for org in client.orgs.list()) == "acme"
                if existing == 1:
                    client.orgs.create("second", "Second", "")
                assert len(client.orgs.list()) == 2
            process.send_signal(signal.SIGTERM)
            assert process.wait(60) == 0


def test_serve_beyond_loopback_says_so_and_takes_a_key_that_nobody_knows():
    with serving("--memory", "--port", "0", "--host", "0.0.0.0") as (_, lines, environment):
        assert environment["MEMSY_API_KEY"] != LOCAL_API_KEY
        assert len(environment["MEMSY_API_KEY"]) > 60
        assert any("beyond this machine" in line for line in lines)


def refused(capsys, *arguments) -> str:
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert len(err.splitlines()) == 1
    return err


def test_a_port_in_use_is_one_line_and_exit_code_2(capsys):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert f"port {port}: Address already in use" in refused(capsys, "serve", "--memory", "--port", str(port))


@pytest.mark.parametrize("port", ["-1", "65536"])
def test_a_port_that_is_none_is_refused(capsys, port):
    assert "cannot listen" in refused(capsys, "serve", "--memory", "--port", port)


def test_an_address_that_is_not_this_machines_is_refused(capsys):
    assert "cannot listen" in refused(capsys, "serve", "--memory", "--port", "0", "--host", "nowhere.invalid")


def test_a_key_that_is_none_is_refused(capsys, tmp_path):
    key_file = tmp_path / "key"
    key_file.write_text("secret\n")
    assert "begins with msy_" in refused(capsys, "serve", "--memory", "--port", "0", "--key-file", str(key_file))


def test_a_database_that_cannot_be_used_is_one_line_and_exit_code_2(capsys, tmp_path):
    path = tmp_path / "memsy.db"
    path.write_text("no database, but text that is long enough to be read as one" * 20)
    for command in (["serve", "--port", "0"], ["export"]):
        assert str(path) in refused(capsys, *command, "--data", str(path))


def filled(path, api, an_event):
    with LocalMemsy(path, port=None, seed="x") as memsy:
        own = type(api)(memsy)
        own.ingest(
            an_event("Alice lives in Lisbon. #home", metadata="raw \u2028 text"), an_event("I like tea", role_id="r")
        )
        own.ingest(an_event("I like tea", actor_id="bob", role_id="r"))
        key = own.post("/api/keys", {"name": "app"}).body["raw_key"]
        own.search("tea")
        own.post("/api/interest/pro", {"email": "ada@example.com", "name": "Ada"})
        own.post("/api/connectors/slack/connect")
        memsy.set_connector_resources("slack", ["C1"])
        memsy.hold()
        own.post("/v1/ingest", {"events": [an_event("still pending")]})
    return key


def test_nothing_is_lost_on_the_way_through_export_and_import(capsys, tmp_path, api, an_event):
    first, second, file = tmp_path / "first.db", tmp_path / "second.db", tmp_path / "data.jsonl"
    key = filled(first, api, an_event)
    assert main(["export", "--data", str(first), "--output", str(file)]) == 0
    assert main(["import", "--data", str(second), "--input", str(file)]) == 0
    assert main(["export", "--data", str(second)]) == 0
    assert capsys.readouterr().out == file.read_text("utf-8")
    answers = []
    for path in (first, second):
        with LocalMemsy(path, port=None, seed="x") as memsy:
            memsy.settle()
            memsy.clock.freeze("2027-01-01T00:00:00Z")
            own = type(api)(memsy, key)
            found = [
                (r["id"], r["score"], r["metadata"]["source_event_ids"]) for r in own.search("who likes tea at home")
            ]
            listed = own.get("/v1/console/memories", sort="observed_at_asc").body
            answers.append((found, listed, own.get("/v1/console/memories/stats").body, own.get("/api/me").body))
    first_found, first_listed, *first_rest = answers[0]
    second_found, second_listed, *second_rest = answers[1]
    assert first_found == second_found
    assert [item["text"] for item in first_listed["items"]] == [item["text"] for item in second_listed["items"]]
    assert first_rest == second_rest


def test_an_export_of_the_first_version_can_be_imported(capsys, tmp_path, api, an_event):
    first, second, file = tmp_path / "first.db", tmp_path / "second.db", tmp_path / "data.jsonl"
    filled(first, api, an_event)
    assert main(["export", "--data", str(first), "--output", str(file)]) == 0
    lines = file.read_text("utf-8")
    # It did not say how many events there are.
    _, *older, last = (line for line in lines.splitlines(keepends=True) if '"table":"event_totals"' not in line)
    rows = json.loads(last)["rows"] - 1
    first_line = lines.splitlines()[0].replace(f'"version":{VERSION}', '"version":1')
    file.write_text("".join([f"{first_line}\n", *older, f'{{"rows":{rows}}}\n']), "utf-8")
    assert main(["import", "--data", str(second), "--input", str(file)]) == 0
    assert main(["export", "--data", str(second)]) == 0
    assert capsys.readouterr().out == lines


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda lines: [], "not an export"),
        (lambda lines: ["nonsense\n"], "line 1 is not JSON"),
        (lambda lines: ["[]\n"], "not a JSON object"),
        (lambda lines: lines[1:], "not an export"),
        (lambda lines: lines[:-1], "ends before its last line"),
        (lambda lines: lines[:3] + lines[4:], "says that it has"),
        (lambda lines: [lines[0].replace(f'"version":{VERSION}', '"version":99'), *lines[1:]], "version 99"),
        (lambda lines: [lines[0].replace(f'"version":{VERSION}', '"version":[]'), *lines[1:]], "version []"),
        (lambda lines: [lines[0], '{"table":"sqlite_master","row":{}}\n'], "not a row of a known table"),
        (lambda lines: [lines[0], '{"table":"queue","row":{"other":1}}\n'], "not have the columns"),
        (lambda lines: [lines[0], lines[1], *lines[1:]], "cannot be stored"),
    ],
)
def test_what_is_no_whole_export_imports_nothing(capsys, tmp_path, api, an_event, spoil, reason):
    first, second, file = tmp_path / "first.db", tmp_path / "second.db", tmp_path / "data.jsonl"
    filled(first, api, an_event)
    assert main(["export", "--data", str(first), "--output", str(file)]) == 0
    file.write_text("".join(spoil(file.read_text("utf-8").splitlines(keepends=True))), "utf-8")
    assert reason in refused(capsys, "import", "--data", str(second), "--input", str(file))
    assert not second.exists()


def test_an_import_goes_into_no_database_that_has_something(capsys, tmp_path, api, an_event):
    first, file = tmp_path / "first.db", tmp_path / "data.jsonl"
    filled(first, api, an_event)
    assert main(["export", "--data", str(first), "--output", str(file)]) == 0
    assert "not empty" in refused(capsys, "import", "--data", str(first), "--input", str(file))


def test_what_is_not_installed_is_said_in_one_line(tmp_path):
    data = tmp_path / "memsy.db"
    data.touch()
    run = (
        "import sys; sys.modules['snowballstemmer'] = None; from memsy_client.cli.server import main; sys.exit(main())"
    )
    for command in (["serve", "--port", "0"], ["export"], ["import"]):
        arguments = [sys.executable, "-c", run, *command, "--data", str(data)]
        done = subprocess.run(arguments, capture_output=True, text=True, input="", check=False)
        assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
        assert "pip install 'memsy-client[local]'" in done.stderr


def test_what_is_not_there_is_said(capsys, tmp_path):
    assert "no such file" in refused(capsys, "export", "--data", str(tmp_path / "nowhere.db"))
    assert "No such file" in refused(capsys, "import", "--data", str(tmp_path / "a.db"), "--input", str(tmp_path / "b"))


def test_an_export_is_json_lines(capsys, tmp_path):
    path = tmp_path / "memsy.db"
    LocalMemsy(path, port=None).close()
    assert main(["export", "--data", str(path)]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert lines[0] == {"format": "memsy-export", "version": VERSION}
    assert lines[-1] == {"rows": len(lines) - 2}


def test_an_empty_key_address_or_organisation_is_refused(capsys, tmp_path):
    key_file = tmp_path / "key"
    key_file.write_text("\n")
    assert "is empty" in refused(capsys, "serve", "--memory", "--port", "0", "--key-file", str(key_file))
    assert "begins with msy_" in refused(capsys, "serve", "--memory", "--port", "0", "--key", "")
    assert "--host is empty" in refused(capsys, "serve", "--memory", "--port", "0", "--host", "")
    assert "--org is empty" in refused(capsys, "serve", "--memory", "--port", "0", "--org", " ")


def test_a_refused_import_leaves_nothing_behind(capsys, tmp_path):
    file = tmp_path / "data.jsonl"
    file.write_text("nonsense\n")
    assert "not JSON" in refused(capsys, "import", "--data", str(tmp_path / "new.db"), "--input", str(file))
    (tmp_path / "text.db").write_text("no database" * 100)
    assert "not a database" in refused(capsys, "import", "--data", str(tmp_path / "text.db"), "--input", str(file))
    left = {entry.name for entry in tmp_path.iterdir()}
    assert left - ({"new.db.lock", "text.db.lock"} if sys.platform != "linux" else set()) == {"data.jsonl", "text.db"}


def is_being_written(path) -> bool:
    """Whether a transaction is under way."""
    if not path.with_name(f"{path.name}-wal").exists():
        return False
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=rw", timeout=0, uri=True)) as connection:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return True
        return False


@pytest.mark.skipif(sys.platform == "win32", reason="a Ctrl-C is sent as a signal")
def test_ctrl_c_in_an_import_is_one_line_and_leaves_nothing_behind(tmp_path):
    data = tmp_path / "new.db"
    command = [*COMMAND, "import", "--data", str(data)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        process.stdin.write('{"format":"memsy-export","version":1}\n{"table":"queue","row":{"event":1}}\n')
        process.stdin.flush()
        # It is in the middle once its transaction holds the lock of the writer.
        end = time.monotonic() + 60
        while not is_being_written(data) and time.monotonic() < end:
            threading.Event().wait(0.01)
        process.send_signal(signal.SIGINT)
        err = process.stderr.read()
        assert (process.wait(60), err) == (130, "memsy-client: interrupted\n")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="a Ctrl-C is sent as a signal")
def test_serve_stops_at_once_although_half_a_request_is_open():
    with serving("--memory", "--port", "0") as (process, _, environment), contextlib.ExitStack() as stack:
        port = int(environment["MEMSY_BASE_URL"].rsplit(":", 1)[1].split("/")[0])
        head = f"POST /v1/search HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {LOCAL_API_KEY}\r\n"
        for part in ("GET /v1", head, f"{head}Content-Length: 100\r\n\r\n{{"):
            half = stack.enter_context(socket.create_connection(("127.0.0.1", port)))
            half.sendall(part.encode())
        with MemsyClient(environment["MEMSY_BASE_URL"], environment["MEMSY_API_KEY"]) as client:
            client.health()
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
        assert (process.returncode, err) == (0, "")
        assert time.monotonic() - began < 5


def test_lines_of_the_log_are_never_glued_together():
    with serving("--memory", "--port", "0") as (process, _, environment):
        port = int(environment["MEMSY_BASE_URL"].rsplit(":", 1)[1].split("/")[0])

        def call(number):
            with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
                for turn in range(20):
                    connection.request("GET", f"/v1/{number}/{turn}")
                    connection.getresponse().read()

        threads = [threading.Thread(target=call, args=(number,)) for number in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        process.send_signal(signal.SIGTERM)
        out, _ = process.communicate(timeout=60)
    *lines, last = out.splitlines()
    assert last == "stopped"
    assert all(re.fullmatch(r"GET /v1/\d+/\d+ 404 [\d.]+ ms", line) for line in lines)
    assert len({line.split()[1] for line in lines}) == 320


def exported(tmp_path, api, an_event):
    """The lines of an export that has a row of most kinds."""
    first, file = tmp_path / "first.db", tmp_path / "data.jsonl"
    filled(first, api, an_event)
    assert main(["export", "--data", str(first), "--output", str(file)]) == 0
    return [json.loads(line) for line in file.read_text("utf-8").split("\n")[:-1]]


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("events", "content", 5),
        ("events", "ts", "yesterday"),
        ("events", "ts", 1.5),
        ("events", "ts", 2**62),
        ("events", "event", True),
        ("events", "actor_id", None),
        ("events", "digest", "text"),
        ("memories", "text", " "),
        ("memories", "tags", "no JSON"),
        ("memories", "tags", "[5]"),
        ("memories", "entities", '["name"]'),
        ("memories", "entities", '[{"name": 5}]'),
        ("memories", "source_urls", "{}"),
        ("memories", "payload", "[1]"),
        ("memories", "confidence", 2),
        ("memories", "confidence", "0.5"),
        ("memories", "strength", None),
        ("memories", "pinned", 7),
        ("memories", "level", "planet"),
        ("memories", "created", -(2**62)),
        ("levels", "name", ["a"]),
        ("keys", "admin", "yes"),
        ("keys", "hash", {"base64": "no base64!"}),
        ("usage", "quantity", "many"),
        ("memories", "strength", float("inf")),
        ("connectors", "provider", "nobody"),
        ("connectors", "authorized", 2),
        ("connectors", "selection", '[{"external_id": 5, "resource_type": "channel"}]'),
        ("connector_resources", "resources", '[{"external_id": "C1", "resource_type": "channel", "other": "x"}]'),
        ("connector_resources", "resources", "{}"),
        ("counters", "value", 0.5),
    ],
)
def test_a_value_that_is_not_of_its_column_is_named_and_imports_nothing(
    capsys, tmp_path, api, an_event, table, column, value
):
    documents = exported(tmp_path, api, an_event)
    at = next(at for at, document in enumerate(documents) if document.get("table") == table)
    documents[at]["row"][column] = value
    file = tmp_path / "changed.jsonl"
    file.write_text("".join(json.dumps(document) + "\n" for document in documents), "utf-8")
    message = refused(capsys, "import", "--data", str(tmp_path / "new.db"), "--input", str(file))
    assert f"line {at + 1} cannot be stored: {column} is not" in message or "base64" in message
    assert not (tmp_path / "new.db").exists()


@pytest.mark.parametrize("last", [{"rows": 0}, {"table": "queue", "row": {"event": 1}}, {}])
def test_a_line_after_the_number_of_rows_is_refused(capsys, tmp_path, api, an_event, last):
    documents = [*exported(tmp_path, api, an_event), last]
    file = tmp_path / "changed.jsonl"
    file.write_text("".join(json.dumps(document) + "\n" for document in documents), "utf-8")
    message = refused(capsys, "import", "--data", str(tmp_path / "new.db"), "--input", str(file))
    assert f"line {len(documents)} comes after" in message
    assert not (tmp_path / "new.db").exists()


@pytest.mark.parametrize("header", [{"version": True}, {"version": 1.0}])
def test_a_version_is_a_number(capsys, tmp_path, header):
    file = tmp_path / "data.jsonl"
    file.write_text(json.dumps({"format": "memsy-export", **header}) + '\n{"rows": 0}\n')
    assert "version" in refused(capsys, "import", "--data", str(tmp_path / "new.db"), "--input", str(file))


def test_an_import_finds_a_promoted_copy_by_the_month_it_had(tmp_path, api, an_event):
    first, second, file = tmp_path / "first.db", tmp_path / "second.db", tmp_path / "data.jsonl"
    months = ("2025-03", "2025-05", "2025-07", "2025-09")
    with LocalMemsy(first, port=None) as memsy:
        for month, actor in zip(months, ("ana", "bob", "eve", "kim"), strict=True):
            type(api)(memsy).ingest(an_event("Tea is hot", actor_id=actor, role_id="r", ts=f"{month}-01T10:00:00Z"))
    assert main(["export", "--data", str(first), "--output", str(file)]) == 0
    assert main(["import", "--data", str(second), "--input", str(file)]) == 0
    found = []
    for path in (first, second):
        with contextlib.closing(sqlite3.connect(path)) as connection:
            connection.execute("CREATE VIRTUAL TABLE temp.tokens USING fts5vocab(main, retrieval_index, instance)")
            rows = connection.execute("SELECT * FROM retrieval_rows").fetchall()
            found.append((rows, connection.execute("SELECT term, doc FROM tokens").fetchall()))
    assert found[0] == found[1]
    assert len(found[0][0]) == 6
