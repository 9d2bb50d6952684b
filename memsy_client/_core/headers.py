"""Headers that a caller adds: which are allowed, how their values travel, and which of two of one name counts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from ..exceptions import MemsyInputError
from . import encode
from .checks import shown

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
#: Headers that say where a request goes and where it ends: they have to be true of the bytes that are sent.
_FRAMING = {"content-length", "host", "transfer-encoding"}
#: Headers that the client alone decides.
_RESERVED = {"accept-encoding", "authorization", "content-type"} | _FRAMING


def check_headers(headers: object) -> list[tuple[str, str]]:
    """A caller's headers as they travel.

    Raises:
        MemsyInputError: One of them cannot travel, or is the client's to decide.
    """
    if not isinstance(headers, Mapping):
        raise MemsyInputError(f"headers takes a mapping of names to values, not {type(headers).__name__}")
    for name in headers:
        _check_name(name, _RESERVED)
    return [(name, header_value(name, value)) for name, value in headers.items()]


def check_sent_headers(headers: Iterable[tuple[str, str]]) -> None:
    """Refuse headers of a request that is about to be sent, which others than the client have made.

    Raises:
        MemsyInputError: One of them cannot travel, or is for what carries the request to decide.
    """
    for name, value in headers:
        _check_name(name, _FRAMING)
        header_value(name, value)


def _check_name(name: object, reserved: set[str]) -> None:
    if not isinstance(name, str) or not _HEADER_NAME.fullmatch(name):
        raise MemsyInputError(f"{shown(name)} is not the name of a header")
    if name.lower() in reserved:
        raise MemsyInputError(f"the header {name} is set by the client itself")


def merge_headers(headers: Iterable[tuple[str, str]], own: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """The headers with `own` instead of those of the same name, in any spelling."""
    own = list(own)
    names = {name.lower() for name, _ in own}
    return [pair for pair in headers if pair[0].lower() not in names] + own


def header_value(name: str, value: Any) -> str:
    """`value` as it travels in a header.

    Raises:
        MemsyInputError: It cannot; the value is not quoted, because it may be a secret.
    """
    text = encode.to_text(f"the header {name}", value)
    if _CONTROL.search(text) or not text.isascii() or text != text.strip():
        raise MemsyInputError(f"the header {name} has to be ASCII text, without control characters or outer spaces")
    return text
