"""Background writers where processes fork, end, are killed, and leave something behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import sysconfig
import threading
from collections.abc import Callable
from pathlib import Path

import anyio
import pytest
from support.forks import in_child, needs_fork, warns_of_forks
from support.server import hang
from writers import Service, acknowledge, event

from memsy_client import (
    AsyncMemsyClient,
    MemsyClient,
    MemsyClosedError,
    MemsyControlClient,
    MemsyInputError,
    WriterStats,
)
from memsy_client._bulk import delivery
from memsy_client.local import LocalMemsy
from memsy_client.local.clock import SECOND
from memsy_client.local.handlers import ingest

ROOT = Path(__file__).parents[2]
NOTHING = WriterStats(0, 0, 0, 0, 0)


@needs_fork
@warns_of_forks
def test_a_child_starts_empty_and_its_parent_keeps_its_events(serve) -> None:
    service = Service()
    with MemsyClient(serve(service).origin, "k") as client, client.background(max_delay=1000) as writer:
        writer.add(event("of the parent"))

        def child() -> None:
            assert writer.stats == NOTHING
            assert writer.flush(5)
            writer.add(event("of the child"))
            writer.close(30)
            assert writer.stats == NOTHING._replace(acknowledged=1)

        in_child(child)()
        assert service.seen == [["of the child"]]
        in_child(client.close)()
        assert writer.stats == NOTHING._replace(queued=1)
        assert writer.flush(30)
    assert service.seen == [["of the child"], ["of the parent"]]


@needs_fork
@warns_of_forks
def test_a_child_of_a_writer_that_was_closed_has_a_closed_one(serve) -> None:
    def child() -> None:
        with pytest.raises(MemsyClosedError):
            writer.add(event("b"))

    with MemsyClient(serve(acknowledge).origin, "k") as client:
        with client.background() as writer:
            writer.add(event("a"))
        in_child(child)()


@needs_fork
@warns_of_forks
def test_a_child_is_never_born_with_a_lock_that_somebody_else_holds(serve, tmp_path) -> None:
    stop = threading.Event()

    def work(name: str) -> None:
        number = 0
        while not stop.is_set():
            number += 1
            writer.add(event(f"{name} {number}", name))
            if number % 50 == 0:
                writer.flush(30)

    def child() -> None:
        assert writer.stats == NOTHING
        writer.add(event("child"))
        assert writer.flush(30)
        assert writer.stats == NOTHING._replace(acknowledged=1)
        writer.close(30)

    options = {"batch_size": 5, "max_delay": 0.001, "on_outcome": lambda outcome: None, "spool": tmp_path / "spool"}
    with MemsyClient(serve(acknowledge).origin, "k") as client, client.background(**options) as writer:
        threads = [threading.Thread(target=work, args=(f"t{number}",)) for number in range(4)]
        for thread in threads:
            thread.start()
        try:
            for _ in range(12):
                in_child(child)()
        finally:
            stop.set()
            for thread in threads:
                thread.join()
    stats = writer.stats
    assert stats.acknowledged > 0
    assert (stats.queued, stats.failed, stats.dropped, stats.in_doubt) == (0, 0, 0, 0)


@needs_fork
@warns_of_forks
@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_child_of_an_event_loop_is_outside_the_block_and_its_parent_keeps_its_events(serve, backend) -> None:
    service = Service()

    async def main() -> None:
        def child() -> None:
            assert writer.stats == NOTHING
            with pytest.raises(MemsyInputError, match="async with"):
                writer.add_nowait(event("of the child"))

        async with AsyncMemsyClient(serve(service).origin, "k") as client:
            async with client.background(max_delay=1000) as writer:
                await writer.add(event("of the parent"))
                in_child(child)()
                assert writer.stats == NOTHING._replace(queued=1)
            assert writer.stats == NOTHING._replace(acknowledged=1)

    anyio.run(main, backend=backend)
    assert service.seen == [["of the parent"]]


@needs_fork
@warns_of_forks
def test_a_fork_inside_the_callback_sends_nothing_of_the_parents(serve) -> None:
    """The only thread of the child is what was the writer's, which ends, and the child with it."""
    service = Service()
    children: list[int] = []
    held, release = threading.Event(), threading.Event()

    def hold() -> None:
        with writer._pool._lock:
            held.set()
            release.wait()

    def fork(outcome: object) -> None:
        if not children:
            threading.Thread(target=hold).start()
            held.wait()
            children.append(os.fork())
            if children[0] == 0:
                signal.alarm(30)
            else:
                release.set()

    with MemsyClient(serve(service).origin, "k") as client:
        writer = client.background(batch_size=1, on_outcome=fork)
        writer.add(event("a"))
        writer.add(event("b"))
        writer.close(30)
    assert os.waitpid(children[0], 0)[1] == 0
    assert sorted(service.seen) == [["a"], ["b"]]


