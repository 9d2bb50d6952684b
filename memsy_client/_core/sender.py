"""How calls get sent: a transport, an address, a key and settings; and the two drivers of the exchange.

The drivers are the only code that exists once per flavour. A view made with other settings shares the transport.
"""

from __future__ import annotations

import contextlib
import inspect
import math
import sys
import time
from collections.abc import Awaitable, Callable, Generator
from dataclasses import dataclass, replace
from typing import Any, Generic, NamedTuple, TypeVar, cast

from ..exceptions import MemsyClosedError, MemsyDecodeError, MemsyInputError
from .checks import is_async
from .credentials import KeyFunction, Secret, user_agent
from .exchange import AskKey, AttemptListener, Carrier, Exchange, KeySource, Prepare, Send, Sleep, exchange
from .headers import merge_headers
from .lazy import import_lock
from .messages import Request
from .operation import CUSTOM, Call, Operation
from .raw_response import RawResponse, with_call_context
from .settings import Settings
from .threads import in_asyncio, in_thread, run_in_thread
from .transport import AsyncTransport, SyncTransport

T = TypeVar("T")
Transport = TypeVar("Transport", SyncTransport, AsyncTransport)


class WithDeadline(NamedTuple):
    """A call that has to end within so many seconds, also where the client's own deadline is longer."""

    call: Call[Any]
    seconds: float


#: What takes many calls, without I/O: it yields calls and waits, and is sent their results.
CallFlow = Generator[Call[Any] | WithDeadline | Sleep, Any, T]

#: Seconds for a call whose deadline has passed: a deadline is above zero.
_NO_TIME = 1e-3

#: Characters of a URL that the HTTP libraries take; servers take less.
_LONGEST_URL = 65_536


@dataclass(slots=True, eq=False, repr=False)
class SharedTransport(Generic[Transport]):
    """The transport that a client and all its views share, until the client is closed."""

    transport: Transport
    is_owned: bool  # a caller's own is not closed with the client
    is_closed: bool = False
    _user_agent: str | None = None

    @property
    def user_agent(self) -> str:
        """The `User-Agent` of requests; found with the first of them, because what carries it is not loaded before."""
        if self._user_agent is None:
            self._user_agent = user_agent(getattr(self.transport, "user_agent_product", None))
        return self._user_agent

    # A copy made behind the constructor's back would not be told of a fork, and share its connections with the child.
    def __deepcopy__(self, memo: object) -> SharedTransport[Transport]:
        return self

    def __reduce__(self) -> str:
        raise TypeError("a client cannot be pickled: it has the key and connections; make one in each process")

    def release(self) -> Transport | None:
        """End its use; gives the transport if it is to be closed now."""
        is_first, self.is_closed = not self.is_closed, True
        return self.transport if is_first and self.is_owned else None


