"""An operation of the contract, and a call of it: all that is decided before anything is sent."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import quote, urlencode

from ..exceptions import MemsyInputError
from . import codec, encode

T_co = TypeVar("T_co", covariant=True)

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
#: Headers that the client alone decides.
_RESERVED = {"accept-encoding", "authorization", "content-length", "content-type", "host", "transfer-encoding"}


@dataclass(slots=True, eq=False, repr=False)
class Operation(Generic[T_co]):
    """One endpoint.

    Attributes:
        name: The client method, such as `roles.list`.
        method: The HTTP method.
        path: The path under the base URL, with `{placeholders}`.
        parse: Makes the result out of the response's JSON; None for an operation whose success has no body.
        repeatable: Whether sending the same request twice does no harm, as the contract says.
        may_be_empty: Whether a success without a body is as good as null.
        is_loaded: Whether it has parsed a result, and so imported the models that it needs.
    """

    name: str
    method: str
    path: str
    parse: Callable[[Any], T_co] | None
    repeatable: bool
    may_be_empty: bool = False
    is_loaded: bool = False

    def call(
        self,
        *,
        path: Mapping[str, Any] | None = None,
        query: Mapping[str, Any] | None = None,
        header: Mapping[str, Any] | None = None,
        body: Any = None,
        optional: Mapping[str, Any] | None = None,
        required: Iterable[str] = (),
    ) -> Call[T_co]:
        """A call with these values, by their names on the wire; None leaves a query, header or `optional` field out.

        Raises `MemsyInputError` for what cannot be sent, None for one of the `required` names included.
        """
        try:
            given = {**(query or {}), **(header or {}), **(body if isinstance(body, Mapping) else {})}
            for name in required:
                if given[name] is None:
                    raise MemsyInputError(f"{name} is required, and is None")
            target = self.path
            for name, value in (path or {}).items():
                target = target.replace(f"{{{name}}}", _segment(name, value))
            if optional:
                chosen = {name: value for name, value in optional.items() if value is not None}
                body = {**(body or {}), **chosen} if body is not None or chosen else None
            return Call(
                self,
                target,
                _query_string(query) if query else "",
                [(name, header_value(name, value)) for name, value in (header or {}).items() if value is not None],
                None if body is None else codec.dumps(body),
            )
        except MemsyInputError as error:
            error.operation, error.method, error.path = self.name, self.method, self.path
            raise


@dataclass(slots=True, eq=False, repr=False)
class Call(Generic[T_co]):
    """One call of an operation, ready to be sent as often as it takes.

    Attributes:
        operation: What is called.
        path: The percent-encoded path under the base URL.
        query: The encoded query string, or an empty one.
        headers: Headers of this call alone.
        content: The JSON body in bytes, or None.
    """

    operation: Operation[T_co]
    path: str
    query: str
    headers: list[tuple[str, str]]
    content: bytes | None


def own_headers(headers: object) -> list[tuple[str, str]]:
    """A caller's headers as they travel. Raises `MemsyInputError` for those that cannot, or are not the caller's."""
    if not isinstance(headers, Mapping):
        raise MemsyInputError(f"headers takes a mapping of names to values, not {type(headers).__name__}")
    for name in headers:
        if not isinstance(name, str) or not _HEADER_NAME.fullmatch(name):
            raise MemsyInputError(f"{name!r} is no name of a header")
        if name.lower() in _RESERVED:
            raise MemsyInputError(f"the header {name} is set by the client itself")
    return [(name, header_value(name, value)) for name, value in headers.items()]


def overlaid(headers: Iterable[tuple[str, str]], own: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """The headers with `own` in place of those of the same name, in any spelling."""
    own = list(own)
    names = {name.lower() for name, _ in own}
    return [pair for pair in headers if pair[0].lower() not in names] + own


def header_value(name: str, value: Any) -> str:
    """`value` as it travels in a header. Raises `MemsyInputError`, which never quotes it: it may be a secret."""
    text = _text(f"the header {name}", value)
    if _CONTROL.search(text) or not text.isascii() or text != text.strip():
        raise MemsyInputError(f"the header {name} has to be ASCII text, without control characters or outer spaces")
    return text


def _segment(name: str, value: Any) -> str:
    """One path segment. A dot segment stays as it is when quoted, and a URL library may resolve it away."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise MemsyInputError(f"{name} has to be a text, not {type(value).__name__}")
    text = _text(name, value)
    if not text:
        raise MemsyInputError(f"{name} is empty")
    if text in (".", ".."):
        raise MemsyInputError(f"{name} is {text!r}, which a path cannot carry")
    if _CONTROL.search(text):
        raise MemsyInputError(f"{name} holds a control character")
    try:
        return quote(text, safe="")
    except UnicodeEncodeError:
        raise MemsyInputError(f"{name} holds a lone surrogate, which UTF-8 cannot carry") from None


def _query_string(query: Mapping[str, Any]) -> str:
    pairs = [
        (name, _text(name, item))
        for name, value in query.items()
        if value is not None
        for item in (value if isinstance(value, list | tuple) else [value])
    ]
    try:
        return urlencode(pairs, quote_via=quote)
    except UnicodeEncodeError:
        raise MemsyInputError("a query parameter holds a lone surrogate, which UTF-8 cannot carry") from None


def _text(name: str, value: Any) -> str:
    if isinstance(value, str):
        return str.__str__(value)  # str() would give the name of an enum's member, not its value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, datetime.date):
        return encode.timestamp(value)
    raise MemsyInputError(f"{name} has to be a text, a number or a time, not {type(value).__name__}")
