"""The engine: a plain function from request to response, with no socket and no event loop.

What a request goes through, in order: its route, a scripted fault, its key, scope and admin right, the plan, its
parameters and body, the handler. Whatever refuses raises a `Problem`; a database that fails becomes a 503.
"""

from __future__ import annotations

import itertools
import json
import logging
import sqlite3
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import perf_counter
from urllib.parse import urlsplit

from .._core.messages import Headers, Request, Response
from . import keys
from .errors import Problem, admin_required, missing_scope, too_large
from .handlers.context import Call, Services
from .handlers.table import HANDLERS
from .http import parsing, routes
from .http.faults import ConnectionDropped, Fault, Faults, PatienceLost
from .http.recording import KEPT, ReceivedRequest, Recorder
from .http.routes import PLANES, Operation
from .keys import Key
from .memory.plugins import PluginFailed

BODY_LIMIT = 10 * 1024 * 1024
"""The largest body that is taken, in bytes."""

_PLANES = {segment: plane for plane, segment in PLANES.items()}
_log = logging.getLogger("memsy_client.local")


@dataclass(slots=True)
class _Visit:
    """One request on its way through: what has been found out about it so far."""

    request: Request
    operation: Operation | None = None
    path: dict[str, str] | None = None
    query: str = ""
    patience: float | None = None
    key: Key | None = None
    now: int = 0


