"""What a sync connection reads and writes ends in time, be it plain or encrypted."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpcore
import pytest
from echo_server import make_certificate

from memsy_client._transports.connect import TimedBackend
from memsy_client._transports.sync_stream import Deadline
from memsy_client._transports.traffic import Traffic

Ends = tuple[httpcore.NetworkStream, "Peer"]
SHORT = 0.05
LARGE = bytes(range(256)) * 4096 * 16  # 16 MiB, more than the system takes at once


class Peer:
    """The other end of a stream; what it writes is a record of its own, where the stream is encrypted."""

    def __init__(self, connection: socket.socket, context: ssl.SSLContext | None) -> None:
        self.socket = connection
        self._received, self._to_send = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = None if context is None else context.wrap_bio(self._received, self._to_send, server_side=True)

    def accept(self) -> Peer:
        while self._tls is not None:
            try:
                self._tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                self.socket.sendall(self._to_send.read())
                self._received.write(self.socket.recv(65536))
        return self

    def as_sent(self, data: bytes) -> bytes:
        if self._tls is None:
            return data
        self._tls.write(data)
        return self._to_send.read()

    def write(self, data: bytes) -> None:
        self.socket.sendall(self.as_sent(data))

    def read(self, size: int) -> bytes:
        """So many bytes, at most; none when the stream has ended."""
        while self._tls is not None:
            try:
                return self._tls.read(size)
            except ssl.SSLWantReadError:
                self._received.write(self.socket.recv(65536))
        return self.socket.recv(size)


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def deadline() -> Deadline:
    return Deadline()


@pytest.fixture(params=["plain", "encrypted"])
def ends(request: pytest.FixtureRequest, deadline: Deadline) -> Iterator[Ends]:
    context = None
    if request.param == "encrypted":
        certificate = request.getfixturevalue("certificate")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, certificate.with_suffix(".key"))
    with socket.create_server(("127.0.0.1", 0)) as listener, ThreadPoolExecutor(1) as pool:
        stream = TimedBackend(deadline, Traffic()).connect_tcp("127.0.0.1", listener.getsockname()[1], 30)
        peer = Peer(listener.accept()[0], context)
        with peer.socket:
            accepting = pool.submit(peer.accept)
            if context is not None:
                stream = stream.start_tls(ssl.create_default_context(cafile=certificate), "127.0.0.1", 30)
            yield stream, accepting.result(30)
            stream.close()


def read(stream: httpcore.NetworkStream, size: int) -> bytes:
    found = b""
    while len(found) < size:
        data = stream.read(65536, 30)
        assert data
        found += data
    return found


def test_what_has_come_is_read_at_once(ends: Ends) -> None:
    stream, peer = ends
    peer.write(b"HTTP")
    assert stream.read(100, 30) + stream.read(1, 30) == b"HTTP"


def test_the_rest_of_a_record_needs_no_further_bytes(ends: Ends) -> None:
    stream, peer = ends
    peer.write(b"0123456789")
    assert stream.read(4, 30) == b"0123"
    assert stream.read(100, 30) == b"456789"


def test_a_read_waits_no_longer_than_it_may(ends: Ends) -> None:
    stream, _ = ends
    with pytest.raises(httpcore.ReadTimeout):
        stream.read(100, SHORT)


@pytest.mark.parametrize("ends", ["encrypted"], indirect=True)
def test_nor_for_the_rest_of_a_record(ends: Ends, deadline: Deadline) -> None:
    stream, peer = ends
    record = peer.as_sent(b"HTTP")
    peer.socket.sendall(record[:-1])
    with pytest.raises(httpcore.ReadTimeout):
        stream.read(100, SHORT)
    deadline.ends = time.monotonic() + SHORT
    with pytest.raises(httpcore.ReadTimeout):
        stream.read(100, 30)
    deadline.ends = None
    peer.socket.sendall(record[-1:])
    assert stream.read(100, 30) + stream.read(1, 30) == b"HTTP"


def test_the_end_of_a_stream_is_read_as_such(ends: Ends) -> None:
    stream, peer = ends
    peer.socket.shutdown(socket.SHUT_WR)
    assert stream.read(100, 30) == b""


def test_more_than_the_system_takes_at_once_arrives_whole(ends: Ends) -> None:
    stream, peer = ends

    def read_all() -> bytes:
        found = bytearray()
        while len(found) < len(LARGE):
            found += peer.read(1 << 20)
        peer.write(b"done")
        return bytes(found)

    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(read_all)
        stream.write(LARGE, 30)
        assert reading.result(60) == LARGE
    assert read(stream, 3)


def test_a_write_waits_no_longer_than_it_may(ends: Ends) -> None:
    stream, _ = ends
    with pytest.raises(httpcore.WriteTimeout):
        stream.write(LARGE, SHORT)


def test_nor_than_the_attempt_may_last(ends: Ends, deadline: Deadline) -> None:
    stream, _ = ends
    deadline.ends = time.monotonic() + SHORT
    with pytest.raises((httpcore.WriteTimeout, httpcore.ReadTimeout)):
        stream.write(LARGE, 30)
    assert deadline.has_run_out()


def test_a_socket_that_somebody_has_closed_is_a_failure_to_read(ends: Ends) -> None:
    stream, _ = ends
    stream.get_extra_info("socket").close()
    with pytest.raises(httpcore.ReadError):
        stream.read(100, 30)


def test_a_librarys_own_sockets_wait_by_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    class Guarded(socket.socket):
        pass

    with socket.create_server(("127.0.0.1", 0)) as listener:
        monkeypatch.setattr(socket, "socket", Guarded)
        stream = TimedBackend(Deadline(), Traffic()).connect_tcp("127.0.0.1", listener.getsockname()[1], 30)
        monkeypatch.undo()
        peer, _ = listener.accept()
        with peer:
            peer.sendall(b"HTTP")
            assert read(stream, 4) == b"HTTP"
            assert stream.get_extra_info("socket").gettimeout() == 30
            stream.close()
