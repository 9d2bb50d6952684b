"""API keys (control plane, organisation admins)."""

from __future__ import annotations

import builtins
import datetime
from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Any

from memsy_client._core.raw_response import async_raw, raw, with_raw_sender
from memsy_client._core.resource import AsyncResource, SyncResource

from . import keys_create as _keys_create
from . import keys_delete as _keys_delete
from . import keys_list as _keys_list
from . import keys_usage as _keys_usage

if TYPE_CHECKING:
    from ...models.key_create_response import KeyCreateResponse
    from ...models.key_list_response import KeyListResponse
    from ...models.key_scope import KeyScope


class Keys(SyncResource):
    """API keys (control plane, organisation admins)."""

    def list(self) -> KeyListResponse:
        """List the API keys.

        Returns the organisation's API keys, without their secrets, and how many there may be.

        Needs an organisation admin: another key gets 403 `admin_required`.

        Returns:
            The API keys.

        Raises:
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return self._send(_keys_list.request())

    def create(
        self,
        name: str,
        scopes: Iterable[KeyScope] = ("read", "write"),
        expires_at: datetime.datetime | str | None = None,
    ) -> KeyCreateResponse:
        """Create an API key.

        Creates an API key. `raw_key` is the secret, shown this once: keep it now, it cannot be read again. Beyond
        the plan's number of keys: 403 `key_limit_reached`.

        Needs an organisation admin: another key gets 403 `admin_required`.

        Args:
            name: A name, to tell keys apart. 1 to 256 characters, not blank.
            scopes: What it may do. 1 to 10 items.
            expires_at: When it expires, with an offset. Left out, it does not expire.

        Returns:
            The key created, with its secret.

        Raises:
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            KeyLimitReachedError: 403 `key_limit_reached`.
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return self._send(_keys_create.request(name, scopes, expires_at))

    def delete(self, key_id: str) -> None:
        """Revoke an API key.

        Revokes the key: requests with it get 401 from then on.

        Needs an organisation admin: another key gets 403 `admin_required`.

        Args:
            key_id: The id of the API key (not the key itself). 1 to 256 characters.

        Raises:
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return self._send(_keys_delete.request(key_id))

    def usage(self, key_id: str) -> builtins.list[dict[str, Any]]:
        """Show what an API key was used for.

        Returns the usage records of one key; clients return the list itself.

        Needs an organisation admin: another key gets 403 `admin_required`.

        Args:
            key_id: The id of the API key (not the key itself). 1 to 256 characters.

        Returns:
            The usage records of the key.

        Raises:
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return self._send(_keys_usage.request(key_id))

    @cached_property
    def with_raw_response(self) -> KeysWithRawResponse:
        """The same methods, giving the response itself: status, headers, attempts, and `parse()` for the result."""
        return KeysWithRawResponse(with_raw_sender(self))


class KeysWithRawResponse:
    """The methods of `Keys`, each giving a `RawResponse` of what it gives there."""

    def __init__(self, keys: Keys) -> None:
        self.list = raw(keys.list)
        self.create = raw(keys.create)
        self.delete = raw(keys.delete)
        self.usage = raw(keys.usage)


class AsyncKeys(AsyncResource):
    """API keys (control plane, organisation admins)."""

    async def list(self) -> KeyListResponse:
        """List the API keys.

        Returns the organisation's API keys, without their secrets, and how many there may be.

        Needs an organisation admin: another key gets 403 `admin_required`.

        Returns:
            The API keys.

        Raises:
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return await self._send(_keys_list.request())

    async def create(
        self,
        name: str,
        scopes: Iterable[KeyScope] = ("read", "write"),
        expires_at: datetime.datetime | str | None = None,
    ) -> KeyCreateResponse:
        """Create an API key.

        Creates an API key. `raw_key` is the secret, shown this once: keep it now, it cannot be read again. Beyond
        the plan's number of keys: 403 `key_limit_reached`.

        Needs an organisation admin: another key gets 403 `admin_required`.

        Args:
            name: A name, to tell keys apart. 1 to 256 characters, not blank.
            scopes: What it may do. 1 to 10 items.
            expires_at: When it expires, with an offset. Left out, it does not expire.

        Returns:
            The key created, with its secret.

        Raises:
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            KeyLimitReachedError: 403 `key_limit_reached`.
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return await self._send(_keys_create.request(name, scopes, expires_at))

    async def delete(self, key_id: str) -> None:
        """Revoke an API key.

        Revokes the key: requests with it get 401 from then on.

        Needs an organisation admin: another key gets 403 `admin_required`.

        Args:
            key_id: The id of the API key (not the key itself). 1 to 256 characters.

        Raises:
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return await self._send(_keys_delete.request(key_id))

    async def usage(self, key_id: str) -> builtins.list[dict[str, Any]]:
        """Show what an API key was used for.

        Returns the usage records of one key; clients return the list itself.

        Needs an organisation admin: another key gets 403 `admin_required`.

        Args:
            key_id: The id of the API key (not the key itself). 1 to 256 characters.

        Returns:
            The usage records of the key.

        Raises:
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return await self._send(_keys_usage.request(key_id))

    @cached_property
    def with_raw_response(self) -> AsyncKeysWithRawResponse:
        """The same methods, giving the response itself: status, headers, attempts, and `parse()` for the result."""
        return AsyncKeysWithRawResponse(with_raw_sender(self))


class AsyncKeysWithRawResponse:
    """The methods of `AsyncKeys`, each giving a `RawResponse` of what it gives there."""

    def __init__(self, keys: AsyncKeys) -> None:
        self.list = async_raw(keys.list)
        self.create = async_raw(keys.create)
        self.delete = async_raw(keys.delete)
        self.usage = async_raw(keys.usage)
