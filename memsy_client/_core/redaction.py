"""Takes the API key out of what an error shows: a service may echo it, the exceptions of an HTTP library hold it.

A server or a proxy that echoes it may have escaped it for wherever it stands.
"""

from __future__ import annotations

import re
from base64 import b64encode
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property, lru_cache
from itertools import islice, pairwise
from typing import Any, NamedTuple, TypeVar

from .credentials import Secret
from .foreign import pass_signals
from .messages import Headers, Response

T = TypeVar("T", str, None, str | None)

_MARK = "…"

#: A shorter key may be a word of the language, and is looked for only where it stands by itself.
_DISTINCTIVE = 8

#: What begins an escape.
_ESCAPE_MARKS = ("%", "&", "\\")
_ANY_ESCAPE_MARK = r"[%&\\]"

#: One letter in a URL, in JSON or the source of a program, in HTML; and of two backslashes the second.
_ESCAPE = r"""
    %(?:25)*(?P<url>[0-9A-Fa-f]{2})
  | \\+(?:u00|x)(?P<json>[0-9A-Fa-f]{2})
  | \\+(?P<letter>[^\\\w\s])
  | \\(?P<backslash>\\)+
  | &(?:amp;)*(?:\#0*(?P<decimal>\d{1,3})\b;?|\#[xX]0*(?P<html>[0-9A-Fa-f]{2})\b;?|(?P<name>\w{2,31});)
"""

#: How many escapes are looked at, each of which takes about a microsecond a layer. What follows is not shown.
_MOST_ESCAPES = 100_000

#: Of these, how many at the end may begin a key that is cut off, which is not shown then.
_MOST_OF_A_KEY = 1000

#: How often a text may have been escaped, in different ways, one on top of the other.
_MOST_LAYERS = 5


class Redactor:
    """Takes out the keys that a request's headers hold: more than one where a middleware has replaced the client's."""

    def __init__(self, headers: Iterable[tuple[str, str]]) -> None:
        self._headers = headers

    @cached_property
    def _forms(self) -> list[_WrittenForms]:
        keys = {Secret(value.rpartition(" ")[2]) for name, value in self._headers if name.lower() == "authorization"}
        longest_first = sorted(keys - {""}, key=len, reverse=True)  # one may be the start of another
        return [_written_forms(key) for key in longest_first]

    def text(self, text: T) -> T:
        """The text without the keys, however they are written; None stays None."""
        if text is None:
            return text
        redacted: str = text
        for forms in self._forms:
            redacted = forms.replace(redacted, _MARK)
        return redacted

    def response(self, response: Response) -> Response:
        """The response as an error shows it, which is the response itself where the key is not in it."""
        text = response.content.decode("utf-8", "surrogateescape")
        redacted = self.text(text)
        content = response.content if redacted == text else redacted.encode("utf-8", "surrogateescape")
        headers = {self.text(name): self.text(value) for name, value in response.headers.items()}
        if content is response.content and headers == response.headers:
            return response
        return replace(response, headers=Headers(headers), content=content)

    def cause(self, error: BaseException | None) -> BaseException | None:
        """A copy of an exception and of its causes with their texts alone: some hold the request, with its headers."""
        copies: list[BaseException] = []
        seen: set[int] = set()
        original: BaseException | None = error
        while original is not None and id(original) not in seen:
            seen.add(id(original))
            copies.append(self._copy(original))
            original = original.__cause__ or (None if original.__suppress_context__ else original.__context__)
        for copy, cause in pairwise(copies):
            copy.__cause__ = cause
        return copies[0] if copies else None

    def _copy(self, error: BaseException) -> BaseException:
        """Of the same class, or of the closest base that can say the same without further attributes."""
        try:
            text = self.text(str(error))
        except Exception as failure:
            pass_signals(failure)
            text = ""
        arguments = [tuple(self._plain(value) for value in error.args), (text,)]
        for kind in type(error).__mro__:
            for args in arguments:
                try:
                    copy: BaseException = kind.__new__(kind, *args)
                    copy.args = args
                    if text in str(copy):  # a KeyError quotes it
                        return copy
                except Exception as failure:  # it wants further attributes
                    pass_signals(failure)
        raise AssertionError("every exception is a BaseException, which says any text")

    def _plain(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.text(str.__str__(value))
        return value if value is None or type(value) in (int, float, bool) else type(value).__name__


@lru_cache(maxsize=16)
def _written_forms(key: str) -> _WrittenForms:
    """How the key may be written."""
    return _WrittenForms(key)


class _WrittenForms:
    """A key as it is, with any of its letters escaped, and in base64."""

    def __init__(self, key: str) -> None:
        self._key = Secret(key)
        # Part of every text that holds it in base64.
        in_base64 = [] if len(key) < _DISTINCTIVE else [_in_base64(key, before) for before in range(3)]
        self._parts = [self._key, *(Secret(max(re.split("[+/]", form.digits), key=len)) for form in in_base64)]
        self._in_base64 = in_base64

    def replace(self, text: str, replacement: str) -> str:
        """The text with the key replaced."""
        if not any(mark in text for mark in _ESCAPE_MARKS) and not any(part in text for part in self._parts):
            return text
        text = self._pattern(self._key).sub(replacement, text)
        marks = [mark.start() for mark in islice(re.finditer(_ANY_ESCAPE_MARK, text), _MOST_ESCAPES)]
        is_cut = len(marks) == _MOST_ESCAPES
        layers = _layers(text[: marks[-1]] if is_cut else text)
        pieces: list[str] = []
        end, shown = 0, marks[-_MOST_OF_A_KEY] if is_cut else len(text)
        for found in self._pattern(_layers(self._key)[-1].text).finditer(layers[-1].text):
            first, last = found.span()
            for layer in reversed(layers):
                first, last = layer.original(first), layer.original(last)
            if first < shown:
                pieces += [text[end:first], replacement]
                end = last
        return "".join([*pieces, text[end:shown], replacement * is_cut])

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
    while len(layers) <= _MOST_LAYERS and any(mark in layers[-1].text for mark in _ESCAPE_MARKS):
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

        letters = html5.get(f"{value};", "")
        return letters if len(letters) == 1 else None
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
