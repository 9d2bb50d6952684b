"""The four clients: configuration and lifecycle. Their methods are generated from the contract."""

from __future__ import annotations

import os
from collections.abc import AsyncIterable, Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Literal, TypeVar

from ._core.checks import check_whole_number, explain_arguments, name_methods_after, suggest_keywords
from ._core.copying import shallow_copy
from ._core.credentials import KeyFunction, Secret, default_headers
from ._core.hooks import RequestEvent, ResponseEvent
from ._core.lazy import import_lock
from ._core.operation import custom_call
from ._core.raw_response import RawResponse
from ._core.retry import RetryPolicy
from ._core.sender import AsyncSender, SharedTransport, SyncSender
from ._core.settings import ClientOptions, Options, Settings, Timeout, apply_options, check_base_url
from ._core.transport import AsyncTransport, SyncTransport
from ._generated.client import AsyncControlMethods, AsyncCoreMethods, ControlMethods, CoreMethods
from ._transports import AsyncHttpClient, HttpClient, async_transport, sync_transport
from .exceptions import MemsyInputError

if TYPE_CHECKING:
    from typing_extensions import Self, Unpack

    from ._bulk.async_background import AsyncBackgroundWriter
    from ._bulk.async_ingestion import AsyncIngestion
    from ._bulk.background import BackgroundWriter
    from ._bulk.ingestion import Ingestion
    from ._bulk.journal import Journal
    from ._bulk.outcomes import IngestOutcome, IngestProgress
    from ._bulk.waiting import Processed, ProcessingProgress
    from ._core.middleware import Middleware
    from ._core.telemetry import Telemetry
    from .models import EventPayload

Http = TypeVar("Http")
AskForKey = TypeVar("AskForKey")


class _Client(Generic[Http, AskForKey]):
    """What all clients have. `Http` is what the flavour takes as `http_client`, `AskForKey` as `api_key`."""

    _sender: Any = None  # of the flavour's own kind; None while the constructor runs
    _is_view = False
    _is_async = False
    _pacers: dict[int, Any]  # what its ingestions and those of its views share, of each process
    _writers: set[Any]  # background writers that are open, of this client and its views
    _new_sender: ClassVar[Callable[..., Any]]
    _new_transport: ClassVar[Callable[..., Any]]
    _base_url_variable = "MEMSY_BASE_URL"  # of the environment, for the client's plane

    @explain_arguments
    def __init__(
        self,
        base_url: str,
        api_key: str | AskForKey,
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
        middleware: Sequence[Middleware] = (),
        telemetry: Telemetry | None = None,
    ) -> None:
        """Configure the client; nothing is sent and no file is read.

        Args:
            base_url: The plane's address, such as `https://api.memsy.io/v1`; trailing slashes are trimmed.
            api_key: The key, `msy_…`, or a function that gives it, for an asynchronous client perhaps a coroutine
                function. It is asked once a call, within the deadline; after a 401 once more, and where it gives
                another key by then, the request is sent again at once. Several calls may ask at the same time. An
                ordinary function runs in another thread in asynchronous clients, and where there is a deadline.
            timeout: Seconds for each attempt as a whole and for each of its phases; a `Timeout` sets them apart; None
                for no limit.
            max_retries: How often a call that got a 429 is tried again.
            retry_backoff: Seconds before the first retry when the service does not say; doubled for each further one.
            deadline: Seconds for a call as a whole, with all its attempts and waits; None for no limit.
            retry: What is retried and how, instead of `max_retries` and `retry_backoff`.
            headers: Further headers of every request.
            http_client: What carries the requests instead of the client's own pool: a client of httpx or httpx2 (with
                your proxy, certificates, limits), `AiohttpTransport`, or another transport. It is not closed.
            max_connections: How many requests the client's own pool has under way at once; further ones wait.
            max_response_bytes: What a response may weigh after decompression; a larger one is a `MemsyDecodeError`.
            on_request: Called before each attempt, for tracing.
            on_response: Called after each attempt, for tracing.
            middleware: Generator functions around each attempt, the first outermost. Each takes the `Request`, yields
                the one it wants sent, is sent the `Response` and returns one; it may return one without yielding. What
                it raises ends the call, unchanged.
            telemetry: `OpenTelemetry()` of `memsy_client.integrations.otel`, for a span and metrics of each call.

        Raises:
            MemsyInputError: One of them cannot be used.
        """
        key = KeyFunction(api_key) if callable(api_key) else Secret.of(api_key)
        del api_key  # a report of an error may show the variables of its frames
        base_url, key_headers = check_base_url(base_url), default_headers(key)
        key_function = key if isinstance(key, KeyFunction) else None
        problem = key_function and key_function.problem(may_await=self._is_async)
        if problem:
            raise MemsyInputError(problem)
        check_whole_number("max_connections", max_connections)
        settings = Settings(
            timeout=Timeout.of(timeout),
            deadline=deadline,
            retry=retry or RetryPolicy(max_retries, retry_backoff),
            headers={} if headers is None else headers,
            max_response_bytes=max_response_bytes,
            on_request=on_request,
            on_response=on_response,
            middleware=middleware,
            telemetry=telemetry,
        )
        transport = SharedTransport(self._new_transport(base_url, max_connections, http_client), http_client is None)
        self._sender = self._new_sender(transport, base_url, key_headers, settings, key_function=key_function)
        self._pacers = {}
        self._writers = set()

    @classmethod
    def from_env(cls, **options: Unpack[ClientOptions]) -> Self:
        """The client that `MEMSY_API_KEY` and `MEMSY_BASE_URL` describe.

        Control clients go to `MEMSY_CONTROL_URL`, or else to the same host as `MEMSY_BASE_URL`, with `/api` for its
        last `/v1`. `MEMSY_TIMEOUT` (seconds) and `MEMSY_MAX_RETRIES` are read, too; an argument counts more. With
        `MEMSY_LOG=info` or `debug`, the logger `memsy_client` writes to stderr.

        Args:
            options: As for the constructor.

        Raises:
            MemsyInputError: A variable is missing or cannot be used; it is named.
        """
        with import_lock:
            from ._core.environment import configure_logging, read_environment
        configure_logging()
        return cls(**read_environment(cls._base_url_variable, options), **options)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._sender.base_url if self._sender else 'nothing yet'}>"

    @property
    def base_url(self) -> str:
        """The address that requests go to, without a trailing slash."""
        return str(self._sender.base_url)

    def with_options(self, **options: Unpack[Options]) -> Self:
        """A view of this client with other settings, as for the constructor; `headers` are added to those there are.

        It shares the connections, and closing it closes nothing. `copy.copy` and `copy.deepcopy` give a view, too; a
        client cannot be pickled.

        Raises:
            MemsyInputError: An option cannot be used.
        """
        sender = replace(self._sender, settings=apply_options(self._sender.settings, options))
        return shallow_copy(self, _sender=sender, _is_view=True)

    def __copy__(self) -> Self:
        return shallow_copy(self, _is_view=True)

    def __deepcopy__(self, memo: object) -> Self:
        return self.__copy__()


