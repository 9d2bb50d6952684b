"""Organisations, the top of the hierarchy (core plane)."""

from __future__ import annotations

import builtins
from functools import cached_property
from typing import TYPE_CHECKING

from memsy_client._core.raw_response import async_raw, raw, with_raw_sender
from memsy_client._core.resource import AsyncResource, SyncResource

from . import orgs_create as _orgs_create
from . import orgs_delete as _orgs_delete
from . import orgs_get as _orgs_get
from . import orgs_list as _orgs_list
from . import orgs_regenerate_prompt as _orgs_regenerate_prompt
from . import orgs_update as _orgs_update

if TYPE_CHECKING:
    from ...models.org_resource import OrgResource


class Orgs(SyncResource):
    """Organisations, the top of the hierarchy (core plane)."""

    def list(self) -> builtins.list[OrgResource]:
        """List the organisations.

        Returns all organisations that the key can see.

        Returns:
            The organisations.

        Raises:
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return self._send(_orgs_list.request())

    def create(self, org_id: str, name: str, focus: str) -> OrgResource:
        """Create an organisation.

        Creates an organisation. Its id has to be the one of the key. Its promotion prompt is derived from name and
        focus. A plan limits how many there may be: beyond that, 403 `org_limit_reached`.

        Needs an organisation admin: another key gets 403 `admin_required`.

        Args:
            org_id: Its id, which is the one of the key. One that is taken gives 409. 1 to 256 characters, not
                blank.
            name: Its name. 1 to 256 characters, not blank.
            focus: What it cares about, in plain words. At most 4000 characters.

        Returns:
            The organisation created.

        Raises:
            OrgIdNotAllowedError: 400 `org_id_not_allowed`: the body named an organisation.
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            OrgLimitReachedError: 403 `org_limit_reached`.
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return self._send(_orgs_create.request(org_id, name, focus))

    def get(self, org_id: str) -> OrgResource:
        """Get an organisation.

        Returns one organisation.

        Args:
            org_id: The organisation's id. 1 to 256 characters.

        Returns:
            The organisation.

        Raises:
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return self._send(_orgs_get.request(org_id))

    def delete(self, org_id: str) -> None:
        """Delete an organisation.

        The record goes, the memories stay. An organisation that is already gone gives 404.

        Needs an organisation admin: another key gets 403 `admin_required`.

        Args:
            org_id: The organisation's id. 1 to 256 characters.

        Raises:
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return self._send(_orgs_delete.request(org_id))

    def update(
        self, org_id: str, *, name: str | None = None, focus: str | None = None, promotion_prompt: str | None = None
    ) -> OrgResource:
        """Change an organisation.

        Sets the fields given and leaves the others as they are; a call without any returns the organisation
        unchanged. Setting `promotion_prompt` replaces the derived prompt with your own text.

        Needs an organisation admin: another key gets 403 `admin_required`.

        Args:
            org_id: The organisation's id. 1 to 256 characters.
            name: Its name. 1 to 256 characters, not blank.
            focus: What it cares about, in plain words. At most 4000 characters.
            promotion_prompt: Your own promotion prompt, in place of the derived one. At most 16000 characters.

        Returns:
            The organisation as changed.

        Raises:
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return self._send(_orgs_update.request(org_id, name=name, focus=focus, promotion_prompt=promotion_prompt))

    def regenerate_prompt(self, org_id: str) -> OrgResource:
        """Regenerate the promotion prompt.

        Writes a new `promotion_prompt` from the organisation's name and focus, in place of the present one. Takes
        no body; each call costs the service a run of a language model.

        Needs an organisation admin: another key gets 403 `admin_required`.

        Args:
            org_id: The organisation's id. 1 to 256 characters.

        Returns:
            The organisation with its new prompt.

        Raises:
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return self._send(_orgs_regenerate_prompt.request(org_id))

    @cached_property
    def with_raw_response(self) -> OrgsWithRawResponse:
        """The same methods, giving the response itself: status, headers, attempts, and `parse()` for the result."""
        return OrgsWithRawResponse(with_raw_sender(self))


