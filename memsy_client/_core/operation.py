"""An operation of the contract, and a call of it: all that is decided before anything is sent."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import quote, unquote, urlencode

from ..exceptions import MemsyInputError
from . import codec
from .checks import shown
from .decode import any_value
from .encode import to_text
from .headers import check_headers, check_sent_headers, header_value
from .messages import Request

T_co = TypeVar("T_co", covariant=True)

_NONE_REQUIRED: Mapping[str, Iterable[str]] = {}
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
#: The name of operations that are not in the contract: that of the method which makes calls of them.
CUSTOM = "request"
#: The methods that RFC 9110 calls idempotent.
_IDEMPOTENT = {"GET", "HEAD", "PUT", "DELETE", "OPTIONS"}
_HTTP_METHOD = re.compile(r"[A-Za-z]+")
#: A URL as it may travel.
_URL = re.compile(r"[!$-;=?-\[\]_a-z~]+")
#: A path as it may travel: already percent-encoded, with no way out of the base URL.
_PATH = re.compile(r"(/[A-Za-z0-9\-._~!$&'()*+,;=:@%]*)+")


@dataclass(slots=True, eq=False, repr=False)
class Operation(Generic[T_co]):
    """One endpoint.

    Attributes:
        name: The client method, such as `roles.list`.
        method: The HTTP method.
        path: The path under the base URL, with `{placeholders}`.
        parse: Makes the result out of the response's JSON; None for an operation whose success has no body.
        repeatable: Whether sending the same request twice does no harm, as the contract says.
        needs_key: Whether the API key is sent along.
        planes: The planes that have it; none where that is not known.
        may_be_empty: Whether a success without a body is as good as null.
        is_loaded: Whether it has parsed a result, and so imported the models that it needs.
    """

    name: str
    method: str
    path: str
    parse: Callable[[Any], T_co] | None
    repeatable: bool
    needs_key: bool = True
    planes: tuple[str, ...] = ()
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
        required: Mapping[str, Iterable[str]] = _NONE_REQUIRED,
    ) -> Call[T_co]:
        """A call with these values, by their names on the wire; None leaves a query, header or `optional` field out.

        An `optional` field that may be null is null for `NULL`.

        Raises:
            MemsyInputError: A value cannot be sent, or one of the `required` names of `query`, `header` or `body` is
                None.
        """
        try:
            _check_required(required, {"query": query, "header": header, "body": body})
            if optional:
                chosen = {name: value for name, value in optional.items() if value is not None}
                body = {**(body or {}), **chosen} if body is not None or chosen else None
            return Call(
                self,
                _fill_in(self.path, path) if path else self.path,
                _query_string(query) if query else "",
                _header_pairs(header) if header else [],
                None if body is None else codec.dumps(body),
            )
        except MemsyInputError as error:
            error.operation, error.method, error.path = self.name, self.method, self.path
            raise


@dataclass(slots=True, eq=False, repr=False)
class Call(Generic[T_co]):
    """One call of an operation, encoded and ready to be sent as often as it takes."""

    operation: Operation[T_co]
    path: str  # under the base URL
    query: str
    headers: list[tuple[str, str]]  # of this call alone
    content: bytes | None


def custom_call(
    method: str,
    path: str,
    *,
    query: Mapping[str, Any] | None,
    json: Any,
    headers: Mapping[str, str] | None,
    repeatable: bool | None,
) -> Call[Any]:
    """A call of an endpoint that the contract does not have; its result is whatever JSON comes back, or None.

    Raises:
        MemsyInputError: An argument cannot be sent.
    """
    if not isinstance(method, str) or not _HTTP_METHOD.fullmatch(method):
        raise MemsyInputError(f"{shown(method)} is not an HTTP method")
    if not isinstance(path, str) or not _PATH.fullmatch(path):
        raise MemsyInputError("path has to start with / and be percent-encoded; give the query apart")
    if any(unquote(segment) in (".", "..") for segment in path.split("/")):
        raise MemsyInputError("path must not hold . or ..")
    if query is not None and not isinstance(query, Mapping):
        raise MemsyInputError(f"query takes a mapping of names to values, not {type(query).__name__}")
    method = method.upper()
    operation: Operation[Any] = Operation(
        name=CUSTOM,
        method=method,
        path=path,
        parse=any_value,
        repeatable=method in _IDEMPOTENT if repeatable is None else repeatable,
        may_be_empty=True,
    )
    return operation.call(query=query, header=dict(check_headers(headers or {})), body=json)


def check_request(request: Request) -> None:
    """Refuse a request that others than the client have made, where it cannot be sent.

    Raises:
        MemsyInputError: It cannot, because of its method, URL, headers or body.
    """
    if not isinstance(request.method, str) or not _HTTP_METHOD.fullmatch(request.method):
        raise MemsyInputError(f"{shown(request.method)} is not an HTTP method")
    if not _URL.fullmatch(request.url):
        raise MemsyInputError("its URL holds a character that has to be percent-encoded, or a fragment")
    if not isinstance(request.body, bytes | None):
        raise MemsyInputError(f"its body is a {type(request.body).__name__}, not bytes")
    check_sent_headers(request.headers)


def _check_required(required: Mapping[str, Iterable[str]], groups: Mapping[str, Any]) -> None:
    for group, names in required.items():
        for name in names:
            if groups[group][name] is None:
                raise MemsyInputError(f"{name} is required, and is None")


def _fill_in(template: str, values: Mapping[str, Any]) -> str:
    for name, value in values.items():
        template = template.replace(f"{{{name}}}", _path_segment(name, value))
    return template


def _path_segment(name: str, value: Any) -> str:
    """One path segment. A dot segment stays as it is when quoted, and a URL library may resolve it away."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise MemsyInputError(f"{name} has to be text, not {type(value).__name__}")
    text = to_text(name, value)
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
        (name, to_text(name, item))
        for name, value in query.items()
        if value is not None
        for item in (value if isinstance(value, list | tuple) else [value])
    ]
    try:
        return urlencode(pairs, quote_via=quote)
    except UnicodeEncodeError:
        raise MemsyInputError("a query parameter holds a lone surrogate, which UTF-8 cannot carry") from None


def _header_pairs(header: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(name, header_value(name, value)) for name, value in header.items() if value is not None]
