"""What users get: the fixtures, the context managers, the environment."""

import socket
import threading
from importlib.metadata import entry_points

import anyio
import anyio.lowlevel
import pytest

from memsy_client import AsyncMemsyClient, EventPayload, MemsyClient, MemsyTimeoutError
from memsy_client.local import LocalMemsy


def tea(actor="alice"):
    return EventPayload(actor_id=actor, session_id="s", kind="user_message", content="I like tea")


@pytest.mark.parametrize("_", range(2))
def test_each_test_gets_an_empty_server_and_the_same_ids(memsy_client, memsy_server, _):
    assert memsy_client.memories.list().total == 0
    answer = memsy_client.ingest([tea()])
    memsy_server.settle()
    assert answer.event_ids[0].startswith("evt_000000000001")
    assert memsy_client.search("tea").results[0].type == "preference"


def test_the_async_client_works_on_asyncio_and_trio(async_memsy_client, memsy_server):
    async def use():
        await async_memsy_client.ingest([tea()])
        await anyio.to_thread.run_sync(memsy_server.settle)
        return (await async_memsy_client.search("tea")).results

    assert len(anyio.run(use)) == 1
    assert len(anyio.run(use, backend="trio")) == 1


def test_many_async_calls_run_at_once(async_memsy_client):
    async def use():
        async with anyio.create_task_group() as tasks:
            for number in range(50):
                tasks.start_soon(async_memsy_client.ingest, [tea(f"actor {number}")])
        return (await async_memsy_client.health()).usage.events_ingested

    assert anyio.run(use) == 50


def test_a_test_that_asks_for_a_server_starts_no_thread_and_opens_no_socket(monkeypatch):
    def refuse(*arguments, **options):
        raise AssertionError("setting up is quick because it does none of this")

    monkeypatch.setattr(threading, "Thread", refuse)
    monkeypatch.setattr(socket, "socket", refuse)
    memsy = LocalMemsy(seed="pytest")
    with MemsyClient(memsy.base_url, memsy.api_key, http_client=memsy.transport) as client:
        assert client.health().status == "ok"
    memsy.close()


def test_a_server_is_a_context_manager_on_a_socket():
    with LocalMemsy() as memsy, MemsyClient(memsy.base_url, memsy.api_key) as client:
        assert memsy.base_url.endswith("/v1")
        assert memsy.control_url.endswith("/api")
        assert client.health().status == "ok"


def test_a_server_is_an_async_context_manager_too():
    async def use():
        async with LocalMemsy() as memsy, AsyncMemsyClient(memsy.base_url, memsy.api_key) as client:
            return (await client.health()).status

    assert anyio.run(use) == "ok"


def test_the_servers_socket_opens_when_it_is_started(memsy_server):
    assert memsy_server.base_url == "http://memsy.localhost/v1"
    memsy_server.start()
    with MemsyClient(memsy_server.base_url, memsy_server.api_key) as client:
        assert client.health().status == "ok"


def test_the_environment_redirects_an_application(monkeypatch):
    with LocalMemsy() as memsy:
        for name, value in memsy.environment.items():
            monkeypatch.setenv(name, value)
        with MemsyClient.from_env() as client:
            assert client.health().status == "ok"


def test_a_scripted_delay_ends_when_its_call_is_cancelled(async_memsy_client, memsy_server):
    async def use():
        memsy_server.fail_next(delay=20)
        with anyio.move_on_after(0.05):
            await async_memsy_client.ingest([tea()])
        with anyio.fail_after(10):
            while not memsy_server.requests:
                await anyio.lowlevel.checkpoint()
        return (await async_memsy_client.health()).usage.events_ingested

    assert anyio.run(use) in (0, None)
    assert memsy_server.requests[0].status is None
    assert memsy_server.requests[0].seconds < 10


class TestWithTheSettingsOfAnApplication:
    """The fixture is overridden for these tests alone."""

    @pytest.fixture
    def memsy_client_options(self):
        return {"timeout": 0.05, "max_retries": 0, "headers": {"x-application": "tea"}}

    def test_the_clients_have_them(self, memsy_client, async_memsy_client, memsy_server):
        memsy_client.health()
        anyio.run(async_memsy_client.health)
        assert [request.headers["x-application"] for request in memsy_server.requests] == ["tea", "tea"]

    def test_a_scripted_delay_is_over_when_the_client_waits_no_longer(
        self, memsy_client, async_memsy_client, memsy_server
    ):
        memsy_server.fail_next(2, delay=3600)
        with pytest.raises(MemsyTimeoutError):
            memsy_client.ingest([tea()])
        with pytest.raises(MemsyTimeoutError):
            anyio.run(async_memsy_client.ingest, [tea()])
        assert max(request.seconds for request in memsy_server.requests) < 30
        assert memsy_client.memories.stats().total_memories == 0


def test_a_key_that_is_none_is_refused():
    with pytest.raises(ValueError, match="begins with msy_"):
        LocalMemsy(port=None, api_key="secret")


def test_pytest_finds_the_fixtures_by_itself():
    (found,) = (point for point in entry_points(group="pytest11") if point.name == "memsy_client")
    assert found.value == "memsy_client.local.pytest_plugin"
