"""Connections from which Memsy reads by itself, such as Slack, Google Drive or S3 (control plane)."""

from __future__ import annotations

import builtins
from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING

from memsy_client._core.polling import poll
from memsy_client._core.raw_response import async_raw, raw, with_raw_sender
from memsy_client._core.resource import AsyncResource, SyncResource

from . import connectors_configure_resources as _connectors_configure_resources
from . import connectors_configure_s3 as _connectors_configure_s3
from . import connectors_create as _connectors_create
from . import connectors_delete as _connectors_delete
from . import connectors_get as _connectors_get
from . import connectors_list as _connectors_list
from . import connectors_list_branches as _connectors_list_branches
from . import connectors_list_providers as _connectors_list_providers
from . import connectors_list_resources as _connectors_list_resources
from . import connectors_picker_config as _connectors_picker_config
from . import connectors_status as _connectors_status
from . import connectors_sync as _connectors_sync

if TYPE_CHECKING:
    from ...models.connector import Connector
    from ...models.connector_connection import ConnectorConnection
    from ...models.connector_resource_item import ConnectorResourceItem
    from ...models.connector_status import ConnectorStatus
    from ...models.picker_config import PickerConfig
    from ...models.resource_selection import ResourceSelection


class Connectors(SyncResource):
    """Connections from which Memsy reads by itself, such as Slack, Google Drive or S3 (control plane)."""

    def list_providers(self) -> builtins.list[str]:
        """List the providers.

        Returns the slugs of the providers that can be connected; clients return the list itself. The vocabulary is
        open.

        Returns:
            The providers.

        Raises:
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return self._send(_connectors_list_providers.request())

    def status(self, provider: str) -> ConnectorStatus:
        """Say whether a provider is connected.

        Returns whether the organisation or, for `google_drive` and `onedrive`, the user has a connection. Every
        seated member may ask.

        Args:
            provider: The provider: slack, google_drive, s3, notion, github, onedrive, or another (the vocabulary is
                open). 1 to 64 characters.

        Returns:
            Whether it is connected.

        Raises:
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return self._send(_connectors_status.request(provider))

    def create(self, provider: str) -> ConnectorConnection:
        """Begin a connection.

        Returns the address at which the end user gives consent in a browser. The provider then calls Memsy, not
        you: wait until the resources can be listed. `s3` has no consent and gives 400; a provider that is connected
        already gives 409. Slack, S3, Notion and GitHub need an organisation admin or an API key.

        Args:
            provider: The provider: slack, google_drive, s3, notion, github, onedrive, or another (the vocabulary is
                open). 1 to 64 characters.

        Returns:
            The connection and the address of the consent.

        Raises:
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return self._send(_connectors_create.request(provider))

    def configure_s3(
        self, *, access_key_id: str, secret_access_key: str, region: str, bucket: str, connector_id: str | None = None
    ) -> Connector:
        """Connect an S3 bucket.

        Checks the credentials before anything is stored, selects the bucket and starts the first sync. With
        `connector_id` it changes an existing connection.

        Args:
            access_key_id: The id of the access key. 1 to 256 characters.
            secret_access_key: The secret of the access key. Treat it as a password. 1 to 256 characters.
            region: The region of the bucket. 1 to 64 characters.
            bucket: The name of the bucket. 1 to 256 characters.
            connector_id: The connector to change; left out, a new one is made. 1 to 256 characters.

        Returns:
            The connector, which is active.

        Raises:
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return self._send(
            _connectors_configure_s3.request(
                access_key_id=access_key_id,
                secret_access_key=secret_access_key,
                region=region,
                bucket=bucket,
                connector_id=connector_id,
            )
        )

    def list(self) -> builtins.list[Connector]:
        """List the connectors.

        Returns the connectors that the key may see. A member who is not an admin sees only their own.

        Returns:
            The connectors.

        Raises:
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return self._send(_connectors_list.request())

    def get(self, connector_id: str) -> Connector:
        """Get a connector.

        Returns one connector.

        Args:
            connector_id: The connector's id. 1 to 256 characters.

        Returns:
            The connector.

        Raises:
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return self._send(_connectors_get.request(connector_id))

    def delete(self, connector_id: str) -> None:
        """Disconnect.

        Ends the connection and revokes the stored credentials.

        Args:
            connector_id: The connector's id. 1 to 256 characters.

        Raises:
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return self._send(_connectors_delete.request(connector_id))

    def list_resources(
        self, connector_id: str, *, parent_id: str | None = None
    ) -> builtins.list[ConnectorResourceItem]:
        """List what can be selected.

        Returns what a connection can read: channels, repositories, folders; clients return the list itself. Before
        the consent it gives 409. Google Drive cannot be listed: it returns what is selected already.

        Args:
            connector_id: The connector's id. 1 to 256 characters.
            parent_id: The folder to open (OneDrive). A provider without folders gives 400. 1 to 1024 characters.

        Returns:
            What can be selected.

        Raises:
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return self._send(_connectors_list_resources.request(connector_id, parent_id=parent_id))

    def wait_until_authorized(
        self, connector_id: str, *, timeout: float = 300.0, poll_interval: float = 3.0
    ) -> builtins.list[ConnectorResourceItem]:
        """Wait until the end user has given consent.

        Asks what can be selected until the answer is no longer 409, and returns it.

        Args:
            connector_id: The connector's id. 1 to 256 characters.
            timeout: Seconds to wait in all. The client's `deadline` bounds each request.
            poll_interval: Seconds between two requests.

        Returns:
            What can be selected.

        Raises:
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            TimeoutError: The answer is still 409, and the next request would be later than `timeout`.
            MemsyError: The base of every failure; nothing else is raised.
        """
        call = _connectors_list_resources.request(connector_id)
        return self._sender.follow(poll(call, 409, timeout, poll_interval))

    def configure_resources(
        self, connector_id: str, resources: Iterable[ResourceSelection | ConnectorResourceItem]
    ) -> Connector:
        """Select what to read.

        Replaces the selection: send all of it every time. It makes the connector active and starts a sync.

        Args:
            connector_id: The connector's id. 1 to 256 characters.
            resources: Everything to read from. What is left out is no longer read. At most 1000 items.

        Returns:
            The connector, which is active.

        Raises:
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return self._send(_connectors_configure_resources.request(connector_id, resources))

    def list_branches(self, connector_id: str, repo: str) -> builtins.list[ConnectorResourceItem]:
        """List the branches of a repository.

        Returns the branches of a repository (GitHub); clients return the list itself. Another provider gives 400.

        Args:
            connector_id: The connector's id. 1 to 256 characters.
            repo: The `external_id` of the repository, such as `acme/app`. 1 to 1024 characters.

        Returns:
            The branches.

        Raises:
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return self._send(_connectors_list_branches.request(connector_id, repo))

    def picker_config(self, connector_id: str) -> PickerConfig:
        """Get what the Google Picker needs.

        Returns a live token of the owner of a Google Drive connection, for the Google Picker in a browser.

        Args:
            connector_id: The connector's id. 1 to 256 characters.

        Returns:
            What the picker needs.

        Raises:
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return self._send(_connectors_picker_config.request(connector_id))

    def sync(self, connector_id: str) -> Connector:
        """Start a sync.

        Reads what is selected again. A connector that is not active gives 409.

        Args:
            connector_id: The connector's id. 1 to 256 characters.

        Returns:
            The connector.

        Raises:
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return self._send(_connectors_sync.request(connector_id))

    @cached_property
    def with_raw_response(self) -> ConnectorsWithRawResponse:
        """The same methods, giving the response itself: status, headers, attempts, and `parse()` for the result."""
        return ConnectorsWithRawResponse(with_raw_sender(self))


