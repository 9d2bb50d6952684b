"""`LocalMemsy`: a whole Memsy in this process, for tests and programs."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from .._core.checks import suggest_arguments
from . import keys, providers
from .clock import Clock, isoformat
from .engine import BODY_LIMIT, Engine
from .handlers.context import Services
from .http import routes
from .http.admin import Action, AdminRoutes, describe
from .http.faults import Fault
from .http.recording import KEPT, ReceivedRequest
from .http.transport import AsyncLocalTransport, LocalTransport
from .keys import NewKey
from .memory import levels
from .memory.extraction import Extract, extract_by_rules
from .memory.plugins import Embed, Plugins, Rank
from .memory.worker import Worker
from .quota import Meter, Plan
from .storage.database import FileLostError, Store
from .storage.ids import Ids

if TYPE_CHECKING:
    from .http.listener import SocketServer

LOCAL_API_KEY = "msy_local_development_key"
"""The key of every local server that is not given another one; it is public and opens nothing else."""

NO_SOCKET = "http://memsy.localhost"
"""The address of a server without a socket; only its transports reach it."""


@suggest_arguments
class LocalMemsy:
    """A Memsy of your own: empty, on a real SQLite database, gone at the end unless it has a path.

        with LocalMemsy() as memsy:
            client = MemsyClient(memsy.base_url, memsy.api_key)

    It needs `memsy-client[local]`. Entering opens a socket on `port`; with `port=None` there is none, and clients
    reach the server through `transport` or `async_transport`. `async with` works alike.

    Args:
        path: The database file; None or ":memory:" keeps everything in memory.
        org: The id of the organisation that the key belongs to.
        api_key: The key to accept; it has to begin with `msy_`.
        seed: Any text; the same one gives the same ids in the same order.
        host: The address to listen on.
        port: The port to listen on; 0 takes a free one, None opens no socket.
        extract: Turns an event into its memories, instead of the built-in rules.
        embed: Turns texts into vectors; search then counts similarity too (needs `memsy-client[embeddings]`).
        rank: Scores the best candidates of a search again.
        body_limit: The largest request body in bytes; a larger one gets 413.
        kept_requests: How many received requests `requests` holds.

    Raises:
        DatabaseRefused: The file cannot be used; the message says why.
        ImportError: The packages of `memsy-client[local]` are not installed, or `embed` is given and numpy is not.
        ValueError: The key does not begin with `msy_`, or the organisation belongs to another account of the file.
    """

    def __init__(
        self,
        path: str | os.PathLike[str] | None = None,
        *,
        org: str = "local",
        api_key: str = LOCAL_API_KEY,
        seed: str | None = None,
        host: str = "127.0.0.1",
        port: int | None = 0,
        extract: Extract = extract_by_rules,
        embed: Embed | None = None,
        rank: Rank | None = None,
        body_limit: int = BODY_LIMIT,
        kept_requests: int = KEPT,
    ) -> None:
        if not api_key.startswith("msy_") or len(api_key) < keys.PREFIX_LENGTH:
            raise ValueError(f"an API key begins with msy_ and has at least {keys.PREFIX_LENGTH} characters")
        self.api_key = api_key
        self.clock: Clock = Clock()
        self._org, self._host, self._port = org, host, port
        self._socket: SocketServer | None = None
        plugins = Plugins(extract, embed, rank)
        store = Store(path)
        ids = Ids(seed)
        meter = Meter(store)
        self._services = Services(
            store,
            self.clock,
            ids,
            meter,
            Worker(store, self.clock, ids, meter, plugins),
            plugins,
            lambda: self._address,
        )
        self.engine: Engine = Engine(self._services, body_limit=body_limit, kept_requests=kept_requests)
        self.transport: LocalTransport = LocalTransport(self.engine.handle)
        self.async_transport: AsyncLocalTransport = AsyncLocalTransport(self.engine.handle)
        try:
            self._account = store.write(self._create_own_account)
        except BaseException:  # pragma: no cover – the disk fails
            store.close()
            raise
        self._services.worker.resume()

    @property
    def base_url(self) -> str:
        """The base URL of the core plane, ending in `/v1`."""
        return f"{self._address}/v1"

    @property
    def control_url(self) -> str:
        """The base URL of the control plane, ending in `/api`."""
        return f"{self._address}/api"

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables that redirect an application to this server."""
        return {
            "MEMSY_BASE_URL": self.base_url,
            "MEMSY_CONTROL_URL": self.control_url,
            "MEMSY_API_KEY": self.api_key,
        }

    @property
    def requests(self) -> Sequence[ReceivedRequest]:
        """The requests received, oldest first."""
        return self.engine.recorder.all()

    def start(self) -> None:
        """Open the socket, unless it is open already or `port` is None.

        Raises:
            OSError: The port is in use, or the address is not this machine's.
            ImportError: The packages of `memsy-client[local]` are not installed.
        """
        if self._socket is None and self._port is not None:
            try:
                from .http.listener import SocketServer
            except ImportError as error:
                raise ImportError(
                    "a socket needs more packages: pip install 'memsy-client[local]', or do without one: port=None"
                ) from error
            engine, admin = self.engine, AdminRoutes(self._admin_actions())
            self._socket = SocketServer(engine.handle, engine.admits, admin, engine.body_limit, self._host, self._port)

    def close(self) -> None:
        """Close the socket and the database; pending events are processed at the next start."""
        # Closing the socket waits for requests in progress: first, end what they may be waiting for.
        self.engine.close()
        self._services.worker.close()
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        try:
            with suppress(FileLostError):
                self._services.meter.flush()
        finally:
            self._services.store.close()

    def __enter__(self) -> LocalMemsy:
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    async def __aenter__(self) -> LocalMemsy:
        import anyio.to_thread

        return await anyio.to_thread.run_sync(self.__enter__)

    async def __aexit__(self, *exception: object) -> None:
        import anyio.to_thread

        await anyio.to_thread.run_sync(self.close)

    def hold(self) -> None:
        """Leave events pending from now on, until `release`."""
        self._services.worker.hold()

    def release(self) -> None:
        """Process pending events again."""
        self._services.worker.release()

    def settle(self, timeout: float = 30.0) -> None:
        """Wait until no event is pending.

        Raises:
            TimeoutError: Some are still pending after `timeout` seconds, for instance because processing is held, or
                when the server was closed.
        """
        if not self._services.worker.settle(timeout):
            raise TimeoutError(f"events are still pending (waited for up to {timeout:g} s)")

    def fail_next(
        self,
        times: int = 1,
        *,
        status: int | None = None,
        body: object = None,
        headers: Mapping[str, str] | None = None,
        delay: float = 0.0,
        drop: bool = False,
        operation: str | None = None,
        after: bool = False,
    ) -> None:
        """Let the next calls fail; each meets the first fault that was scripted for its operation.

        Args:
            times: How many calls.
            status: The status to answer.
            body: The body to answer: text or bytes as they are, anything else as JSON.
            headers: Headers to answer.
            delay: Real seconds to wait first; without a status or `drop`, the call then goes on as usual.
            drop: Close the connection instead of answering.
            operation: Only calls of this operation: `search`, `roles_list`, …
            after: Carry the call out first, so that only its answer is lost.

        Raises:
            ValueError: There is nothing to fail with, no such operation, or a value that no answer can have.
        """
        if operation is not None and operation not in routes.load().by_operation:
            raise ValueError(f"there is no operation {operation!r}")
        fault = Fault(status, body, {} if headers is None else headers, delay, drop, operation, after)
        self.engine.faults.add(fault, times)

    def set_plan(self, plan: Plan, *, org: str | None = None) -> None:
        """Give an organisation, by default the server's own, another plan: limits, quotas, tier, billing.

        Raises:
            ValueError: The organisation belongs to another account.
        """
        account = self._account
        if org is not None:
            now = self.clock.now()
            account = self._services.store.write(lambda connection: _account_of(connection, org, now))
        self._services.meter.set_plan(account, plan)

    def create_key(
        self, *, org: str | None = None, scopes: Sequence[str] = ("read", "write"), admin: bool = True
    ) -> str:
        """Create another key and return it; for a new `org`, create that organisation too.

        Raises:
            ValueError: A scope is neither `read` nor `write`, or the organisation belongs to another account.
        """
        if not set(scopes) <= {"read", "write"}:
            raise ValueError("the scopes of a key are read and write")
        if not isinstance(admin, bool) or not (org is None or (isinstance(org, str) and org)):
            raise ValueError("org is the id of an organisation, and admin is true or false")

        def work(connection: sqlite3.Connection) -> NewKey:
            now, ids = self.clock.now(), self._services.ids
            account = self._account if org is None else _account_of(connection, org, now)
            return keys.create_key(connection, ids, account, name="local", scopes=scopes, admin=admin, now=now)

        return self._services.store.write(work).raw

    def authorize_connector(self, connector_id: str) -> None:
        """Give the consent that a connection waits for, as opening its `authorize_url` does.

        Raises:
            ValueError: There is no such connector.
        """
        self._services.store.write(lambda connection: providers.authorize(connection, connector_id))

    def set_connector_resources(self, connector: str, resources: Iterable[Any]) -> None:
        """Replace what a third party has to read.

        Args:
            connector: The id of a connector, or a provider for all of its connectors: `slack`, `github`, …
            resources: Mappings with `external_id` and, if wanted, `resource_type`, `name` and `parent_id` (a folder, or
                the repository of a branch); a text stands for one with that id.

        Raises:
            ValueError: There is no such connector or provider, or a resource is not one.
        """
        self._services.store.write(lambda connection: providers.set_resources(connection, connector, resources))

    def reset(self) -> None:
        """Return to the state of a new, empty server: data, keys, clock, plans, faults, requests."""
        services = self._services
        services.worker.hold()
        self.engine.faults.clear()
        self.clock.reset()
        services.store.reset()
        services.ids.renew()
        services.meter.reset()
        self._account = services.store.write(self._create_own_account)
        self.engine.recorder.clear()
        services.worker.release()

    @property
    def _address(self) -> str:
        return NO_SOCKET if self._socket is None else self._socket.address

    def _create_own_account(self, connection: sqlite3.Connection) -> int:
        """Make sure that the server's own organisation and key exist; returns the account."""
        now = self.clock.now()
        account = _account_of(connection, self._org, now)
        keys.install_local_key(connection, account, self.api_key, now)
        return account

    def _admin_actions(self) -> dict[str, Action]:
        """What another process can do, by the paths of the routes below `/_local/`."""

        def set_plan(org: str | None = None, **plan: Any) -> None:
            self.set_plan(Plan(**plan), org=org)

        return {
            "clock/freeze": self._then_tell_time(self.clock.freeze),
            "clock/advance": self._then_tell_time(self.clock.advance),
            "clock/run": self._then_tell_time(self.clock.run),
            "hold": self.hold,
            "release": self.release,
            "settle": self.settle,
            "fail_next": self.fail_next,
            "set_plan": set_plan,
            "create_key": lambda **arguments: {"api_key": self.create_key(**arguments)},
            "authorize_connector": self.authorize_connector,
            "set_connector_resources": self.set_connector_resources,
            "requests": lambda **_: {"requests": [describe(received) for received in self.requests]},
            "reset": self.reset,
        }

    def _then_tell_time(self, change: Callable[..., None]) -> Action:
        def action(**arguments: Any) -> dict[str, Any]:
            change(**arguments)
            return {"now": isoformat(self.clock.now())}

        return action


def _account_of(connection: sqlite3.Connection, org: str, now: int) -> int:
    """The account of an organisation, which is created with its record when there is none."""
    account, is_new = keys.create_account(connection, org)
    if is_new:
        levels.create_org(connection, account, org, org, "", now)
    return account
