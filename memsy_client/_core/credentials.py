"""The API key, and the headers that it travels in. It is never quoted: not in an error, a repr or a traceback."""

from __future__ import annotations

import inspect
import platform
import re
from collections.abc import Callable

from .._version import __version__
from ..exceptions import MemsyInputError
from .checks import function_name, is_async

_VISIBLE_ASCII = re.compile(r"[\x21-\x7e]+")


class Secret(str):
    """Text that no repr shows, nor the report of an error with the variables of its frames."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'…'"

    @classmethod
    def of(cls, value: object) -> Secret:
        """The text as a secret; an empty one for what is not text."""
        return cls(value if isinstance(value, str) else "")


class KeyFunction:
    """A caller's function that gives the key. No repr shows it: that of the object it belongs to may hold a secret."""

    __slots__ = ("ask",)

    def __init__(self, ask: Callable[[], object]) -> None:
        self.ask: Callable[[], object] = ask

    def problem(self, *, may_await: bool) -> str | None:
        """Why no key can be had from it, or None if one can."""
        if not is_async(self.ask) or (may_await and not inspect.isasyncgenfunction(self.ask)):
            return None
        wanted = "a coroutine function, or an ordinary one" if may_await else "an ordinary function on this client"
        return f"api_key has to be text, or {wanted}: {function_name(self.ask)} is asynchronous"


def key_problem(api_key: object) -> str | None:
    """Why a header cannot carry the key, or None where one can."""
    if not isinstance(api_key, str) or not api_key:
        return "api_key is empty, or not text"
    if not _VISIBLE_ASCII.fullmatch(api_key):
        return "api_key holds a space, a control character or a letter that is not ASCII"
    return None


def bearer(api_key: str) -> Secret:
    """The `Authorization` that carries the key."""
    return Secret(f"Bearer {api_key}")


def default_headers(api_key: object) -> tuple[tuple[str, str], ...]:
    """The headers of every request, whatever carries it; without the key where a function gives that.

    Raises:
        MemsyInputError: A header cannot carry the key.
    """
    headers = (("Accept", "application/json"), ("Accept-Encoding", "gzip, deflate"))
    if isinstance(api_key, KeyFunction):
        return headers
    problem = key_problem(api_key)
    if problem is not None:
        raise MemsyInputError(problem)
    return (*headers, ("Authorization", bearer(str(api_key))))


def user_agent(product: object) -> str:
    """The `User-Agent`: this package, Python, and as `name/version` what carries the requests, if that is known."""
    own = f"memsy-client/{__version__} Python/{platform.python_version()}"
    return f"{own} {product}" if isinstance(product, str) else own
