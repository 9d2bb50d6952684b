"""`memsy-client ingest`: what it reads, what it refuses, and what it says."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.server import Exchange, answer

from memsy_client import MemsyControlClient
from memsy_client.local import LocalMemsy, Plan

ROOT = Path(__file__).parents[2]
Run = Callable[..., Any]

EVENT = {"actor_id": "ben", "session_id": "s", "kind": "user_message", "content": "I live in Porto."}
FULL = {
    **EVENT,
    "content": "I moved to Faro.",
    "role_id": "r",
    "team_id": "t",
    "ts": "2026-01-31T09:30:00+00:00",
    "metadata": '{"a": 1}',
}


def lines(*records: Any) -> str:
    return "".join(json.dumps(record) + "\n" for record in records)


def stored(memsy: LocalMemsy, actor: str = "ben") -> list[dict[str, Any]]:
    """What is stored of an actor, oldest first."""
    with MemsyControlClient(memsy.control_url, memsy.api_key) as control:
        events = [event.to_dict() for event in control.events.iter(actor_id=actor, sort="ts_asc")]
    return sorted(events, key=lambda event: str(event["event_id"]))


def sent(memsy: LocalMemsy) -> list[dict[str, Any]]:
    """The events of the last call."""
    found: list[dict[str, Any]] = json.loads(memsy.requests[-1].content)["events"]
    return found


@pytest.fixture
def ingest(memsy: LocalMemsy, run: Run, tmp_path: Path) -> Callable[..., Any]:
    """Ingests a file with this content and name."""

    def ingest(content: str | bytes, *arguments: str, name: str = "events.jsonl", **options: Any) -> Any:
        file = tmp_path / name
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return run("ingest", str(file), *arguments, **options, **memsy.environment)

    return ingest


CSV = (
    "actor_id;session_id;kind;content;role_id\n"
    'ben;s;user_message;"I live; in\nPorto."\n'
    "ben;s;user_message;I moved to Faro.;r\n"
)


@pytest.mark.parametrize(
    ("name", "content", "events"),
    [
        ("e.jsonl", lines(EVENT, FULL), [EVENT, FULL]),
        ("e.ndjson", "\ufeff" + lines(EVENT) + "\n  \n" + lines(FULL).strip(), [EVENT, FULL]),
        ("e.json", json.dumps([EVENT, FULL], indent=2), [EVENT, FULL]),
        ("e.json", json.dumps({"events": [EVENT]}), [EVENT]),
        ("e.json", lines(EVENT, FULL), [EVENT, FULL]),
        ("e.json", json.dumps(EVENT, indent=2), [EVENT]),
        ("e.txt", "\n" + json.dumps([EVENT]), [EVENT]),
        ("e.txt", lines(EVENT), [EVENT]),
        (
            "e.csv",
            CSV,
            [
                {**EVENT, "content": "I live; in\nPorto."},
                {**EVENT, "content": "I moved to Faro.", "role_id": "r"},
            ],
        ),
        (
            "e.tsv",
            CSV.replace(";", "\t").replace("live\t", "live;"),
            [{**EVENT, "content": "I live; in\nPorto."}, {**EVENT, "content": "I moved to Faro.", "role_id": "r"}],
        ),
        (
            "e",
            CSV.replace(";", ",").replace("live,", "live;"),
            [{**EVENT, "content": "I live; in\nPorto."}, {**EVENT, "content": "I moved to Faro.", "role_id": "r"}],
        ),
        ("e.jsonl", lines({**EVENT, "metadata": {"a": 1}, "role_id": None}), [{**EVENT, "metadata": '{"a": 1}'}]),
    ],
)
def test_json_lines_json_and_csv_are_read(
    memsy: LocalMemsy, ingest: Any, name: str, content: str, events: list[Any]
) -> None:
    ran = ingest(content, name=name)
    assert (ran.code, ran.err, ran.out) == (0, "", f"{len(events)} stored\n")
    assert sent(memsy) == events
    assert len(stored(memsy)) == len(events)


def test_the_format_may_be_said(memsy: LocalMemsy, ingest: Any) -> None:
    assert ingest(CSV, "--format", "csv", name="e.json").code == 0
    assert ingest(CSV, "--format", "jsonl", name="e.csv").code == 2


def test_several_files_and_standard_input_are_one_ingestion(memsy: LocalMemsy, run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(lines(EVENT))
    (tmp_path / "b.csv").write_text(CSV)
    before = len(memsy.requests)
    ran = run("ingest", str(tmp_path / "a.jsonl"), "-", str(tmp_path / "b.csv"), stdin=lines(FULL), **memsy.environment)
    assert (ran.code, ran.out) == (0, "3 stored, 1 duplicate\n")
    assert len(memsy.requests) - before == 1
    assert [event.get("team_id") for event in sent(memsy)] == [None, "t", None, None]
    twice = run("ingest", "-", "--key-file", "-", stdin=lines(FULL), **memsy.environment)
    assert (twice.code, "standard input" in twice.error["message"]) == (2, True)


@pytest.mark.skipif(sys.platform == "win32", reason="there are no named pipes")
def test_a_pipe_is_read_as_a_file_is(memsy: LocalMemsy, run: Run, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_text, args=(lines(EVENT, FULL),))
    writer.start()
    ran = run("ingest", str(pipe), **memsy.environment)
    writer.join(60)
    assert (ran.code, ran.out) == (0, "2 stored\n")


def test_foreign_fields_are_mapped_and_others_passed_over(memsy: LocalMemsy, ingest: Any) -> None:
    foreign = {"user": {"id": 17, "name": "Ben"}, "chat": "s", "text": "I live in Porto.", "tokens": 12, "at.x": "r"}
    ran = ingest(
        lines(foreign),
        *("--map", "actor_id=user.id", "--map", "session_id=chat", "--map", "content=text", "--map", "role_id=at.x"),
        *("--kind", "user_message", "--team-id", "t"),
    )
    assert (ran.code, ran.err) == (0, "")
    assert sent(memsy) == [{**EVENT, "actor_id": "17", "role_id": "r", "team_id": "t"}]
    table = ingest(
        "who,what\n17,I live in Porto.\n",
        "--map",
        "actor_id=who",
        "--map=content=what",
        "--session-id",
        "s",
        "--kind",
        "user_message",
        name="e.csv",
    )
    assert table.code == 0
    assert sent(memsy) == [{**EVENT, "actor_id": "17"}]


def test_what_a_record_says_wins_over_what_is_said_for_all(memsy: LocalMemsy, ingest: Any) -> None:
    assert ingest(lines(EVENT, {**EVENT, "role_id": "own"}), "--role-id", "all", "--actor-id", "x").code == 0
    assert [(event["actor_id"], event["role_id"]) for event in sent(memsy)] == [("ben", "all"), ("ben", "own")]


@pytest.mark.parametrize("text", ["content", "content=", "text=content", "=x"])
def test_a_mapping_that_is_none_is_refused(ingest: Any, text: str) -> None:
    ran = ingest(lines(EVENT), "--map", text)
    assert (ran.code, "FIELD=NAME" in ran.error["message"]) == (2, True)


CHAT = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "I live in Porto.", "name": "Ben"},
    {"role": "assistant", "content": None, "tool_calls": [{"id": "c", "type": "function", "function": {}}]},
    {"role": "tool", "tool_call_id": "c", "content": "Sunny."},
    {"role": "assistant", "content": [{"type": "text", "text": "It is sunny"}, {"type": "text", "text": "in Porto."}]},
    {"role": "user", "content": [{"type": "image_url", "image_url": {}}, {"type": "text", "text": "See?"}]},
    {"role": "user", "content": [{"type": "image_url", "image_url": {}}]},
]
SAID = [
    ("user_message", "I live in Porto."),
    ("tool_result", "Sunny."),
    ("assistant_message", "It is sunny\nin Porto."),
    ("user_message", "See?"),
]


@pytest.mark.parametrize(
    ("content", "arguments"),
    [
        (json.dumps(CHAT), ["--actor-id", "ben", "--session-id", "s"]),
        (lines(*CHAT), ["--actor-id", "ben", "--session-id", "s"]),
        (json.dumps({"messages": CHAT, "model": "m"}), ["--actor-id", "ben", "--session-id", "s"]),
        (lines({"messages": CHAT, "user": "ben", "id": "s"}), ["--map", "actor_id=user", "--map", "session_id=id"]),
        (lines(CHAT), ["--actor-id", "ben", "--session-id", "s", "--format", "jsonl"]),
        (json.dumps([{"messages": CHAT, "actor_id": "ben"}], indent=1), ["--session-id", "s"]),
    ],
)
def test_lists_of_chat_messages_are_conversations(
    memsy: LocalMemsy, ingest: Any, content: str, arguments: list[str]
) -> None:
    ran = ingest(content, *arguments, name="chat.json")
    assert (ran.code, ran.err, ran.out) == (0, "", "4 stored, 3 left out\n")
    assert [(event["kind"], event["content"]) for event in sent(memsy)] == SAID
    assert {(event["actor_id"], event["session_id"]) for event in sent(memsy)} == {("ben", "s")}


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        (
            "e.jsonl",
            lines(EVENT) + "{oops\n" + lines({**EVENT, "content": " "}),
            ["line 2: is not JSON", "line 3: content:"],
        ),
        (
            "e.jsonl",
            lines(1, "x", {}),
            ["line 1: is not an object", "line 2: is not an object", "line 3: actor_id: Field required"],
        ),
        ("e.jsonl", lines({**EVENT, "text": "x"}), ["line 1: 'text' is not a field of an event; --map FIELD=text"]),
        ("e.jsonl", lines({**EVENT, "content": "x" * 8000}), ["line 1: content: String should have at most 7999"]),
        ("e.jsonl", lines({**EVENT, "kind": "shout"}), ["line 1: kind: Input should be 'user_message'"]),
        ("e.jsonl", lines({**EVENT, "ts": "yesterday"}), ["line 1: ts: "]),
        ("e.jsonl", lines({**EVENT, "ts": "2026-01-31T09:30:00"}), ["line 1: ts has no offset"]),
        ("e.jsonl", lines({**EVENT, "actor_id": 17}), ["line 1: actor_id: "]),
        ("e.json", json.dumps([EVENT, {}], indent=1), ["item 2: actor_id: "]),
        ("e.jsonl", lines({**EVENT, "content": "\ud800"}), ["line 1: the body holds a lone surrogate"]),
        ("e.json", "[{]", ["the document: is not JSON"]),
        ("e.json", "3", ["the document: is not an object"]),
        ("e.csv", CSV + "a;b;c;d;e;f\n", ["line 5: has 6 cells, and the first line 5"]),
        ("e.csv", CSV + '"a', ["line 5: is not CSV"]),
        (
            "e.csv",
            CSV + "x" * 200_000 + "\nben;s;shout;x;\n",
            ["line 5: is not CSV: field larger", "line 6: kind: "],
        ),
        ("e.csv", CSV + 'ben;s;shout;"x\ny";\nben;s;scream;x\n', ["line 5: kind: ", "line 7: kind: "]),
        ("e.csv", '"actor_id\n', ["line 1: is not CSV"]),
        ("e.csv", "actor_id, kind\nben,x\n", ["--map FIELD=' kind' says"]),
        (
            "e.jsonl",
            lines({"role": "user", "content": ["x"], "actor_id": "b", "session_id": "s"}),
            ["line 1: content: "],
        ),
        ("e.jsonl", lines({**EVENT, "metadata": {"a": float("nan")}}), ["line 1: is not JSON: it has no NaN"]),
        (
            "e.jsonl",
            lines({"messages": [{"role": "king", "content": "x"}, 3]}),
            ["line 1, message 1: the role 'king'", "message 2: is not an object"],
        ),
    ],
)
@pytest.mark.parametrize("dry", [True, False])
def test_every_bad_line_is_named_and_nothing_is_sent(
    memsy: LocalMemsy, ingest: Any, name: str, content: str, told: list[str], dry: bool
) -> None:
    before = len(memsy.requests)
    ran = ingest(content, *(["--dry-run"] if dry else []), name=name)
    assert (ran.code, ran.out, len(memsy.requests)) == (2, "", before)
    *bad, total = [error["message"] for error in ran.errors]
    assert len(bad) == len(told)
    for message, expected in zip(bad, told, strict=True):
        assert expected in message
        assert name in message
    assert "nothing was sent" in total


@pytest.mark.parametrize("name", ["e.jsonl", "e.csv"])
def test_a_line_that_is_not_utf_8_is_named_and_hides_no_other(ingest: Any, name: str) -> None:
    names, first, _ = (CSV.replace("\nPorto", " Porto") if name == "e.csv" else "\n" + lines(EVENT, EVENT)).split(
        "\n", 2
    )
    bad = first.encode().replace(b"user", b"us\xfcr")
    ran = ingest(b"\n".join([names.encode(), first.encode(), bad, first.encode(), b"{", b""]), name=name)
    *told, _total = [error["message"].partition(f"{name}, ")[2] for error in ran.errors]
    assert (ran.code, ran.out, told[0]) == (2, "", "line 3: is not UTF-8 text")
    assert [message.partition(":")[0] for message in told] == ["line 3", "line 5"]


@pytest.mark.parametrize("content", [b"\xff\xfe\x00\x01", b"", b"\n\n", b"\x89PNG\r\n\x1a\n"])
def test_what_has_no_events_is_said_in_a_line(ingest: Any, content: bytes) -> None:
    for name in ("e.jsonl", "e.csv", "e.json", "e"):
        ran = ingest(content, name=name)
        assert (ran.code, ran.out) == (2, "")
        assert name in ran.errors[0]["message"]


def test_a_file_that_cannot_be_read_is_named(memsy: LocalMemsy, run: Run, tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.jsonl"):
        ran = run("ingest", str(path), **memsy.environment)
        assert (ran.code, str(path) in ran.error["message"]) == (2, True)


def test_a_dry_run_needs_neither_key_nor_server(run: Run) -> None:
    ran = run("ingest", "-", "--dry-run", stdin=lines(EVENT, FULL, CHAT[0]))
    assert (ran.code, ran.err, ran.out) == (0, "", "2 events, 1 left out\n")
    assert run("ingest", "-", "--dry-run", "--json", stdin=lines(EVENT)).report == {"events": 1, "left_out": 0}


def test_it_needs_nothing_of_the_embedded_server() -> None:
    code = "import sys; sys.modules |= dict.fromkeys(['sqlite3', 'starlette', 'uvicorn', 'snowballstemmer', 'numpy'])\n"
    code += "from memsy_client.cli.main import main; sys.exit(main(['ingest', '-', '--dry-run']))"
    command = [sys.executable, "-c", code]
    ran = subprocess.run(command, input=lines(EVENT), capture_output=True, text=True, cwd=ROOT, timeout=60, check=False)
    assert (ran.returncode, ran.stderr, ran.stdout) == (0, "", "1 event\n")


def test_without_a_server_to_send_to_it_says_what_is_missing(run: Run) -> None:
    ran = run("ingest", "-", stdin=lines(EVENT), MEMSY_API_KEY="msy_x")
    assert (ran.code, ran.out, "MEMSY_BASE_URL" in ran.error["message"]) == (2, "", True)


def test_json_has_the_ids_in_order(memsy: LocalMemsy, ingest: Any) -> None:
    many = [{**EVENT, "content": f"Fact number {number}."} for number in range(25)]
    ran = ingest(lines(*many), "--json", "--batch-size", "4", "--concurrency", "3")
    assert (ran.code, ran.err) == (0, "")
    found = {event["event_id"]: event["content"] for event in stored(memsy)}
    assert [found[event_id] for event_id in ran.report["event_ids"]] == [event["content"] for event in many]
    assert (ran.report["stored"], ran.report["refused"], ran.report["in_doubt"]) == (25, 0, 0)


def test_events_that_the_service_refuses_are_named_and_the_others_stored(memsy: LocalMemsy, ingest: Any) -> None:
    memsy.fail_next(3, status=422, operation="ingest", body={"detail": "no"})  # the batch, its half, the first event
    ran = ingest(lines(EVENT, *[{**EVENT, "content": f"Fact {number}."} for number in range(3)]))
    assert (ran.code, ran.out) == (1, "3 stored, 1 refused\n")
    assert ran.error["message"].startswith(ran.error["message"].partition("events.jsonl")[0] + "events.jsonl, line 1: ")
    assert (ran.error["status_code"], ran.error["type"]) == (422, "MemsyAPIError")


def test_one_error_of_many_events_is_one_line(memsy: LocalMemsy, ingest: Any) -> None:
    memsy.set_plan(Plan(limits={"events_ingested": 3}))
    many = lines(*[{**EVENT, "content": f"Fact {number}."} for number in range(10)])
    ran = ingest(many, "--batch-size", "1", "--concurrency", "1", "--json")
    assert (ran.code, ran.report["failed"] + ran.report["stored"]) == (1, 10)
    assert ran.error["type"] == "UsageLimitExceeded"
    assert re.search(r"events.jsonl, line \d+ to .*events.jsonl, line 10 \(\d+ events\): ", ran.error["message"])


def test_a_server_that_is_away_is_said_once(run: Run) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))  # and does not listen
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
        environment = {"MEMSY_BASE_URL": address, "MEMSY_API_KEY": "msy_x", "MEMSY_MAX_RETRIES": "0"}
        ran = run("ingest", "-", "--batch-size", "1", stdin=lines(EVENT, FULL, EVENT), **environment)
    assert (ran.code, ran.out, ran.error["type"]) == (1, "3 failed\n", "MemsyConnectionError")
    assert "standard input, line 1 to standard input, line 3 (3 events): cannot connect" in ran.error["message"]


@pytest.mark.parametrize("option", ["--batch-size", "--concurrency"])
def test_numbers_that_cannot_be_are_refused_before_anything_is_read(run: Run, option: str) -> None:
    for number in ("0", "-1", "many", "1001" if option == "--batch-size" else "0.5"):
        ran = run("ingest", "nowhere.jsonl", option, number)
        assert (ran.code, ran.out, option in ran.error["message"]) == (2, "", True)


def test_concurrency_may_be_left_to_the_client(ingest: Any) -> None:
    ran = ingest(lines(EVENT, FULL), "--batch-size", "1", "--concurrency", "auto")
    assert (ran.code, ran.out) == (0, "2 stored\n")


def test_events_in_doubt_are_exit_code_3(memsy: LocalMemsy, ingest: Any) -> None:
    memsy.fail_next(drop=True, after=True, operation="ingest")
    ran = ingest(lines(EVENT))
    assert (ran.code, ran.out, ran.error["type"]) == (3, "1 in doubt\n", "MemsyConnectionError")


def test_a_wrong_key_is_a_failure_of_all(ingest: Any, memsy: LocalMemsy, run: Run) -> None:
    environment = {**memsy.environment, "MEMSY_API_KEY": "msy_wrong"}
    ran = run("ingest", "-", stdin=lines(EVENT, FULL), **environment)
    assert (ran.code, ran.out, ran.error["type"]) == (1, "2 failed\n", "AuthenticationError")


def test_the_bar_has_the_rate_and_the_time_left(ingest: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    many = lines(*[{**EVENT, "content": f"Fact {number}."} for number in range(40)])
    assert ingest(many, "--batch-size", "2").err == ""  # where nobody looks
    monkeypatch.setenv("FORCE_COLOR", "1")
    ran = ingest(many, "--batch-size", "2")
    assert ran.out == "40 stored\n"
    shown = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", ran.err)
    assert "40/40" in shown
    assert re.search(r"[\d,]+ events/s", shown)
    assert "0:00:00" in shown


def test_an_error_above_the_bar_is_one_line(ingest: Any, memsy: LocalMemsy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "60")
    memsy.fail_next(status=400, operation="ingest", body={"detail": "no " * 60})
    ran = ingest(lines(EVENT))
    shown = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", ran.err).replace("\r", "\n").splitlines()
    (error,) = (json.loads(line)["error"] for line in shown if line.startswith("{"))
    assert (ran.out, error["status_code"]) == ("1 refused\n", 400)


@pytest.mark.skipif(sys.platform == "win32", reason="a process cannot be sent Ctrl-C alone")
def test_ctrl_c_says_what_was_stored_and_ends_with_130(serve: Any) -> None:
    calls = []

    def second_hangs(exchange: Exchange) -> None:
        calls.append(exchange)
        if len(calls) == 1:
            answer({"event_ids": ["evt_1"], "accepted": 1})(exchange)
        else:
            exchange.wait()

    server = serve(second_hangs)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "MEMSY_BASE_URL": f"{server.origin}/v1", "MEMSY_API_KEY": "k"}
    process = subprocess.Popen(
        [sys.executable, "-m", "memsy_client", "ingest", "-", "--batch-size", "1", "--concurrency", "1", "--json"],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdin is not None
        process.stdin.write(lines(EVENT, FULL))
        process.stdin.close()
        process.stdin = None
        server.wait_for_requests(2)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
        process.communicate()
    assert process.returncode == 130
    assert json.loads(out) == {
        "event_ids": ["evt_1"],
        "stored": 1,
        "duplicate": 0,
        "refused": 0,
        "failed": 0,
        "in_doubt": 1,
        "left_out": 0,
    }
    assert [json.loads(line)["error"]["type"] for line in err.splitlines()] == [
        "MemsyConnectionError",
        "KeyboardInterrupt",
    ]


#: Runs the command, and kills it when its second request has been answered, before that is noted.
KILLED = """
import os, signal, sys
from memsy_client._bulk.open_journal import OpenJournal
from memsy_client.cli.main import main

