"""Carries a client's requests to an engine in the same process: no port, no server package."""

from __future__ import annotations

import functools
from typing import Protocol

from ..._core.messages import Request, Response
from ..._core.transport import Limits, ResponseTooLargeError, TransportError
from .faults import ConnectionDroppedError, FaultTimeoutError


class Handle(Protocol):
    """What answers requests: `Engine.handle`."""

    def __call__(self, request: Request, timeout: float | None = None) -> Response:
        """Answer a request."""


class LocalTransport:
    """For the sync clients: `MemsyClient(base_url, api_key, http_client=memsy.transport)`."""

    def __init__(self, handle: Handle) -> None:
        self._handle = handle

    def send(self, request: Request, limits: Limits) -> Response:
        """Answer a request.

        Raises:
            TransportError: A scripted fault drops the connection, or outlasts the time limits.
            ResponseTooLargeError: The response exceeds `limits.max_bytes`.
        """
        return _send(self._handle, request, limits)

    def close(self) -> None:
        """Nothing to close: the engine belongs to its server."""


class AsyncLocalTransport:
    """For the async clients, on any event loop: `AsyncMemsyClient(…, http_client=memsy.async_transport)`."""

    def __init__(self, handle: Handle) -> None:
        self._handle = handle

    async def send(self, request: Request, limits: Limits) -> Response:
        """Answer a request; raises what `LocalTransport.send` raises."""
        import anyio.to_thread

        # In a thread, so that a commit or a scripted delay does not stop the loop.
        send = functools.partial(_send, self._handle, request, limits)
        return await anyio.to_thread.run_sync(send, abandon_on_cancel=True)

    async def aclose(self) -> None:
        """Nothing to close: the engine belongs to its server."""


def _send(handle: Handle, request: Request, limits: Limits) -> Response:
    timeouts = [limit for limit in (limits.read, limits.total) if limit is not None]
    try:
        response = handle(request, min(timeouts, default=None))
    except ConnectionDroppedError as error:
        raise TransportError(str(error)) from error
    except FaultTimeoutError as error:
        raise TransportError(f"timed out: {error}", timed_out=True) from error
    if len(response.content) > limits.max_bytes:
        raise ResponseTooLargeError
    return response
