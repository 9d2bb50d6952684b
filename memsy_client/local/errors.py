"""What an operation answers when it refuses: an exception that knows its status and body.

The bodies are the error forms of the contract (`Error` in openapi.yaml); each constructor here picks the form that
the service uses for that failure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

UPGRADE_URL = "https://memsy.io/pricing"


class Problem(Exception):
    """A refusal, on its way to becoming a response.

    Attributes:
        status: The HTTP status, 4xx or 5xx.
        body: What the response's JSON body says.
        headers: Headers to add to the response.
    """

    def __init__(self, status: int, body: object, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status, body)
        self.status = status
        self.body = body
        self.headers = dict(headers or {})


def coded(status: int, code: str, message: str, **facts: object) -> Problem:
    """A refusal with an error code, its text and its facts, wrapped in `detail`."""
    return Problem(status, {"detail": {"error": code, "message": message, **facts}})


def invalid(loc: Sequence[str | int], msg: str, kind: str) -> Problem:
    """A 422 that names one offending field."""
    return Problem(422, {"detail": [{"loc": list(loc), "msg": msg, "type": kind}]})


def not_found(what: str) -> Problem:
    """A 404: there is no such thing, or not for this key."""
    return Problem(404, {"detail": f"{what} not found"})


def unauthorized(message: str) -> Problem:
    """A 401: the key is missing, malformed, unknown, expired or revoked."""
    problem = coded(401, "invalid_api_key", message)
    problem.headers["WWW-Authenticate"] = "Bearer"
    return problem


def missing_scope(scope: str) -> Problem:
    """A 403: the key lacks a scope."""
    return coded(403, "insufficient_scope", f"This key cannot {scope}.", required_scope=scope)


def admin_required() -> Problem:
    """A 403: the key is not an organisation admin's."""
    return Problem(403, {"error": "admin_required", "detail": "Only organisation admins may do this."})


def org_not_allowed() -> Problem:
    """A 400: the request names an organisation that the key may not name."""
    return coded(400, "org_id_not_allowed", "The organisation is derived from the API key.")


def usage_exceeded(dimension: str, current: int, limit: int) -> Problem:
    """A 429: the plan is used up in one dimension. Waiting does not help, so there is no Retry-After."""
    text = f"The plan's {dimension.replace('_', ' ')} are used up."
    facts: dict[str, object] = {"dimension": dimension, "current": current, "limit": limit, "upgrade_url": UPGRADE_URL}
    return coded(429, "usage_limit_exceeded", text, **facts)


def too_fast(wait: float) -> Problem:
    """A 429: too many requests in a short time; `wait` is in seconds."""
    problem = coded(429, "rate_limit_exceeded", "Too many requests, slow down.")
    problem.headers["Retry-After"] = f"{wait:.3f}".rstrip("0").rstrip(".")
    return problem


def too_large(limit: int) -> Problem:
    """A 413, in the gateway's form; `limit` is in bytes."""
    return Problem(413, {"message": f"Request Too Long: the limit is {limit} bytes"})
