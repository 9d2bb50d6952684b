"""A caller's own client, of httpx or httpx2: its proxy, certificates, limits and transport. It is never closed here."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

from .._core.messages import Headers, Request, Response
from .._core.transport import Limits, ResponseTooLargeError, TransportError
from . import errors, forks, products
from .body import BodyDecoder, collect, header_text
from .per_loop import preparation
from .workers import NotDoneError, Workers


class _Ownership:
    """Which process a client's connections belong to: a forked child would read its parent's answers."""

    def __init__(self) -> None:
        self._was_used = self._is_parents = False
        forks.reset_after_fork(self)

    def reset(self) -> None:
        self._is_parents = self._was_used

    def use(self) -> None:
        """Say that a request goes out. Raises `TransportError` if it must not."""
        if self._is_parents:
            raise TransportError(
                "this http_client belongs to the parent process; give the child one of its own", unsent=True
            )
        self._was_used = True


_ownerships: WeakKeyDictionary[Any, _Ownership] = WeakKeyDictionary()


class _CallersClient:
    is_strict = True

    def __init__(self, client: Any) -> None:
        self._client = client
        # Several of our clients may share one of the caller's.
        self._ownership = _ownerships.setdefault(client, _Ownership())
        self.user_agent_product = products.client_product(client)
        # Parsing a URL costs a tenth of what the library does for a call. What only looks like its client takes text.
        self._parsed_url = functools.lru_cache(maxsize=64)(type(getattr(client, "base_url", "")))

    def _message(self, request: Request, limits: Limits) -> Any:
        phases = {"connect": limits.connect, "read": limits.read, "write": limits.write, "pool": limits.pool}
        return self._client.build_request(
            request.method,
            self._parsed_url(request.url),
            headers=request.headers,
            content=request.body,
            extensions={"timeout": phases},
        )


_workers = Workers()


class HttpxClientTransport(_CallersClient):
    """Carries requests through a synchronous client."""

    def send(self, request: Request, limits: Limits) -> Response:
        """The response, fully read. Raises `TransportError` or `ResponseTooLargeError`."""
        self._ownership.use()
        if limits.total is None:
            return self._send(request, limits)
        # Nothing that the client offers ends a response whose headers drip: each wait for a byte has a time-out of
        # its own. So the request runs in a thread, which is left to itself when its time is over. Nor can a signal
        # handler raise there: in the midst of a call of httpx, it may cost the pool a connection or its lock.
        try:
            return _workers.run(lambda: self._send(request, limits), limits.total)
        except NotDoneError:
            raise errors.out_of_time(limits) from None

    def close(self) -> None:
        """Nothing: the client is the caller's."""

    def _send(self, request: Request, limits: Limits) -> Response:
        started = time.monotonic()
        response = None
        try:
            answer = self._client.send(self._message(request, limits), **_SEND_OPTIONS)
            response = _response(answer)
            try:
                body = _decoder(answer, response, limits)
                if not answer.is_stream_consumed:
                    for chunk in answer.stream:
                        body.add(chunk)
                response.content = body.content()
            finally:
                answer.close()
                response.elapsed = time.monotonic() - started
        except (ResponseTooLargeError, TransportError):
            raise
        except Exception as error:
            errors.pass_through(error, is_own=False)
            raise errors.with_response(errors.failure(error), response) from error
        return response


class AsyncHttpxClientTransport(_CallersClient):
    """Carries requests through an asynchronous client, in the event loop that this belongs to."""

    def __init__(self, client: Any) -> None:
        super().__init__(client)
        self._prepared: set[str] = set()

    def preparation(self, base_url: str) -> Callable[[], object] | None:
        """As `Preparable.preparation`."""
        return preparation(self._prepared, "anyio")

    async def send(self, request: Request, limits: Limits) -> Response:
        """The response, fully read. Raises `TransportError` or `ResponseTooLargeError`."""
        import anyio

        self._ownership.use()
        with anyio.move_on_after(limits.total):
            return await self._send(request, limits)
        raise errors.out_of_time(limits)

    async def aclose(self) -> None:
        """Nothing: the client is the caller's."""

    async def _send(self, request: Request, limits: Limits) -> Response:
        started = time.monotonic()
        response = None
        try:
            answer = await self._client.send(self._message(request, limits), **_SEND_OPTIONS)
            response = _response(answer)
            try:
                body = _decoder(answer, response, limits)
                if not answer.is_stream_consumed:  # pragma: no branch – a hook of the caller read it
                    await collect(body, answer.aiter_raw(), answer.aclose)
                response.content = body.content()
            finally:
                await answer.aclose()
                response.elapsed = time.monotonic() - started
        except (ResponseTooLargeError, TransportError):
            raise
        except Exception as error:
            errors.pass_through(error, is_own=False)
            raise errors.with_response(errors.failure(error), response) from error
        return response


def _decoder(answer: Any, response: Response, limits: Limits) -> BodyDecoder:
    """What the body goes into. A hook of the caller's client may have read it, and then it is decompressed, too."""
    body = BodyDecoder(response, limits, is_decoded=answer.is_stream_consumed)
    if answer.is_stream_consumed:
        body.add(answer.content)
    return body


#: A redirect would take the key along, and the client's own credentials would replace it.
_SEND_OPTIONS: dict[str, Any] = {"stream": True, "follow_redirects": False, "auth": None}


def _response(answer: Any) -> Response:
    return Response(answer.status_code, Headers.of(map(header_text, answer.headers.raw)), b"")
