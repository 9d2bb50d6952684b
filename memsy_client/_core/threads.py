"""Work that nothing else can end in time: it runs in a thread, which is left to itself when its time is over."""

from __future__ import annotations

import contextvars
import sys
import threading
from collections.abc import Callable, Collection
from concurrent.futures import ALL_COMPLETED, Future, wait
from typing import TypeVar

from .foreign import pass_foreign

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
    if not try_start(thread):
        run()
    return future


def try_start(thread: threading.Thread) -> bool:
    """Start a thread, if there is one to be had: not always as the interpreter ends.

    Raises what interrupts it, of which Python's own locks may have made a `RuntimeError`.
    """
    try:
        thread.start()
    except RuntimeError as error:
        pass_foreign(error)
        return False
    return True


def wait_for(futures: Collection[Future[T]], seconds: float | None, return_when: str = ALL_COMPLETED) -> set[Future[T]]:
    """Those that are done by then. Raises what interrupts it, as `try_start`."""
    try:
        return wait(futures, seconds, return_when).done
    except RuntimeError as error:
        pass_foreign(error)
        raise  # pragma: no cover – nothing else makes one


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
    if not wait_for([future], seconds):
        raise TimeoutError
    return future.result()
