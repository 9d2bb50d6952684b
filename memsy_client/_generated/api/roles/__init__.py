"""Roles under an organisation, siblings of its teams (core plane)."""

from __future__ import annotations

import builtins
from functools import cached_property
from typing import TYPE_CHECKING

from memsy_client._core.paging import AsyncItemIterator, ItemIterator, Pages
from memsy_client._core.raw_response import async_raw, raw, with_raw_sender
from memsy_client._core.resource import AsyncResource, SyncResource

from . import roles_create as _roles_create
from . import roles_delete as _roles_delete
from . import roles_get as _roles_get
from . import roles_list as _roles_list
from . import roles_regenerate_prompt as _roles_regenerate_prompt
from . import roles_update as _roles_update

if TYPE_CHECKING:
    from ...models.role_resource import RoleResource


class Roles(SyncResource):
    """Roles under an organisation, siblings of its teams (core plane)."""

    def list(self, org_id: str, *, limit: int = 100, offset: int = 0) -> builtins.list[RoleResource]:
        """List the roles of an organisation.

        Returns one page of the organisation's roles, none of an organisation that does not exist. There is no
        total: a page shorter than `limit` is the last one.

        Args:
            org_id: The id of the organisation under which to look. One that the key may not name: 400
                `org_id_not_allowed`. 1 to 256 characters.
            limit: How many items a page holds at most. 1 to 200.
            offset: How many items to skip before the page. An offset beyond the last item gives an empty page. At
                least 0.

        Returns:
            One page of roles.

        Raises:
            OrgIdNotAllowedError: 400 `org_id_not_allowed`: the body named an organisation.
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return self._send(_roles_list.request(org_id, limit=limit, offset=offset))

    def iter(
        self, org_id: str, *, limit: int = 100, offset: int = 0, max_items: int | None = None
    ) -> ItemIterator[builtins.list[RoleResource], RoleResource]:
        """List the roles of an organisation, one item after the other.

        Pages are fetched as they are needed. An item that moved to a later page, because others were added in front
        of it, is given once. The iteration ends with the last page, or with one that brings nothing new. `pages()`
        of it gives whole pages.

        Args:
            org_id: The id of the organisation under which to look. One that the key may not name: 400
                `org_id_not_allowed`. 1 to 256 characters.
            limit: How many items to fetch at a time. 1 to 200.
            offset: How many items to skip. At least 0.
            max_items: How many items to give at most; None for all.

        Yields:
            The items, in the order of the pages.

        Raises:
            OrgIdNotAllowedError: 400 `org_id_not_allowed`: the body named an organisation.
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return self._iterate(
            Pages(
                lambda limit, offset: _roles_list.request(org_id, limit=limit, offset=offset),
                lambda page: page,
                None,
                identity=lambda item: item.role_id,
                limit=limit,
                offset=offset,
                max_items=max_items,
            )
        )

    def create(self, org_id: str, name: str, focus: str) -> RoleResource:
        """Create a role.

        Creates a role under an organisation. The server assigns `role_id`; the promotion prompt is derived from
        name and focus.

        Needs an organisation admin: another key gets 403 `admin_required`.

        Args:
            org_id: The organisation it belongs to. One that the key may not name: 400 `org_id_not_allowed`. 1 to
                256 characters, not blank.
            name: Its name. 1 to 256 characters, not blank.
            focus: What it cares about, in plain words. At most 4000 characters.

        Returns:
            The role created, with its id.

        Raises:
            OrgIdNotAllowedError: 400 `org_id_not_allowed`: the body named an organisation.
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return self._send(_roles_create.request(org_id, name, focus))

    def get(self, role_id: str, org_id: str) -> RoleResource:
        """Get a role.

        Returns one role of an organisation.

        Args:
            role_id: The role's id. 1 to 256 characters.
            org_id: The id of the organisation under which to look. One that the key may not name: 400
                `org_id_not_allowed`. 1 to 256 characters.

        Returns:
            The role.

        Raises:
            OrgIdNotAllowedError: 400 `org_id_not_allowed`: the body named an organisation.
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return self._send(_roles_get.request(role_id, org_id))

    def delete(self, role_id: str, org_id: str) -> None:
        """Delete a role.

        The record goes, the memories promoted to it stay. A role that is already gone gives 404.

        Needs an organisation admin: another key gets 403 `admin_required`.

        Args:
            role_id: The role's id. 1 to 256 characters.
            org_id: The id of the organisation under which to look. One that the key may not name: 400
                `org_id_not_allowed`. 1 to 256 characters.

        Raises:
            OrgIdNotAllowedError: 400 `org_id_not_allowed`: the body named an organisation.
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return self._send(_roles_delete.request(role_id, org_id))

    def update(
        self,
        role_id: str,
        org_id: str,
        *,
        name: str | None = None,
        focus: str | None = None,
        promotion_prompt: str | None = None,
    ) -> RoleResource:
        """Change a role.

        Sets the fields given and leaves the others as they are; a call without any returns the role unchanged.
        Setting `promotion_prompt` replaces the derived prompt with your own text.

        Needs an organisation admin: another key gets 403 `admin_required`.

        Args:
            role_id: The role's id. 1 to 256 characters.
            org_id: The id of the organisation under which to look. One that the key may not name: 400
                `org_id_not_allowed`. 1 to 256 characters.
            name: Its name. 1 to 256 characters, not blank.
            focus: What it cares about, in plain words. At most 4000 characters.
            promotion_prompt: Your own promotion prompt, in place of the derived one. At most 16000 characters.

        Returns:
            The role as changed.

        Raises:
            OrgIdNotAllowedError: 400 `org_id_not_allowed`: the body named an organisation.
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return self._send(
            _roles_update.request(role_id, org_id, name=name, focus=focus, promotion_prompt=promotion_prompt)
        )

    def regenerate_prompt(self, role_id: str, org_id: str) -> RoleResource:
        """Regenerate the promotion prompt.

        Writes a new `promotion_prompt` from the role's name and focus, in place of the present one. Takes no body;
        each call costs the service a run of a language model.

        Needs an organisation admin: another key gets 403 `admin_required`.

        Args:
            role_id: The role's id. 1 to 256 characters.
            org_id: The id of the organisation under which to look. One that the key may not name: 400
                `org_id_not_allowed`. 1 to 256 characters.

        Returns:
            The role with its new prompt.

        Raises:
            OrgIdNotAllowedError: 400 `org_id_not_allowed`: the body named an organisation.
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return self._send(_roles_regenerate_prompt.request(role_id, org_id))

    @cached_property
    def with_raw_response(self) -> RolesWithRawResponse:
        """The same methods, giving the response itself: status, headers, attempts, and `parse()` for the result."""
        return RolesWithRawResponse(with_raw_sender(self))


class RolesWithRawResponse:
    """The methods of `Roles`, each giving a `RawResponse` of what it gives there."""

    def __init__(self, roles: Roles) -> None:
        self.list = raw(roles.list)
        self.create = raw(roles.create)
        self.get = raw(roles.get)
        self.delete = raw(roles.delete)
        self.update = raw(roles.update)
        self.regenerate_prompt = raw(roles.regenerate_prompt)


class AsyncRoles(AsyncResource):
    """Roles under an organisation, siblings of its teams (core plane)."""

    async def list(self, org_id: str, *, limit: int = 100, offset: int = 0) -> builtins.list[RoleResource]:
        """List the roles of an organisation.

        Returns one page of the organisation's roles, none of an organisation that does not exist. There is no
        total: a page shorter than `limit` is the last one.

        Args:
            org_id: The id of the organisation under which to look. One that the key may not name: 400
                `org_id_not_allowed`. 1 to 256 characters.
            limit: How many items a page holds at most. 1 to 200.
            offset: How many items to skip before the page. An offset beyond the last item gives an empty page. At
                least 0.

        Returns:
            One page of roles.

        Raises:
            OrgIdNotAllowedError: 400 `org_id_not_allowed`: the body named an organisation.
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return await self._send(_roles_list.request(org_id, limit=limit, offset=offset))

    def iter(
        self, org_id: str, *, limit: int = 100, offset: int = 0, max_items: int | None = None
    ) -> AsyncItemIterator[builtins.list[RoleResource], RoleResource]:
        """List the roles of an organisation, one item after the other.

        Pages are fetched as they are needed. An item that moved to a later page, because others were added in front
        of it, is given once. The iteration ends with the last page, or with one that brings nothing new. `pages()`
        of it gives whole pages.

        Args:
            org_id: The id of the organisation under which to look. One that the key may not name: 400
                `org_id_not_allowed`. 1 to 256 characters.
            limit: How many items to fetch at a time. 1 to 200.
            offset: How many items to skip. At least 0.
            max_items: How many items to give at most; None for all.

        Yields:
            The items, in the order of the pages.

        Raises:
            OrgIdNotAllowedError: 400 `org_id_not_allowed`: the body named an organisation.
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return self._iterate(
            Pages(
                lambda limit, offset: _roles_list.request(org_id, limit=limit, offset=offset),
                lambda page: page,
                None,
                identity=lambda item: item.role_id,
                limit=limit,
                offset=offset,
                max_items=max_items,
            )
        )

    async def create(self, org_id: str, name: str, focus: str) -> RoleResource:
        """Create a role.

        Creates a role under an organisation. The server assigns `role_id`; the promotion prompt is derived from
        name and focus.

        Needs an organisation admin: another key gets 403 `admin_required`.

        Args:
            org_id: The organisation it belongs to. One that the key may not name: 400 `org_id_not_allowed`. 1 to
                256 characters, not blank.
            name: Its name. 1 to 256 characters, not blank.
            focus: What it cares about, in plain words. At most 4000 characters.

        Returns:
            The role created, with its id.

        Raises:
            OrgIdNotAllowedError: 400 `org_id_not_allowed`: the body named an organisation.
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return await self._send(_roles_create.request(org_id, name, focus))

    async def get(self, role_id: str, org_id: str) -> RoleResource:
        """Get a role.

        Returns one role of an organisation.

        Args:
            role_id: The role's id. 1 to 256 characters.
            org_id: The id of the organisation under which to look. One that the key may not name: 400
                `org_id_not_allowed`. 1 to 256 characters.

        Returns:
            The role.

        Raises:
            OrgIdNotAllowedError: 400 `org_id_not_allowed`: the body named an organisation.
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return await self._send(_roles_get.request(role_id, org_id))

    async def delete(self, role_id: str, org_id: str) -> None:
        """Delete a role.

        The record goes, the memories promoted to it stay. A role that is already gone gives 404.

        Needs an organisation admin: another key gets 403 `admin_required`.

        Args:
            role_id: The role's id. 1 to 256 characters.
            org_id: The id of the organisation under which to look. One that the key may not name: 400
                `org_id_not_allowed`. 1 to 256 characters.

        Raises:
            OrgIdNotAllowedError: 400 `org_id_not_allowed`: the body named an organisation.
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return await self._send(_roles_delete.request(role_id, org_id))

    async def update(
        self,
        role_id: str,
        org_id: str,
        *,
        name: str | None = None,
        focus: str | None = None,
        promotion_prompt: str | None = None,
    ) -> RoleResource:
        """Change a role.

        Sets the fields given and leaves the others as they are; a call without any returns the role unchanged.
        Setting `promotion_prompt` replaces the derived prompt with your own text.

        Needs an organisation admin: another key gets 403 `admin_required`.

        Args:
            role_id: The role's id. 1 to 256 characters.
            org_id: The id of the organisation under which to look. One that the key may not name: 400
                `org_id_not_allowed`. 1 to 256 characters.
            name: Its name. 1 to 256 characters, not blank.
            focus: What it cares about, in plain words. At most 4000 characters.
            promotion_prompt: Your own promotion prompt, in place of the derived one. At most 16000 characters.

        Returns:
            The role as changed.

        Raises:
            OrgIdNotAllowedError: 400 `org_id_not_allowed`: the body named an organisation.
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return await self._send(
            _roles_update.request(role_id, org_id, name=name, focus=focus, promotion_prompt=promotion_prompt)
        )

    async def regenerate_prompt(self, role_id: str, org_id: str) -> RoleResource:
        """Regenerate the promotion prompt.

        Writes a new `promotion_prompt` from the role's name and focus, in place of the present one. Takes no body;
        each call costs the service a run of a language model.

        Needs an organisation admin: another key gets 403 `admin_required`.

        Args:
            role_id: The role's id. 1 to 256 characters.
            org_id: The id of the organisation under which to look. One that the key may not name: 400
                `org_id_not_allowed`. 1 to 256 characters.

        Returns:
            The role with its new prompt.

        Raises:
            OrgIdNotAllowedError: 400 `org_id_not_allowed`: the body named an organisation.
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return await self._send(_roles_regenerate_prompt.request(role_id, org_id))

    @cached_property
    def with_raw_response(self) -> AsyncRolesWithRawResponse:
        """The same methods, giving the response itself: status, headers, attempts, and `parse()` for the result."""
        return AsyncRolesWithRawResponse(with_raw_sender(self))


class AsyncRolesWithRawResponse:
    """The methods of `AsyncRoles`, each giving a `RawResponse` of what it gives there."""

    def __init__(self, roles: AsyncRoles) -> None:
        self.list = async_raw(roles.list)
        self.create = async_raw(roles.create)
        self.get = async_raw(roles.get)
        self.delete = async_raw(roles.delete)
        self.update = async_raw(roles.update)
        self.regenerate_prompt = async_raw(roles.regenerate_prompt)
