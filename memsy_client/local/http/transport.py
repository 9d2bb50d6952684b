"""Carries a client's requests to an engine in the same process: no port, no server package."""

from __future__ import annotations

import threading
from collections.abc import Callable

from ..._core.messages import Request, Response
from ..._core.transport import Limits, ResponseTooLargeError, TransportError
from .faults import ConnectionDroppedError, FaultTimeoutError

Handle = Callable[[Request, "float | None", "threading.Event | None"], Response]
"""What answers a request, given how long the caller waits: so many seconds, and until that is set. `Engine.handle`."""


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
        return self.send_until(request, limits, None)

    def send_until(self, request: Request, limits: Limits, abandoned: threading.Event | None) -> Response:
        """As `send`, for a caller who may go away: `abandoned` is set then."""
        timeouts = [limit for limit in (limits.read, limits.total) if limit is not None]
        try:
            response = self._handle(request, min(timeouts, default=None), abandoned)
        except ConnectionDroppedError as error:
            raise TransportError(str(error)) from error
        except FaultTimeoutError as error:
            raise TransportError(f"timed out: {error}", timed_out=True) from error
        if len(response.content) > limits.max_bytes:
            raise ResponseTooLargeError
        return response

    def close(self) -> None:
        """Nothing to close: the engine belongs to its server."""


class AsyncLocalTransport:
    """For the async clients, on any event loop: `AsyncMemsyClient(…, http_client=memsy.async_transport)`."""

    def __init__(self, handle: Handle) -> None:
        self._transport = LocalTransport(handle)

    async def send(self, request: Request, limits: Limits) -> Response:
        """Answer a request; raises what `LocalTransport.send` raises."""
        import anyio.to_thread

        # In a thread, so that a commit or a scripted delay does not stop the loop; it may outlive a cancelled call.
        abandoned = threading.Event()
        send = self._transport.send_until
        try:
            return await anyio.to_thread.run_sync(send, request, limits, abandoned, abandon_on_cancel=True)
        finally:
            abandoned.set()

    async def aclose(self) -> None:
        """Nothing to close: the engine belongs to its server."""
