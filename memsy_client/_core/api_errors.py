"""The typed error that a response which is not 2xx stands for; also where a 422's items and `Retry-After` are read,
and what an error says of the address that its call went to.
"""

from __future__ import annotations

import datetime
import re
import time
from collections.abc import Sequence
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from ..exceptions import (
    AuthenticationError,
    MemsyAPIError,
    MemsyConnectionError,
    MemsyDecodeError,
    MemsyError,
    UsageLimitExceeded,
    error_class,
)
from . import codec
from .messages import Headers, Response

_PHRASES = {status.value: status.phrase for status in HTTPStatus}
#: How much of a body that is not JSON an error quotes.
_EXCERPT = 200
#: Plain decimal digits and perhaps an exponent; `float` reads more, such as underscores, `nan` and other scripts.
_SECONDS = re.compile(r"[0-9]{1,18}(\.[0-9]*)?([eE]\+?[0-9]{1,2})?")
#: How the base URL of each plane ends, as the contract says.
ENDINGS = {"core": "/v1", "control": "/api"}


def api_error(response: Response) -> MemsyAPIError:
    """The error that a response stands for."""
    body = _body(response)
    known = body if isinstance(body, dict) else {}
    wrapped = known.get("detail")
    inner = wrapped if isinstance(wrapped, dict) else {}
    error = {**known, **inner}  # what is wrapped in `detail` counts more than what stands beside it
    code = error.get("error")
    error_code = code if isinstance(code, str) else None
    validation = [item for item in wrapped if isinstance(item, dict)] if isinstance(wrapped, list) else []
    detail = _detail(response, inner, known, validation)
    kind = _kind(response.status_code, body, error_code, detail)
    details = {name: value for name, value in error.items() if name not in ("error", "message", "detail")}
    if "scope" in details and not details.get("required_scope"):
        details["required_scope"] = details["scope"]  # an older name
    failure = kind(detail, response.status_code, detail, error_code, response, details=details, errors=validation)
    failure.retry_after = retry_after(response.headers)
    return failure


def _kind(status_code: int, body: Any, error_code: str | None, detail: str) -> type[MemsyAPIError]:
    if status_code == 403 and body == {"message": "Forbidden"}:
        return AuthenticationError  # the gateway's response to a key that it refuses, as the service documents it
    if status_code == 429 and "quota" in detail.casefold():
        return UsageLimitExceeded  # as other clients of the service have it, whatever the code
    return error_class(status_code, error_code)


def retry_after(headers: Headers) -> float | None:
    """Seconds that `Retry-After` asks to wait, given as a number or as an HTTP date; None for anything else."""
    text = (headers.get("retry-after") or "").strip()
    return float(text) if _SECONDS.fullmatch(text) else _seconds_until(text)


def _seconds_until(text: str) -> float | None:
    try:
        moment = parsedate_to_datetime(text)
        if moment.tzinfo is None:  # one of HTTP's three formats has no zone, and all of them mean UTC
            moment = moment.replace(tzinfo=datetime.timezone.utc)
        return max(0.0, moment.timestamp() - time.time())
    except (TypeError, ValueError, IndexError, OverflowError):
        return None


def _body(response: Response) -> Any:
    try:
        return codec.loads(response.content)
    except MemsyDecodeError:
        return None  # a proxy's page, say: the status and an excerpt say enough


def _detail(response: Response, inner: dict[str, Any], outer: dict[str, Any], items: list[dict[str, Any]]) -> str:
    if items:
        return "; ".join(f"{_location(item)}: {_message(item)}" for item in items)
    texts = [part.get(name) for part in (inner, outer) for name in ("message", "detail")]
    for text in [*texts, inner.get("error"), outer.get("error")]:
        if isinstance(text, str) and text:
            return text
    if 300 <= response.status_code < 400:
        return f"redirects are not followed (to {response.headers.get('location', 'nowhere')})"
    excerpt = " ".join(response.text.split())[:_EXCERPT]
    return excerpt or _PHRASES.get(response.status_code, "unknown status")


def _location(item: dict[str, Any]) -> str:
    location = item.get("loc")
    steps = [str(step) for step in location if isinstance(step, (str, int))] if isinstance(location, list) else []
    return ".".join(steps) or "request"


def _message(item: dict[str, Any]) -> str:
    message = item.get("msg")
    return message if isinstance(message, str) else "invalid"


def name_address(error: MemsyError, planes: Sequence[str], url: str, path: str) -> None:
    """Add to an error that may come of a wrong address which one it is, and to a 404 of such a one, which to try.

    Args:
        error: The failure of a call.
        planes: The planes that have its operation.
        url: Where its request went.
        path: What of it follows the base URL.
    """
    message = error.message
    if isinstance(error, MemsyConnectionError) and error.unsent:
        parts = urlsplit(url)
        server = f"{parts.scheme}://{parts.netloc}"
        begins, verb, ends = message.partition("cannot connect")
        message = f"{begins}{verb} to {server}{ends}" if verb else f"{message}, nothing sent to {server}"
    elif isinstance(error, MemsyAPIError) and _is_no_such_path(error):
        problem = _wrong_base_url(planes, url.partition("?")[0].removesuffix(path))
        message = f"{message}; {problem}" if problem else message
    if message != error.message:
        error.message, error.args = message, (message, *error.args[1:])


def _is_no_such_path(error: MemsyAPIError) -> bool:
    """Whether it is what a server says of any path that it does not have; of what it lacks at one, it says more."""
    text = error.response.text if error.response else ""
    return error.status_code == 404 and (error.detail == "Not Found" or " ".join(text.split()).startswith(error.detail))


def _wrong_base_url(planes: Sequence[str], base_url: str) -> str | None:
    """What is wrong with the base URL of a call of these planes, and which one to try; None if nothing is."""
    endings = [ENDINGS[plane] for plane in planes if plane in ENDINGS]
    if not endings or base_url.endswith(tuple(endings)):
        return None
    found, root = f"{base_url} does not end in {' or '.join(endings)}", base_url
    for other, ending in ENDINGS.items():
        if base_url.endswith(ending):
            found = f"{base_url} is the {other} plane's, and this call of the {' or '.join(planes)} plane"
            root = base_url.removesuffix(ending)
    return f"{found}: try base_url={' or '.join(root + ending for ending in endings)}"
