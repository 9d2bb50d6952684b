"""Clients that send half a request, too much, or from too many connections do not hinder others."""

from __future__ import annotations

import contextlib
import http.client
import json
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
from email.utils import parsedate_to_datetime

import pytest

from memsy_client.local import LocalMemsy
from memsy_client.local.http import connections, listener

MIB = 1024 * 1024


def port_of(memsy: LocalMemsy) -> int:
    return int(memsy.base_url.rsplit(":", 1)[1].split("/")[0])


def connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=60)


def read_all(connection: socket.socket) -> bytes:
    received = b""
    with contextlib.suppress(ConnectionError):
        while chunk := connection.recv(65536):
            received += chunk
    return received


def read_response(connection: socket.socket) -> http.client.HTTPResponse:
    response = http.client.HTTPResponse(connection)
    response.begin()
    return response


def head(memsy: LocalMemsy, *headers: str, key: str | None = None, path: str = "/v1/search") -> bytes:
    lines = [
        f"POST {path} HTTP/1.1",
        "Host: localhost",
        f"Authorization: Bearer {key or memsy.api_key}",
        "Content-Type: application/json",
        *headers,
    ]
    return "\r\n".join([*lines, "", ""]).encode()


@pytest.fixture
def memsy():
    with LocalMemsy() as server:
        yield server


@pytest.fixture
def quick_memsy(monkeypatch):
    """A server that is soon tired of waiting."""
    monkeypatch.setattr(connections, "HALF_OPEN_SECONDS", 0.4)
    monkeypatch.setattr(listener, "SWEEP_SECONDS", 0.05)
    with LocalMemsy() as server:
        yield server


def half_close(connection):
    """Do what asyncio does when it reads the end of what a client sends."""
    if not connection.eof_received():
        connection.transport._transport.close()


ENDS = {
    "evicted": lambda connection: connection.registry.evict(1),
    "the server ends": lambda connection: connection.shutdown(),
    "half closed": half_close,
}


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_an_answer_that_was_just_written_arrives_although_the_connection_ends(memsy, monkeypatch, end):
    complete = connections.Connection.on_response_complete

    def complete_and_end(connection):
        complete(connection)
        end(connection)

    monkeypatch.setattr(connections.Connection, "on_response_complete", complete_and_end)
    with connect(port_of(memsy)) as connection:
        connection.sendall(head(memsy, "Content-Length: 16") + b'{"query": "tea"}')
        answer = read_all(connection)
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["results"] == []


@pytest.mark.parametrize("key", ["msy_of_a_stranger", "nonsense"])
def test_a_large_body_without_a_key_is_refused_before_it_is_sent(memsy, key):
    with connect(port_of(memsy)) as connection:
        connection.sendall(head(memsy, f"Content-Length: {10 * MIB}", key=key))
        assert read_response(connection).status == 401
    (received,) = memsy.requests
    assert received.content == b""


def test_a_large_body_of_unknown_length_without_a_key_is_refused_after_its_beginning(memsy):
    with connect(port_of(memsy)) as connection:
        connection.sendall(head(memsy, "Transfer-Encoding: chunked", key="msy_of_a_stranger"))
        connection.sendall(b"20000\r\n" + b" " * 0x20000 + b"\r\n")
        assert read_response(connection).status == 401
    assert len(memsy.requests[-1].content) == 0


def test_a_small_body_without_a_key_is_kept_for_tests_to_read(memsy):
    with connect(port_of(memsy)) as connection:
        connection.sendall(head(memsy, "Content-Length: 2", key="msy_of_a_stranger") + b"{}")
        assert read_response(connection).status == 401
    assert memsy.requests[-1].content == b"{}"


def test_a_body_that_announces_too_much_is_refused_before_it_is_sent(memsy):
    with connect(port_of(memsy)) as connection:
        connection.sendall(head(memsy, f"Content-Length: {10 * MIB + 1}"))
        assert read_response(connection).status == 413


def test_who_waits_for_leave_to_send_a_body_that_is_not_wanted_is_told_and_parted_with(memsy):
    with connect(port_of(memsy)) as connection:
        connection.sendall(head(memsy, f"Content-Length: {10 * MIB + 1}", "Expect: 100-continue"))
        response = read_response(connection)
        assert (response.status, response.headers["connection"]) == (413, "close")
        response.read()
        assert connection.recv(1) == b""


