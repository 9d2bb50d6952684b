"""The routes outside the contract, by which another process scripts the server: `/_local/…`, from loopback only."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ..._core.messages import Headers, Request, Response
from ..clock import isoformat
from ..quota import Plan
from .recording import ReceivedRequest

if TYPE_CHECKING:
    from ..local_memsy import LocalMemsy

PREFIX = "/_local/"
_OWN_NAMES = {"localhost", "127.0.0.1", "::1", "memsy.localhost"}

Arguments = Mapping[str, Any]


class Refused(Exception):
    """A script's request cannot be carried out; the message says why."""


class Scripting:
    """Answers the routes by calling the methods of the same names.

    Each is a POST with the arguments as a JSON object, and answers a JSON object.
    """

    def __init__(self, memsy: LocalMemsy) -> None:
        self._memsy = memsy
        self._routes: dict[str, Callable[[Arguments], dict[str, Any]]] = {
            "clock/freeze": self._freeze,
            "clock/advance": self._advance,
            "clock/run": self._run,
            "hold": self._hold,
            "release": self._release,
            "settle": self._settle,
            "fail_next": self._fail_next,
            "set_plan": self._set_plan,
            "create_key": self._create_key,
            "requests": self._requests,
            "reset": self._reset,
        }

    @staticmethod
    def owns(path: str) -> bool:
        """Whether a path is one of these routes'."""
        return path.startswith(PREFIX)

    def handle(self, request: Request, *, from_loopback: bool) -> Response:
        """Answer one request."""
        # The name is checked too: a web page may point a name of its own at this machine.
        if not from_loopback or _host_name(request) not in _OWN_NAMES:
            return _response(403, {"detail": "These routes answer this machine only."})
        name = urlsplit(request.url).path[len(PREFIX) :].strip("/")
        route = self._routes.get(name)
        if route is None:
            return _response(404, {"detail": "Not Found", "routes": sorted(self._routes)})
        if request.method != "POST":
            return _response(405, {"detail": "Method Not Allowed"}, {"Allow": "POST"})
        try:
            return _response(200, route(_arguments(request)))
        except (Refused, ValueError, TypeError, OverflowError) as error:
            return _response(422, {"detail": str(error)})
        except TimeoutError as error:
            return _response(504, {"detail": str(error)})

    def _freeze(self, arguments: Arguments) -> dict[str, Any]:
        self._memsy.clock.freeze(**arguments)
        return self._now()

    def _advance(self, arguments: Arguments) -> dict[str, Any]:
        self._memsy.clock.advance(**arguments)
        return self._now()

    def _run(self, arguments: Arguments) -> dict[str, Any]:
        self._memsy.clock.run(**arguments)
        return self._now()

    def _now(self) -> dict[str, Any]:
        return {"now": isoformat(self._memsy.clock.now())}

    def _hold(self, arguments: Arguments) -> dict[str, Any]:
        self._memsy.hold(**arguments)
        return {}

    def _release(self, arguments: Arguments) -> dict[str, Any]:
        self._memsy.release(**arguments)
        return {}

    def _settle(self, arguments: Arguments) -> dict[str, Any]:
        self._memsy.settle(**arguments)
        return {}

    def _fail_next(self, arguments: Arguments) -> dict[str, Any]:
        self._memsy.fail_next(**arguments)
        return {}

    def _set_plan(self, arguments: Arguments) -> dict[str, Any]:
        values = dict(arguments)
        org = values.pop("org", None)
        self._memsy.set_plan(Plan(**values), org=org)
        return {}

    def _create_key(self, arguments: Arguments) -> dict[str, Any]:
        return {"api_key": self._memsy.create_key(**arguments)}

    def _requests(self, arguments: Arguments) -> dict[str, Any]:
        return {"requests": [_shown(received) for received in self._memsy.requests]}

    def _reset(self, arguments: Arguments) -> dict[str, Any]:
        self._memsy.reset(**arguments)
        return {}


def _host_name(request: Request) -> str:
    """The name in the Host header, without the port."""
    host = Headers.of(request.headers).get("host") or ""
    name, colon, port = host.rpartition(":")
    return (name if colon and port.isdigit() else host).strip("[]").lower()


def _arguments(request: Request) -> Arguments:
    # A web page cannot send this type to another origin without asking first, and is refused when it asks.
    content_type = Headers.of(request.headers).get("content-type") or ""
    if content_type.partition(";")[0].strip().lower() != "application/json":
        raise Refused("the content type has to be application/json")
    try:
        arguments = json.loads(request.body or b"{}")
    except RecursionError:
        raise Refused("the arguments are nested too deeply") from None
    if not isinstance(arguments, dict):
        raise Refused("the arguments have to be a JSON object")
    return arguments


def _shown(received: ReceivedRequest) -> dict[str, Any]:
    headers = {name: value for name, value in received.headers.items() if name != "authorization"}
    return {
        "operation": received.operation,
        "method": received.method,
        "url": received.url,
        "headers": headers,
        "content": received.content.decode("utf-8", "replace"),
        "status": received.status,
        "seconds": received.seconds,
    }


def _response(status: int, body: object, headers: Mapping[str, str] | None = None) -> Response:
    pairs = {"Content-Type": "application/json", **(headers or {})}
    return Response(status, Headers.of(pairs.items()), json.dumps(body).encode())
