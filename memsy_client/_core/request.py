"""Calls of endpoints that the contract does not have yet."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from ..exceptions import MemsyInputError
from .decode import any_value
from .operation import Call, Operation, own_headers

#: The methods that RFC 9110 calls idempotent.
_IDEMPOTENT = {"GET", "HEAD", "PUT", "DELETE", "OPTIONS"}
_TOKEN = re.compile(r"[A-Za-z]+")
#: A path as it may travel: already percent-encoded, with no way out of the base URL.
_PATH = re.compile(r"(/[A-Za-z0-9\-._~!$&'()*+,;=:@%]*)+")


def custom_call(
    method: str,
    path: str,
    *,
    query: Mapping[str, Any] | None,
    json: Any,
    headers: Mapping[str, str] | None,
    repeatable: bool | None,
) -> Call[Any]:
    """A call whose result is whatever JSON comes back; None for an empty answer. Raises `MemsyInputError`."""
    if not isinstance(method, str) or not _TOKEN.fullmatch(method):
        raise MemsyInputError(f"{method!r} is no HTTP method")
    if not isinstance(path, str) or not _PATH.fullmatch(path):
        raise MemsyInputError("path has to start with / and be percent-encoded; give the query apart")
    if any(unquote(step) in (".", "..") for step in path.split("/")):
        raise MemsyInputError("path must not hold . or ..")
    verb = method.upper()
    if query is not None and not isinstance(query, Mapping):
        raise MemsyInputError(f"query takes a mapping of names to values, not {type(query).__name__}")
    operation: Operation[Any] = Operation(
        name="request",
        method=verb,
        path=path,
        parse=any_value,
        repeatable=verb in _IDEMPOTENT if repeatable is None else repeatable,
        may_be_empty=True,
    )
    return operation.call(query=query, header=dict(own_headers(headers or {})), body=json)
