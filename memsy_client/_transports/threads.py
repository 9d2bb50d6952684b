"""Work that nothing else can end in time: it runs in a thread, which is left to itself when its time is over."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


def in_thread(work: Callable[[], T], seconds: float) -> tuple[bool, Callable[[], T]]:
    """Run `work` in a thread for so long; whether it ended, and a function that gives or raises what it did."""
    outcome: list[Callable[[], T]] = []
    done = threading.Event()

    def run() -> None:
        try:
            value = work()
            outcome.append(lambda: value)
        except BaseException as error:
            failure = error
            outcome.append(lambda: _raise(failure))
        done.set()

    threading.Thread(target=contextvars.copy_context().run, args=(run,), name="memsy-request", daemon=True).start()
    return done.wait(seconds), lambda: outcome[0]()


def _raise(error: BaseException) -> Any:
    raise error