@dataclass(slots=True, eq=False, repr=False)
class _Sender(Generic[Transport]):
    """What both flavours have."""

    shared: SharedTransport[Transport]
    base_url: str  # without a trailing slash
    headers: tuple[tuple[str, str], ...]  # of every request, a key that is text among them, but for the `User-Agent`
    settings: Settings
    gives_raw: bool = False  # in place of parsed results
    key_function: KeyFunction | None = None  # gives the key where that is not text

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.base_url}>"

    def raw(self) -> Any:
        """The same, giving raw responses."""
        return replace(self, gives_raw=True)

    def with_deadline(self, seconds: float) -> Any:
        """The same, with a deadline that is not later; one that has passed leaves a call no time at all."""
        deadline = min(max(seconds, _NO_TIME), self.settings.deadline or math.inf)
        return self if deadline == math.inf else replace(self, settings=replace(self.settings, deadline=deadline))

    def flow(self, call: Call[T], *, gives_raw: bool) -> Generator[Any, Any, Any]:
        """All of a call, from its key to its result."""
        telemetry = self.settings.telemetry
        if telemetry is None:
            response = yield from self.exchange(call)
            return response if gives_raw else response.parse()
        from .telemetry import CallStart  # which the telemetry has loaded

        operation = call.operation
        template = None if operation.name == CUSTOM else operation.path
        with telemetry.observe(CallStart(operation.name, operation.method, self.base_url, template)) as on_attempt:
            response = yield from self.exchange(call, on_attempt)
            return response if gives_raw else response.parse()

    def exchange(self, call: Call[T], on_attempt: AttemptListener | None = None) -> Exchange[T]:
        """The exchange of a call.

        Raises:
            MemsyClosedError: The client has been closed.
            MemsyInputError: The URL would be too long.
        """
        if self.shared.is_closed:
            raise with_call_context(MemsyClosedError("this client has been closed"), call)
        headers = [*self.headers, ("User-Agent", self.shared.user_agent)]
        if not call.operation.needs_key:
            headers = [(name, value) for name, value in headers if name != "Authorization"]
        if self.settings.headers or call.headers:
            headers = merge_headers(merge_headers(headers, self.settings.headers.items()), call.headers)
        if call.content is not None:
            headers.append(("Content-Type", "application/json"))
        url = f"{self.base_url}{call.path}?{call.query}" if call.query else self.base_url + call.path
        if len(url) > _LONGEST_URL:
            raise with_call_context(MemsyInputError(f"the URL would be over {_LONGEST_URL:,} characters long"), call)
        request = Request(call.operation.method, url, headers, call.content)
        is_strict = getattr(self.shared.transport, "is_strict", False)
        carrier = Carrier(lambda: self._preparation(call.operation), is_strict)
        key_source = None if self.key_function is None else self._key_source(call)
        return exchange(call, request, self.settings, carrier, key_source, on_attempt)

    def _key_source(self, call: Call[Any]) -> Callable[[float], KeySource] | None:
        function = self.key_function
        if function is None or not call.operation.needs_key:
            return None
        with import_lock:
            from .key_provider import CallKey
        return lambda deadline: CallKey(function, call, deadline)

    def _preparation(self, operation: Operation[Any]) -> Callable[[], object] | None:
        prepare = getattr(self.shared.transport, "preparation", None)
        return None if prepare is None else prepare(self.base_url)


class SyncSender(_Sender[SyncTransport]):
    """Sends calls synchronously."""

    __slots__ = ()

    def send(self, call: Call[T]) -> T:
        """The call's result.

        Raises:
            MemsyError: The call failed.
        """
        return cast(T, run_flow(self.flow(call, gives_raw=self.gives_raw), self._perform))

    def send_raw(self, call: Call[T]) -> RawResponse[T]:
        """The response to the call, which is successful.

        Raises:
            MemsyError: The call failed.
        """
        return cast(RawResponse[T], run_flow(self.flow(call, gives_raw=True), self._perform))

    def follow(self, flow: CallFlow[T]) -> T:
        """What the flow returns. It is sent the result of each call, and thrown its `MemsyError`."""
        return run_flow(flow, self._perform)

    def _perform(self, step: Prepare | Send | AskKey | Sleep | WithDeadline | Call[Any]) -> Any:
        if isinstance(step, Send):
            return self.shared.transport.send(step.request, step.limits)
        if isinstance(step, Prepare):
            # In a thread no interruption leaves an import half-done.
            return run_in_thread(step.work, step.seconds)
        if isinstance(step, AskKey):
            if step.seconds is None:
                return _hidden(step.function.ask())
            return run_in_thread(lambda: _hidden(step.function.ask()), step.seconds)
        if isinstance(step, Sleep):
            return time.sleep(step.seconds)
        if isinstance(step, WithDeadline):
            return self.with_deadline(step.seconds).send(step.call)
        return self.send(step)


class AsyncSender(_Sender[AsyncTransport]):
    """Sends calls asynchronously."""

    __slots__ = ()

    async def send(self, call: Call[T]) -> T:
        """As `SyncSender.send`."""
        return cast(T, await async_run_flow(self.flow(call, gives_raw=self.gives_raw), self._perform))

    async def send_raw(self, call: Call[T]) -> RawResponse[T]:
        """As `SyncSender.send_raw`."""
        return cast(RawResponse[T], await async_run_flow(self.flow(call, gives_raw=True), self._perform))

    async def follow(self, flow: CallFlow[T]) -> T:
        """As `SyncSender.follow`."""
        return await async_run_flow(flow, self._perform)

    def _preparation(self, operation: Operation[Any]) -> Callable[[], object] | None:
        # What the result needs is imported now, too, since doing so later would keep the event loop from all else.
        prepare = super()._preparation(operation)
        if operation.is_loaded or operation.parse is None:
            return prepare

        def prepare_and_load() -> None:
            if prepare is not None:
                prepare()
            load_models(operation)

        return prepare_and_load

    async def _perform(self, step: Prepare | Send | AskKey | Sleep | WithDeadline | Call[Any]) -> Any:
        if isinstance(step, Send):
            return await self.shared.transport.send(step.request, step.limits)
        if isinstance(step, Prepare):
            return await async_prepare(step)
        if isinstance(step, AskKey):
            return await ask_key(step)
        if isinstance(step, Sleep):
            return await sleep(step.seconds)
        if isinstance(step, WithDeadline):
            return await self.with_deadline(step.seconds).send(step.call)
        return await self.send(step)