class OrgsWithRawResponse:
    """The methods of `Orgs`, each giving a `RawResponse` of what it gives there."""

    def __init__(self, orgs: Orgs) -> None:
        self.list = raw(orgs.list)
        self.create = raw(orgs.create)
        self.get = raw(orgs.get)
        self.delete = raw(orgs.delete)
        self.update = raw(orgs.update)
        self.regenerate_prompt = raw(orgs.regenerate_prompt)


class AsyncOrgs(AsyncResource):
    """Organisations, the top of the hierarchy (core plane)."""

    async def list(self) -> builtins.list[OrgResource]:
        """List the organisations.

        Returns all organisations that the key can see.

        Returns:
            The organisations.

        Raises:
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return await self._send(_orgs_list.request())

    async def create(self, org_id: str, name: str, focus: str) -> OrgResource:
        """Create an organisation.

        Creates an organisation. Its id has to be the one of the key. Its promotion prompt is derived from name and
        focus. A plan limits how many there may be: beyond that, 403 `org_limit_reached`.

        Needs an organisation admin: another key gets 403 `admin_required`.

        Args:
            org_id: Its id, which is the one of the key. One that is taken gives 409. 1 to 256 characters, not
                blank.
            name: Its name. 1 to 256 characters, not blank.
            focus: What it cares about, in plain words. At most 4000 characters.

        Returns:
            The organisation created.

        Raises:
            OrgIdNotAllowedError: 400 `org_id_not_allowed`: the body named an organisation.
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            OrgLimitReachedError: 403 `org_limit_reached`.
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return await self._send(_orgs_create.request(org_id, name, focus))

    async def get(self, org_id: str) -> OrgResource:
        """Get an organisation.

        Returns one organisation.

        Args:
            org_id: The organisation's id. 1 to 256 characters.

        Returns:
            The organisation.

        Raises:
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return await self._send(_orgs_get.request(org_id))

    async def delete(self, org_id: str) -> None:
        """Delete an organisation.

        The record goes, the memories stay. An organisation that is already gone gives 404.

        Needs an organisation admin: another key gets 403 `admin_required`.

        Args:
            org_id: The organisation's id. 1 to 256 characters.

        Raises:
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return await self._send(_orgs_delete.request(org_id))

    async def update(
        self, org_id: str, *, name: str | None = None, focus: str | None = None, promotion_prompt: str | None = None
    ) -> OrgResource:
        """Change an organisation.

        Sets the fields given and leaves the others as they are; a call without any returns the organisation
        unchanged. Setting `promotion_prompt` replaces the derived prompt with your own text.

        Needs an organisation admin: another key gets 403 `admin_required`.

        Args:
            org_id: The organisation's id. 1 to 256 characters.
            name: Its name. 1 to 256 characters, not blank.
            focus: What it cares about, in plain words. At most 4000 characters.
            promotion_prompt: Your own promotion prompt, in place of the derived one. At most 16000 characters.

        Returns:
            The organisation as changed.

        Raises:
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return await self._send(_orgs_update.request(org_id, name=name, focus=focus, promotion_prompt=promotion_prompt))

    async def regenerate_prompt(self, org_id: str) -> OrgResource:
        """Regenerate the promotion prompt.

        Writes a new `promotion_prompt` from the organisation's name and focus, in place of the present one. Takes
        no body; each call costs the service a run of a language model.

        Needs an organisation admin: another key gets 403 `admin_required`.

        Args:
            org_id: The organisation's id. 1 to 256 characters.

        Returns:
            The organisation with its new prompt.

        Raises:
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return await self._send(_orgs_regenerate_prompt.request(org_id))

    @cached_property
    def with_raw_response(self) -> AsyncOrgsWithRawResponse:
        """The same methods, giving the response itself: status, headers, attempts, and `parse()` for the result."""
        return AsyncOrgsWithRawResponse(with_raw_sender(self))


class AsyncOrgsWithRawResponse:
    """The methods of `AsyncOrgs`, each giving a `RawResponse` of what it gives there."""

    def __init__(self, orgs: AsyncOrgs) -> None:
        self.list = async_raw(orgs.list)
        self.create = async_raw(orgs.create)
        self.get = async_raw(orgs.get)
        self.delete = async_raw(orgs.delete)
        self.update = async_raw(orgs.update)
        self.regenerate_prompt = async_raw(orgs.regenerate_prompt)
