"""What crosses a transport: a request out, a response back.

Plain values of this package, so that neither the core nor an error holds an object of the HTTP library that
happened to carry them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace


class Headers(dict[str, str]):
    """HTTP headers, found under any spelling of their name; a repeated header's values are joined by a comma."""

    __slots__ = ()

    def __init__(self, headers: Mapping[str, str] | None = None) -> None:
        dict.update(self, _joined(() if headers is None else headers.items()))

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, str]]) -> Headers:
        """Headers of the pairs as they came, in order."""
        headers = cls.__new__(cls)
        dict.update(headers, _joined(pairs))
        return headers

    def __getitem__(self, name: str) -> str:
        return dict.__getitem__(self, name.lower())

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and dict.__contains__(self, name.lower())

    def get(self, name: str, default: str | None = None) -> str | None:  # type: ignore[override]
        """The header's value, or `default` when it is not there."""
        return dict.get(self, name.lower(), default)


def _joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    joined: dict[str, str] = {}
    for name, value in pairs:
        name = name.lower()
        joined[name] = f"{joined[name]}, {value}" if name in joined else value
    return joined


@dataclass(slots=True, eq=False)
class Request:
    """One HTTP request, ready to be sent.

    Attributes:
        method: `GET`, `POST`, …
        url: The absolute URL, already percent-encoded.
        headers: Names and values in the order they travel; one holds the API key, so none of them is in the repr.
        body: The bytes of the body, or None.
    """

    method: str
    url: str
    headers: list[tuple[str, str]] = field(repr=False)
    body: bytes | None = field(default=None, repr=False)

    def with_header(self, name: str, value: str) -> Request:
        """The same request with this header instead of those of the name, in any spelling."""
        others = [pair for pair in self.headers if pair[0].lower() != name.lower()]
        return replace(self, headers=[*others, (name, value)])


@dataclass(slots=True)
class Response:
    """One HTTP response, fully read.

    Attributes:
        status_code: The HTTP status.
        headers: Its headers, found under any spelling.
        content: The body's bytes, after decompression.
        elapsed: Seconds from the request's start to the body's last byte.
    """

    status_code: int
    headers: Headers
    content: bytes = field(repr=False)
    elapsed: float = 0.0

    @property
    def text(self) -> str:
        """The body as text; bytes that are not UTF-8 are replaced."""
        return self.content.decode("utf-8", "replace")