def test_a_client_that_sends_all_before_it_reads_gets_its_413_and_keeps_its_connection(memsy):
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port_of(memsy), timeout=60)) as connection:
        for body in (b" " * (10 * MIB + 1), iter([b" " * MIB] * 11)):
            headers = {"Authorization": f"Bearer {memsy.api_key}", "Content-Type": "application/json"}
            connection.request("POST", "/v1/search", body, headers)
            response = connection.getresponse()
            assert (response.status, json.loads(response.read())["message"][:16]) == (413, "Request Too Long")
        connection.request("GET", "/v1/health", headers={"Authorization": f"Bearer {memsy.api_key}"})
        assert connection.getresponse().status == 200


def test_an_endless_body_is_answered_and_cut(memsy):
    chunk = b"100000\r\n" + b" " * MIB + b"\r\n"
    with connect(port_of(memsy)) as connection:
        connection.sendall(head(memsy, "Transfer-Encoding: chunked"))
        sent = 0
        with contextlib.suppress(ConnectionError):
            while sent < 1000:
                connection.sendall(chunk)
                sent += 1
        assert 10 <= sent < 40
        assert read_all(connection).startswith((b"HTTP/1.1 413", b""))


def test_an_endless_body_is_answered_while_it_is_sent(memsy):
    with connect(port_of(memsy)) as connection:
        connection.sendall(head(memsy, "Transfer-Encoding: chunked") + b"fffffff\r\n" + b" " * (10 * MIB + 70_000))
        assert read_response(connection).status == 413


def test_junk_behind_an_answer_is_no_error_of_ours(memsy, caplog):
    with connect(port_of(memsy)) as connection:
        connection.sendall(head(memsy, "Transfer-Encoding: chunked", key="msy_x") + b"20000\r\n" + b" " * 0x20000)
        assert read_response(connection).status == 401
        connection.sendall(b"\r\nthis is no chunk\r\n")
        assert b"HTTP" not in read_all(connection)
    assert caplog.records == []


