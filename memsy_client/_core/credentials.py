"""Where requests go and who sends them: checked before anything is sent, and never quoted where it is secret."""

from __future__ import annotations

import platform
import re
from urllib.parse import unquote, urlsplit

from .._version import __version__
from ..exceptions import MemsyInputError

_UNFIT_FOR_URL = re.compile(r"[^!-~]|[\\<>\"{}^`|]")
_VISIBLE_ASCII = re.compile(r"[\x21-\x7e]+")


def check_base_url(base_url: object) -> str:
    """The base URL without trailing slashes. Raises `MemsyInputError` when requests cannot be sent there."""
    if not isinstance(base_url, str) or not base_url.strip():
        raise MemsyInputError("base_url is empty")
    if _UNFIT_FOR_URL.search(base_url):
        raise MemsyInputError(
            "base_url holds a character that a URL cannot: write the host as xn--… and percent-encode the path"
        )
    try:
        parts = urlsplit(base_url)
        usable = parts.scheme.lower() in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError as error:
        raise MemsyInputError(f"base_url is no URL: {error}") from None
    if not usable:
        raise MemsyInputError("base_url has to be an http:// or https:// URL with a host")
    if "@" in parts.netloc:
        raise MemsyInputError("base_url must not hold a user or password")
    if parts.query or parts.fragment or "?" in base_url or "#" in base_url:
        raise MemsyInputError("base_url must not have a query or a fragment")
    if any(unquote(step) in (".", "..") for step in parts.path.split("/")):
        raise MemsyInputError("base_url must not hold . or .. in its path")
    return f"{parts.scheme.lower()}://{parts.netloc}{parts.path}".rstrip("/")


class Secret(str):
    """A text that no repr shows, nor the report of an error with the variables of its frames."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'…'"

    @classmethod
    def of(cls, text: object) -> Secret:
        """The text so hidden; an empty one for what is no text."""
        return cls(text if isinstance(text, str) else "")


def default_headers(api_key: object) -> tuple[tuple[str, str], ...]:
    """The headers of every request. Raises `MemsyInputError` for a key that a header cannot carry."""
    if not isinstance(api_key, str) or not api_key:
        raise MemsyInputError("api_key is no text, or empty")
    if not _VISIBLE_ASCII.fullmatch(api_key):
        raise MemsyInputError("api_key holds a space, a control character or a letter that is not ASCII")
    return (
        ("Accept", "application/json"),
        ("Accept-Encoding", "gzip, deflate"),
        ("User-Agent", f"memsy-client/{__version__} Python/{platform.python_version()}"),
        ("Authorization", Secret(f"Bearer {api_key}")),
    )
