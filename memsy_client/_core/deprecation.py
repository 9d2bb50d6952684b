"""Warnings at the line that uses what the contract calls deprecated."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from .checks import suggesting_keywords

F = TypeVar("F", bound=Callable[..., Any])

if TYPE_CHECKING:
    from typing_extensions import deprecated as deprecated  # type checkers know it by that name alone
else:

    def deprecated(message: str) -> Callable[[F], F]:
        """Have a call of the function warn with this message."""
        return _warning_of(lambda arguments: message)


def deprecated_arguments(*names: str) -> Callable[[F], F]:
    """Have a call of the function warn when it is given one of these keyword arguments."""

    def message(arguments: dict[str, Any]) -> str | None:
        given = [name for name in names if arguments.get(name) is not None]
        return f"{', '.join(given)} is deprecated" if given else None

    return _warning_of(message)


def _warning_of(message: Callable[[dict[str, Any]], str | None]) -> Callable[[F], F]:
    def decorate(function: Any) -> Any:
        function = suggesting_keywords(function)

        # Of a coroutine function too the wrapper is a plain one: it warns where it is called, not where it is awaited.
        @functools.wraps(function)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            if text := message(kwargs):
                warnings.warn(text, DeprecationWarning, stacklevel=2)
            return function(*args, **kwargs)

        return wrapper

    return decorate