def run_flow(flow: Generator[Any, Any, T], perform: Callable[[Any], Any]) -> T:
    """What a generator returns, with each step that it yields performed; it is thrown the failure of one."""
    try:
        step = next(flow)
        while True:
            try:
                result = perform(step)
            except BaseException as error:  # an interruption, too, so that the flow ends now and knows why
                failure = error
            else:
                try:
                    step = flow.send(result)
                finally:
                    del result  # as in the exchange
                continue
            # Only here, so that a failure is not the context of what the flow makes of it: it may hold the request.
            try:
                step = flow.throw(failure)
            finally:
                del failure
    except StopIteration as end:
        return cast(T, end.value)


async def async_run_flow(flow: Generator[Any, Any, T], perform: Callable[[Any], Awaitable[Any]]) -> T:
    """As `run_flow`, with each step awaited."""
    try:
        step = next(flow)
        while True:
            try:
                result = await perform(step)
            except BaseException as error:  # an interruption, too, so that the flow ends now and knows why
                failure = error
            else:
                try:
                    step = flow.send(result)
                finally:
                    del result  # as in the exchange
                continue
            # Only here, so that a failure is not the context of what the flow makes of it: it may hold the request.
            try:
                step = flow.throw(failure)
            finally:
                del failure
    except StopIteration as end:
        return cast(T, end.value)


async def async_prepare(step: Prepare) -> object:
    """Do what is to be prepared while the event loop goes on."""
    return await in_time(_in_thread(step.work), step.seconds)


async def ask_key(step: AskKey) -> object:
    """What the function for the key gives. One that is not a coroutine function runs in a thread: it may block."""

    async def ask() -> object:
        if is_async(step.function.ask):
            given = step.function.ask()
        else:
            given = await _in_thread(lambda: _hidden(step.function.ask()))
        return _hidden(await given) if inspect.isawaitable(given) else given

    return await in_time(ask(), step.seconds)


def _hidden(given: object) -> object:
    """Text as a `Secret`, which no report of the frames shows."""
    return Secret(given) if isinstance(given, str) else given


async def in_time(awaitable: Awaitable[T], seconds: float | None) -> T:
    """What is awaited. Raises `TimeoutError` after so many seconds."""
    if seconds is None:
        return await awaitable
    if in_asyncio():
        import asyncio

        if sys.version_info >= (3, 11):
            async with asyncio.timeout(seconds):
                return await awaitable
        try:  # pragma: no cover – Python 3.10
            return await asyncio.wait_for(awaitable, seconds)
        except asyncio.TimeoutError as error:  # before 3.11 it is a class of its own  # pragma: no cover – Python 3.10
            raise TimeoutError from error
    import anyio  # which trio's programs have loaded

    with anyio.fail_after(seconds):
        return await awaitable


async def _in_thread(work: Callable[[], T]) -> T:
    # It is not anyio's work where that may have to be imported.
    if in_asyncio():
        import asyncio

        return await asyncio.wrap_future(in_thread(work))
    import anyio

    return await anyio.to_thread.run_sync(in_thread(work).result, abandon_on_cancel=True)


def load_models(operation: Operation[Any]) -> None:
    """Import the models that the operation's results are made of."""
    assert operation.parse is not None
    with import_lock, contextlib.suppress(MemsyDecodeError):
        operation.parse(None)
    operation.is_loaded = True


async def sleep(seconds: float) -> None:
    """Wait, on whichever event loop runs."""
    if in_asyncio():
        import asyncio

        await asyncio.sleep(seconds)
    else:
        import anyio

        await anyio.sleep(seconds)
