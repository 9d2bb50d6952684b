"""Takes the API key out of what an error shows: a service may echo it, the exceptions of an HTTP library hold it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property
from itertools import pairwise
from typing import Any, TypeVar

from .credentials import Secret
from .foreign import pass_signals
from .messages import Headers, Response
from .written_forms import WrittenForms, written_forms

T = TypeVar("T", str, None, str | None)

_MARK = "…"


class Redactor:
    """Takes out the keys that a request's headers hold: more than one where a middleware has replaced the client's."""

    def __init__(self, headers: Iterable[tuple[str, str]]) -> None:
        self._headers = headers

    @cached_property
    def _forms(self) -> list[WrittenForms]:
        keys = {Secret(value.rpartition(" ")[2]) for name, value in self._headers if name.lower() == "authorization"}
        longest_first = sorted(keys - {""}, key=len, reverse=True)  # one may be the start of another
        return [written_forms(key) for key in longest_first]

    def text(self, text: T) -> T:
        """The text without the keys, however they are written; None stays None."""
        if text is None:
            return text
        for forms in self._forms:
            text = forms.replace(text, _MARK)
        return text

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
