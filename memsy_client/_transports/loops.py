"""What an asynchronous transport keeps for each event loop that uses it.

Connections belong to the loop they were opened in, and a client may be used in several: in threads, or in one
`asyncio.run` after the other.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, Callable
from typing import Any, Generic, Protocol, TypeVar
from weakref import WeakKeyDictionary


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
        self._start()

    def _start(self) -> None:
        self._pid = os.getpid()
        self._held: WeakKeyDictionary[Any, tuple[T, AsyncGenerator[None, None]]] = WeakKeyDictionary()

    @property
    def is_used(self) -> bool:
        """Whether some loop has one."""
        return bool(self._held) and self._pid == os.getpid()

    async def get(self) -> T:
        """The running loop's own."""
        if os.getpid() != self._pid:
            # A forked child. Closing the parent's connections would go through the poller that both share.
            self._inherited = self._held
            self._start()
        loop = _running_loop()
        held = self._held.get(loop)
        if held is None:
            made = self._make()
            held = self._held[loop] = (made, _close_with_loop(made))
            await anext(held[1])
        return held[0]

    async def aclose(self) -> None:
        """Close the running loop's own. Those of other loops are closed by these, once nothing refers to them."""
        held = self._held.pop(_running_loop(), None)
        self._held.clear()
        if held is not None:
            await held[1].aclose()


async def _close_with_loop(made: Closable) -> AsyncGenerator[None, None]:
    """A generator left suspended: a loop closes those before it ends, or when nothing refers to them any more.

    It is the one hook into a loop's end that both asyncio and trio have.
    """
    import anyio

    try:
        yield
    finally:
        with anyio.CancelScope(shield=True):
            await made.aclose()


def _running_loop() -> Any:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        import trio  # an asynchronous caller that is not on asyncio is on trio

        return trio.lowlevel.current_trio_token()
