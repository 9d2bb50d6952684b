"""The four clients: configuration and lifecycle. Their methods are generated from the contract."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar, cast

from . import _transports
from ._bulk.ingestion import AsyncIngesting, Ingesting
from ._bulk.waiting import AsyncWaiting, Waiting
from ._core.credentials import Secret, check_base_url, default_headers
from ._core.hooks import RequestEvent, ResponseEvent
from ._core.raw_response import RawResponse
from ._core.request import custom_call
from ._core.retry import RetryPolicy
from ._core.sender import AsyncSender, Line, SyncSender
from ._core.settings import ClientOptions, Options, Settings, Timeout, changed
from ._core.transport import AsyncTransport, SyncTransport
from ._generated.client import AsyncControlMethods, AsyncCoreMethods, ControlMethods, CoreMethods
from .exceptions import MemsyInputError

if TYPE_CHECKING:
    from typing_extensions import Self, Unpack

Sender = TypeVar("Sender", SyncSender, AsyncSender)
Http = TypeVar("Http")


class _Client(Generic[Sender, Http]):
    """What all clients have: see `MemsyClient` for the arguments."""

    _sender: Sender
    _is_view = False
    #: The environment variable that holds the base URL of the client's plane.
    _variable: ClassVar[str]

    def __init__(
        self,
        base_url: str,
        api_key: str,
        timeout: float | Timeout | None = 30.0,
        max_retries: int = 3,
        retry_backoff: float = 1.0,
        *,
        deadline: float | None = None,
        retry: RetryPolicy | None = None,
        headers: Mapping[str, str] | None = None,
        http_client: Http | None = None,
        max_connections: int = 100,
        max_response_bytes: int = 64 * 1024 * 1024,
        on_request: Callable[[RequestEvent], None] | None = None,
        on_response: Callable[[ResponseEvent], None] | None = None,
    ) -> None:
        """Configure the client; nothing is sent and no file is read.

        Args:
            base_url: The plane's address, such as `https://api.memsy.io/v1`; trailing slashes are trimmed.
            api_key: The key, `msy_…`.
            timeout: Seconds for each attempt as a whole and for each of its phases; a `Timeout` sets them apart; None
                for no limit.
            max_retries: How often a call that got a 429 is tried again.
            retry_backoff: Seconds before the first retry when the service does not say; doubled for each further one.
            deadline: Seconds for a call as a whole, with all its attempts and waits; None for no limit.
            retry: What is retried and how, in place of `max_retries` and `retry_backoff`.
            headers: Further headers of every request.
            http_client: What carries the requests in place of the client's own pool: a client of httpx or httpx2 (with
                your proxy, certificates, limits), `AiohttpTransport`, or another transport. It is not closed.
            max_connections: How many requests the client's own pool has under way at once; further ones wait.
            max_response_bytes: What a response may weigh after decompression; a larger one is a `MemsyDecodeError`.
            on_request: Called before each attempt, for tracing.
            on_response: Called after each attempt, for tracing.

        Raises:
            MemsyInputError: One of them cannot be used.
        """
        api_key = Secret.of(api_key)  # a report of an error may show the variables of its frames
        address = check_base_url(base_url)
        identity = default_headers(api_key)
        if isinstance(max_connections, bool) or not isinstance(max_connections, int) or max_connections < 1:
            raise MemsyInputError(f"max_connections has to be a whole number above 0, not {max_connections!r}")
        settings = Settings(
            timeout=Timeout.of(timeout),
            deadline=deadline,
            retry=retry or RetryPolicy(max_retries, retry_backoff),
            headers={} if headers is None else headers,
            max_response_bytes=max_response_bytes,
            on_request=on_request,
            on_response=on_response,
        )
        self._sender = self._new_sender(address, identity, settings, max_connections, http_client)
        self._owns_transport = http_client is None

    def _new_sender(
        self,
        address: str,
        identity: tuple[tuple[str, str], ...],
        settings: Settings,
        max_connections: int,
        http_client: Http | None,
    ) -> Sender:
        raise NotImplementedError  # one for each flavour

    @classmethod
    def from_env(cls, **options: Unpack[ClientOptions]) -> Self:
        """The client that the environment describes.

        `MEMSY_BASE_URL` (core clients) or `MEMSY_CONTROL_URL` (control clients) and `MEMSY_API_KEY` are read.

        Args:
            **options: As for the constructor.

        Raises:
            MemsyInputError: A variable is missing, which it names, or cannot be used.
        """
        missing = [name for name in (cls._variable, "MEMSY_API_KEY") if not os.environ.get(name)]
        if missing:
            raise MemsyInputError(f"not set in the environment: {', '.join(missing)}")
        return cls(os.environ[cls._variable], os.environ["MEMSY_API_KEY"], **options)

    def __repr__(self) -> str:
        sender = getattr(self, "_sender", None)  # not there yet in a report of the constructor's own error
        return f"<{type(self).__name__} of {sender.base_url if sender else 'nothing yet'}>"

    @property
    def base_url(self) -> str:
        """The address that requests go to, without a trailing slash."""
        return self._sender.base_url

    def with_options(self, **options: Unpack[Options]) -> Self:
        """A view of this client with other settings: `timeout`, `deadline`, `max_retries`, `retry_backoff`, `retry`,
        `headers` (added to those there are), `max_response_bytes`, `on_request`, `on_response`, as for the constructor.

        It shares the connections, and closing it closes nothing.

        Raises:
            MemsyInputError: An option cannot be used.
        """
        view = object.__new__(type(self))
        view._sender = replace(self._sender, settings=changed(self._sender.settings, options))
        view._is_view = True
        return view


class _SyncClient(_Client[SyncSender, _transports.HttpClient | SyncTransport]):
    def _new_sender(
        self,
        address: str,
        identity: tuple[tuple[str, str], ...],
        settings: Settings,
        max_connections: int,
        http_client: _transports.HttpClient | SyncTransport | None,
    ) -> SyncSender:
        transport = _transports.sync_transport(address, max_connections, http_client)
        return SyncSender(Line(transport), address, identity, settings)

    def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        json: Any = None,
        headers: Mapping[str, str] | None = None,
        repeatable: bool | None = None,
    ) -> RawResponse[Any]:
        """Call an endpoint that the contract does not have yet, with the retries, errors and limits of any other.

        Args:
            method: The HTTP method.
            path: The path under the base URL, starting with a slash and percent-encoded.
            query: Query parameters; those that are None are left out.
            json: The body, or None for none.
            headers: Headers of this request.
            repeatable: Whether sending it twice does no harm; None to go by the method.

        Returns:
            The response, whose `parse()` gives the JSON as it came.

        Raises:
            MemsyError: As any other call.
        """
        call = custom_call(method, path, query=query, json=json, headers=headers, repeatable=repeatable)
        return cast("RawResponse[Any]", self._sender.raw().send(call))

    def close(self) -> None:
        """Close the connections. Calls made afterwards raise `MemsyClosedError`. Of a view, it closes nothing."""
        if self._is_view or self._sender.line.is_closed:
            return
        self._sender.line.is_closed = True
        if self._owns_transport:
            self._sender.line.transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


class _AsyncClient(_Client[AsyncSender, _transports.AsyncHttpClient | AsyncTransport]):
    def _new_sender(
        self,
        address: str,
        identity: tuple[tuple[str, str], ...],
        settings: Settings,
        max_connections: int,
        http_client: _transports.AsyncHttpClient | AsyncTransport | None,
    ) -> AsyncSender:
        transport = _transports.async_transport(address, max_connections, http_client)
        return AsyncSender(Line(transport), address, identity, settings)

    async def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        json: Any = None,
        headers: Mapping[str, str] | None = None,
        repeatable: bool | None = None,
    ) -> RawResponse[Any]:
        """Call an endpoint that the contract does not have yet; as `MemsyClient.request`."""
        call = custom_call(method, path, query=query, json=json, headers=headers, repeatable=repeatable)
        return cast("RawResponse[Any]", await self._sender.raw().send(call))

    async def close(self) -> None:
        """Close the connections. Calls made afterwards raise `MemsyClosedError`. Of a view, it closes nothing."""
        if self._is_view or self._sender.line.is_closed:
            return
        self._sender.line.is_closed = True
        if self._owns_transport:
            await self._sender.line.transport.aclose()

    #: The name that httpx gives to it.
    aclose = close

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()


class MemsyClient(_SyncClient, Ingesting, Waiting, CoreMethods):
    """The memory engine: ingest events, search memories, browse them and their hierarchy.

    It may be shared by threads, and survives a fork.
    """

    _variable = "MEMSY_BASE_URL"


class AsyncMemsyClient(_AsyncClient, AsyncIngesting, AsyncWaiting, AsyncCoreMethods):
    """The memory engine, asynchronously: ingest events, search memories, browse them and their hierarchy.

    It may be shared by tasks and used from several event loops, of asyncio or trio.
    """

    _variable = "MEMSY_BASE_URL"


class MemsyControlClient(_SyncClient, ControlMethods):
    """The account: usage, billing, API keys, events, plan interest. It may be shared by threads."""

    _variable = "MEMSY_CONTROL_URL"


class AsyncMemsyControlClient(_AsyncClient, AsyncControlMethods):
    """The account, asynchronously: usage, billing, API keys, events, plan interest. It may be shared by tasks."""

    _variable = "MEMSY_CONTROL_URL"
