"""From the bytes of a request to checked values: URL, query, JSON body.

Whatever is wrong raises an `HTTPError`, never an exception of json, of urllib or of Python itself.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote_to_bytes

from ..._core.json_schema import Location, Violation
from ..._core.messages import Headers, Request
from ..errors import HTTPError, invalid, org_not_allowed
from .request_schema import violation
from .routes import BodySchema, Route

_TARGET = re.compile(r"(?:https?://[^/?#]*)?([^?#]*)(?:\?([^#]*))?", re.IGNORECASE)

MAX_VIOLATIONS = 100
"""How many violations a 422 names, the first ones."""

MAX_DEPTH = 64
"""How deeply a JSON body may be nested; the contract's own shapes need four levels."""


def split_url(url: str) -> tuple[tuple[str, ...], str]:
    """The decoded path segments and the raw query of a URL.

    Raises:
        HTTPError: 422, the path does not decode to UTF-8.
    """
    path, query = split_target(url)
    return tuple(_decode(segment, ["path"]) for segment in path.strip("/").split("/")), query


def split_target(url: str) -> tuple[str, str]:
    """The raw path and query of any URL, unlike `urlsplit` of one whose host cannot be read, too."""
    found = _TARGET.match(url)
    return (found[1], found[2] or "") if found else ("", "")


def announced_length(request: Request) -> int:
    """The length of the body as the request announces it; 0 when it does not."""
    text = Headers.of(request.headers).get("content-length") or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else 0


def _decode(text: str, loc: Location) -> str:
    if "%" not in text and text.isascii():
        return text  # as most are
    try:
        return unquote_to_bytes(text).decode("utf-8")
    except UnicodeError:
        raise invalid(loc, "Input should be percent-encoded UTF-8", "string_unicode") from None


def read_path(route: Route, found: dict[str, str]) -> dict[str, Any]:
    """The path parameters, checked.

    Raises:
        HTTPError: 422, one of them violates its schema.
    """
    violations: list[Violation] = []
    for name, parameter in route.path_parameters.items():
        violations += parameter.check(found[name], ["path", name])
    _refuse(violations)
    return dict(found)


def read_query(route: Route, query: str) -> dict[str, Any]:
    """The query parameters, checked and with their defaults; unknown ones are left out.

    Raises:
        HTTPError: 422, one of them violates its schema, is missing, or comes twice.
    """
    given: dict[str, list[str]] = {}
    for pair in query.split("&") if query else ():
        name, _, value = pair.partition("=")
        name = _decode(name.replace("+", " "), ["query"])
        given.setdefault(name, []).append(_decode(value.replace("+", " "), ["query", name]))
    values: dict[str, Any] = {}
    violations: list[Violation] = []
    for name, parameter in route.query_parameters.items():
        loc: Location = ["query", name]
        texts = given.get(name, [])
        if len(texts) > 1:
            violations.append(violation(loc, "Input should be given once", "too_many"))
        elif texts:
            values[name], found = parameter.read(texts[0], loc)
            violations += found
        elif parameter.required:
            violations.append(violation(loc, "Field required", "missing"))
        else:
            values[name] = parameter.default
    _refuse(violations)
    return values


def read_body(body: BodySchema, request: Request) -> dict[str, Any]:
    """The JSON body, checked, with its defaults, and without NUL characters.

    Raises:
        HTTPError: 422, it is not JSON or violates its schema.
    """
    content_type = (Headers.of(request.headers).get("content-type") or "").partition(";")[0].strip().lower()
    if content_type != "application/json" and not content_type.endswith("+json"):
        raise invalid(["header", "content-type"], "Input should be application/json", "content_type")
    document = _clean(_parse(request.body or b""), 0)
    _refuse(body.check(document, ["body"]))
    return {**body.defaults, **document}


def without_secrets(body: BodySchema, content: bytes) -> bytes:
    """The bytes of a body as they may be kept: what the contract calls a password is left out.

    A body that cannot be read, so that nobody can tell where its secrets are, is left out as a whole.
    """
    if not body.secrets:
        return content
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        return b""
    if not isinstance(document, dict):
        return b""
    return json.dumps({name: value for name, value in document.items() if name not in body.secrets}).encode()


def refuse_organisation(body: Mapping[str, Any]) -> None:
    """Refuse a body that names an organisation: events and memories always belong to that of the key.

    Raises:
        HTTPError: 400 `org_id_not_allowed`.
    """
    if "org_id" in body or any("org_id" in event for event in body.get("events", ())):
        raise org_not_allowed()


def _parse(content: bytes) -> Any:
    try:
        return json.loads(content.decode("utf-8"), parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise invalid(["body", error.pos], f"JSON decode error: {error.msg}", "json_invalid") from None
    except UnicodeDecodeError:
        raise invalid(["body"], "JSON decode error: the body is not UTF-8", "json_invalid") from None
    except ValueError as error:
        raise invalid(["body"], f"JSON decode error: {error}", "json_invalid") from None
    except RecursionError:
        raise _too_deep() from None


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _too_deep() -> HTTPError:
    return invalid(["body"], f"JSON decode error: nested more than {MAX_DEPTH} levels deep", "json_invalid")


def _clean(value: Any, depth: int) -> Any:
    """The value without NUL characters; refuses what could not be stored or answered as UTF-8 text."""
    if isinstance(value, str):
        if not value.isascii():
            _refuse_surrogates(value)
        return value.replace("\0", "") if "\0" in value else value
    if depth > MAX_DEPTH:
        raise _too_deep()
    if isinstance(value, list):
        return [_clean(item, depth + 1) for item in value]
    if isinstance(value, dict):
        return {_clean(name, depth + 1): _clean(item, depth + 1) for name, item in value.items()}
    return value


def _refuse_surrogates(text: str) -> None:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise invalid(["body"], "Text should not hold half of a surrogate pair", "string_unicode") from None


def _refuse(violations: list[Violation]) -> None:
    if violations:
        raise HTTPError(422, {"detail": violations[:MAX_VIOLATIONS]})
