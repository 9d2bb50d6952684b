"""Checks of arguments and options."""

from __future__ import annotations

import inspect
import math
import sys
from collections.abc import Sequence
from typing import Any

from ..exceptions import MemsyInputError

#: No socket takes a longer time-out: it counts milliseconds, in 31 bits. These are some 24 days.
MAX_SECONDS = 2_147_483

_LONGEST_QUOTE = 60


def shown(value: object) -> str:
    """A value as an error quotes it, also one that is long or cannot be printed."""
    try:
        text = repr(value)
    except Exception:  # a caller's own class, or an integer of more digits than Python prints
        return f"this {type(value).__name__}"
    return text if len(text) <= _LONGEST_QUOTE else f"{text[:_LONGEST_QUOTE]}…"


def check_whole_number(name: str, value: Any, *, least: int = 1, most: float = math.inf) -> None:
    """Refuse a value of the argument `name` that is not a whole number in these bounds.

    Raises:
        MemsyInputError: It is not.
    """
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        bounds = f"from {least}" if most == math.inf else f"from {least} to {most}"
        raise MemsyInputError(f"{name} has to be a whole number {bounds}, not {shown(value)}")


def check_number(
    name: str, value: Any, *, least: float = -sys.float_info.max, most: float = sys.float_info.max
) -> None:
    """Refuse a value of the argument `name` that is not a number in these bounds; no infinity is.

    Raises:
        MemsyInputError: It is not.
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        bounds = [f"from {least}"] * (least > -sys.float_info.max) + [f"to {most}"] * (most < sys.float_info.max)
        raise MemsyInputError(f"{' '.join([f'{name} has to be a number', *bounds])}, not {shown(value)}")


def check_seconds(name: str, value: Any, *, or_none: bool = False) -> None:
    """Refuse a value of the argument `name` that is not a number of seconds above 0, or None where that is allowed.

    Raises:
        MemsyInputError: It is not, or longer than the system can wait.
    """
    if value is None and or_none:
        return
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < math.inf:
        raise MemsyInputError(f"{name} has to be a number of seconds above 0{' or None' * or_none}, not {shown(value)}")
    if value > MAX_SECONDS:
        no_limit = "; None is for no limit" * or_none
        raise MemsyInputError(f"{name} has to be at most {MAX_SECONDS} seconds, not {shown(value)}{no_limit}")


def check_hook(name: str, hook: Any) -> None:
    """Refuse a value of the argument `name` that is not a function to call, or None.

    Raises:
        MemsyInputError: It is not, or would have to be awaited, which nobody does.
    """
    if hook is None:
        return
    if not callable(hook):
        raise MemsyInputError(f"{name} has to be a function or None, not {shown(hook)}")
    if is_async(hook):
        raise MemsyInputError(f"{name} has to be an ordinary function, not an async one: nobody awaits it")


def check_middleware(middleware: Any) -> None:
    """Refuse a list of middleware with anything in it that cannot be one.

    Raises:
        MemsyInputError: It has, or is no list.
    """
    if isinstance(middleware, str | bytes) or not isinstance(middleware, Sequence):
        raise MemsyInputError(f"middleware takes a list of functions, not {shown(middleware)}")
    for function in middleware:
        if not callable(function):
            raise MemsyInputError(f"a middleware has to be a function, not {shown(function)}")
        if is_async(function):
            name = function_name(function)
            raise MemsyInputError(f"the middleware {name} has to be an ordinary generator function, not an async one")


def check_telemetry(telemetry: Any) -> None:
    """Refuse what cannot follow calls.

    Raises:
        MemsyInputError: It is neither an object that can, nor None.
    """
    if telemetry is None or (callable(getattr(telemetry, "observe", None)) and not isinstance(telemetry, type)):
        return
    raise MemsyInputError(f"telemetry has to be an OpenTelemetry() or None, not {shown(telemetry)}")


def is_async(function: Any) -> bool:
    """Whether it is a coroutine function or an asynchronous generator function, or an object that is called as one."""
    functions = (function, getattr(function, "__call__", None))  # noqa: B004 - not whether, but which
    return any(inspect.iscoroutinefunction(each) or inspect.isasyncgenfunction(each) for each in functions)


def function_name(function: Any) -> str:
    """The name by which an error speaks of a function, or of an object that is called as one."""
    return str(getattr(function, "__qualname__", type(function).__qualname__))
