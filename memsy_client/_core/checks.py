"""Checks of arguments and options, and what an error says that was meant."""

from __future__ import annotations

import functools
import inspect
import math
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar, cast

from ..exceptions import MemsyInputError
from .foreign import pass_signals

F = TypeVar("F", bound=Callable[..., Any])
K = TypeVar("K", bound=type)

#: No socket takes a longer time-out: it counts milliseconds, in 31 bits. These are some 24 days.
MAX_SECONDS = 2_147_483

_LONGEST_QUOTE = 60

#: Whether Python leaves it to us to say what a misspelt keyword was meant to be. Where not, no function is wrapped.
SUGGESTS_KEYWORDS = sys.version_info < (3, 13)


def shown(value: object) -> str:
    """A value as an error quotes it, also one that is long or cannot be printed."""
    try:
        text = repr(value)
    except Exception as error:  # a caller's own class, or an integer of more digits than Python prints
        pass_signals(error)
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


def suggestion(name: str, known: Iterable[str]) -> str:
    """The end of an error about an unknown name: which of the `known` ones it resembles, or else all of them."""
    import difflib  # only for those who err

    names = list(known)
    near = difflib.get_close_matches(name.lower(), names, n=1)
    return f"; did you mean {near[0]}?" if near else f"; there are {', '.join(names)}"


def explain_arguments(init: F) -> F:
    """Have a client's constructor say in its `TypeError` what was meant, and name the class that the caller knows."""

    @functools.wraps(init)
    def wrapper(self: object, *args: Any, **kwargs: Any) -> None:
        try:
            init(self, *args, **kwargs)
        except TypeError as error:
            if error.__traceback__ and error.__traceback__.tb_next:  # it was called, and something in it failed
                raise
            problem = _problem(init, args, kwargs)
        else:
            return
        finally:
            del args, kwargs  # a report of an error may show the variables of its frames, and one is the key
        name = type(self).__name__
        raise TypeError(f"{name}() {problem.replace('from_env', f'{name}.from_env')}")

    return cast(F, wrapper)


def suggest_keywords(kind: type) -> None:
    """Have the public methods that a class of ours itself defines say what a misspelt keyword was meant to be."""
    if kind.__module__.partition(".")[0] != __name__.partition(".")[0]:  # a caller's own subclass stays as it is
        return
    for name, method in list(vars(kind).items()):
        if inspect.isfunction(method) and not name.startswith("_"):
            setattr(kind, name, suggesting_keywords(method))


def suggest_arguments(kind: K) -> K:
    """Have the constructor of a class say what a misspelt keyword was meant to be."""
    setattr(kind, "__init__", suggesting_keywords(vars(kind)["__init__"]))  # noqa: B010 - mypy takes no such assignment
    return kind


def suggesting_keywords(function: F) -> F:
    """The function, whose `TypeError` about a misspelt keyword says what was meant, in the words of Python 3.13."""
    if not SUGGESTS_KEYWORDS or hasattr(function, "__wrapped__"):  # of what is deprecated, the inner one says it
        return function
    if inspect.iscoroutinefunction(function):  # and has to stay one

        @functools.wraps(function)
        async def async_wrapper(*args: Any, **kwargs: Any) -> Any:
            try:
                return await function(*args, **kwargs)
            except TypeError as error:
                _suggest_keyword(error, function)
                raise

        return cast(F, async_wrapper)

    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except TypeError as error:
            _suggest_keyword(error, function)
            raise

    return cast(F, wrapper)


def _suggest_keyword(error: TypeError, function: Callable[..., Any]) -> None:
    """Add what was meant to an error that is about a keyword of this very function."""
    pattern = rf"{re.escape(function.__qualname__)}\(\) got an unexpected keyword argument '(.+)'"
    unexpected = re.fullmatch(pattern, str(error.args[0]) if error.args else "")
    if unexpected:
        import difflib  # only for those who err

        near = difflib.get_close_matches(unexpected[1], inspect.signature(function).parameters, n=1)
        error.args = (f"{unexpected[0]}. Did you mean {near[0]!r}?",) if near else error.args


def name_methods_after(kind: type) -> None:
    """Have Python's errors about the arguments of inherited methods name this class, which the caller knows."""
    for base in kind.__mro__[1:]:
        for name, found in vars(base).items():
            method = getattr(found, "__func__", found)  # of a class method
            if inspect.isfunction(method) and not name.startswith("_"):
                for function in (method, inspect.unwrap(method)):
                    function.__module__, function.__qualname__ = kind.__module__, f"{kind.__name__}.{name}"


def _problem(init: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]) -> str:
    """Why a constructor cannot be called with these arguments."""
    signature = inspect.signature(init)
    parameters = list(signature.parameters)
    for name in kwargs:
        if name not in parameters:
            return f"has no argument {name}{suggestion(name, parameters[1:])}"
    try:
        given = signature.bind_partial(None, *args, **kwargs).arguments
    except TypeError as error:
        return f"was called with {error}"
    missing = [
        name
        for name, parameter in signature.parameters.items()
        if parameter.default is parameter.empty and name not in given
    ]
    return f"needs {' and '.join(missing)}; from_env() takes them from the environment"
