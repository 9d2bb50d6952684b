"""The engine: a plain function from request to response, with no socket and no event loop.

What a request goes through, in order: its route, a scripted fault, its key, scope and admin right, the plan, its
parameters and body, the handler. Each of these refuses a request by raising an `HTTPError`.
"""

from __future__ import annotations

import itertools
import json
import logging
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter

from .._core.messages import Headers, Request, Response
from . import keys, providers
from .background import Background
from .errors import HTTPError, admin_required, missing_scope, too_large
from .handlers.context import RequestContext, Services
from .handlers.table import HANDLERS
from .http import routes, validation
from .http.faults import ConnectionDroppedError, Fault, Faults, FaultTimeoutError
from .http.recording import KEPT, ReceivedRequest, Recorder, size_of
from .http.routes import PLANES, Route
from .keys import Key
from .memory.plugins import PluginError

BODY_LIMIT = 10 * 1024 * 1024
"""The largest request body that is accepted, in bytes."""

LISTENER_LIMIT = 64 * 1024 * 1024
"""Bytes of requests that wait for `on_request`; further ones are not told."""

_PLANES = {segment: plane for plane, segment in PLANES.items()}
_JSON = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))
_log = logging.getLogger("memsy_client.local")


@dataclass(slots=True)
class _RequestState:
    """What is known so far of a request that is being answered."""

    request: Request
    timeout: float | None
    abandoned: threading.Event
    route: Route | None = None
    path: dict[str, str] | None = None
    query: str = ""
    key: Key | None = None
    now: int = 0


