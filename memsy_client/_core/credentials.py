"""The API key, and the headers that it travels in. It is never quoted: not in an error, a repr or a traceback."""

from __future__ import annotations

import platform
import re

from .._version import __version__
from ..exceptions import MemsyInputError

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
    if callable(api_key):
        return headers
    problem = key_problem(api_key)
    if problem is not None:
        raise MemsyInputError(problem)
    return (*headers, ("Authorization", bearer(str(api_key))))


def user_agent(product: object) -> str:
    """The `User-Agent`: this package, Python, and as `name/version` what carries the requests, if that is known."""
    own = f"memsy-client/{__version__} Python/{platform.python_version()}"
    return f"{own} {product}" if isinstance(product, str) else own
