"""`api_key` as a function: the key is asked for with each call, and once more when the service refuses it."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import copy
import functools
import inspect
import logging
import pickle
import signal
import threading
from collections.abc import AsyncGenerator, Callable, Generator
from dataclasses import dataclass
from typing import Any

import anyio
import anyio.lowlevel
import pytest
from support.flavours import AIOHTTP, EACH_TRANSPORT, KEY, OWN, Flavour
from support.server import Exchange, Script, Server, answer, hang_up
from test_secrets import everything_shown, reachable

from memsy_client import (
    AuthenticationError,
    MemsyAPIError,
    MemsyConnectionError,
    MemsyError,
    MemsyInputError,
    MemsyTimeoutError,
    Request,
    Response,
    RetryPolicy,
)
from memsy_client._core.decode import any_value
from memsy_client._core.operation import Operation

pytestmark = pytest.mark.anyio
Serve = Callable[..., Server]

own_pools = pytest.mark.parametrize("own", OWN, ids=lambda flavour: flavour.name)
each_transport = pytest.mark.parametrize("carried", EACH_TRANSPORT, ids=lambda flavour: flavour.name)


class Keys:
    """Gives these keys in turn, the last one for ever; raises those that are exceptions. `asked` counts."""

    def __init__(self, *keys: Any) -> None:
        self.keys = list(keys)
        self.asked = 0

    def __call__(self) -> Any:
        self.asked += 1
        key = self.keys.pop(0) if len(self.keys) > 1 else self.keys[0]
        if isinstance(key, BaseException):
            raise key
        return key


def functions_for(flavour: Flavour, keys: Keys) -> list[Callable[[], Any]]:
    """The keys as each kind of function that the client takes."""

    async def coroutine() -> Any:
        await asyncio.sleep(0)
        return keys()

    class Asynchronous:
        async def __call__(self) -> Any:
            return keys()

    ordinary: list[Callable[[], Any]] = [keys, lambda: keys(), functools.partial(keys.__call__)]
    asynchronous = [coroutine, lambda: coroutine(), functools.partial(coroutine), Asynchronous()]
    return ordinary + (asynchronous if flavour.is_async else [])


def sent_keys(server: Server) -> list[str | None]:
    return [request.headers.get("authorization", "").removeprefix("Bearer ") or None for request in server.requests]


def accepting(*keys: str) -> Script:
    """Answers those keys; any other gets a 401."""

    def script(exchange: Exchange) -> None:
        is_known = any(f"\r\nauthorization: bearer {key}\r\n".encode() in exchange.request.lower() for key in keys)
        (answer([]) if is_known else answer({"detail": "who?"}, 401))(exchange)

    return script


async def test_it_is_asked_once_a_call_whatever_kind_of_function_it_is(flavour: Flavour, serve: Serve) -> None:
    for kind in range(len(functions_for(flavour, Keys("k")))):
        server, keys = serve(answer([])), Keys("key_1", "key_2", "key_3")
        async with flavour.client(server.origin, api_key=functions_for(flavour, keys)[kind]) as client:
            assert keys.asked == 0
            assert await flavour.call(client.orgs.list) == []
            assert await flavour.call(client.with_raw_response.orgs.list)
            assert await flavour.call(client.with_options(timeout=9).orgs.list) == []
        assert sent_keys(server) == ["key_1", "key_2", "key_3"]
        assert [request.raw.lower().count(b"authorization") for request in server.requests] == [1, 1, 1]


async def test_on_both_planes_and_for_a_request_by_hand(serve: Serve) -> None:
    for flavour in OWN:
        server = serve(answer({}))
        async with flavour.client(server.origin, api_key=lambda: "k", control=True) as client:
            await flavour.call(client.request, "GET", "/x")
        assert sent_keys(server) == ["k"]


async def test_what_needs_no_key_asks_for_none(flavour: Flavour, serve: Serve) -> None:
    server, keys = serve(answer({})), Keys(ValueError())
    public: Operation[Any] = Operation("public", "GET", "/public", parse=any_value, repeatable=True, needs_key=False)
    async with flavour.client(server.origin, api_key=keys) as client:
        assert await flavour.call(client._sender.send, public.call()) == {}
    assert (keys.asked, sent_keys(server)) == (0, [None])


async def test_retries_of_a_call_keep_its_key(flavour: Flavour, serve: Serve, waits: list[float]) -> None:
    server, keys = serve(answer({}, 429), answer({}, 429), answer([])), Keys("key_1", "key_2")
    async with flavour.client(server.origin, api_key=keys) as client:
        await flavour.call(client.orgs.list)
    assert (keys.asked, sent_keys(server), len(waits)) == (1, ["key_1"] * 3, 2)


async def test_after_a_401_it_is_asked_again_and_a_new_key_sent_at_once(
    flavour: Flavour, serve: Serve, waits: list[float]
) -> None:
    server, keys, events = serve(accepting("key_2")), Keys("key_1", "key_2"), list[Any]()
    hooks = {"on_request": events.append, "on_response": events.append}
    async with flavour.client(server.origin, api_key=keys, max_retries=0, **hooks) as client:
        response = await flavour.call(client.with_raw_response.orgs.list)
    assert (keys.asked, sent_keys(server), waits) == (2, ["key_1", "key_2"], [])
    assert [(attempt.status_code, attempt.wait) for attempt in response.attempts] == [(401, 0.0), (200, 0.0)]
    assert [event.attempt for event in events] == [1, 1, 2, 2]


async def test_the_same_key_is_not_sent_again(flavour: Flavour, serve: Serve) -> None:
    server, keys = serve(accepting()), Keys("key_1")
    async with flavour.client(server.origin, api_key=keys, max_retries=5) as client:
        with pytest.raises(AuthenticationError) as caught:
            await flavour.call(client.orgs.list)
    assert (keys.asked, sent_keys(server), len(caught.value.attempts)) == (2, ["key_1"], 1)


async def test_it_is_asked_again_only_once_a_call(flavour: Flavour, serve: Serve) -> None:
    server, keys = serve(accepting()), Keys("key_1", "key_2", "key_3")
    async with flavour.client(server.origin, api_key=keys) as client:
        with pytest.raises(AuthenticationError) as caught:
            await flavour.call(client.orgs.list)
    assert (keys.asked, sent_keys(server)) == (2, ["key_1", "key_2"])
    assert [attempt.status_code for attempt in caught.value.attempts] == [401, 401]


@pytest.mark.parametrize("status", [400, 403, 404, 500])
@own_pools
async def test_no_other_refusal_asks_again(own: Flavour, serve: Serve, status: int) -> None:
    server, keys = serve(answer({"message": "Forbidden"}, status)), Keys("key_1", "key_2")
    async with own.client(server.origin, api_key=keys) as client:
        with pytest.raises(MemsyAPIError):
            await own.call(client.orgs.list)
    assert (keys.asked, sent_keys(server)) == (1, ["key_1"])


async def test_a_new_key_is_sent_outside_the_retries(flavour: Flavour, serve: Serve, waits: list[float]) -> None:
    scripts = [answer({}, 429), accepting(), answer({}, 429), answer({}, 429), answer({}, 429)]
    server, keys = serve(*scripts), Keys("key_1", "key_2")
    async with flavour.client(server.origin, api_key=keys, max_retries=2) as client:
        with pytest.raises(MemsyAPIError, match="429") as caught:
            await flavour.call(client.orgs.list)
    assert sent_keys(server) == ["key_1", "key_1", "key_2", "key_2"]
    assert waits == [1, 2]
    assert [attempt.status_code for attempt in caught.value.attempts] == [429, 401, 429, 429]


@own_pools
async def test_a_policy_that_retries_401_does_so_with_the_new_key(
    own: Flavour, serve: Serve, waits: list[float]
) -> None:
    server, keys = serve(accepting()), Keys("key_1", "key_2", "key_3")
    async with own.client(server.origin, api_key=keys, retry=RetryPolicy(2, statuses={401})) as client:
        with pytest.raises(AuthenticationError):
            await own.call(client.orgs.list)
    assert (sent_keys(server), len(waits)) == (["key_1", "key_2", "key_2", "key_2"], 2)


@pytest.mark.parametrize(
    "error",
    [ValueError(f"no {KEY}"), MemsyConnectionError(KEY), TimeoutError(KEY), OSError(5, KEY), AttributeError(KEY)],
    ids=lambda error: type(error).__name__,
)
async def test_what_it_raises_becomes_an_error_without_its_text(
    flavour: Flavour, serve: Serve, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    server = serve(answer([]))
    for kind in range(len(functions_for(flavour, Keys("k")))):
        function = functions_for(flavour, Keys(error))[kind]
        for options in ({}, {"deadline": 60}):
            with caplog.at_level(logging.DEBUG):
                async with flavour.client(server.origin, api_key=function, **options) as client:
                    with pytest.raises(MemsyInputError, match=f"api_key raised {type(error).__name__}$") as caught:
                        await flavour.call(client.orgs.list)
            told = caught.value
            assert (told.operation, told.attempts, told.__cause__, told.__context__) == ("orgs.list", (), None, None)
            assert KEY not in reachable(told) + str(told) + caplog.text
            assert KEY.encode() not in pickle.dumps(told)
    assert server.requests == []


@pytest.mark.parametrize("key", [None, "", b"key", 5, "a b", "key\n", "clé", ["key"]])
async def test_what_is_no_key_is_refused_before_anything_is_sent(flavour: Flavour, serve: Serve, key: Any) -> None:
    server = serve(answer([]))
    async with flavour.client(server.origin, api_key=lambda: key) as client:
        with pytest.raises(MemsyInputError, match="api_key") as caught:
            await flavour.call(client.orgs.list)
    assert caught.value.attempts == ()
    assert server.requests == []


async def test_one_that_fails_after_a_401_tells_both(flavour: Flavour, serve: Serve) -> None:
    for second, kind in ((ValueError(KEY), "raised ValueError"), ("", "is empty")):
        server, keys = serve(accepting()), Keys("key_1", second)
        async with flavour.client(server.origin, api_key=keys) as client:
            with pytest.raises(MemsyInputError, match=kind) as caught:
                await flavour.call(client.orgs.list)
        assert [attempt.status_code for attempt in caught.value.attempts] == [401]
        assert isinstance(caught.value.__cause__, AuthenticationError)
        assert KEY not in reachable(caught.value)


class Interruption(BaseException):
    pass


@pytest.mark.parametrize("error", [Interruption(), KeyboardInterrupt(), RecursionError(), MemoryError()])
@own_pools
async def test_what_is_not_a_failure_of_the_call_passes(own: Flavour, error: BaseException) -> None:
    async def coroutine() -> str:
        raise error

    async with own.client("http://memsy.test", api_key=coroutine if own.is_async else Keys(error)) as client:
        with pytest.raises(type(error)) as caught:
            await (client.orgs.list() if own.is_async else own.call(client.orgs.list))
    assert caught.value is error


SILENT = answer({"detail": "No such key."}, 401)
ECHOES: dict[str, Script] = {
    "silent": SILENT,
    "401": answer({"detail": {"error": "invalid_key", "message": f"No such key: {KEY}."}}, 401),
    "500": answer(f"<html>{KEY}".encode(), 500, {"x-request-id": KEY}),
    "not JSON": answer(f"<html>{KEY}".encode()),
    "lost": hang_up,
}


@pytest.mark.parametrize("script", ECHOES.values(), ids=ECHOES)
@each_transport
async def test_the_key_is_shown_nowhere(
    carried: Flavour, serve: Serve, script: Script, caplog: pytest.LogCaptureFixture
) -> None:
    server = serve(script)
    for kind in range(len(functions_for(carried, Keys("k")))):
        function = functions_for(carried, Keys(KEY))[kind]
        with caplog.at_level(logging.DEBUG, "memsy_client"):
            async with carried.client(server.origin, api_key=function, max_retries=0, deadline=60) as client:
                with pytest.raises(MemsyError) as caught:
                    await carried.call(client.orgs.list)
                assert KEY not in repr(client) + repr(client._sender) + repr(copy.copy(client))
        frames = caught.value.__traceback__
        while frames is not None and "/memsy_client/" not in frames.tb_frame.f_code.co_filename:
            frames = frames.tb_next
        logged = "".join(record.getMessage() for record in caplog.records if record.name == "memsy_client")
        assert KEY not in logged
        if script is SILENT:
            assert KEY not in everything_shown(caught.value.with_traceback(frames))
        assert KEY.encode() not in pickle.dumps(caught.value)
        assert KEY not in reachable(caught.value)
    assert {KEY} == set(sent_keys(server))


async def _asynchronous_generator() -> AsyncGenerator[str, None]:
    yield "key"


async def _coroutine() -> str:
    return "key"


class _Asynchronous:
    async def __call__(self) -> str:
        return "key"


@pytest.mark.parametrize("control", [False, True])
def test_a_synchronous_client_refuses_a_coroutine_function(control: bool) -> None:
    for function in (_coroutine, functools.partial(_coroutine), _Asynchronous(), _asynchronous_generator):
        with pytest.raises(MemsyInputError, match="api_key has to be text, or an ordinary function on this client"):
            OWN[0].kind(control=control)("http://memsy.test", function)
    with pytest.raises(MemsyInputError, match="api_key has to be text, or a coroutine function"):
        OWN[1].kind(control=control)("http://memsy.test", _asynchronous_generator)


async def test_a_blocking_one_holds_up_no_event_loop_and_no_call_beyond_its_deadline(serve: Serve) -> None:
    server, released = serve(answer([])), threading.Event()

    def blocking() -> str:
        assert released.wait(60)
        return "key"

    async def patient() -> str:
        await asyncio.Event().wait()
        return "key"

    try:
        for flavour in [*OWN, AIOHTTP]:
            for function in [blocking, patient] if flavour.is_async else [blocking]:
                async with flavour.client(server.origin, api_key=function, deadline=0.05) as client:
                    with pytest.raises(MemsyTimeoutError, match="deadline ran out before there was a key") as caught:
                        await flavour.call(client.orgs.list)
                assert caught.value.unsent
                assert caught.value.attempts == ()
    finally:
        released.set()
    assert server.requests == []


async def test_one_that_blocks_the_event_loop_beyond_the_deadline_is_told_too(
    serve: Serve, advance: Callable[[float], None]
) -> None:
    async def blocking() -> str:
        advance(100)
        return "key"

    server = serve(answer([]))
    async with OWN[1].client(server.origin, api_key=blocking, deadline=60) as client:
        with pytest.raises(MemsyTimeoutError, match="before there was a key"):
            await client.orgs.list()
    assert server.requests == []


@own_pools
async def test_its_time_counts_against_the_deadline_and_not_against_an_attempt(
    own: Flavour, advance: Callable[[float], None], serve: Serve
) -> None:
    limits: list[Any] = []

    class Transport:
        def send(self, request: Request, given: Any) -> Response:
            limits.append(given)
            return Response(200, {}, b"[]")  # type: ignore[arg-type]

        def close(self) -> None:
            pass

    class AsyncTransport:
        async def send(self, request: Request, given: Any) -> Response:
            return Transport().send(request, given)

        async def aclose(self) -> None:
            pass

    def slow() -> str:
        advance(40)
        return "key"

    carrier = AsyncTransport() if own.is_async else Transport()
    async with own.client(
        "http://memsy.test", api_key=slow, http_client=carrier, timeout=30, deadline=60, on_response=limits.append
    ) as client:
        assert await own.call(client.orgs.list) == []
    assert 15 < limits[0].total <= 20
    assert limits[1].elapsed < 20


async def test_a_deadline_that_passes_while_it_is_asked_again_is_told_with_the_401(
    serve: Serve, advance: Callable[[float], None]
) -> None:
    for flavour in OWN:
        keys = Keys("key_1", "key_2")

        def slow_the_second_time(keys: Keys = keys) -> str:
            if keys.asked:
                advance(100)
            return str(keys())

        server = serve(accepting("key_2"))
        async with flavour.client(server.origin, api_key=slow_the_second_time, deadline=60) as client:
            with pytest.raises(MemsyTimeoutError, match="before there was a key") as caught:
                await flavour.call(client.orgs.list)
        assert [attempt.status_code for attempt in caught.value.attempts] == [401]
        assert not caught.value.unsent
        assert isinstance(caught.value.__cause__, AuthenticationError)
        assert len(server.requests) == 1


@each_transport
async def test_calls_at_once_ask_each_for_itself_and_each_compares_with_what_it_sent(
    carried: Flavour, serve: Serve
) -> None:
    refusals, lock = threading.Barrier(8), threading.Lock()
    current, asked = ["old"], [0]

    def key() -> str:
        with lock:
            asked[0] += 1
            return current[0]

    def script(exchange: Exchange) -> None:
        if b"bearer old" in exchange.request.lower():
            refusals.wait(60)  # all of them were sent with the old key
            current[0] = "new"
            answer({}, 401)(exchange)
        else:
            answer([])(exchange)

    server = serve(script)
    async with carried.client(server.origin, api_key=key) as client, anyio.create_task_group() as tasks:
        for _ in range(8):
            tasks.start_soon(carried.call, client.orgs.list)
    assert asked[0] == 16
    assert sorted(map(str, sent_keys(server))) == ["new"] * 8 + ["old"] * 8


async def test_a_cancelled_call_ends_while_its_key_is_asked() -> None:
    asked, ended = asyncio.Event(), list[str]()

    async def key() -> str:
        try:
            asked.set()
            await asyncio.Event().wait()
        finally:
            ended.append("key")
        return "key"

    for options in ({}, {"deadline": 60}):
        asked.clear()
        async with OWN[1].client("http://memsy.test", api_key=key, **options) as client:
            task = asyncio.create_task(client.orgs.list())
            await asked.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
    assert ended == ["key", "key"]


@pytest.mark.parametrize("anyio_backend", ["trio"])
async def test_on_trio(serve: Serve, anyio_backend: str) -> None:
    async def coroutine() -> str:
        await anyio.lowlevel.checkpoint()
        return "key_1"

    async def endless() -> str:
        await anyio.sleep_forever()
        return "key"

    server = serve(answer([]))
    for function in (coroutine, lambda: "key_1"):
        for options in ({}, {"deadline": 60}):
            async with OWN[1].client(server.origin, api_key=function, **options) as client:
                assert await client.orgs.list() == []
    async with OWN[1].client(server.origin, api_key=endless, deadline=0.05) as client:
        with pytest.raises(MemsyTimeoutError, match="before there was a key"):
            await client.orgs.list()
    assert sent_keys(server) == ["key_1"] * 4


async def test_it_sees_the_context_of_the_caller(flavour: Flavour, serve: Serve) -> None:
    tenant: contextvars.ContextVar[str] = contextvars.ContextVar("tenant", default="none")
    server = serve(answer([]))
    tenant.set("acme")
    for kind in range(len(functions_for(flavour, Keys("k")))):
        function = functions_for(flavour, Keys("unused"))[kind]
        given = functools.partial(_key_of, tenant) if not inspect.iscoroutinefunction(function) else None
        for options in ({}, {"deadline": 60}):
            if given is not None:
                async with flavour.client(server.origin, api_key=given, **options) as client:
                    await flavour.call(client.orgs.list)
    assert set(sent_keys(server)) == {"key_of_acme"}


def _key_of(tenant: contextvars.ContextVar[str]) -> str:
    return f"key_of_{tenant.get()}"


async def test_middleware_sees_the_key_that_is_sent(flavour: Flavour, serve: Serve) -> None:
    seen: list[str] = []

    def note(request: Request) -> Generator[Request, Response, Response]:
        seen.append(dict(request.headers)["Authorization"])
        return (yield request)

    server = serve(accepting("key_2"))
    async with flavour.client(server.origin, api_key=Keys("key_1", "key_2"), middleware=[note]) as client:
        await flavour.call(client.orgs.list)
    assert seen == ["Bearer key_1", "Bearer key_2"]


@dataclass
class Vault:
    """A careless object: its repr, and so that of its methods, shows a secret."""

    token: str

    def key(self) -> str:
        raise ValueError(self.token)

    async def key_later(self) -> str:
        raise ValueError(self.token)

    def sign(self, request: Request) -> Generator[Request, Response, Response]:
        return (yield request)


@own_pools
async def test_the_repr_of_what_the_function_belongs_to_is_in_no_report(own: Flavour) -> None:
    vault = Vault("s3cret_token")
    for function in [vault.key, vault.key_later] if own.is_async else [vault.key]:
        for options in ({}, {"deadline": 60}):
            async with own.client("http://memsy.test", api_key=function, middleware=[vault.sign], **options) as client:
                with pytest.raises(MemsyInputError) as caught:
                    await own.call(client.orgs.list)
                assert "s3cret" not in repr(client) + repr(client._sender)
            frames = caught.value.__traceback__
            while frames is not None and "/memsy_client/" not in frames.tb_frame.f_code.co_filename:
                frames = frames.tb_next
            assert frames is not None
            assert "s3cret" not in everything_shown(caught.value.with_traceback(frames))
    for function in (vault.key_later, vault.key):
        with pytest.raises(MemsyInputError) as refused:
            OWN[0].kind()("http://memsy.test", function, max_connections=0)
        frames = refused.value.__traceback__
        assert frames is not None
        assert "s3cret" not in everything_shown(refused.value.with_traceback(frames.tb_next))


@pytest.mark.skipif(not hasattr(signal, "SIGUSR1"), reason="needs signals")
def test_what_a_signal_handler_raises_meanwhile_passes() -> None:
    class TimeLimitError(Exception):
        pass

    def handler(*_: object) -> None:
        raise TimeLimitError

    def key() -> str:
        signal.raise_signal(signal.SIGUSR1)
        return "key"

    before = signal.signal(signal.SIGUSR1, handler)
    try:
        with OWN[0].kind()("http://memsy.test", key) as client, pytest.raises(TimeLimitError):
            client.orgs.list()
    finally:
        signal.signal(signal.SIGUSR1, before)


def test_a_rotated_key_in_a_forked_child_is_asked_there(serve: Serve) -> None:
    multiprocessing = pytest.importorskip("multiprocessing")
    if "fork" not in multiprocessing.get_all_start_methods():
        pytest.skip("needs fork")
    server, keys = serve(answer([])), Keys("parent", "after")
    client = OWN[0].kind()(server.origin, keys, deadline=60)
    with contextlib.closing(client):
        assert client.orgs.list() == []

        def work() -> None:
            keys.keys[:] = ["child"]
            assert client.orgs.list() == []

        child = multiprocessing.get_context("fork").Process(target=work)
        child.start()
        child.join(60)
        assert child.exitcode == 0
        assert client.orgs.list() == []
    assert sent_keys(server) == ["parent", "child", "after"]
