"""Hooks see each attempt of a call, and change none."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest
from support.flavours import Flavour
from support.server import Server, answer, hang_up

from memsy_client import MemsyError, RequestEvent, ResponseEvent

pytestmark = pytest.mark.anyio
Serve = Callable[..., Server]


async def test_hooks_see_each_attempt(flavour: Flavour, serve: Serve, waits: list[float]) -> None:
    server = serve(answer({}, 429, {"x-request-id": "req_1"}), hang_up)
    seen: list[Any] = []
    async with flavour.client(server.origin, on_request=seen.append, on_response=seen.append) as client:
        with pytest.raises(MemsyError):
            await flavour.call(client.roles.get, "r/1", "acme")
    assert [type(event) for event in seen] == [RequestEvent, ResponseEvent] * 2
    assert seen[0] == RequestEvent("roles.get", "GET", "/roles/r%2F1", 1)
    assert (seen[1].attempt, seen[1].status_code, seen[1].error, seen[1].request_id) == (1, 429, None, "req_1")
    assert (seen[3].attempt, seen[3].status_code, seen[3].request_id) == (2, None, None)
    assert seen[3].error.startswith("MemsyConnectionError: ")
    assert seen[3].elapsed > 0
    with pytest.raises(AttributeError):
        seen[1].status_code = 200


async def test_a_hook_that_raises_breaks_no_call(
    flavour: Flavour, serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(event: object) -> None:
        raise ValueError("hook")

    server = serve(answer([]))
    async with flavour.client(server.origin, on_request=broken, on_response=broken) as client:
        assert await flavour.call(client.orgs.list) == []
    assert [record.levelno for record in caplog.records if "hook" in record.getMessage()] == [logging.ERROR] * 2
