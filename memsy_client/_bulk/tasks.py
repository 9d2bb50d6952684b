"""Tasks that carry on between two steps of an iteration, as far as the event loop lets them.

asyncio's end with their iteration however that ends, dropped included. trio has tasks in a nursery only: they carry on
inside `async with`, and else end with the step.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any

import anyio

from .._core.threads import in_asyncio
from .batch import Batch


class LoopTasks:
    """Tasks of asyncio."""

    outlive_steps = True

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        """Nothing: the loop holds them."""

    async def close(self) -> None:
        """Nothing: they have been ended."""

    def are_of_this_loop(self) -> bool:
        """Whether they run where the caller does."""
        return in_asyncio() and asyncio.get_running_loop() is self._loop

    def start(self, work: Callable[..., Awaitable[None]], *arguments: Any) -> None:
        """Have work done while the caller goes on."""

        async def run() -> None:
            await work(*arguments)

        task = self._loop.create_task(run())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def cancel(self) -> None:
        """Cancel all of them."""
        for task in list(self._tasks):
            task.cancel()

    def cancel_from_anywhere(self) -> None:
        """As `cancel`, from any thread, also when the loop has ended."""
        if self._tasks:
            with contextlib.suppress(RuntimeError):  # it has, and its tasks with it
                self._loop.call_soon_threadsafe(self.cancel)

    async def join(self) -> None:
        """Wait until they have ended."""
        while self._tasks and self.are_of_this_loop():
            await asyncio.wait(self._tasks)

    async def end(self, seconds: float) -> None:
        """Cancel all of them, and wait until they have ended, for so many seconds at most."""
        if not self.are_of_this_loop():
            self.cancel_from_anywhere()  # pragma: no cover – its loop has ended
            return  # pragma: no cover – its loop has ended
        self.cancel()
        with anyio.move_on_after(seconds, shield=True):
            await self.join()


class NurseryTasks:
    """Tasks of trio, from `open` to `close`, which the same task has to call."""

    outlive_steps = False

    def __init__(self) -> None:
        self._group = anyio.create_task_group()
        self._scopes: set[anyio.CancelScope] = set()
        self._has_ended = anyio.Event()

    async def open(self) -> None:
        """Open the nursery."""
        await self._group.__aenter__()

    async def close(self) -> None:
        """Close the nursery, which waits for the tasks."""
        # Without the exception that may be under way: the nursery would put it into a group.
        await self._group.__aexit__(None, None, None)

    def are_of_this_loop(self) -> bool:
        """Whether they run where the caller does, as in a nursery they do."""
        return True

    def start(self, work: Callable[..., Awaitable[None]], *arguments: Any) -> None:
        """As of `LoopTasks`."""
        scope = anyio.CancelScope()  # one each: the nursery's own holds the caller, too
        self._scopes.add(scope)

        async def run() -> None:
            try:
                with scope:
                    await work(*arguments)
            finally:
                self._scopes.discard(scope)
                self._has_ended.set()

        self._group.start_soon(run)

    def cancel(self) -> None:
        """As of `LoopTasks`."""
        for scope in self._scopes:
            scope.cancel()

    def cancel_from_anywhere(self) -> None:
        """Nothing: a nursery that is left has no tasks any more."""

    async def join(self) -> None:
        """As of `LoopTasks`."""
        while self._scopes:
            self._has_ended = anyio.Event()
            await self._has_ended.wait()

    async def end(self, seconds: float) -> None:
        """As of `LoopTasks`."""
        self.cancel()
        with anyio.move_on_after(seconds, shield=True):
            await self.join()


class Finished:
    """The batches that have been delivered since they were last asked for.

    Attributes:
        stopped: Set when nothing more is to be sent.
    """

    def __init__(self) -> None:
        self.stopped = anyio.Event()
        self._batches: list[Batch] = []
        self._is_any = anyio.Event()
        self._is_over = False

    def put(self, batch: Batch) -> None:
        """Add one."""
        self._batches.append(batch)
        self._is_any.set()

    async def get(self) -> list[Batch]:
        """Wait until there is one, or there will be none; gives all there are."""
        if not self._batches and not self._is_over:  # pragma: no branch – one has just ended
            self._is_any = anyio.Event()
            await self._is_any.wait()
        taken, self._batches = self._batches, []
        return taken

    def end(self) -> None:
        """Let nobody wait for more."""
        self._batches.clear()
        self._is_over = True
        self._is_any.set()
