"""How calls get sent: a transport, an address, a key and settings; and the two drivers of the exchange.

The drivers are the only code that exists once per flavour. A view made with other settings shares the transport.
"""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Awaitable, Callable, Generator
from dataclasses import dataclass, replace
from typing import Any, Generic, NamedTuple, TypeVar, cast

from ..exceptions import MemsyClosedError, MemsyDecodeError, MemsyInputError
from .credentials import user_agent
from .exchange import Carrier, Exchange, Prepare, Send, Sleep, exchange
from .headers import merge_headers
from .lazy import import_lock
from .messages import Request
from .operation import Call, Operation
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

    def release(self) -> Transport | None:
        """End its use; gives the transport if it is to be closed now."""
        is_first, self.is_closed = not self.is_closed, True
        return self.transport if is_first and self.is_owned else None


@dataclass(slots=True, eq=False, repr=False)
class _Sender(Generic[Transport]):
    """What both flavours have."""

    shared: SharedTransport[Transport]
    base_url: str  # without a trailing slash
    headers: tuple[tuple[str, str], ...]  # of every request, the key among them, but for the `User-Agent`
    settings: Settings
    gives_raw: bool = False  # in place of parsed results

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.base_url}>"

    def raw(self) -> Any:
        """The same, giving raw responses."""
        return replace(self, gives_raw=True)

    def with_deadline(self, seconds: float) -> Any:
        """The same, with a deadline that is not later; one that has passed leaves a call no time at all."""
        deadline = min(max(seconds, _NO_TIME), self.settings.deadline or math.inf)
        return self if deadline == math.inf else replace(self, settings=replace(self.settings, deadline=deadline))

    def exchange(self, call: Call[T]) -> Exchange[T]:
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
        return exchange(call, request, self.settings, carrier)

    def _preparation(self, operation: Operation[Any]) -> Callable[[], object] | None:
        prepare = getattr(self.shared.transport, "preparation", None)
        return None if prepare is None else prepare(self.base_url)

    def _result(self, response: RawResponse[T]) -> T:
        return cast(T, response) if self.gives_raw else response.parse()


class SyncSender(_Sender[SyncTransport]):
    """Sends calls synchronously."""

    __slots__ = ()

    def send(self, call: Call[T]) -> T:
        """The call's result.

        Raises:
            MemsyError: The call failed.
        """
        return self._result(self.send_raw(call))

    def send_raw(self, call: Call[T]) -> RawResponse[T]:
        """The response to the call, which is successful.

        Raises:
            MemsyError: The call failed.
        """
        return run_flow(self.exchange(call), self._perform)

    def follow(self, flow: CallFlow[T]) -> T:
        """What the flow returns. It is sent the result of each call, and thrown its `MemsyError`."""
        return run_flow(flow, self._perform)

    def _perform(self, step: Prepare | Send | Sleep | WithDeadline | Call[Any]) -> Any:
        if isinstance(step, Send):
            return self.shared.transport.send(step.request, step.limits)
        if isinstance(step, Prepare):
            # In a thread no interruption leaves an import half-done.
            return run_in_thread(step.work, step.seconds)
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
        return self._result(await self.send_raw(call))

    async def send_raw(self, call: Call[T]) -> RawResponse[T]:
        """As `SyncSender.send_raw`."""
        return await async_run_flow(self.exchange(call), self._perform)

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

    async def _perform(self, step: Prepare | Send | Sleep | WithDeadline | Call[Any]) -> Any:
        if isinstance(step, Send):
            return await self.shared.transport.send(step.request, step.limits)
        if isinstance(step, Prepare):
            return await async_prepare(step)
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
            except Exception as error:
                failure = error
            else:
                step = flow.send(result)
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
            except Exception as error:
                failure = error
            else:
                step = flow.send(result)
                continue
            # Only here, so that a failure is not the context of what the flow makes of it: it may hold the request.
            try:
                step = flow.throw(failure)
            finally:
                del failure
    except StopIteration as end:
        return cast(T, end.value)


async def async_prepare(step: Prepare) -> object:
    """Do what is to be prepared while the event loop goes on. It is not anyio's work: that may have to be imported."""
    if in_asyncio():
        import asyncio

        try:
            return await asyncio.wait_for(asyncio.wrap_future(in_thread(step.work)), step.seconds)
        except asyncio.TimeoutError as error:  # before 3.11 it is a class of its own
            raise TimeoutError from error
    import anyio  # which trio's programs have loaded

    with anyio.fail_after(step.seconds):
        return await anyio.to_thread.run_sync(in_thread(step.work).result, abandon_on_cancel=True)


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
