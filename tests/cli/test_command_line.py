"""The command as a whole: what it prints, how it ends, where its key comes from."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from support.server import Server, answer, hang

from memsy_client import EventPayload, MemsyClient, MemsyControlClient
from memsy_client.cli import operations
from memsy_client.local import LocalMemsy

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "memsy_client"]
ERROR = {"type", "message", "status_code", "error_code", "request_id"}

Run = Callable[..., Any]

needs_terminal = pytest.mark.skipif(not hasattr(os, "openpty"), reason="there are no pseudo-terminals")
needs_signals = pytest.mark.skipif(sys.platform == "win32", reason="a process cannot be sent Ctrl-C alone")


@contextlib.contextmanager
def spawned(*arguments: str, **options: Any) -> Iterator[subprocess.Popen[str]]:
    """The command as a process, which finds this checkout wherever it runs, and does not outlive the test."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **options.pop("env", {})}
    process = subprocess.Popen(
        [*COMMAND, *arguments],
        env=environment,
        text=True,
        **{"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options},
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def read_until(stream: Any, text: str) -> str:
    """What comes out of a stream, up to a text."""
    found = ""
    while not found.endswith(text) and (character := stream.read(1)):
        found += character
    return found


def without_extra(*arguments: str) -> subprocess.CompletedProcess[str]:
    code = f"import sys; sys.modules |= {{'click': None, 'rich': None}}; sys.argv[1:] = {list(arguments)!r}\n"
    code += "from memsy_client.cli.main import main; sys.exit(main())"
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, timeout=60, check=False
    )


def test_a_command_that_needs_the_extra_says_in_one_line_how_to_get_it() -> None:
    for arguments in (["orgs", "list"], ["ingest", "events.jsonl"], ["search", "x"], ["completion", "bash"]):
        ran = without_extra(*arguments)
        assert (ran.returncode, ran.stdout) == (2, "")
        assert ran.stderr.splitlines() == [
            f"memsy-client: {arguments[0]} needs the extra cli: pip install 'memsy-client[cli]'"
        ]


def test_what_needs_no_extra_works_without_it(tmp_path: Path) -> None:
    data = tmp_path / "memsy.db"
    LocalMemsy(data, port=None).close()
    export = without_extra("export", "--data", str(data), "--output", str(tmp_path / "all.jsonl"))
    assert (export.returncode, export.stderr) == (0, "")
    back = without_extra("import", "--data", str(tmp_path / "new.db"), "--input", str(tmp_path / "all.jsonl"))
    assert (back.returncode, "rows imported" in back.stderr) == (0, True)
    assert without_extra("serve", "--help").returncode == 0
    assert without_extra("check", "--help").returncode == 0
    assert "guide.md" in without_extra("docs").stdout
    assert without_extra("--version").stdout.startswith("memsy-client ")
    listed = without_extra("--help")
    assert (listed.returncode, without_extra().returncode) == (0, 2)
    assert all(name in listed.stdout for name in ("serve", "export", "import", "check", "docs", "memsy-client[cli]"))


@pytest.mark.usefixtures("unmeasured")
def test_help_is_quick_because_it_loads_nothing_that_only_some_commands_need() -> None:
    code = "import sys; from memsy_client.cli.main import main; main(['--help']); print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, timeout=60, check=True)
    loaded = set(ran.stdout.splitlines()[-1].split())
    assert "click" in loaded
    assert not loaded & {"sqlite3", "httpx", "httpcore", "rich", "attrs", "attr", "asyncio", "dateutil"}
    assert not [name for name in loaded if name.startswith(("memsy_client.local", "memsy_client._generated.models."))]


@pytest.mark.usefixtures("unmeasured")
def test_a_client_loads_nothing_of_the_command_line() -> None:
    code = "import sys, memsy_client; memsy_client.MemsyClient('http://x/v1', 'k'); print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, timeout=60, check=True)
    loaded = set(ran.stdout.split())
    assert not loaded & {"click", "rich", "sqlite3", "memsy_client.cli"}


def test_the_help_has_every_command(run: Run) -> None:
    shown = run("--help")
    assert (shown.code, shown.err) == (0, "")
    listed = set(re.findall(r"^  ([a-z][a-z0-9-]*)(?: |$)", shown.out, re.M))
    by_contract = {command.full_name.partition(" ")[0] for command in operations.all_commands()}
    assert listed == by_contract | {"serve", "export", "import", "check", "docs", "completion"}


def test_without_a_command_it_shows_the_help_as_an_error(run: Run) -> None:
    for arguments in ([], ["orgs"]):
        ran = run(*arguments)
        assert (ran.code, ran.out) == (2, "")
        assert "Usage: memsy-client" in ran.err


def test_a_table_for_people_has_the_values_and_no_markup(memsy: LocalMemsy, run: Run) -> None:
    with MemsyClient(memsy.base_url, memsy.api_key) as client:
        client.roles.create("local", "[bold]Sales[/bold] :smile:", "x")
    ran = run("roles", "list", "local", **memsy.environment)
    assert "role_id" in ran.out.splitlines()[0]
    assert "[bold]Sales[/bold] :smile:" in " ".join(ran.out.split())
    assert run("roles", "list", "--org-id", "local", **memsy.environment).out == ran.out
    assert run("keys", "list", **memsy.environment).out.splitlines()[-1].startswith("max_keys: ")


def test_what_a_server_says_cannot_steer_a_terminal(memsy: LocalMemsy, run: Run) -> None:
    nasty = "no\x1b[2J\x9bmore\u202eevil"
    memsy.fail_next(status=200, operation="health", body={"status": nasty, "version": nasty, "components": {}})
    memsy.fail_next(status=200, operation="health", body={"status": nasty, "version": nasty, "components": {}})
    memsy.fail_next(status=500, operation="health", body={"detail": nasty})
    table, document, failed = (run("health", *more, **memsy.environment) for more in ([], ["--json"], []))
    for text in (table.out, document.out, failed.err):
        assert not set(text) & set("\x1b\x9b\u202e")
    assert json.loads(document.out)["status"] == nasty


def test_no_color_means_no_escape_sequence(memsy: LocalMemsy, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b[" in run("orgs", "list", **memsy.environment).out
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in run("orgs", "list", **memsy.environment).out


def test_all_prints_the_items_of_all_pages_as_json_lines(memsy: LocalMemsy, run: Run) -> None:
    with MemsyClient(memsy.base_url, memsy.api_key) as client:
        for number in range(5):
            client.roles.create("local", f"role {number}", "x")
        expected = [role.to_dict() for role in client.roles.iter("local")]
    ran = run("roles", "list", "local", "--all", "--limit", "2", **memsy.environment)
    assert (ran.code, ran.err) == (0, "")
    assert [json.loads(line) for line in ran.out.splitlines()] == expected
    some = run("roles", "list", "local", "--all", "--max-items", "3", "--json", **memsy.environment)
    assert [json.loads(line) for line in some.out.splitlines()] == expected[:3]
    assert run("roles", "list", "local", "--max-items", "3", **memsy.environment).error["type"] == "UsageError"


@pytest.mark.parametrize("arguments", [["orgs", "list"], ["keys", "list"], ["search", "Lisbon"]])
def test_all_prints_the_items_of_a_list_without_pages_too(memsy: LocalMemsy, run: Run, arguments: list[str]) -> None:
    document = run(*arguments, "--json", **memsy.environment).report
    ran = run(*arguments, "--all", **memsy.environment)
    items = document if isinstance(document, list) else document.get("keys") or document["results"]
    identity = {"orgs": "org_id", "keys": "key_id"}.get(arguments[0], "id")
    assert items
    assert [json.loads(line)[identity] for line in ran.out.splitlines()] == [item[identity] for item in items]


def test_a_failed_call_is_one_line_of_json_on_standard_error(memsy: LocalMemsy, run: Run) -> None:
    memsy.fail_next(
        status=403,
        operation="orgs_list",
        body={"detail": {"message": "no", "error": "admin_required"}},
        headers={"x-request-id": "req_1"},
    )
    for more in ([], ["--json"]):
        ran = run("orgs", "list", *more, **memsy.environment)
        if more:
            assert (ran.code, ran.err) == (0, "")
            continue
        assert (ran.code, ran.out) == (1, "")
        assert ran.error.keys() == ERROR
        assert (ran.error["type"], ran.error["status_code"]) == ("AuthorizationError", 403)
        assert ran.error["request_id"] == "req_1"


@pytest.mark.parametrize(
    ("arguments", "fault", "code"),
    [
        (["orgs", "list"], {"status": 401}, 1),
        (["orgs", "list"], {"status": 503}, 1),
        (["orgs", "list"], {"drop": True}, 1),
        (["search", "x"], {"drop": True}, 1),
        (["roles", "create", "local", "a", "b"], {"status": 409}, 1),
        (["roles", "create", "local", "a", "b"], {"status": 503}, 3),
        (["roles", "create", "local", "a", "b"], {"drop": True, "after": True}, 3),
        (["roles", "create", "local", "a", "b"], {"status": 200, "body": "<html>"}, 3),
        (["roles", "delete", "r", "local", "--yes"], {"drop": True}, 3),
        (["clear", "tag", "--yes"], {"status": 501}, 1),
    ],
)
def test_the_exit_code_says_whether_a_change_is_in_doubt(
    memsy: LocalMemsy, run: Run, arguments: list[str], fault: dict[str, Any], code: int
) -> None:
    memsy.fail_next(10, **fault)
    ran = run(*arguments, **memsy.environment)
    assert (ran.code, ran.out) == (code, "")
    assert ran.error.keys() == ERROR


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["nothing"], "No such command 'nothing'. memsy-client --help lists all."),
        (["serch"], "No such command 'serch'. Did you mean 'search'?"),
        (["orgs", "lists"], "Did you mean 'list'?"),
        (["orgs", "list", "--nothing"], "--nothing"),
        (["orgs", "get"], "ORG_ID, or --org-id is missing"),
        (["orgs", "get", "a", "b"], "b"),
        (["interest", "express", "--email", "a@b.c"], "--name is missing"),
        (["memories", "list", "--limit", "many"], "many"),
        (["memories", "list", "--status", "asleep"], "decayed"),
        (["usage", "timeseries", "--period-start", "yesterday"], "ISO 8601"),
        (["usage", "timeseries", "--period-start", "2026-01-31T09:30:00"], "offset"),
        (["connectors", "configure-resources", "c", "{"], "JSON"),
        (["connectors", "configure-resources", "c", "{}"], "external_id"),
        (["roles", "get", "..", "local"], "role_id"),
    ],
)
def test_what_the_user_can_mend_is_exit_code_2_and_nothing_is_sent(
    memsy: LocalMemsy, run: Run, arguments: list[str], told: str
) -> None:
    before = len(memsy.requests)
    ran = run(*arguments, **memsy.environment)
    assert (ran.code, ran.out, len(memsy.requests)) == (2, "", before)
    assert told in ran.error["message"]
    assert ran.error.keys() == ERROR


