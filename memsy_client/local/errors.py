"""The error responses: an exception that knows its status and body, and a function for each kind of it.

The bodies are the error forms of the contract (`Error` in openapi.yaml); each function uses the form in which the
service answers that error.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

UPGRADE_URL = "https://memsy.io/pricing"


class HTTPError(Exception):
    """An error to answer.

    Attributes:
        status: The HTTP status, 4xx or 5xx.
        body: What the response's JSON body says.
        headers: Headers to add to the response.
    """

    def __init__(self, status: int, body: object, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status, body)
        self.status = status
        self.body = body
        self.headers: dict[str, str] = dict(headers or {})


def error_with_code(status: int, code: str, message: str, **fields: object) -> HTTPError:
    """An error with a code, a message and further fields, wrapped in `detail`."""
    return HTTPError(status, {"detail": {"error": code, "message": message, **fields}})


def invalid(loc: Sequence[str | int], msg: str, kind: str) -> HTTPError:
    """A 422 that names one offending field."""
    return HTTPError(422, {"detail": [{"loc": list(loc), "msg": msg, "type": kind}]})


def not_found(what: str) -> HTTPError:
    """A 404: there is no such thing, or not for this key."""
    return HTTPError(404, {"detail": f"{what} not found"})


def unauthorized(message: str) -> HTTPError:
    """A 401: the key is missing, malformed, unknown, expired or revoked."""
    error = error_with_code(401, "invalid_api_key", message)
    error.headers["WWW-Authenticate"] = "Bearer"
    return error


def missing_scope(scope: str) -> HTTPError:
    """A 403: the key lacks a scope."""
    return error_with_code(403, "insufficient_scope", f"This key cannot {scope}.", required_scope=scope)


def admin_required() -> HTTPError:
    """A 403: the key is not an organisation admin's."""
    return HTTPError(403, {"error": "admin_required", "detail": "Only organisation admins may do this."})


def org_not_allowed() -> HTTPError:
    """A 400: the request names an organisation that the key may not name."""
    return error_with_code(400, "org_id_not_allowed", "The organisation is derived from the API key.")


def usage_exceeded(dimension: str, current: int, limit: int) -> HTTPError:
    """A 429: the plan is used up in one dimension. Waiting does not help, so there is no Retry-After."""
    text = f"The plan's {dimension.replace('_', ' ')} are used up."
    fields: dict[str, object] = {"dimension": dimension, "current": current, "limit": limit, "upgrade_url": UPGRADE_URL}
    return error_with_code(429, "usage_limit_exceeded", text, **fields)


def rate_limited(wait: float) -> HTTPError:
    """A 429: too many requests in a short time; `wait` is in seconds."""
    error = error_with_code(429, "rate_limit_exceeded", "Too many requests, slow down.")
    error.headers["Retry-After"] = f"{wait:.3f}".rstrip("0").rstrip(".")
    return error


def too_large(limit: int) -> HTTPError:
    """A 413, in the gateway's form; `limit` is in bytes."""
    return HTTPError(413, {"message": f"Request Too Long: the limit is {limit} bytes"})
