"""Sending for a background writer: it retries nothing, and what is not a failure of the call becomes one.

A middleware, or a tracer, may raise what it likes, and elsewhere its caller hears of it. Here there is nobody to raise
it to, and one that fails for a moment must not end all further writing.
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, TypeVar, cast

from .._core.exchange import Send
from .._core.foreign import pass_foreign
from .._core.hooks import logger
from .._core.raw_response import with_call_context
from .._core.retry import RetryPolicy
from .._core.sender import AsyncSender, SyncSender, async_run_flow, run_flow
from ..exceptions import MemsyDecodeError, MemsyError, MemsyInputError

if TYPE_CHECKING:
    from .._core.operation import Call

T = TypeVar("T")


class WriterSender(SyncSender):
    """Sends as another sender does, but for what the writer decides."""

    __slots__ = ()

    @classmethod
    def of(cls, sender: SyncSender) -> WriterSender:
        """One that has the sender's settings but for the retries."""
        return cls(**_once(sender))

    def send(self, call: Call[T]) -> T:
        """As `SyncSender.send`."""
        watch = _Watch()

        def perform(step: Any) -> Any:
            watch.see(step)
            return self._perform(step)

        try:
            return cast(T, run_flow(self.flow(call, gives_raw=False), perform))
        except MemsyError:
            raise
        except Exception as error:
            failure = watch.failure_of(error, call)
        raise failure


class AsyncWriterSender(AsyncSender):
    """As `WriterSender`, asynchronously."""

    __slots__ = ()

    @classmethod
    def of(cls, sender: AsyncSender) -> AsyncWriterSender:
        """As `WriterSender.of`."""
        return cls(**_once(sender))

    async def send(self, call: Call[T]) -> T:
        """As `AsyncSender.send`."""
        watch = _Watch()

        async def perform(step: Any) -> Any:
            watch.see(step)
            return await self._perform(step)

        try:
            return cast(T, await async_run_flow(self.flow(call, gives_raw=False), perform))
        except MemsyError:
            raise
        except Exception as error:
            failure = watch.failure_of(error, call)
        raise failure


class _Watch:
    """Whether a call has sent anything."""

    def __init__(self) -> None:
        self._has_sent = False

    def see(self, step: object) -> None:
        """Look at a step of the call, before it is performed."""
        self._has_sent = self._has_sent or isinstance(step, Send)

    def failure_of(self, error: Exception, call: Call[Any]) -> MemsyError:
        """What an exception comes to. Its text, which might hold a secret, is in the log alone.

        Raises the exception where it has nothing to do with the call, as a signal's.
        """
        pass_foreign(error)  # as one of a signal handler's, which an event loop may get
        logger.error("what a background writer sends with has raised an exception", exc_info=error)
        kind = type(error).__name__
        if self._has_sent:
            return with_call_context(MemsyDecodeError(f"cannot be used: a middleware or tracer raised {kind}"), call)
        return with_call_context(MemsyInputError(f"a middleware or tracer raised {kind}"), call)


def _once(sender: SyncSender | AsyncSender) -> dict[str, Any]:
    settings = replace(sender.settings, retry=RetryPolicy(max_retries=0))
    return {field.name: getattr(sender, field.name) for field in fields(sender)} | {"settings": settings}