class Engine:
    """Answers requests.

    Args:
        services: The parts of the server.
        body_limit: The largest request body that is accepted, in bytes.
        kept_requests: How many received requests are kept.
    """

    def __init__(self, services: Services, *, body_limit: int = BODY_LIMIT, kept_requests: int = KEPT) -> None:
        self.services = services
        self.body_limit = body_limit
        self.faults: Faults = Faults()
        self.recorder: Recorder = Recorder(kept_requests)
        self.on_request: Callable[[ReceivedRequest], None] | None = None
        self._listener = Background("memsy-on-request", self._tell, LISTENER_LIMIT, size_of)
        self._routes = routes.load()
        self._request_numbers = itertools.count(1)
        self._is_closing = False
        self._delayed: set[threading.Event] = set()
        self._delay_lock = threading.Lock()

    def handle(
        self, request: Request, timeout: float | None = None, abandoned: threading.Event | None = None
    ) -> Response:
        """Answer one request. Safe to call from any thread, and from many at once.

        Args:
            request: The request; of its URL, only the path and query matter.
            timeout: How many seconds of a scripted delay the caller waits.
            abandoned: Set when the caller waits no longer.

        Raises:
            ConnectionDroppedError: A scripted fault drops the connection.
            FaultTimeoutError: A scripted delay is longer than the caller waits; the call is not carried out.
        """
        started = perf_counter()
        state = _RequestState(request, timeout, abandoned or threading.Event())
        status = None
        try:
            response = self._answer(state)
            response.elapsed = perf_counter() - started
            status = response.status_code
            return response
        finally:
            self._record(state, status, perf_counter() - started)

    def admits(self, request: Request) -> bool:
        """Whether a request has a key that opens anything: only then is a large body worth reading."""
        try:
            self._authenticate(request, self.services.clock.now())
        except (HTTPError, sqlite3.Error):
            return False
        return True

    def close(self) -> None:
        """Let delayed calls go on at once."""
        with self._delay_lock:
            self._is_closing = True
            for abandoned in self._delayed:
                abandoned.set()  # pragma: no cover – in the instant that it closes

    def flush(self, timeout: float) -> None:
        """Wait until `on_request` was told of every request, at most `timeout` seconds."""
        self._listener.flush(timeout)

    def _answer(self, state: _RequestState) -> Response:
        if validation.split_target(state.request.url)[0].startswith(providers.CONSENT_PATH):
            return self._consent(state.request)
        refusal = None
        try:
            self._find_route(state)
        except HTTPError as error:
            refusal = error
        # A fault may be meant for any call, including one with an unknown path.
        fault = self._take_fault(state)
        if fault is not None and fault.answers and not fault.after:
            return self._apply_fault(state, fault)
        response = self._serve(state) if refusal is None else self._error_response(state, refusal)
        return response if fault is None or not fault.answers else self._apply_fault(state, fault)

    def _consent(self, request: Request) -> Response:
        """Answer the owner of an account at a third party, who has a browser and no key."""
        status, page = 404, "There is no such page."
        if request.method == "GET":
            try:
                target = validation.split_target(request.url)
                text = self.services.store.write(lambda connection: providers.give_consent(connection, *target))
            except sqlite3.Error:
                _log.exception("the database failed")
                status, page = 503, "The database failed."
            else:
                status, page = (status, page) if text is None else (200, text)
        headers = Headers.of({"Content-Type": "text/html; charset=utf-8"}.items())
        return Response(status, headers, f"<!doctype html><title>Memsy</title><p>{page}</p>".encode())

    def _find_route(self, state: _RequestState) -> None:
        segments, state.query = validation.split_url(state.request.url)
        plane = _PLANES.get(segments[0], "")
        state.route, state.path = self._routes.find(state.request.method, plane, segments[1:])

    def _take_fault(self, state: _RequestState) -> Fault | None:
        fault = self.faults.take(state.route.operation if state.route else None)
        if fault is not None and fault.delay:
            self._delay(fault.delay, state)
        return fault

    def _delay(self, seconds: float, state: _RequestState) -> None:
        """Wait, but no longer than the client does, nor when the server closes."""
        with self._delay_lock:
            if self._is_closing:
                return
            self._delayed.add(state.abandoned)
        timeout = seconds if state.timeout is None else min(seconds, state.timeout)
        try:
            state.abandoned.wait(timeout)
        finally:
            self._delayed.discard(state.abandoned)
        if timeout < seconds:
            raise FaultTimeoutError(f"no answer within {timeout:.3g} s")
        if state.abandoned.is_set() and not self._is_closing:
            raise FaultTimeoutError("the caller waits no longer")

    def _apply_fault(self, state: _RequestState, fault: Fault) -> Response:
        if fault.drop or fault.status is None:
            raise ConnectionDroppedError("the connection was dropped by a scripted fault")
        content, content_type = fault.content()
        headers = Headers.of({"Content-Type": content_type, **self._common_headers(state)}.items())
        headers.update(Headers.of(fault.headers.items()))
        return Response(fault.status, headers, content)

    def _serve(self, state: _RequestState) -> Response:
        try:
            return self._success_response(state, self._run(state))
        except HTTPError as error:
            return self._error_response(state, error)
        except sqlite3.Error as error:
            _log.exception("the database failed")
            return self._error_response(state, HTTPError(503, {"detail": f"The database failed: {error}"}))
        except PluginError as error:
            _log.exception("a function of the user's own failed")
            return self._error_response(state, HTTPError(500, {"detail": str(error)}))
        except Exception:
            _log.exception("a handler failed")
            return self._error_response(state, HTTPError(500, {"message": "Internal Server Error"}))

    def _run(self, state: _RequestState) -> object:
        route, services, request = state.route, self.services, state.request
        assert route is not None
        assert state.path is not None
        state.now = services.clock.now()
        key = state.key = self._authenticate(request, state.now)
        # What is too large may not have been read.
        if max(len(request.body or b""), validation.announced_length(request)) > self.body_limit:
            raise too_large(self.body_limit)
        _authorise(route, key)
        services.meter.count_call(key.account, key.key_id, state.now)
        handler = HANDLERS.get(route.operation)
        path = validation.read_path(route, state.path)
        query = validation.read_query(route, state.query)
        body = {} if route.body is None else validation.read_body(route.body, request)
        if handler is None:
            raise HTTPError(501, {"detail": "Not implemented"})
        return handler(RequestContext(services, key, path, query, body, state.now))

    def _authenticate(self, request: Request, now: int) -> Key:
        authorization = Headers.of(request.headers).get("authorization")
        with self.services.store.read() as connection:
            return keys.authenticate(connection, authorization, now)

    def _success_response(self, state: _RequestState, result: object) -> Response:
        headers = self._common_headers(state)
        if result is None:
            return Response(204, Headers.of(headers.items()), b"")
        headers["Content-Type"] = "application/json"
        return Response(200, Headers.of(headers.items()), _encode(result))

    def _error_response(self, state: _RequestState, error: HTTPError) -> Response:
        headers = {**self._common_headers(state), **error.headers, "Content-Type": "application/json"}
        return Response(error.status, Headers.of(headers.items()), _encode(error.body))

    def _common_headers(self, state: _RequestState) -> dict[str, str]:
        headers = {"x-request-id": self.services.ids.named("req", next(self._request_numbers))}
        if state.key is not None:
            try:
                headers.update(self.services.meter.headers(state.key.account, state.now))
            except sqlite3.Error:
                # That the usage is unknown is no reason to withhold a response that is ready.
                _log.exception("the database failed")
        return headers

    def _record(self, state: _RequestState, status: int | None, seconds: float) -> None:
        request, route = state.request, state.route
        path, query = validation.split_target(request.url)
        content = request.body or b""
        if route is not None and route.body is not None:
            content = validation.without_secrets(route.body, content)
        received = ReceivedRequest(
            operation=route.operation if route else None,
            method=request.method,
            url=f"{path}?{query}" if query else path,
            headers=Headers.of(request.headers),
            content=content,
            status=status,
            seconds=seconds,
        )
        self.recorder.add(received)
        if self.on_request is not None:
            self._listener.put(received)

    def _tell(self, received: ReceivedRequest) -> None:
        if self.on_request is not None:  # pragma: no branch – taken away meanwhile
            self.on_request(received)


def _authorise(route: Route, key: Key) -> None:
    if route.admin and not key.admin:
        raise admin_required()
    if route.scope is not None and route.scope not in key.scopes:
        raise missing_scope(route.scope)


def _encode(body: object) -> bytes:
    return _JSON.encode(body).encode()
