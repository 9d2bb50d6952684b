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


def default_headers(api_key: object) -> tuple[tuple[str, str], ...]:
    """The headers of every request, whatever carries it.

    Raises:
        MemsyInputError: A header cannot carry the key.
    """
    if not isinstance(api_key, str) or not api_key:
        raise MemsyInputError("api_key is empty, or not text")
    if not _VISIBLE_ASCII.fullmatch(api_key):
        raise MemsyInputError("api_key holds a space, a control character or a letter that is not ASCII")
    return (
        ("Accept", "application/json"),
        ("Accept-Encoding", "gzip, deflate"),
        ("Authorization", Secret(f"Bearer {api_key}")),
    )


def user_agent(product: object) -> str:
    """The `User-Agent`: this package, Python, and as `name/version` what carries the requests, if that is known."""
    own = f"memsy-client/{__version__} Python/{platform.python_version()}"
    return f"{own} {product}" if isinstance(product, str) else own
