"""What an asynchronous transport keeps for each event loop that uses it.

Connections belong to the loop they were opened in, and a client may be used in several: in threads, or in one
`asyncio.run` after the other.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import threading
from collections.abc import AsyncGenerator, Callable
from typing import Any, Generic, Protocol, TypeVar

from .._core import lazy
from .._core.threads import in_asyncio
from . import forks


class Closable(Protocol):
    async def aclose(self) -> None: ...


T = TypeVar("T", bound=Closable)


class PerLoop(Generic[T]):
    """One `T` for each event loop, made when first needed and closed with its loop at the latest.

    Args:
        make: Makes one; called in the loop that it is for.
    """

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._held: dict[Any, T] = {}
        #: Whether any loop of this process ever had one.
        self.was_used = False
        forks.reset_after_fork(self)

    def reset(self) -> None:
        """Start without any. In a forked child, closing the parent's would go through the poller that both share."""
        forks.inherited.append(self._held)
        self._held = {}
        self.was_used = False

    def get(self) -> T:
        """The running loop's own."""
        loop = _running_loop()
        held = self._held.get(loop)
        if held is None:
            self._forget_closed_loops()
            self.was_used = True
            held = self._held[loop] = self._make()
            _suspend(held, _close_with_loop(self._held, loop, held))
        return held

    async def aclose(self) -> None:
        """Close the running loop's own now, those of other loops as soon as these come to it."""
        own = self._held.pop(_running_loop(), None)
        self.release()
        if own is not None:
            await _close(own)

    def release(self) -> None:
        """Have all of them closed by their loops. This may be called from anywhere."""
        while self._held:
            with contextlib.suppress(KeyError):  # a loop may end meanwhile, in its thread
                _close_in(*self._held.popitem())

    def _forget_closed_loops(self) -> None:
        # A loop that was closed without its shutdown_asyncgens() has closed nothing, and nothing can be closed in it
        # any more. Collecting what it had frees the sockets.
        for loop in list(self._held):
            if _is_closed(loop):
                held = self._held.pop(loop, None)  # another thread may forget it at the same time
                if held is not None:
                    _close_in(loop, held)


#: One suspended generator for each thing that is held, by its id, until it is closed. They are kept here because
#: trio warns about those that are collected.
_suspended: dict[int, AsyncGenerator[None, None]] = {}


async def _close_with_loop(held: dict[Any, T], loop: Any, value: T) -> AsyncGenerator[None, None]:
    """A generator left suspended: before a loop ends, it closes those. It is the one hook into a loop's end that both
    asyncio and trio have.
    """
    import anyio

    try:
        yield
    finally:
        held.pop(loop, None)
        _suspended.pop(id(value), None)
        with anyio.CancelScope(shield=True), contextlib.suppress(Exception):  # nobody is left to handle it
            await value.aclose()


def _suspend(value: Closable, generator: AsyncGenerator[None, None]) -> None:
    """Run a generator up to its `yield`, which it reaches without waiting for anything."""
    _suspended[id(value)] = generator
    with contextlib.suppress(StopIteration):
        generator.__anext__().__await__().send(None)


async def _close(value: Closable) -> None:
    generator = _suspended.pop(id(value), None)
    if generator is not None:  # pragma: no branch – otherwise its loop has closed it
        await generator.aclose()


#: Tasks under way, of which asyncio itself keeps no reference.
_closing: set[asyncio.Task[None]] = set()


def _close_in(loop: Any, value: Closable) -> None:
    """Have a value closed by its loop, or forget it with a loop that is closed."""
    if _is_closed(loop):
        _suspended.pop(id(value), None)
    elif isinstance(loop, asyncio.AbstractEventLoop):
        loop.call_soon_threadsafe(_close_in_task, loop, value)
    else:
        import trio

        with contextlib.suppress(trio.RunFinishedError):  # trio has closed it
            loop.run_sync_soon(trio.lowlevel.spawn_system_task, _close, value)


def _close_in_task(loop: asyncio.AbstractEventLoop, value: Closable) -> None:
    task = loop.create_task(_close(value))
    _closing.add(task)
    task.add_done_callback(_closing.discard)


def _is_closed(loop: Any) -> bool:
    return isinstance(loop, asyncio.AbstractEventLoop) and loop.is_closed()


def preparation(
    prepared: set[str], name: str, prepare: Callable[[], object] = lambda: None
) -> Callable[[], object] | None:
    """What to do before the first request, the loading of anyio included; None once `prepared` has the name.

    It must not hold the transport: the frames of an import may live until garbage is collected, and would keep the
    connections of a client that was left unclosed open as long.
    """
    if name in prepared:
        return None
    load_anyio = _anyio_loader()

    def prepare_all() -> None:
        load_anyio()
        prepare()
        prepared.add(name)

    return prepare_all


def _anyio_loader() -> Callable[[], None]:
    """What loads all of anyio that the running event loop needs, in another thread."""
    backend = "asyncio" if in_asyncio() else "trio"
    loops_thread = threading.get_ident()

    def load() -> None:
        with lazy.import_lock:
            import anyio

            if threading.get_ident() == loops_thread:  # no other could be started; the rest is loaded when it is used
                return
            # The context of the caller says that a loop runs already.
            contextvars.Context().run(lambda: anyio.run(anyio.sleep, 0, backend=backend))

    return load


def _running_loop() -> Any:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        import trio  # an asynchronous caller that is not on asyncio is on trio

        return trio.lowlevel.current_trio_token()