RESOLVES = """
import socket, sys
from memsy_client import MemsyClient, MemsyError

resolve = socket.getaddrinfo
socket.getaddrinfo = lambda *arguments, **options: (print(*sys.modules), resolve(*arguments, **options))[1]
try:
    MemsyClient("http://localhost:1", "k", max_retries=0).health()
except MemsyError:
    pass
"""


def test_resolving_a_name_imports_nothing_that_a_child_would_wait_for() -> None:
    """Nothing holds up a fork meanwhile, as something does where the library itself imports."""
    assert "encodings.idna" in run(THIS, RESOLVES).stdout.splitlines()[0].split()


EXIT = r"""
import atexit, logging, os, sys, threading
started = []
atexit.register(lambda: print(*started))  # the last to run
from memsy_client import EventPayload, MemsyClient

url, what = sys.argv[1:]
logging.basicConfig(format="%(message)s")
sending = threading.Event()
client = MemsyClient(url, "msy_key", on_request=lambda event: sending.set())
writer = client.background(max_delay=1000, exit_timeout=0.3 if what == "hangs" else 30)


def add(text, session="s"):
    writer.add(EventPayload("ana", session, "user_message", text))


if what == "late":
    atexit.register(add, "late")  # where Python 3.12 starts no thread
elif what == "thread":
    threading.Thread(target=lambda: (threading.main_thread().join(), add("late"))).start()
else:
    add("a")
    add("b", "other")
    if what == "hangs":
        writer.flush(0)
        sending.wait()
        add("c")
    if what == "fork":
        child = os.fork()
        if child == 0:
            sys.exit()  # with all that is done at exit
        os.waitpid(child, 0)


def watch():
    start = threading.Thread.start
    threading.Thread.start = lambda thread: (started.append(thread.name), start(thread))[1]


atexit.register(watch)  # the first to run
"""


def interpreter(version: str) -> dict[str, str]:
    """A Python of that version, and the environment in which it finds what the package needs, if it is there."""
    found = subprocess.run(["sh", ROOT / ".ci" / "find-python", version], capture_output=True, text=True, timeout=60)
    if found.returncode:
        pytest.skip(f"there is no Python {version}")
    return {"python": found.stdout.strip(), "path": f"{ROOT}{os.pathsep}{sysconfig.get_path('purelib')}"}


THIS = {"python": sys.executable, "path": str(ROOT)}


def run(python: dict[str, str], program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": python["path"]}
    command = [python["python"], "-W", "ignore::DeprecationWarning", "-c", program, *arguments]  # of forks
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)


#: The first that refuses to start a thread at exit is among the fast ones.
VERSIONS = ["this", "3.12", *(pytest.param(v, marks=pytest.mark.slow) for v in ("3.10", "3.11", "3.13", "3.14"))]


@pytest.fixture(params=VERSIONS)
def python(request) -> dict[str, str]:
    if request.param == "this":
        return THIS
    if request.param == "{}.{}".format(*sys.version_info):
        pytest.skip("it is this one")
    return interpreter(request.param)


@pytest.mark.parametrize(
    ("what", "texts"),
    [
        ("plain", ["a", "b"]),
        ("late", ["late"]),
        ("thread", ["late"]),
        pytest.param("fork", ["a", "b"], marks=needs_fork),
    ],
)
def test_at_exit_what_was_added_is_sent_once_and_by_a_thread_that_runs(python, what, texts, serve) -> None:
    service = Service()
    # A name has to be looked up, for which the libraries want a thread, too.
    ran = run(python, EXIT, serve(service).origin.replace("127.0.0.1", "localhost"), what)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert sorted(event["content"] for event in service.received) == texts
    if what != "late":
        assert "memsy-writer" not in ran.stdout