answers = []
acknowledge = OpenJournal.acknowledge

def acknowledge_or_die(*arguments):
    answers.append(arguments)
    if len(answers) == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    acknowledge(*arguments)

OpenJournal.acknowledge = acknowledge_or_die
sys.exit(main())
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_with_a_journal_a_killed_run_is_gone_on_with(memsy: LocalMemsy, run: Run, tmp_path: Path) -> None:
    source, journal = tmp_path / "events.jsonl", tmp_path / "events.journal"
    source.write_text(lines(*[{**EVENT, "content": f"Fact {number}."} for number in range(7)]))
    command = ["ingest", str(source), "--journal", str(journal), "--batch-size", "2", "--concurrency", "1"]
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, *command],
        env={**os.environ, "PYTHONPATH": str(ROOT), **memsy.environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (killed.returncode, killed.stdout, killed.stderr) == (-signal.SIGKILL, "", "")
    assert len(stored(memsy)) == 4
    memsy.clock.advance(61)  # the service would take them for new ones
    (tmp_path / "key").write_text(memsy.api_key)
    environment = {**memsy.environment, "MEMSY_API_KEY": ""}
    again = run(*command, "--key-file", "-", "--json", stdin=memsy.api_key, **environment)
    assert (again.code, again.err) == (0, "")
    assert again.report.items() >= {"stored": 7, "resumed": 4, "in_doubt": 0}.items()
    assert again.report["event_ids"] == [event["event_id"] for event in stored(memsy)]
    assert [event["content"] for event in stored(memsy)] == [f"Fact {number}." for number in range(7)]
    before = len(memsy.requests)
    done = run(*command, **memsy.environment)
    assert (done.code, done.err, done.out) == (0, "", "7 stored, 7 of them in earlier runs\n")
    assert len(memsy.requests) == before


def test_a_journal_of_other_events_is_refused_and_names_the_event(
    memsy: LocalMemsy, ingest: Any, tmp_path: Path
) -> None:
    journal = str(tmp_path / "journal")
    assert ingest(lines(EVENT, FULL), "--journal", journal).code == 0
    ran = ingest(lines(EVENT, EVENT), "--journal", journal)
    assert (ran.code, "another event 1 than the source" in ran.error["message"]) == (2, True)
    other = ingest(lines(EVENT), "--journal", str(tmp_path))
    assert (other.code, other.out) == (2, "")


def test_what_stays_in_doubt_is_sent_again_when_told_so(memsy: LocalMemsy, ingest: Any, tmp_path: Path) -> None:
    journal = str(tmp_path / "journal")
    memsy.fail_next(drop=True, operation="ingest")
    memsy.fail_next(2, status=403, operation="events_list")
    assert ingest(lines(EVENT), "--journal", journal).code == 3
    assert ingest(lines(EVENT), "--journal", journal).code == 3
    memsy.fail_next(status=403, operation="events_list")
    ran = ingest(lines(EVENT), "--journal", journal, "--resend-in-doubt")
    assert (ran.code, ran.out, len(stored(memsy))) == (0, "1 stored\n", 1)
    alone = ingest(lines(EVENT), "--resend-in-doubt")
    assert (alone.code, "--journal" in alone.error["message"]) == (2, True)
