"""A host's name that takes for ever to resolve."""

from __future__ import annotations

import socket
import threading
import time

import pytest

from memsy_client import MemsyClient, MemsyConnectionError, MemsyTimeoutError


def test_a_name_that_is_not_resolved_ends_the_attempt_in_time(monkeypatch):
    released = threading.Event()

    def stuck(*arguments, **options):
        released.wait(300)
        raise OSError("no such host")

    monkeypatch.setattr(socket, "getaddrinfo", stuck)
    try:
        with MemsyClient("http://memsy.invalid/v1", "key", timeout=0.2) as memsy:
            began = time.monotonic()
            with pytest.raises(MemsyTimeoutError) as caught:
                memsy.health()
            assert time.monotonic() - began < 30
            assert caught.value.unsent
    finally:
        released.set()


def test_a_name_that_does_not_resolve_is_a_connection_error_that_was_never_sent(monkeypatch):
    def unknown(*arguments, **options):
        raise socket.gaierror("Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)

    with MemsyClient("http://memsy.invalid/v1", "key") as memsy, pytest.raises(MemsyConnectionError) as caught:
        memsy.health()
    assert caught.value.unsent