def test_at_exit_what_cannot_be_sent_in_time_is_counted_and_logged(python, serve) -> None:
    ran = run(python, EXIT, serve(hang).origin, "hangs")
    assert ran.returncode == 0
    assert "1 dropped, 0 failed, 2 in doubt" in ran.stderr, ran.stderr


def test_an_async_writer_whose_loop_was_thrown_away_is_counted_and_logged() -> None:
    program = r"""
import asyncio, logging
from memsy_client import AsyncMemsyClient, EventPayload
logging.basicConfig(format="%(message)s")

async def main():
    writer = await AsyncMemsyClient("http://127.0.0.1:1", "k").background(max_delay=1000).__aenter__()
    writer.add_nowait(EventPayload("ana", "s", "user_message", "a"))

loop = asyncio.new_event_loop()
loop.run_until_complete(main())
"""
    ran = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert ran.returncode == 0
    assert "1 dropped" in ran.stderr


KILLED = r"""
import sys
from memsy_client import EventPayload, MemsyClient
from memsy_client._bulk import delivery

url, spool, first, harmless = sys.argv[1:]
delivery._HARMLESS = float(harmless)
writer = MemsyClient(url, "msy_key_of_this_test").background(batch_size=10, max_delay=0.005, spool=spool)
number = int(first)
while True:
    writer.add(EventPayload("ana", f"s{number % 5}", "user_message", f"event {number}"))
    print(number, flush=True)
    number += 1
"""


#: Seconds for which an equal event is the same one, to the service and to a writer. So what becomes of an event depends
#: on no machine's speed: whatever was under way is sent again, and nothing is in doubt.
LONG = 3600.0


def killed_after(lines: int, url: str, spool: Path, first: int) -> int:
    """The number of the last event that a process has added that was killed while it went on."""
    command = [sys.executable, "-c", KILLED, url, str(spool), str(first), str(LONG)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for _ in range(lines):
            process.stdout.readline()
        process.kill()
        left = process.stdout.read().split()
        return int(left[-1]) if left else first + lines - 1


@pytest.fixture
def long_window(monkeypatch) -> None:
    monkeypatch.setattr(delivery, "_HARMLESS", LONG)
    monkeypatch.setattr(ingest, "DUPLICATE_WINDOW", round(LONG) * SECOND)


def what_kills_leave(spool: Path, lines: list[int], make_trouble: Callable[[LocalMemsy], None]) -> None:
    """Kill one process after the other, each after so many events; in the end each event is there, and once."""
    last = -1
    with LocalMemsy(api_key="msy_key_of_this_test") as server:
        for count in lines:
            make_trouble(server)
            last = killed_after(count, server.base_url, spool, last + 1)
        with MemsyClient(server.base_url, server.api_key) as client:
            with client.background(spool=spool) as writer:
                assert writer.flush(120)
            assert writer.stats.in_doubt == 0
        with MemsyControlClient(server.control_url, server.api_key) as control:
            stored = sorted(int(item.content.split()[1]) for item in control.events.iter(limit=200))
    # One more may have been added than the process could say.
    assert stored in (list(range(last + 1)), list(range(last + 2)))
    assert not spool.exists()


@pytest.mark.usefixtures("long_window")
def test_a_killed_process_with_a_spool_loses_nothing(tmp_path) -> None:
    what_kills_leave(tmp_path / "spool", [1, 40, 300], lambda server: None)


@pytest.mark.slow
@pytest.mark.usefixtures("long_window")
def test_fifty_kills_lose_nothing_also_between_the_service_and_its_answer(tmp_path) -> None:
    def make_trouble(server: LocalMemsy) -> None:
        server.fail_next(2, status=503, headers={"Retry-After": "0.01"}, operation="ingest")
        server.fail_next(1, delay=0.02, operation="ingest")

    what_kills_leave(tmp_path / "spool", [7 * number % 60 + 1 for number in range(50)], make_trouble)
