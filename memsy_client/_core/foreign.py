"""Exceptions that come up during a call without being failures of it: they pass through.

A signal handler runs between any two instructions of the main thread, and what it raises (a task's time limit, say)
comes out of whatever was under way; an HTTP library may have made a failure of its own of it by then.
"""

from __future__ import annotations

import signal
import types
from collections.abc import Iterator
from typing import Any, NoReturn


def foreign_exception(error: BaseException) -> BaseException | None:
    """What is to be raised instead of a failure of the call: of `error` and its causes, the one that is none."""
    handlers: set[types.CodeType] | None = None
    for exception in _with_causes(error):
        if isinstance(exception, RecursionError | MemoryError | KeyboardInterrupt | SystemExit):
            return exception
        traceback = exception.__traceback__
        if traceback is not None and traceback.tb_next is not None:  # the first frame is the one that has caught it
            handlers = _signal_handlers() if handlers is None else handlers
            if handlers and _runs_through(traceback.tb_next, handlers):
                return exception
    return None


def pass_foreign(error: BaseException) -> None:
    """Raise what is to be raised instead of a failure of the call, if anything is."""
    foreign = foreign_exception(error)
    if foreign is not None:
        _raise(foreign)


def pass_signals(error: BaseException) -> None:
    """Raise what a signal handler has raised, or that memory ran out, where all else is the fault of a value."""
    foreign = foreign_exception(error)
    if foreign is not None and not isinstance(foreign, RecursionError):
        _raise(foreign)


def _raise(error: BaseException) -> NoReturn:
    context = error.__context__
    try:
        raise error
    finally:
        error.__context__ = context  # in whose place `raise` has put what is handled here


def _with_causes(error: BaseException) -> Iterator[BaseException]:
    """The exception and what it came of, but for what a caller is handling: that is the context of all that follows."""
    callers = _frames_above(error.__traceback__)
    seen: set[int] = set()
    pending: list[BaseException | None] = [error]
    while pending:
        exception = pending.pop()
        if exception is None or id(exception) in seen:
            continue
        seen.add(id(exception))
        if exception is error or exception.__traceback__ is None or exception.__traceback__.tb_frame not in callers:
            yield exception
            pending += [exception.__context__, exception.__cause__, *getattr(exception, "exceptions", ())]  # of a group


def _frames_above(traceback: types.TracebackType | None) -> set[types.FrameType]:
    """Those that wait for the frame that has caught an exception. One whose traceback begins there is handled there."""
    frames: set[types.FrameType] = set()
    frame = None if traceback is None else traceback.tb_frame.f_back
    while frame is not None:
        frames.add(frame)
        frame = frame.f_back
    return frames


def _signal_handlers() -> set[types.CodeType]:
    handlers = (signal.getsignal(number) for number in signal.valid_signals())
    return {code for code in map(_code, handlers) if code is not None}


def _code(handler: Any) -> types.CodeType | None:
    """The code that runs when a handler is called."""
    if not callable(handler):
        return None
    while hasattr(handler, "func"):  # functools.partial
        handler = handler.func
    function = getattr(handler, "__func__", handler)
    if not hasattr(function, "__code__"):
        function = getattr(getattr(handler, "__call__", None), "__func__", None)  # noqa: B004 - not whether, but which
    return getattr(function, "__code__", None)


def _runs_through(traceback: types.TracebackType | None, codes: set[types.CodeType]) -> bool:
    while traceback is not None:
        if traceback.tb_frame.f_code in codes:
            return True
        traceback = traceback.tb_next
    return False
