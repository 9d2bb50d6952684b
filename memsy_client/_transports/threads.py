"""Work that nothing else can end in time: it runs in a thread, which is left to itself when its time is over."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

T = TypeVar("T")


def in_thread(work: Callable[[], T]) -> Future[T]:
    """Run `work` in a thread of its own, which does not keep the process from ending.

    Where none can be started, as Python 3.12 refuses to while the interpreter ends, it runs in the caller's.
    """
    future: Future[T] = Future()

    def run() -> None:
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
