"""Libraries that mock httpx see the requests of our own pools, and what holds where httpx has changed inside."""

from __future__ import annotations

import logging
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
import respx
from echo_server import Echo, asked
from pytest_httpx import HTTPXMock
from support.flavours import OWN, Flavour
from support.httpx_without_pool import take_pool_away
from support.server import Script, Server, answer, chunked, drip, gzipped, hang, hang_up, message

from memsy_client import EventPayload, MemsyConnectionError, MemsyDecodeError, MemsyTimeoutError, Timeout
from memsy_client._transports import httpx_transport

Serve = Callable[..., Server]
pytestmark = pytest.mark.anyio
own = pytest.mark.parametrize("flavour", OWN, ids=lambda flavour: flavour.name)


@own
async def test_pytest_httpx_intercepts_requests(flavour: Flavour, httpx_mock: HTTPXMock) -> None:
    httpx_mock.add_response(json={"event_ids": ["mocked"]})
    async with flavour.client("https://memsy.example/v1") as client:
        assert (await flavour.call(client.ingest, [])).event_ids == ["mocked"]
    assert [str(request.url) for request in httpx_mock.get_requests()] == ["https://memsy.example/v1/ingest"]


@own
async def test_pytest_httpx_intercepts_those_of_an_open_connection_too(
    flavour: Flavour, echo: Echo, request: pytest.FixtureRequest
) -> None:
    async with flavour.client(echo.url) as client:
        await flavour.call(client.search, "real")
        httpx_mock = request.getfixturevalue("httpx_mock")
        httpx_mock.add_response(json={"event_ids": ["mocked"]})
        assert (await flavour.call(client.ingest, [])).event_ids == ["mocked"]


@own
async def test_respx_intercepts_requests(flavour: Flavour) -> None:
    async with flavour.client("https://memsy.example/v1") as client:
        with respx.mock as router:
            route = router.post("https://memsy.example/v1/ingest")
            route.return_value = httpx.Response(200, json={"event_ids": ["mocked"]})
            assert (await flavour.call(client.ingest, [])).event_ids == ["mocked"]
            assert route.call_count == 1


@own
async def test_respx_intercepts_those_of_an_open_connection_too(flavour: Flavour, echo: Echo) -> None:
    async with flavour.client(echo.url) as client:
        await flavour.call(client.search, "real")
        with respx.mock as router:
            router.post(f"{echo.url}/ingest").return_value = httpx.Response(200, json={"event_ids": ["mocked"]})
            assert (await flavour.call(client.ingest, [])).event_ids == ["mocked"]
        assert asked(await flavour.call(client.search, "again")) == "again"


@pytest.fixture
def changed_httpx(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    take_pool_away(monkeypatch.setattr)
    httpx_transport.warn_of_unseen_requests.cache_clear()
    yield
    httpx_transport.warn_of_unseen_requests.cache_clear()


@pytest.mark.usefixtures("changed_httpx")
class TestAnHttpxThatHasChangedInside:
    async def test_one_warning_says_what_is_lost(self, echo: Echo, caplog: pytest.LogCaptureFixture) -> None:
        for flavour in OWN * 2:
            async with flavour.client(echo.url) as client:
                assert asked(await flavour.call(client.search, "x")) == "x"
        [record] = [record for record in caplog.records if record.name == "memsy_client"]
        assert record.levelno == logging.WARNING
        assert f"httpx {httpx.__version__}" in record.message
        assert "mock or trace" in record.message

    @own
    async def test_calls_work_on_one_connection(self, flavour: Flavour, echo: Echo) -> None:
        async with flavour.client(echo.url) as client:
            for number in range(5):
                assert asked(await flavour.call(client.search, f"{number}")) == f"{number}"
        assert echo.accepted == 1

    @own
    async def test_respx_still_intercepts(self, flavour: Flavour) -> None:
        async with flavour.client("https://memsy.example/v1") as client:
            with respx.mock as router:
                route = router.post("https://memsy.example/v1/ingest")
                route.return_value = httpx.Response(200, json={"event_ids": ["mocked"]})
                assert (await flavour.call(client.ingest, [])).event_ids == ["mocked"]

    @own
    @pytest.mark.parametrize("script", [hang, drip(message(b" " * 9000)), drip(message(b" " * 9000), at_once=100)])
    async def test_an_attempt_ends_in_time(self, flavour: Flavour, script: Script, serve: Serve) -> None:
        server = serve(script)
        async with flavour.client(server.origin, timeout=0.3) as client:
            with anyio.fail_after(20), pytest.raises(MemsyTimeoutError, match=r"within 0\.3 s") as caught:
                await flavour.call(client.ingest, [])
        assert not caught.value.unsent

    @own
    async def test_each_write_ends_in_time(self, flavour: Flavour, serve: Serve) -> None:
        server = serve(hang, reads=False)
        async with flavour.client(server.origin, timeout=Timeout(write=0.3)) as client:
            with anyio.fail_after(20), pytest.raises(MemsyTimeoutError):
                await flavour.call(client.ingest, [EventPayload("ana", "s", "user_message", "a" * 20_000_000)])

    @own
    async def test_connecting_ends_in_time(self, flavour: Flavour) -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent:  # the handshake of TLS is never answered
            url = f"https://127.0.0.1:{silent.getsockname()[1]}"
            async with flavour.client(url, timeout=Timeout(connect=0.3)) as client:
                with anyio.fail_after(20), pytest.raises(MemsyTimeoutError) as caught:
                    await flavour.call(client.ingest, [])
        assert caught.value.unsent

    @own
    async def test_resolving_a_name_ends_in_time(self, flavour: Flavour, monkeypatch: pytest.MonkeyPatch) -> None:
        released = threading.Event()

        def stuck(*_: Any, **__: Any) -> Any:
            released.wait(60)
            raise socket.gaierror("no such host")

        monkeypatch.setattr(socket, "getaddrinfo", stuck)
        try:
            async with flavour.client("http://memsy.invalid", timeout=0.3) as client:
                with anyio.fail_after(20), pytest.raises(MemsyTimeoutError) as caught:
                    await flavour.call(client.ingest, [])
            assert caught.value.unsent
        finally:
            released.set()

    @own
    async def test_unsent_is_what_never_left(self, flavour: Flavour, serve: Serve) -> None:
        with serve(answer({})) as gone:
            pass
        for server, unsent in ((gone, True), (serve(hang_up), False)):
            async with flavour.client(server.origin) as client:
                with pytest.raises(MemsyConnectionError) as caught:
                    await flavour.call(client.ingest, [])
            assert caught.value.unsent == unsent

    @own
    @pytest.mark.parametrize("script", [chunked([b"x" * 600] * 2000), gzipped(b"x" * 900_000)], ids=["chunks", "gzip"])
    async def test_a_body_stays_under_the_cap(self, flavour: Flavour, script: Script, serve: Serve) -> None:
        server = serve(script)
        async with flavour.client(server.origin, max_response_bytes=100_000) as client:
            with pytest.raises(MemsyDecodeError, match="100000 bytes"):
                await flavour.call(client.ingest, [])


@pytest.mark.slow
def test_all_of_this_room_holds_with_an_httpx_that_has_changed_inside() -> None:
    room = Path(__file__).parent
    command = [sys.executable, "-m", "pytest", "-p", "support.httpx_without_pool", str(room), f"--ignore={__file__}"]
    environment = os.environ | {"PYTHONPATH": str(room.parent)}
    ran = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert ran.returncode == 0, ran.stdout + ran.stderr
