"""The routes outside the contract, by which another process scripts the server: `/_local/…`, from loopback only."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from ..._core.messages import Headers, Request, Response
from .names import host_name, is_loopback
from .recording import ReceivedRequest
from .validation import split_target

PREFIX = "/_local/"

Action = Callable[..., "Mapping[str, Any] | None"]
"""Takes the arguments of a request by name; returns what the response's body says, None for an empty object."""


class AdminRoutes:
    """Answers the routes. Each is a POST with the arguments as a JSON object, and answers a JSON object.

    Args:
        actions: What each route does, by its path below `/_local/`.
    """

    def __init__(self, actions: Mapping[str, Action]) -> None:
        self._actions = actions

    @staticmethod
    def owns(path: str) -> bool:
        """Whether a path is below `/_local/`."""
        return path.startswith(PREFIX)

    def handle(self, request: Request, *, from_loopback: bool) -> Response:
        """Answer one request."""
        refused = refusal(request, from_loopback=from_loopback)
        if refused is not None:
            return refused
        action = self._actions.get(split_target(request.url)[0][len(PREFIX) :].strip("/"))
        if action is None:
            return _response(404, {"detail": "Not Found", "routes": sorted(self._actions)})
        if request.method != "POST":
            return _response(405, {"detail": "Method Not Allowed"}, {"Allow": "POST"})
        try:
            return _response(200, action(**_arguments(request)) or {})
        except (ValueError, TypeError, OverflowError) as error:
            return _response(422, {"detail": str(error)})
        except TimeoutError as error:
            return _response(504, {"detail": str(error)})


def refusal(request: Request, *, from_loopback: bool) -> Response | None:
    """What a request is answered that is not from this machine; None for one that is."""
    # The name is checked too: a web page may point a name of its own at this machine.
    if from_loopback and is_loopback(host_name(request)):
        return None
    return _response(403, {"detail": "These routes answer this machine only."})


def describe(received: ReceivedRequest) -> dict[str, Any]:
    """A received request as JSON, without its key."""
    return {
        "operation": received.operation,
        "method": received.method,
        "url": received.url,
        "headers": {name: value for name, value in received.headers.items() if name != "authorization"},
        "content": received.content.decode("utf-8", "replace"),
        "status": received.status,
        "seconds": received.seconds,
    }


def _arguments(request: Request) -> dict[str, Any]:
    # A web page cannot send this type to another origin without asking first, and is refused when it asks.
    content_type = Headers.of(request.headers).get("content-type") or ""
    if content_type.partition(";")[0].strip().lower() != "application/json":
        raise ValueError("the content type has to be application/json")
    try:
        arguments = json.loads(request.body or b"{}")
    except RecursionError:
        raise ValueError("the arguments are nested too deeply") from None
    if not isinstance(arguments, dict):
        raise ValueError("the arguments have to be a JSON object")
    return arguments


def _response(status: int, body: object, headers: Mapping[str, str] | None = None) -> Response:
    pairs = {"Content-Type": "application/json", **(headers or {})}
    return Response(status, Headers.of(pairs.items()), json.dumps(body).encode())
