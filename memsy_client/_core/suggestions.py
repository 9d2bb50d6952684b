"""What a caller may have meant: for errors about names, and about the arguments of a constructor."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar, cast

F = TypeVar("F", bound=Callable[..., Any])


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


def name_methods_after(kind: type) -> None:
    """Have Python's errors about the arguments of inherited methods name this class, which the caller knows."""
    for base in kind.__mro__[1:]:
        for name, found in vars(base).items():
            method = getattr(found, "__func__", found)  # of a class method
            if inspect.isfunction(method) and not name.startswith("_"):
                method.__module__, method.__qualname__ = kind.__module__, f"{kind.__name__}.{name}"


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