def test_what_is_not_configured_is_named(run: Run, memsy: LocalMemsy) -> None:
    ran = run("orgs", "list", MEMSY_API_KEY="msy_x")
    assert (ran.code, "MEMSY_BASE_URL" in ran.error["message"]) == (2, True)
    ran = run("me", MEMSY_API_KEY="msy_x", MEMSY_BASE_URL=memsy.base_url.removesuffix("/v1"))
    assert (ran.code, "MEMSY_CONTROL_URL" in ran.error["message"]) == (2, True)
    ran = run("orgs", "list", MEMSY_BASE_URL=memsy.base_url)
    assert ran.code == 2
    assert "MEMSY_API_KEY" in ran.error["message"]
    assert "--key-file" in ran.error["message"]


def test_a_server_that_cannot_be_reached_is_a_failed_call(run: Run) -> None:
    ran = run("roles", "create", "a", "b", "c", MEMSY_API_KEY="msy_x", MEMSY_BASE_URL="http://127.0.0.1:9/v1")
    assert (ran.code, ran.error["type"]) == (1, "MemsyConnectionError")


@needs_signals
def test_ctrl_c_ends_a_call_with_130(serve: Callable[..., Server]) -> None:
    server = serve(hang)
    environment = {"MEMSY_BASE_URL": f"{server.origin}/v1", "MEMSY_API_KEY": "msy_x"}
    with spawned("orgs", "list", env=environment) as process:
        server.wait_for_requests(1)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, "")
    assert json.loads(err)["error"].keys() == ERROR