class Engine:
    """Answers requests.

    Args:
        services: The parts of the server.
        body_limit: The largest body that is taken, in bytes.
        kept_requests: How many received requests are kept.
    """

    def __init__(self, services: Services, *, body_limit: int = BODY_LIMIT, kept_requests: int = KEPT) -> None:
        self.services = services
        self.body_limit = body_limit
        self.faults = Faults()
        self.recorder = Recorder(kept_requests)
        self.on_request: Callable[[ReceivedRequest], None] | None = None
        self._contract = routes.load()
        self._numbers = itertools.count(1)
        self._closing = threading.Event()

    def handle(self, request: Request, patience: float | None = None) -> Response:
        """Answer one request. Safe to call from any thread, and from many at once.

        Args:
            request: The request; of its URL, only the path and query matter.
            patience: How many seconds of a scripted delay the caller is ready to wait.

        Raises:
            ConnectionDropped: A scripted fault drops the connection.
            PatienceLost: A scripted delay is longer than `patience`; the call is not carried out.
        """
        started = perf_counter()
        visit = _Visit(request, patience=patience)
        status = None
        try:
            response = self._answer(visit)
            response.elapsed = perf_counter() - started
            status = response.status_code
            return response
        finally:
            self._record(visit, status, perf_counter() - started)

    @property
    def operations(self) -> Mapping[str, Operation]:
        """Every operation of the contract, by its operationId."""
        return self._contract.operations

    def close(self) -> None:
        """Let delayed calls go on at once."""
        self._closing.set()

    def _answer(self, visit: _Visit) -> Response:
        refusal = None
        try:
            self._route(visit)
        except Problem as problem:
            refusal = problem
        # A fault may be meant for any call, one with an unknown path too.
        fault = self._fault(visit)
        if fault is not None and fault.answers and not fault.after:
            return self._meet(visit, fault)
        response = self._serve(visit) if refusal is None else self._refuse(visit, refusal)
        return response if fault is None or not fault.answers else self._meet(visit, fault)

    def _route(self, visit: _Visit) -> None:
        segments, visit.query = parsing.split_url(visit.request.url)
        plane = _PLANES.get(segments[0], "")
        visit.operation, visit.path = self._contract.find(visit.request.method, plane, segments[1:])

    def _fault(self, visit: _Visit) -> Fault | None:
        fault = self.faults.take(visit.operation.name if visit.operation else None)
        if fault is not None and fault.delay:
            self._delay(fault.delay, visit.patience)
        return fault

    def _delay(self, seconds: float, patience: float | None) -> None:
        if patience is not None and seconds > patience:
            self._closing.wait(patience)
            raise PatienceLost(f"no answer within {patience:.3g} s")
        self._closing.wait(seconds)

    def _meet(self, visit: _Visit, fault: Fault) -> Response:
        if fault.drop or fault.status is None:
            raise ConnectionDropped("the connection was dropped by a scripted fault")
        content, content_type = fault.content()
        headers = Headers.of({"Content-Type": content_type, **self._account_headers(visit)}.items())
        headers.update(Headers.of(fault.headers.items()))
        return Response(fault.status, headers, content)

    def _serve(self, visit: _Visit) -> Response:
        try:
            return self._respond(visit, self._run(visit))
        except Problem as problem:
            return self._refuse(visit, problem)
        except sqlite3.Error as error:
            _log.exception("the database failed")
            return self._refuse(visit, Problem(503, {"detail": f"The database failed: {error}"}))
        except PluginFailed as error:
            _log.exception("a function of the user's own failed")
            return self._refuse(visit, Problem(500, {"detail": str(error)}))
        except Exception:
            _log.exception("a handler failed")
            return self._refuse(visit, Problem(500, {"message": "Internal Server Error"}))

    def _run(self, visit: _Visit) -> object:
        operation, services, request = visit.operation, self.services, visit.request
        assert operation is not None
        assert visit.path is not None
        if len(request.body or b"") > self.body_limit:
            raise too_large(self.body_limit)
        visit.now = services.clock.now()
        key = visit.key = self._admit(request, visit.now)
        _authorise(operation, key)
        services.meter.admit(key.account, key.key_id, visit.now)
        handler = HANDLERS.get(operation.name)
        path = parsing.read_path(operation, visit.path)
        query = parsing.read_query(operation, visit.query)
        body = {} if operation.body is None else parsing.read_body(operation.body, request)
        if handler is None:
            raise Problem(501, {"detail": "Not implemented"})
        return handler(Call(services, key, path, query, body, visit.now))

    def _admit(self, request: Request, now: int) -> Key:
        authorization = Headers.of(request.headers).get("authorization")
        with self.services.store.read() as connection:
            return keys.authenticate(connection, authorization, now)

    def _respond(self, visit: _Visit, result: object) -> Response:
        headers = self._account_headers(visit)
        if result is None:
            return Response(204, Headers.of(headers.items()), b"")
        headers["Content-Type"] = "application/json"
        return Response(200, Headers.of(headers.items()), _encode(result))

    def _refuse(self, visit: _Visit, problem: Problem) -> Response:
        headers = {**self._account_headers(visit), **problem.headers, "Content-Type": "application/json"}
        return Response(problem.status, Headers.of(headers.items()), _encode(problem.body))

    def _account_headers(self, visit: _Visit) -> dict[str, str]:
        headers = {"x-request-id": self.services.ids.named("req", next(self._numbers))}
        if visit.key is not None:
            try:
                headers.update(self.services.meter.headers(visit.key.account, visit.now))
            except sqlite3.Error:
                # The usage cannot be told, which is no reason to withhold an answer that is ready.
                _log.exception("the database failed")
        return headers

    def _record(self, visit: _Visit, status: int | None, seconds: float) -> None:
        request = visit.request
        parts = urlsplit(request.url)
        received = ReceivedRequest(
            operation=visit.operation.name if visit.operation else None,
            method=request.method,
            url=parts._replace(scheme="", netloc="").geturl(),
            headers=Headers.of(request.headers),
            content=request.body or b"",
            status=status,
            seconds=seconds,
        )
        self.recorder.add(received)
        if self.on_request is None:
            return
        try:
            self.on_request(received)
        except Exception:
            # The call is answered by now; who only listens has no say in it.
            _log.exception("on_request failed")


def _authorise(operation: Operation, key: Key) -> None:
    if operation.admin and not key.admin:
        raise admin_required()
    if operation.scope is not None and operation.scope not in key.scopes:
        raise missing_scope(operation.scope)


def _encode(body: object) -> bytes:
    return json.dumps(body, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