@pytest.mark.parametrize("target", ["[", "health", "*", "localhost:80", "?a=1", "ftp://x/y"])
def test_a_target_that_is_no_path_is_a_400(memsy, target):
    with connect(port_of(memsy)) as connection:
        connection.sendall(f"GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        assert read_all(connection).startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize("url", ["http://[/v1/health", "http://[::1/v1/health", "http://localhost/[", "//["])
def test_any_url_has_an_answer_in_process_too(api, url):
    from memsy_client._core.messages import Request

    assert api.send(Request("GET", url, [("authorization", f"Bearer {api.key}")])).status in {200, 404}


@pytest.mark.parametrize("request_", ["GET /v1/health HTTP/1.1\r\nHost: localhost\r\n\r\n", "nonsense\r\n\r\n"])
def test_every_answer_has_a_date(memsy, request_):
    with connect(port_of(memsy)) as connection:
        connection.sendall(request_.encode())
        date = parsedate_to_datetime(read_response(connection).headers["date"])
        assert abs(date.timestamp() - time.time()) < 60


def test_a_scripted_date_is_the_only_one(memsy):
    memsy.fail_next(status=503, headers={"Date": "Thu, 01 Jan 2026 00:00:00 GMT"})
    with connect(port_of(memsy)) as connection:
        connection.sendall(b"GET /v1/health HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert read_response(connection).headers.get_all("date") == ["Thu, 01 Jan 2026 00:00:00 GMT"]


@pytest.mark.parametrize("part", [b"", b"POST /v1/sea", b"HEAD", b"BODY"])
def test_half_a_request_times_out_and_a_whole_one_does_not(part, quick_memsy):
    memsy = quick_memsy
    part = {b"HEAD": head(memsy)[:-2], b"BODY": head(memsy, "Content-Length: 100") + b'{"query"'}.get(part, part)
    memsy.fail_next(delay=0.9)
    with connect(port_of(memsy)) as waiting, connect(port_of(memsy)) as half:
        waiting.sendall(head(memsy, "Content-Length: 14") + b'{"query": "x"}')
        half.sendall(part)
        assert read_all(half) == b""
        assert read_response(waiting).status == 200


def test_a_scripted_delay_ends_when_its_client_is_gone_and_the_call_is_not_carried_out(memsy):
    received = queue.SimpleQueue()
    memsy.engine.on_request = received.put
    memsy.fail_next(delay=3600)
    with connect(port_of(memsy)) as connection:
        connection.sendall(head(memsy, "Content-Length: 14") + b'{"query": "x"}')
    given_up = received.get(timeout=30)
    assert (given_up.operation, given_up.status) == ("search", None)


def test_half_a_second_request_times_out_too(quick_memsy):
    memsy = quick_memsy
    with connect(port_of(memsy)) as connection:
        connection.sendall(head(memsy, "Content-Length: 14") + b'{"query": "x"}')
        read_response(connection).read()
        connection.sendall(b"GET /v1")
        assert read_all(connection) == b""


def test_closing_does_not_wait_for_half_a_request(caplog):
    with contextlib.ExitStack() as stack:
        memsy = LocalMemsy()
        memsy.start()
        for part in (b"", b"GET /v1", head(memsy, "Content-Length: 100") + b"{"):
            stack.enter_context(connect(port_of(memsy))).sendall(part)
        with connect(port_of(memsy)) as connection:
            connection.sendall(b"GET /v1/health HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert read_response(connection).status == 401
        began = time.monotonic()
        memsy.close()
        assert time.monotonic() - began < listener.GRACE
    assert caplog.records == []


def test_what_is_still_being_answered_when_the_time_is_up_is_dropped_without_a_traceback(monkeypatch, caplog, tmp_path):
    monkeypatch.setattr(listener, "GRACE", 0.1)
    entered, released = threading.Event(), threading.Event()

    def rank(query, texts):
        entered.set()
        assert released.wait(60)
        return [1.0] * len(texts)

    memsy = LocalMemsy(tmp_path / "memsy.db", rank=rank)
    memsy.start()
    with connect(port_of(memsy)) as connection:
        event = '{"actor_id": "a", "session_id": "s", "kind": "app_event", "content": "tea"}'
        body = f'{{"events": [{event}]}}'.encode()
        connection.sendall(head(memsy, f"Content-Length: {len(body)}", path="/v1/ingest") + body)
        read_response(connection).read()
        memsy.settle()
        connection.sendall(head(memsy, "Content-Length: 16") + b'{"query": "tea"}')
        assert entered.wait(60)
        memsy.close()
        assert read_all(connection) == b""
        released.set()
    assert ["Cancel 1 running task" in record.getMessage() for record in caplog.records] == [True]


def test_a_scripted_drop_is_no_error_of_the_server(memsy, caplog):
    memsy.fail_next(drop=True)
    with connect(port_of(memsy)) as connection:
        connection.sendall(b"GET /v1/health HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert read_all(connection) == b""
    assert caplog.records == []


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="limits of descriptors are of POSIX")
def test_more_half_open_connections_than_there_are_descriptors_stop_nobody_and_log_nothing():
    code = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_NOFILE, (256, 256))\n"
        "from memsy_client.cli import server; sys.exit(server.main(['serve', '--memory', '--port', '0']))"
    )
    with (
        subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process,
        contextlib.ExitStack() as stack,
    ):
        url = next(line for line in process.stdout if b"MEMSY_BASE_URL" in line).decode()
        port = int(url.rsplit(":", 1)[1].split("/")[0])
        for number in range(1200):
            half = stack.enter_context(connect(port))
            with contextlib.suppress(ConnectionError):
                half.sendall(b"GET /v1/health HTTP/1.1\r\n" if number % 2 else b"G")
            if number % 200 == 199:
                with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
                    connection.request("GET", "/v1/health")
                    assert connection.getresponse().status == 401
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=60)
        assert (process.returncode, err) == (0, b"")
        assert out.count(b"GET /v1/health 401") == 6
        assert len(out.splitlines()) < 20


def test_an_idle_connection_makes_way_only_when_no_half_open_one_is_left(monkeypatch):
    monkeypatch.setattr(connections, "MAX_CONNECTIONS", 3)
    with LocalMemsy() as memsy, contextlib.ExitStack() as stack:
        idle = stack.enter_context(connect(port_of(memsy)))
        idle.sendall(b"GET /v1/health HTTP/1.1\r\nHost: localhost\r\n\r\n")
        read_response(idle).read()
        halves = [stack.enter_context(connect(port_of(memsy))) for _ in range(5)]
        assert [read_all(half) for half in halves[:3]] == [b""] * 3
        idle.sendall(b"GET /v1/health HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert read_response(idle).status == 401