class _SyncClient(_Client[HttpClient | SyncTransport, Callable[[], str]]):
    _sender: SyncSender
    _new_sender = SyncSender
    _new_transport = staticmethod(sync_transport)

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
        `parse()` of the response gives the JSON as it came.

        Args:
            method: The HTTP method.
            path: The path under the base URL, starting with a slash and percent-encoded.
            query: Query parameters; those that are None are left out.
            json: The body, or None for none.
            headers: Headers of this request.
            repeatable: Whether sending it twice does no harm; None to go by the method.

        Raises:
            MemsyError: As any other call.
        """
        call = custom_call(method, path, query=query, json=json, headers=headers, repeatable=repeatable)
        return self._sender.send_raw(call)

    def close(self) -> None:
        """Close background writers, which send what they hold, then the connections. Calls made afterwards raise
        `MemsyClosedError`. Of a view, it closes nothing.
        """
        if self._is_view:
            return
        for writer in list(self._writers):
            writer.close()
        transport = self._sender.shared.release()
        if transport is not None:
            transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


class _AsyncClient(_Client[AsyncHttpClient | AsyncTransport, Callable[[], str | Awaitable[str]]]):
    _is_async = True
    _sender: AsyncSender
    _new_sender = AsyncSender
    _new_transport = staticmethod(async_transport)

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
        return await self._sender.send_raw(call)

    async def close(self) -> None:
        """As `MemsyClient.close`."""
        if self._is_view:
            return
        try:
            for writer in list(self._writers):
                await writer.close()
        finally:
            transport = self._sender.shared.release()
            if transport is not None:
                await transport.aclose()

    aclose = close  # the name that httpx gives to it

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self.close()


class MemsyClient(_SyncClient, CoreMethods):
    """The memory engine: ingest events, search and browse memories. Threads may share it, and it survives a fork."""

    def ingest_many(
        self,
        events: Iterable[EventPayload],
        *,
        batch_size: int = 100,
        concurrency: int | Literal["auto"] = 4,
        max_concurrency: int = 32,
        on_progress: Callable[[IngestProgress], None] | None = None,
        journal: Journal | str | os.PathLike[str] | None = None,
    ) -> Ingestion:
        """Ingest any number of events in bounded memory; iterate over the result to make it happen.

        Each batch is a call of its own, with the client's retries and time-outs. One that is refused for some of its
        events (413, 422) is halved until these stand alone; after one that is refused as any other would be (401, 403,
        a spent quota, a closed client) nothing more is sent, and the other events' outcomes have its error.

        Requests go on between two steps of the iteration, and end with it, however it ends: run out, closed, dropped,
        interrupted. Where it may end early, iterate inside `with`, which waits for what is under way; a dropped
        iterator and an interruption do so for two seconds.

        Args:
            events: Any iterable, read as it is needed: at most `4 * batch_size * concurrency` events ahead of the
                outcome that is given next.
            batch_size: Events a call, at most 1000; tens to low hundreds are recommended.
            concurrency: How many batches are under way at once. With 1, the service gets the events in order. With
                `auto`, as many, and as many requests a second, as the service is found to take by its 429s, its
                `Retry-After` and its latency; what is found holds for all such calls of the client and its views.
            max_concurrency: How many batches are under way at once at most with `auto`, which stands for `concurrency`
                in what is said of `events` then.
            on_progress: Called after each batch, in the thread that iterates.
            journal: The path of a file, or a `Journal`, in which each request is noted before it leaves. Run again with
                the same journal and the same events, whatever ended the last run, it sends only what is left.

        Returns:
            An iterator of one `IngestOutcome` an event, in order.

        Raises:
            MemsyInputError: An argument cannot be used. The iteration raises it when the journal cannot be used (in
                use, damaged, of another address), or the source differs from that of earlier runs. What else fails
                later is in the outcomes.
        """
        with import_lock:
            from ._bulk.ingestion import Ingestion
        return Ingestion(
            self._sender, events, batch_size, concurrency, max_concurrency, on_progress, journal, self._pacers
        )

    def background(
        self,
        *,
        batch_size: int = 100,
        max_delay: float = 1.0,
        max_queue: int = 10_000,
        when_full: Literal["wait", "refuse", "drop_oldest"] = "wait",
        retry_for: float = 60.0,
        exit_timeout: float = 5.0,
        on_outcome: Callable[[IngestOutcome], None] | None = None,
        spool: str | os.PathLike[str] | None = None,
    ) -> BackgroundWriter:
        """A writer that sends events in the background: adding one takes microseconds, and does not raise when the
        service fails. Use it in a `with` block, or close it; closing the client does so, too.

        The events of a session (`actor_id`, `session_id`) arrive in order. A batch that is refused for some of its
        events (413, 422) is halved until these stand alone. What was not sent, a 429 and a 503 are retried, whatever
        the client's own policy; where nobody knows whether an event was stored, that is reported, and it is not sent
        again. The client's time-outs hold for each attempt.

        A forked child starts with an empty writer; the parent keeps its events. Where the interpreter ends, what is
        left is sent for `exit_timeout` seconds at most. SIGTERM and SIGKILL end a process without that: see `spool`.

        Args:
            batch_size: Events a call, at most 1000.
            max_delay: Seconds that an event waits for others to be sent with.
            max_queue: How many events may be without an outcome.
            when_full: What `add` does then: wait for room, `refuse` with `MemsyQueueFull`, or `drop_oldest`.
            retry_for: Seconds for which a batch is sent again, from its first attempt on.
            exit_timeout: Seconds for sending what is left where the interpreter ends, or the block is interrupted.
            on_outcome: Called with what became of each event, in a thread of the writer's, one call at a time. What it
                raises is logged.
            spool: A file (0600) that keeps the events until their outcome is known, and `spool.1`, … for further
                processes with the same path. The next writer there sends what a killed process has left, and reports as
                in doubt what was under way when it was killed more than some 45 seconds ago: until then the service
                takes it for the same event. It costs each `add` a write to the file.

        Raises:
            MemsyInputError: An argument or the spool cannot be used.
            MemsyClosedError: The client has been closed.
        """
        with import_lock:
            from ._bulk.background import BackgroundWriter
            from ._bulk.outbox import WriterOptions
        options = WriterOptions(batch_size, max_delay, max_queue, when_full, retry_for, exit_timeout, on_outcome, spool)
        return BackgroundWriter(self._sender, options, self._writers)

    def wait_until_processed(
        self,
        event_ids: Iterable[str],
        *,
        timeout: float | None = 60.0,
        poll: float = 0.2,
        on_progress: Callable[[ProcessingProgress], None] | None = None,
    ) -> Processed:
        """Wait until none of these events is pending any more.

        Args:
            event_ids: Any number of ids, as `ingest` gave them.
            timeout: Seconds to wait at most; None for as long as it takes.
            poll: Seconds before asking again; each further wait is longer, up to 5 seconds.
            on_progress: Called after each call, of which one takes up to 500 ids.

        Returns:
            Which of them completed, and which failed.

        Raises:
            MemsyProcessingTimeout: Some are still pending; it says which.
            MemsyError: As any other call.
        """
        with import_lock:
            from ._bulk.waiting import wait_until_processed
        return self._sender.follow(wait_until_processed(event_ids, timeout, poll, on_progress))


class AsyncMemsyClient(_AsyncClient, AsyncCoreMethods):
    """The memory engine, asynchronously. Tasks may share it, and so may several event loops, of asyncio or trio."""

    def ingest_many(
        self,
        events: Iterable[EventPayload] | AsyncIterable[EventPayload],
        *,
        batch_size: int = 100,
        concurrency: int | Literal["auto"] = 4,
        max_concurrency: int = 32,
        on_progress: Callable[[IngestProgress], None] | None = None,
        journal: Journal | str | os.PathLike[str] | None = None,
    ) -> AsyncIngestion:
        """As `MemsyClient.ingest_many`, with `async for`; the events may come from an asynchronous iterable, too.

        Where the iteration may end early, iterate inside `async with`: it cancels what is under way. On trio, requests
        go on between two steps only there.
        """
        with import_lock:
            from ._bulk.async_ingestion import AsyncIngestion
        return AsyncIngestion(
            self._sender, events, batch_size, concurrency, max_concurrency, on_progress, journal, self._pacers
        )

    def background(
        self,
        *,
        batch_size: int = 100,
        max_delay: float = 1.0,
        max_queue: int = 10_000,
        when_full: Literal["wait", "refuse", "drop_oldest"] = "wait",
        retry_for: float = 60.0,
        exit_timeout: float = 5.0,
        on_outcome: Callable[[IngestOutcome], None] | None = None,
        spool: str | os.PathLike[str] | None = None,
    ) -> AsyncBackgroundWriter:
        """As `MemsyClient.background`, for an `async with` block, outside which nothing can be added.

        `await add(event)` waits for room as `when_full` says, `add_nowait(event)` never does. `on_outcome` is called in
        the event loop. When the block is cancelled, what is left is sent for `exit_timeout` seconds at most.
        """
        with import_lock:
            from ._bulk.async_background import AsyncBackgroundWriter
            from ._bulk.outbox import WriterOptions
        options = WriterOptions(batch_size, max_delay, max_queue, when_full, retry_for, exit_timeout, on_outcome, spool)
        return AsyncBackgroundWriter(self._sender, options, self._writers)

    async def wait_until_processed(
        self,
        event_ids: Iterable[str],
        *,
        timeout: float | None = 60.0,
        poll: float = 0.2,
        on_progress: Callable[[ProcessingProgress], None] | None = None,
    ) -> Processed:
        """Wait until none of these events is pending any more; as `MemsyClient.wait_until_processed`."""
        with import_lock:
            from ._bulk.waiting import wait_until_processed
        return await self._sender.follow(wait_until_processed(event_ids, timeout, poll, on_progress))


class MemsyControlClient(_SyncClient, ControlMethods):
    """The account: usage, billing, API keys, events, connectors, plan interest. It may be shared by threads."""

    _base_url_variable = "MEMSY_CONTROL_URL"


class AsyncMemsyControlClient(_AsyncClient, AsyncControlMethods):
    """As `MemsyControlClient`, asynchronously. It may be shared by tasks."""

    _base_url_variable = "MEMSY_CONTROL_URL"


for _kind in (_SyncClient, _AsyncClient):
    suggest_keywords(_kind)  # as the classes of methods do by themselves
for _kind in (AsyncMemsyControlClient, MemsyControlClient, AsyncMemsyClient, MemsyClient):
    name_methods_after(_kind)  # of what several have, the last
