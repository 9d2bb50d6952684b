"""Work that nothing else can end in time: it runs in a thread, which is left to itself when its time is over."""

from __future__ import annotations

import contextvars
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import TypeVar

T = TypeVar("T")


def in_thread(work: Callable[[], T]) -> Future[T]:
    """Run `work` in a thread of its own, which does not keep the process from ending.

    Where none can be started, as Python 3.12 refuses to while the interpreter ends, it runs in the caller's.
    """
    future: Future[T] = Future()

    def run() -> None:
        if not future.set_running_or_notify_cancel():
            return
        try:
            future.set_result(work())
        except BaseException as error:
            future.set_exception(error)

    thread = threading.Thread(target=contextvars.copy_context().run, args=(run,), name="memsy-request", daemon=True)
    try:
        thread.start()
    except RuntimeError:
        run()
    return future


def in_asyncio() -> bool:
    """Whether the caller runs in an event loop of asyncio."""
    asyncio = sys.modules.get("asyncio")  # who has a loop of it has imported it
    try:
        return asyncio is not None and asyncio.get_running_loop() is not None
    except RuntimeError:
        return False


def run_in_thread(work: Callable[[], T], seconds: float | None) -> T:
    """What `work` comes to in a thread, as `in_thread` runs it.

    Raises:
        TimeoutError: It takes longer than that many seconds, and goes on.
    """
    future = in_thread(work)
    if not wait([future], seconds).done:
        raise TimeoutError
    return future.result()
