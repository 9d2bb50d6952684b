"""How a key may be written in the text of a server or a proxy that echoes it: escaped for wherever it stands."""

from __future__ import annotations

import re
from base64 import b64encode
from bisect import bisect_right
from functools import lru_cache
from typing import NamedTuple

from .credentials import Secret

#: A shorter key may be a word of the language, and is looked for only where it stands by itself.
_DISTINCTIVE = 8

#: What begins an escape.
_MARKS = ("%", "&", "\\")

#: One letter in a URL, in JSON or the source of a program, in HTML; and of two backslashes the second.
_ESCAPE = r"""
    %(?:25)*(?P<url>[0-9A-Fa-f]{2})
  | \\+(?:u00|x)(?P<json>[0-9A-Fa-f]{2})
  | \\+(?P<letter>[^\\\w\s])
  | \\(?P<backslash>\\)+
  | &(?:amp;)*(?:\#0*(?P<decimal>\d{1,3})\b;?|\#[xX]0*(?P<html>[0-9A-Fa-f]{2})\b;?|(?P<name>\w{2,31});)
"""

#: How often a text may have been escaped, in different ways, one on top of the other.
_MOST_LAYERS = 5


@lru_cache(maxsize=16)
def written_forms(key: str) -> WrittenForms:
    """How the key may be written."""
    return WrittenForms(key)


class WrittenForms:
    """A key as it is, with any of its letters escaped, and in base64."""

    def __init__(self, key: str) -> None:
        self._key = Secret(key)
        # Part of every text that holds it in base64.
        in_base64 = [] if len(key) < _DISTINCTIVE else [_in_base64(key, before) for before in range(3)]
        self._parts = [self._key, *(Secret(max(re.split("[+/]", form.digits), key=len)) for form in in_base64)]
        self._in_base64 = in_base64

    def replace(self, text: str, replacement: str) -> str:
        """The text with the key replaced."""
        if not any(mark in text for mark in _MARKS) and not any(part in text for part in self._parts):
            return text
        text = self._pattern(self._key).sub(replacement, text)
        layers = _layers(text)
        pieces, end = [], 0
        for found in self._pattern(_layers(self._key)[-1].text).finditer(layers[-1].text):
            first, last = found.span()
            for layer in reversed(layers):
                first, last = layer.original(first), layer.original(last)
            pieces += [text[end:first], replacement]
            end = last
        return "".join([*pieces, text[end:]])

    def _pattern(self, key: str) -> re.Pattern[str]:
        if len(key) < _DISTINCTIVE:
            return re.compile(rf"(?<!\w){re.escape(key)}(?!\w)")
        return re.compile("|".join([re.escape(key), *(form.pattern for form in self._in_base64)]))


class _Layer(NamedTuple):
    """A text after what had been escaped last.

    Attributes:
        text: The text.
        ends: Where in it each letter that was escaped ends.
        original_ends: Where in the escaped text its escape does.
    """

    text: str
    ends: list[int]
    original_ends: list[int]

    def original(self, position: int) -> int:
        """The same position in the escaped text, where an escape begins where the letter before it ends."""
        before = bisect_right(self.ends, position) - 1
        return position if before < 0 else self.original_ends[before] + position - self.ends[before]


def _layers(text: str) -> list[_Layer]:
    """What a text is when one layer of escapes after the other is taken off."""
    layers = [_Layer(text, [], [])]
    while len(layers) <= _MOST_LAYERS and any(mark in layers[-1].text for mark in _MARKS):
        layer = _unescaped(layers[-1].text)
        if not layer.ends:
            break
        layers.append(layer)
    return layers


def _unescaped(text: str) -> _Layer:
    pieces: list[str] = []
    layer = _Layer("", [], [])
    length = end = 0
    for escape in re.finditer(_ESCAPE, text, re.VERBOSE):
        letter = _letter(escape)
        if letter is not None:
            pieces += [text[end : escape.start()], letter]
            length += escape.start() - end + 1
            end = escape.end()
            layer.ends.append(length)
            layer.original_ends.append(end)
    return layer._replace(text="".join([*pieces, text[end:]]))


def _letter(escape: re.Match[str]) -> str | None:
    """The letter of a key that an escape means, if it means one."""
    kind, value = escape.lastgroup, escape[str(escape.lastgroup)]
    if kind == "name":
        from html.entities import html5

        return html5.get(f"{value};") if len(html5.get(f"{value};", "")) == 1 else None
    if kind in ("letter", "backslash"):
        return value
    return chr(int(value, 10 if kind == "decimal" else 16))


class _InBase64(NamedTuple):
    """The base64 of whatever text holds a key: the digits that depend on the key alone, and a pattern of all."""

    digits: str
    pattern: str


def _in_base64(key: str, before: int) -> _InBase64:
    """After so many bytes of a group of three."""
    digits = b64encode(bytes(before) + key.encode()).decode().rstrip("=")
    is_whole = not (before + len(key)) % 3
    own = digits[before + 1 if before else 0 : None if is_whole else -1]
    any_digit = "[A-Za-z0-9+/_-]"  # of which a part is of what stands beside the key
    pattern = own.replace("+", "[+-]").replace("/", "[/_]")  # of either alphabet
    return _InBase64(own, (any_digit if before else "") + pattern + ("" if is_whole else f"{any_digit}?=*"))
