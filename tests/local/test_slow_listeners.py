"""What only listens to the server, a log or a hook, never holds up an answer or the end of the process."""

from __future__ import annotations

import contextlib
import http.client
import signal
import subprocess
import sys
import threading

import pytest

from memsy_client.local import LocalMemsy
from memsy_client.local.background import Background
from memsy_client.local.http.recording import ReceivedRequest, Recorder

fcntl = pytest.importorskip("fcntl", reason="a pipe's size is set by fcntl")


@contextlib.contextmanager
def serving_into_small_pipes():
    """A server whose output and errors go to pipes of one page."""
    command = [sys.executable, "-m", "memsy_client", "serve", "--memory", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        for pipe in (process.stdout, process.stderr):
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, 4096)
        url = next(line for line in process.stdout if b"MEMSY_BASE_URL" in line).decode()
        assert any(b"Stop" in line for line in process.stdout)
        try:
            yield process, int(url.rsplit(":", 1)[1].split("/")[0])
        finally:
            process.kill()


def get(port: int, target: str) -> int:
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        connection.request("GET", target)
        return connection.getresponse().status


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux sets the size of a pipe")
def test_a_log_that_nobody_reads_stops_neither_answers_nor_the_end():
    with serving_into_small_pipes() as (process, port):
        for number in range(20):
            assert get(port, f"/v1/{number}{'x' * 900}") == 404
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux sets the size of a pipe")
def test_errors_that_nobody_reads_stop_neither_answers_nor_the_end():
    code = (
        "import logging, sys\n"
        "from memsy_client.cli import server\n"
        "from memsy_client.local import engine\n"
        "serve = engine.Engine._serve\n"
        "engine.Engine._serve = lambda self, state: (engine._log.error('e' * 900), serve(self, state))[1]\n"
        "sys.exit(server.main(['serve', '--memory', '--port', '0']))\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        fcntl.fcntl(process.stderr, fcntl.F_SETPIPE_SZ, 4096)
        url = next(line for line in process.stdout if b"MEMSY_BASE_URL" in line).decode()
        port = int(url.rsplit(":", 1)[1].split("/")[0])
        assert [get(port, "/v1/health") for _ in range(20)] == [401] * 20
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0


def test_a_listener_that_blocks_does_not_hold_up_an_answer(api, memsy):
    released, told = threading.Event(), []

    def on_request(received):
        assert released.wait(60)
        told.append(received.url)

    memsy.engine.on_request = on_request
    assert api.get("/v1/health").status == 200
    assert api.get("/v1/orgs").status == 200
    assert told == []
    released.set()
    memsy.engine.flush(60)
    assert told == ["/v1/health", "/v1/orgs"]


def test_what_waits_for_a_listener_is_bounded_and_what_is_left_out_is_counted():
    entered, released, told = threading.Event(), threading.Event(), []

    def call(text):
        entered.set()
        assert released.wait(60)
        told.append(text)

    background = Background("test", call, 10, len, "{} left out".format)
    background.put("first")
    assert entered.wait(60)
    for number in range(20):
        background.put(f"line{number:02}")
    assert not background.flush(0)
    released.set()
    assert background.flush(60)
    background.put("last")
    assert background.flush(60)
    assert told == ["first", "line00", "19 left out", "last"]


def received(size: int) -> ReceivedRequest:
    from memsy_client._core.messages import Headers

    return ReceivedRequest("ingest", "POST", "/v1/ingest", Headers(), b"x" * size, 422, 0.1)


def test_the_requests_that_are_kept_are_bounded_in_bytes_too():
    recorder = Recorder(kept=100, kept_bytes=100_000)
    for size in [30_000] * 10:
        recorder.add(received(size))
    assert len(recorder.all()) == 3
    recorder.add(received(200_000))
    assert [len(request.content) for request in recorder.all()] == [200_000]
    recorder.clear()
    for _ in range(200):
        recorder.add(received(0))
    assert 90 < len(recorder.all()) <= 100


def test_refused_bodies_do_not_add_up(api):
    with LocalMemsy(port=None) as memsy:
        own = type(api)(memsy)
        for _ in range(10):
            assert own.post("/v1/ingest", b"x" * (10 * 1024 * 1024)).status == 422
        assert sum(len(request.content) for request in memsy.requests) <= 64 * 1024 * 1024
