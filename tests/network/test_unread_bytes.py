"""Whether a connection between two responses has brought anything that nobody asked for."""

from __future__ import annotations

import socket
import ssl

from memsy_client._transports.traffic import has_unread_record, is_readable


def test_a_socket_is_readable_with_bytes_at_its_end_and_once_closed() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        assert not is_readable(ours)
        theirs.send(b"x")
        assert is_readable(ours)
        ours.recv(1)
        theirs.close()
        assert is_readable(ours)
    assert is_readable(ours)


def test_what_a_socket_decrypts_itself_holds_no_record_back() -> None:
    assert not has_unread_record(None)


def test_what_cannot_be_decrypted_counts_as_unread() -> None:
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = ssl.create_default_context().wrap_bio(incoming, outgoing, server_hostname="memsy.test")
    assert not has_unread_record(tls)
    incoming.write(b"not a record of TLS")
    assert has_unread_record(tls)
