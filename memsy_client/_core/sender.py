"""How calls get sent: a transport, an address, a key and settings; and the two drivers of the conversation.

The drivers are the only code that exists once per flavour. A view made with other settings shares the transport.
"""

from __future__ import annotations

import math
import time
from collections.abc import Awaitable, Callable, Generator
from dataclasses import dataclass, replace
from typing import Any, Generic, NamedTuple, TypeVar, cast

from ..exceptions import MemsyClosedError, MemsyInputError
from .exchange import Exchange, Send, Sleep, exchange
from .messages import Request, Response
from .operation import Call, overlaid
from .raw_response import RawResponse, placed
from .settings import Settings
from .transport import AsyncTransport, SyncTransport

T = TypeVar("T")
Step = TypeVar("Step")
Answer = TypeVar("Answer")
Transport = TypeVar("Transport", SyncTransport, AsyncTransport)


class Within(NamedTuple):
    """A call that has to end within so many seconds, also where the client's own deadline is longer."""

    call: Call[Any]
    seconds: float


#: What takes many calls, without I/O: it yields calls and waits, and is given what they come to.
Steps = Generator[Call[Any] | Within | Sleep, Any, T]

#: A deadline is above zero.
_NO_TIME = 1e-3

#: What the HTTP libraries take; servers take less.
_LONGEST_URL = 65_536


@dataclass(slots=True, eq=False, repr=False)
class Line(Generic[Transport]):
    """The transport that a client and all its views share, until the client is closed."""

    transport: Transport
    is_closed: bool = False


@dataclass(slots=True, eq=False, repr=False)
class _Sender(Generic[Transport]):
    """What both flavours have.

    Attributes:
        line: Carries the requests.
        base_url: Without a trailing slash.
        headers: Headers of every request, the key among them.
        settings: All that can differ from call to call.
        gives_raw: Whether calls give the response in place of the parsed result.
    """

    line: Line[Transport]
    base_url: str
    headers: tuple[tuple[str, str], ...]
    settings: Settings
    gives_raw: bool = False

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.base_url}>"

    def raw(self) -> Any:
        """The same, giving raw responses."""
        return replace(self, gives_raw=True)

    def within(self, seconds: float) -> Any:
        """The same, with a deadline that is no later; one that has passed leaves a call no time at all."""
        deadline = min(max(seconds, _NO_TIME), self.settings.deadline or math.inf)
        return self if deadline == math.inf else replace(self, settings=replace(self.settings, deadline=deadline))

    def exchange(self, call: Call[T]) -> Exchange[T]:
        """The conversation about a call. Raises `MemsyClosedError`, or `MemsyInputError` for too long a URL."""
        if self.line.is_closed:
            raise placed(MemsyClosedError("this client has been closed"), call)
        headers = list(self.headers)
        if self.settings.headers or call.headers:
            headers = overlaid(overlaid(headers, self.settings.headers.items()), call.headers)
        if call.content is not None:
            headers.append(("Content-Type", "application/json"))
        url = f"{self.base_url}{call.path}?{call.query}" if call.query else self.base_url + call.path
        if len(url) > _LONGEST_URL:
            raise placed(MemsyInputError(f"the URL would be over {_LONGEST_URL:,} characters long"), call)
        return exchange(call, Request(call.operation.method, url, headers, call.content), self.settings)

    def _result(self, response: RawResponse[T]) -> T:
        return cast(T, response) if self.gives_raw else response.parse()


class SyncSender(_Sender[SyncTransport]):
    """Sends calls synchronously."""

    __slots__ = ()

    def send(self, call: Call[T]) -> T:
        """The call's result. Raises `MemsyError`."""
        return self._result(drive(self.exchange(call), self._carry_out))

    def follow(self, steps: Steps[T]) -> T:
        """What the steps return. They are given the result of each call, and thrown its `MemsyError`."""
        return drive(steps, self._carry_out_step)

    def _carry_out(self, step: Send | Sleep) -> Response | None:
        if isinstance(step, Send):
            return self.line.transport.send(step.request, step.limits)
        time.sleep(step.seconds)
        return None

    def _carry_out_step(self, step: Call[Any] | Within | Sleep) -> Any:
        if isinstance(step, Sleep):
            time.sleep(step.seconds)
            return None
        if isinstance(step, Within):
            return self.within(step.seconds).send(step.call)
        return self.send(step)


class AsyncSender(_Sender[AsyncTransport]):
    """Sends calls asynchronously."""

    __slots__ = ()

    async def send(self, call: Call[T]) -> T:
        """The call's result. Raises `MemsyError`."""
        return self._result(await async_drive(self.exchange(call), self._carry_out))

    async def follow(self, steps: Steps[T]) -> T:
        """What the steps return. They are given the result of each call, and thrown its `MemsyError`."""
        return await async_drive(steps, self._carry_out_step)

    async def _carry_out(self, step: Send | Sleep) -> Response | None:
        if isinstance(step, Send):
            return await self.line.transport.send(step.request, step.limits)
        await sleep(step.seconds)
        return None

    async def _carry_out_step(self, step: Call[Any] | Within | Sleep) -> Any:
        if isinstance(step, Sleep):
            await sleep(step.seconds)
            return None
        if isinstance(step, Within):
            return await self.within(step.seconds).send(step.call)
        return await self.send(step)


def drive(conversation: Generator[Step, Answer, T], carry_out: Callable[[Step], Answer]) -> T:
    """What a conversation returns, with each of its steps carried out; it is thrown what could not be."""
    try:
        step = next(conversation)
        while True:
            try:
                answer = carry_out(step)
            except Exception as failure:
                step = conversation.throw(failure)
            else:
                step = conversation.send(answer)
    except StopIteration as end:
        return cast(T, end.value)


async def async_drive(conversation: Generator[Step, Answer, T], carry_out: Callable[[Step], Awaitable[Answer]]) -> T:
    """As `drive`, with each step awaited."""
    try:
        step = next(conversation)
        while True:
            try:
                answer = await carry_out(step)
            except Exception as failure:
                step = conversation.throw(failure)
            else:
                step = conversation.send(answer)
    except StopIteration as end:
        return cast(T, end.value)


async def sleep(seconds: float) -> None:
    """Wait, on whichever event loop runs."""
    import anyio  # it comes with httpx, and only asynchronous clients need it

    await anyio.sleep(seconds)