def test_it_ends_quietly_when_its_reader_has_seen_enough(serve: Callable[..., Server]) -> None:
    server = serve(answer({"status": "ok" * 100_000, "version": "1", "billing_enabled": True, "components": {}}))
    environment = {"MEMSY_BASE_URL": f"{server.origin}/v1", "MEMSY_API_KEY": "msy_x"}
    with spawned("health", "--json", env=environment) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == ""
        assert process.wait(60) == 0


@pytest.mark.skipif(sys.platform == "win32", reason="a shell of POSIX closes the output")
def test_without_an_output_or_with_a_full_disk_it_does_not_crash(memsy: LocalMemsy) -> None:
    environment = {**os.environ, **memsy.environment, "PYTHONPATH": str(ROOT)}
    for more, code in ((">&-", 0), (">/dev/full", 1)):
        if more == ">/dev/full" and not Path("/dev/full").exists():
            continue
        ran = subprocess.run(
            ["sh", "-c", f'"$0" -m memsy_client orgs list --json {more}', sys.executable],
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        told = [json.loads(line)["error"]["message"] for line in ran.stderr.splitlines()]
        assert (ran.returncode, told) == (code, ["No space left on device"] * code)


def test_a_log_level_that_is_none_is_an_error_as_any_other(run: Any) -> None:
    ran = run("health", MEMSY_LOG="loud")
    assert (ran.code, ran.out, ran.error["type"]) == (2, "", "MemsyInputError")
    assert "MEMSY_LOG" in ran.error["message"]


def test_what_an_encoding_lacks_is_escaped(memsy: LocalMemsy) -> None:
    with MemsyClient(memsy.base_url, memsy.api_key) as client:
        client.roles.create("local", "Köln \N{PARTY POPPER}", "x")
    environment = {**memsy.environment, "PYTHONIOENCODING": "ascii"}
    for more in ([], ["--json"]):
        with spawned("roles", "list", "local", *more, env=environment) as process:
            out, err = process.communicate(timeout=60)
        assert (process.returncode, err, "K\\" in out) == (0, "", True)
        if more:
            assert "Köln \N{PARTY POPPER}" in [role["name"] for role in json.loads(out)]


def test_health_asks_either_plane(memsy: LocalMemsy, run: Run) -> None:
    before = len(memsy.requests)
    core = run("health", "--json", **memsy.environment)
    control = run("health", "--plane", "control", "--json", **memsy.environment)
    assert (core.code, core.report["status"], control.report["status"]) == (0, "ok", "ok")
    assert [request.url for request in memsy.requests[before:]] == ["/v1/health", "/api/health"]
    memsy.fail_next(status=503, operation="health")
    assert run("health", **memsy.environment).code == 1


def test_search_takes_words_without_quotes_and_shows_what_it_found(memsy: LocalMemsy, run: Run) -> None:
    with MemsyClient(memsy.base_url, memsy.api_key) as client:
        (found,) = client.search("moved to Lisbon", actor_id="ana")
    command = ["search", "moved", "to", "Lisbon", "--actor-id", "ana", "--limit", "3"]
    ran = run(*command, COLUMNS="100", **memsy.environment)
    assert (ran.code, ran.err) == (0, "")
    assert "Lisbon" in ran.out
    assert found.id in ran.out
    assert ran.out.split()[:4] == ["score", "content", "observed_at", "id"]
    assert json.loads(memsy.requests[-1].content)["query"] == "moved to Lisbon"
    assert run(*command, COLUMNS="80", **memsy.environment).out.endswith("\nmore with --json: id\n")
    assert run("search", "nothing at all", "--actor-id", "nobody", **memsy.environment).out.strip() == "nothing"


@pytest.mark.parametrize("columns", ["1", "20", "60", "80", "200"])
def test_a_table_has_whole_ids_and_texts_in_any_terminal(memsy: LocalMemsy, run: Run, columns: str) -> None:
    """A narrow terminal breaks lines itself."""
    with MemsyClient(memsy.base_url, memsy.api_key) as client:
        memory_id = client.memories.list()[0].memory_id
    ran = run("memories", "list", COLUMNS=columns, **memsy.environment)
    assert (ran.code, memory_id in ran.out, "Lisbon" in ran.out) == (0, True, True)
    assert "Lisbon." in run("search", "Lisbon", COLUMNS=columns, **memsy.environment).out
    assert "admin@1.memsy.invalid" in run("me", COLUMNS=columns, **memsy.environment).out


def test_objects_in_a_cell_are_words(memsy: LocalMemsy, run: Run) -> None:
    assert "database: ok, processing: ok" in run("health", **memsy.environment).out
    lines = run("usage", "summary", **memsy.environment).out.splitlines()
    assert [line.split()[0] for line in lines if "events_ingested" in line] == ["dimension:"]


def test_an_id_that_no_terminal_has_room_for_is_broken_and_not_cut(memsy: LocalMemsy, run: Run) -> None:
    actor = "x" * 100 + "y"
    with MemsyClient(memsy.base_url, memsy.api_key) as client:
        sent = client.ingest([EventPayload(actor, "s", "user_message", "I moved to Faro.")])
        client.wait_until_processed(sent.event_ids)
    out = run("actors", "list", **memsy.environment).out
    assert (out.count("x") >= 100, "xy" in out) == (True, True)


class TestDelete:
    """What deletes asks first."""

    def test_it_is_not_done_where_nobody_can_be_asked(self, memsy: LocalMemsy, run: Run) -> None:
        role_id = run("roles", "list", "local", "--json", **memsy.environment).report[0]["role_id"]
        before = len(memsy.requests)
        ran = run("roles", "delete", role_id, "local", **memsy.environment)
        assert (ran.code, ran.out, len(memsy.requests)) == (2, "", before)
        assert "--yes" in ran.error["message"]
        assert run("roles", "delete", role_id, "local", "--yes", **memsy.environment).code == 0
        assert run("roles", "get", role_id, "local", **memsy.environment).code == 1

    @needs_terminal
    @pytest.mark.parametrize(("said", "code"), [("y", 0), ("n", 2)])
    def test_at_a_terminal_it_asks(self, memsy: LocalMemsy, said: str, code: int) -> None:
        with MemsyClient(memsy.base_url, memsy.api_key) as client:
            role_id = client.roles.list("local")[0].role_id
            with (
                terminal() as (master, slave),
                spawned(
                    "roles",
                    "delete",
                    role_id,
                    "local",
                    "--json",
                    stdin=slave,
                    env=memsy.environment,
                    start_new_session=True,
                ) as process,
            ):
                os.write(master, f"{said}\n".encode())
                out, err = process.communicate(timeout=60)
            assert process.returncode == code
            assert f"Delete a role: {role_id} local? [y/N] " in err
            assert out == ("null\n" if said == "y" else "")
            assert bool(client.roles.list("local")) == (said == "n")


@contextlib.contextmanager
def terminal() -> Iterator[tuple[int, int]]:
    """Both ends of a terminal."""
    master, slave = os.openpty()
    try:
        yield master, slave
    finally:
        os.close(master)
        os.close(slave)


class TestKey:
    """Where the key comes from, and where it does not go."""

    def test_it_may_come_from_a_file_or_standard_input_before_the_environment(
        self, memsy: LocalMemsy, run: Run, tmp_path: Path
    ) -> None:
        file = tmp_path / "key"
        file.write_text(f"\ufeff{memsy.api_key}\nwhatever\n", "utf-8")
        wrong = {**memsy.environment, "MEMSY_API_KEY": "msy_wrong"}
        assert run("me", "--key-file", str(file), **wrong).code == 0
        assert run("me", "--key-file", "-", stdin=f"{memsy.api_key}\n", **wrong).code == 0
        assert run("me", **wrong).error["type"] == "AuthenticationError"

    @pytest.mark.parametrize("content", [b"", b"\n", b"\xff\xfe\x00", None])
    def test_a_file_without_one_is_refused_and_never_quoted(
        self, memsy: LocalMemsy, run: Run, tmp_path: Path, content: bytes | None
    ) -> None:
        file = tmp_path / "key"
        if content is None:
            file.mkdir()
        else:
            file.write_bytes(content)
        ran = run("me", "--key-file", str(file), **memsy.environment)
        assert (ran.code, ran.error["type"], str(file) in ran.error["message"]) == (2, "CommandError", True)

    def test_a_key_that_no_header_can_carry_is_not_printed(self, memsy: LocalMemsy, run: Run) -> None:
        ran = run("me", "--key-file", "-", stdin="msy_with a space\n", **memsy.environment)
        assert (ran.code, "space\\n" in ran.err, "msy_with" in ran.err) == (2, False, False)

    @needs_terminal
    def test_at_a_terminal_it_is_asked_for_and_not_shown(self, memsy: LocalMemsy) -> None:
        environment = {name: url for name, url in memsy.environment.items() if name != "MEMSY_API_KEY"}
        with (
            terminal() as (master, slave),
            spawned(
                "me", "--json", stdin=slave, env={**environment, "MEMSY_API_KEY": ""}, start_new_session=True
            ) as process,
        ):
            err = read_until(process.stderr, "API key: ")
            os.write(master, f"{memsy.api_key}\n".encode())
            out, rest = process.communicate(timeout=60)
            err += rest
        assert (process.returncode, json.loads(out)["org_id"]) == (0, "local")
        assert "API key: " in err
        assert memsy.api_key not in out + err

    def test_no_option_takes_it(self, run: Run) -> None:
        for command in operations.all_commands():
            shown = run(*command.full_name.split(" "), "--help").out
            assert not re.findall(r"--(?:api-)?key(?![\w-])|--secret-access-key(?![\w-])", shown), command.full_name

    def test_an_echo_of_it_is_not_printed(self, memsy: LocalMemsy, run: Run) -> None:
        memsy.fail_next(status=400, body={"detail": f"bad key {memsy.api_key}"}, operation="orgs_list")
        ran = run("orgs", "list", **memsy.environment)
        assert ran.code == 1
        assert memsy.api_key not in ran.err


class TestCreatedKey:
    """What `keys create` does with the key that it gets, which is shown once."""

    def test_it_is_neither_made_nor_printed_unless_it_is_said_where_it_goes(self, memsy: LocalMemsy, run: Run) -> None:
        before = len(memsy.requests)
        ran = run("keys", "create", "ci", **memsy.environment)
        assert (ran.code, ran.out, len(memsy.requests)) == (2, "", before)
        assert "--output" in ran.error["message"]
        assert "--show-key" in ran.error["message"]

    @pytest.mark.parametrize("more", [[], ["--json"]])
    def test_it_goes_into_a_new_file_of_the_owner_alone(
        self, memsy: LocalMemsy, run: Run, tmp_path: Path, more: list[str]
    ) -> None:
        file = tmp_path / "key"
        ran = run("keys", "create", "ci", "--output", str(file), *more, **memsy.environment)
        key = file.read_text().strip()
        assert (ran.code, ran.err, key in ran.out) == (0, "", False)
        assert file.stat().st_mode & 0o777 == 0o600
        assert run("me", "--key-file", str(file), **memsy.environment).code == 0
        if more:
            assert ran.report.keys() == {"key_id", "prefix", "name", "scopes"}
        before = len(memsy.requests)
        again = run("keys", "create", "ci", "--output", str(file), **memsy.environment)
        assert (again.code, len(memsy.requests), file.read_text().strip()) == (2, before, key)

    def test_it_is_printed_when_asked_for(self, memsy: LocalMemsy, run: Run) -> None:
        ran = run("keys", "create", "ci", "--show-key", "--json", **memsy.environment)
        with MemsyControlClient(memsy.control_url, ran.report["raw_key"]) as control:
            assert control.health().status == "ok"
        assert "raw_key" in run("keys", "create", "ci", "--show-key", **memsy.environment).out

    def test_no_file_is_left_behind_when_none_was_made(self, memsy: LocalMemsy, run: Run, tmp_path: Path) -> None:
        memsy.fail_next(status=403, operation="keys_create")
        file = tmp_path / "key"
        assert run("keys", "create", "ci", "--output", str(file), **memsy.environment).code == 1
        assert not file.exists()

    def test_when_it_cannot_be_written_it_is_said_that_it_is_lost(
        self, memsy: LocalMemsy, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(descriptor: int, data: bytes) -> int:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("memsy_client.cli.keys.os.write", full)
        ran = run("keys", "create", "ci", "--output", str(tmp_path / "key"), **memsy.environment)
        assert (ran.code, ran.out, (tmp_path / "key").exists()) == (1, "", False)
        assert re.search(r"No space left on device.*lost.*key_\w+", ran.error["message"])


class TestStatus:
    """`status`, and waiting with it."""

    def test_wait_waits_until_all_are_processed(self, memsy: LocalMemsy, run: Run, tmp_path: Path) -> None:
        file = tmp_path / "events.csv"
        file.write_text("actor_id,session_id,kind,content\nana,s,user_message,I moved to Porto.\n")
        sent = run("ingest", "--json", str(file), **memsy.environment)
        (event_id,) = sent.report["event_ids"]
        for ids, stdin in (([event_id], ""), (["-"], sent.out), (["-"], f"{event_id}\n")):
            ran = run("status", "--wait", "--json", *ids, stdin=stdin, **memsy.environment)
            assert (ran.code, ran.err) == (0, "")
            assert ran.report == {"completedIds": [event_id], "failedIds": [], "pendingIds": [], "total": 1}
        assert run("status", event_id, "--json", **memsy.environment).report["completedIds"] == [event_id]

    def test_events_that_failed_or_are_pending_after_the_time_are_a_failure(self, memsy: LocalMemsy, run: Run) -> None:
        memsy.fail_next(status=200, operation="status", body={"completedIds": [], "failedIds": ["e"], "pendingIds": []})
        failed = run("status", "e", "--wait", **memsy.environment)
        assert (failed.code, failed.err, "failedIds" in failed.out) == (1, "", True)
        memsy.fail_next(
            9, status=200, operation="status", body={"completedIds": [], "failedIds": [], "pendingIds": ["e"]}
        )
        pending = run("status", "e", "--wait", "--timeout", "0.01", **memsy.environment)
        assert (pending.code, pending.error["type"]) == (1, "MemsyProcessingTimeout")

    def test_standard_input_without_ids_is_refused(self, memsy: LocalMemsy, run: Run) -> None:
        for stdin in ("", "{}", "{", '{"event_ids": []}'):
            ran = run("status", "-", stdin=stdin, **memsy.environment)
            assert (ran.code, "standard input has" in ran.error["message"]) == (2, True)


class TestCompletion:
    """What a shell completes."""

    def complete(self, words: str, run: Run) -> set[str]:
        ran = run(_MEMSY_CLIENT_COMPLETE="bash_complete", COMP_WORDS=words, COMP_CWORD=str(words.count(" ")))
        assert ran.code == 0
        return {line.partition(",")[2] for line in ran.out.splitlines()}

    def test_commands_options_and_words_of_the_contract(self, run: Run) -> None:
        assert self.complete("memsy-client or", run) == {"orgs"}
        assert {"serve", "ingest", "search", "keys"} <= self.complete("memsy-client ", run)
        assert {"list", "create"} <= self.complete("memsy-client roles ", run)
        assert self.complete("memsy-client roles create --fo", run) == {"--focus"}
        assert self.complete("memsy-client memories list --status ", run) == {"active", "archived", "decayed"}
        assert self.complete("memsy-client serve --lo", run) == {"--log-requests"}
        assert {"--json", "--write", "--key-file"} <= self.complete("memsy-client check --", run)

    @pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
    def test_there_is_a_script_for_each_shell(self, run: Run, shell: str) -> None:
        ran = run("completion", shell)
        assert ran.code == 0
        assert "_MEMSY_CLIENT_COMPLETE" in ran.out


@pytest.mark.skipif(sys.platform == "win32", reason="there a closed pipe is another error")
@pytest.mark.parametrize("closed", ["stdout", "stderr"])
@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["me"], 0),
        (["me", "--json"], 0),
        (["orgs", "get", "nobody"], 1),
        (["ingest", "-", "--session-id", "s"], 1),
        (["ingest", "-", "--session-id", "s", "--json"], 1),
        (["ingest", "-"], 2),
        (["serch"], 2),
    ],
)
def test_the_exit_code_is_the_same_where_nobody_reads(
    memsy: LocalMemsy, arguments: list[str], code: int, closed: str
) -> None:
    memsy.fail_next(status=429, operation="ingest")
    reader, writer = os.pipe()
    os.close(reader)
    environment = {**memsy.environment, "MEMSY_MAX_RETRIES": "0"}
    try:
        with spawned(*arguments, env=environment, stdin=subprocess.PIPE, **{closed: writer}) as process:
            process.communicate('{"actor_id": "b", "kind": "app_event", "content": "x"}\n', timeout=60)
            assert process.returncode == code
    finally:
        os.close(writer)