class ConnectorsWithRawResponse:
    """The methods of `Connectors`, each giving a `RawResponse` of what it gives there."""

    def __init__(self, connectors: Connectors) -> None:
        self.list_providers = raw(connectors.list_providers)
        self.status = raw(connectors.status)
        self.create = raw(connectors.create)
        self.configure_s3 = raw(connectors.configure_s3)
        self.list = raw(connectors.list)
        self.get = raw(connectors.get)
        self.delete = raw(connectors.delete)
        self.list_resources = raw(connectors.list_resources)
        self.configure_resources = raw(connectors.configure_resources)
        self.list_branches = raw(connectors.list_branches)
        self.picker_config = raw(connectors.picker_config)
        self.sync = raw(connectors.sync)


class AsyncConnectors(AsyncResource):
    """Connections from which Memsy reads by itself, such as Slack, Google Drive or S3 (control plane)."""

    async def list_providers(self) -> builtins.list[str]:
        """List the providers.

        Returns the slugs of the providers that can be connected; clients return the list itself. The vocabulary is
        open.

        Returns:
            The providers.

        Raises:
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return await self._send(_connectors_list_providers.request())

    async def status(self, provider: str) -> ConnectorStatus:
        """Say whether a provider is connected.

        Returns whether the organisation or, for `google_drive` and `onedrive`, the user has a connection. Every
        seated member may ask.

        Args:
            provider: The provider: slack, google_drive, s3, notion, github, onedrive, or another (the vocabulary is
                open). 1 to 64 characters.

        Returns:
            Whether it is connected.

        Raises:
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return await self._send(_connectors_status.request(provider))

    async def create(self, provider: str) -> ConnectorConnection:
        """Begin a connection.

        Returns the address at which the end user gives consent in a browser. The provider then calls Memsy, not
        you: wait until the resources can be listed. `s3` has no consent and gives 400; a provider that is connected
        already gives 409. Slack, S3, Notion and GitHub need an organisation admin or an API key.

        Args:
            provider: The provider: slack, google_drive, s3, notion, github, onedrive, or another (the vocabulary is
                open). 1 to 64 characters.

        Returns:
            The connection and the address of the consent.

        Raises:
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return await self._send(_connectors_create.request(provider))

    async def configure_s3(
        self, *, access_key_id: str, secret_access_key: str, region: str, bucket: str, connector_id: str | None = None
    ) -> Connector:
        """Connect an S3 bucket.

        Checks the credentials before anything is stored, selects the bucket and starts the first sync. With
        `connector_id` it changes an existing connection.

        Args:
            access_key_id: The id of the access key. 1 to 256 characters.
            secret_access_key: The secret of the access key. Treat it as a password. 1 to 256 characters.
            region: The region of the bucket. 1 to 64 characters.
            bucket: The name of the bucket. 1 to 256 characters.
            connector_id: The connector to change; left out, a new one is made. 1 to 256 characters.

        Returns:
            The connector, which is active.

        Raises:
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return await self._send(
            _connectors_configure_s3.request(
                access_key_id=access_key_id,
                secret_access_key=secret_access_key,
                region=region,
                bucket=bucket,
                connector_id=connector_id,
            )
        )

    async def list(self) -> builtins.list[Connector]:
        """List the connectors.

        Returns the connectors that the key may see. A member who is not an admin sees only their own.

        Returns:
            The connectors.

        Raises:
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return await self._send(_connectors_list.request())

    async def get(self, connector_id: str) -> Connector:
        """Get a connector.

        Returns one connector.

        Args:
            connector_id: The connector's id. 1 to 256 characters.

        Returns:
            The connector.

        Raises:
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return await self._send(_connectors_get.request(connector_id))

    async def delete(self, connector_id: str) -> None:
        """Disconnect.

        Ends the connection and revokes the stored credentials.

        Args:
            connector_id: The connector's id. 1 to 256 characters.

        Raises:
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return await self._send(_connectors_delete.request(connector_id))

    async def list_resources(
        self, connector_id: str, *, parent_id: str | None = None
    ) -> builtins.list[ConnectorResourceItem]:
        """List what can be selected.

        Returns what a connection can read: channels, repositories, folders; clients return the list itself. Before
        the consent it gives 409. Google Drive cannot be listed: it returns what is selected already.

        Args:
            connector_id: The connector's id. 1 to 256 characters.
            parent_id: The folder to open (OneDrive). A provider without folders gives 400. 1 to 1024 characters.

        Returns:
            What can be selected.

        Raises:
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return await self._send(_connectors_list_resources.request(connector_id, parent_id=parent_id))

    async def wait_until_authorized(
        self, connector_id: str, *, timeout: float = 300.0, poll_interval: float = 3.0
    ) -> builtins.list[ConnectorResourceItem]:
        """Wait until the end user has given consent.

        Asks what can be selected until the answer is no longer 409, and returns it.

        Args:
            connector_id: The connector's id. 1 to 256 characters.
            timeout: Seconds to wait in all. The client's `deadline` bounds each request.
            poll_interval: Seconds between two requests.

        Returns:
            What can be selected.

        Raises:
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            TimeoutError: The answer is still 409, and the next request would be later than `timeout`.
            MemsyError: The base of every failure; nothing else is raised.
        """
        call = _connectors_list_resources.request(connector_id)
        return await self._sender.follow(poll(call, 409, timeout, poll_interval))

    async def configure_resources(
        self, connector_id: str, resources: Iterable[ResourceSelection | ConnectorResourceItem]
    ) -> Connector:
        """Select what to read.

        Replaces the selection: send all of it every time. It makes the connector active and starts a sync.

        Args:
            connector_id: The connector's id. 1 to 256 characters.
            resources: Everything to read from. What is left out is no longer read. At most 1000 items.

        Returns:
            The connector, which is active.

        Raises:
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return await self._send(_connectors_configure_resources.request(connector_id, resources))

    async def list_branches(self, connector_id: str, repo: str) -> builtins.list[ConnectorResourceItem]:
        """List the branches of a repository.

        Returns the branches of a repository (GitHub); clients return the list itself. Another provider gives 400.

        Args:
            connector_id: The connector's id. 1 to 256 characters.
            repo: The `external_id` of the repository, such as `acme/app`. 1 to 1024 characters.

        Returns:
            The branches.

        Raises:
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return await self._send(_connectors_list_branches.request(connector_id, repo))

    async def picker_config(self, connector_id: str) -> PickerConfig:
        """Get what the Google Picker needs.

        Returns a live token of the owner of a Google Drive connection, for the Google Picker in a browser.

        Args:
            connector_id: The connector's id. 1 to 256 characters.

        Returns:
            What the picker needs.

        Raises:
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return await self._send(_connectors_picker_config.request(connector_id))

    async def sync(self, connector_id: str) -> Connector:
        """Start a sync.

        Reads what is selected again. A connector that is not active gives 409.

        Args:
            connector_id: The connector's id. 1 to 256 characters.

        Returns:
            The connector.

        Raises:
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return await self._send(_connectors_sync.request(connector_id))

    @cached_property
    def with_raw_response(self) -> AsyncConnectorsWithRawResponse:
        """The same methods, giving the response itself: status, headers, attempts, and `parse()` for the result."""
        return AsyncConnectorsWithRawResponse(with_raw_sender(self))


class AsyncConnectorsWithRawResponse:
    """The methods of `AsyncConnectors`, each giving a `RawResponse` of what it gives there."""

    def __init__(self, connectors: AsyncConnectors) -> None:
        self.list_providers = async_raw(connectors.list_providers)
        self.status = async_raw(connectors.status)
        self.create = async_raw(connectors.create)
        self.configure_s3 = async_raw(connectors.configure_s3)
        self.list = async_raw(connectors.list)
        self.get = async_raw(connectors.get)
        self.delete = async_raw(connectors.delete)
        self.list_resources = async_raw(connectors.list_resources)
        self.configure_resources = async_raw(connectors.configure_resources)
        self.list_branches = async_raw(connectors.list_branches)
        self.picker_config = async_raw(connectors.picker_config)
        self.sync = async_raw(connectors.sync)
