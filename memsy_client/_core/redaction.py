"""Takes the API key out of what an error shows: a service may echo it, the exceptions of an HTTP library hold it."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property
from itertools import pairwise
from typing import Any, TypeVar
from urllib.parse import quote

from ..exceptions import MemsyDecodeError
from . import codec
from .credentials import Secret
from .foreign import pass_signals
from .messages import Headers, Response

T = TypeVar("T", str, None, str | None)

_MARK = "…"
#: A shorter key may be a word of the language, and is taken out only where it stands by itself.
_DISTINCTIVE = 8
_NEVER_ESCAPED = re.compile(r"[A-Za-z0-9_.~-]+")


class Redactor:
    """Takes out the keys that a request's headers hold: more than one where a middleware has replaced the client's."""

    def __init__(self, headers: Iterable[tuple[str, str]]) -> None:
        self._headers = headers

    @cached_property
    def _keys(self) -> dict[Secret, bool]:
        """Each key, and whether it has but one spelling."""
        keys = {Secret(value.rpartition(" ")[2]) for name, value in self._headers if name.lower() == "authorization"}
        longest_first = sorted(keys - {""}, key=len, reverse=True)  # one may be the start of another
        return {key: _NEVER_ESCAPED.fullmatch(key) is not None for key in longest_first}

    def text(self, text: T) -> T:
        """The text without the keys, however they are escaped; None stays None."""
        if text is None:
            return text
        for key, has_one_spelling in self._keys.items():
            if not has_one_spelling or key in text:
                text = _pattern(key).sub(_MARK, text)
        return text

    def response(self, response: Response) -> Response:
        """The response as an error shows it, which is the response itself where the key is not in it."""
        content, is_error = response.content, not 200 <= response.status_code < 300
        is_escaped = is_error and any(mark in content for mark in b"\\%")
        if self._keys and (is_escaped or any(key.encode() in content for key in self._keys)):
            content = self._content(content)
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

    def _content(self, content: bytes) -> bytes:
        text = content.decode("utf-8", "surrogateescape")
        redacted = self.text(text)
        if "\\" in redacted:  # JSON has more than one way to write a letter
            with contextlib.suppress(MemsyDecodeError, RecursionError, UnicodeEncodeError):
                plain = json.dumps(codec.loads(redacted.encode("utf-8", "surrogateescape")), ensure_ascii=False)
                if self.text(plain) != plain:
                    return self.text(plain).encode()
        return content if redacted == text else redacted.encode("utf-8", "surrogateescape")

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


def _pattern(key: str) -> re.Pattern[str]:
    spellings = {key, json.dumps(key)[1:-1], quote(key, safe="")}
    pattern = "|".join(re.escape(spelling) for spelling in sorted(spellings, key=len, reverse=True))
    return re.compile(pattern if len(key) >= _DISTINCTIVE else rf"(?<!\w)(?:{pattern})(?!\w)")
