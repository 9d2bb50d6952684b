"""Teams under an organisation, siblings of its roles (core plane)."""

from __future__ import annotations

import builtins
from functools import cached_property
from typing import TYPE_CHECKING

from memsy_client._core.paging import AsyncItemIterator, ItemIterator, Pages
from memsy_client._core.raw_response import async_raw, raw, with_raw_sender
from memsy_client._core.resource import AsyncResource, SyncResource

from . import teams_create as _teams_create
from . import teams_delete as _teams_delete
from . import teams_get as _teams_get
from . import teams_list as _teams_list
from . import teams_regenerate_prompt as _teams_regenerate_prompt
from . import teams_update as _teams_update

if TYPE_CHECKING:
    from ...models.team_resource import TeamResource


class Teams(SyncResource):
    """Teams under an organisation, siblings of its roles (core plane)."""

    def list(self, org_id: str, *, limit: int = 100, offset: int = 0) -> builtins.list[TeamResource]:
        """List the teams of an organisation.

        Returns one page of the organisation's teams, none of an organisation that does not exist. There is no
        total: a page shorter than `limit` is the last one.

        Args:
            org_id: The id of the organisation under which to look. One that the key may not name: 400
                `org_id_not_allowed`. 1 to 256 characters.
            limit: How many items a page holds at most. 1 to 200.
            offset: How many items to skip before the page. An offset beyond the last item gives an empty page. At
                least 0.

        Returns:
            One page of teams.

        Raises:
            OrgIdNotAllowedError: 400 `org_id_not_allowed`: the body named an organisation.
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return self._send(_teams_list.request(org_id, limit=limit, offset=offset))

    def iter(
        self, org_id: str, *, limit: int = 100, offset: int = 0, max_items: int | None = None
    ) -> ItemIterator[builtins.list[TeamResource], TeamResource]:
        """List the teams of an organisation, one item after the other.

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
                lambda limit, offset: _teams_list.request(org_id, limit=limit, offset=offset),
                lambda page: page,
                None,
                identity=lambda item: item.team_id,
                limit=limit,
                offset=offset,
                max_items=max_items,
            )
        )

    def create(self, org_id: str, name: str, focus: str) -> TeamResource:
        """Create a team.

        Creates a team under an organisation. The server assigns `team_id`; the promotion prompt is derived from
        name and focus.

        Needs an organisation admin: another key gets 403 `admin_required`.

        Args:
            org_id: The organisation it belongs to. One that the key may not name: 400 `org_id_not_allowed`. 1 to
                256 characters, not blank.
            name: Its name. 1 to 256 characters, not blank.
            focus: What it cares about, in plain words. At most 4000 characters.

        Returns:
            The team created, with its id.

        Raises:
            OrgIdNotAllowedError: 400 `org_id_not_allowed`: the body named an organisation.
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return self._send(_teams_create.request(org_id, name, focus))

    def get(self, team_id: str, org_id: str) -> TeamResource:
        """Get a team.

        Returns one team of an organisation.

        Args:
            team_id: The team's id. 1 to 256 characters.
            org_id: The id of the organisation under which to look. One that the key may not name: 400
                `org_id_not_allowed`. 1 to 256 characters.

        Returns:
            The team.

        Raises:
            OrgIdNotAllowedError: 400 `org_id_not_allowed`: the body named an organisation.
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return self._send(_teams_get.request(team_id, org_id))

    def delete(self, team_id: str, org_id: str) -> None:
        """Delete a team.

        The record goes, the memories promoted to it stay. A team that is already gone gives 404.

        Needs an organisation admin: another key gets 403 `admin_required`.

        Args:
            team_id: The team's id. 1 to 256 characters.
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
        return self._send(_teams_delete.request(team_id, org_id))

    def update(
        self,
        team_id: str,
        org_id: str,
        *,
        name: str | None = None,
        focus: str | None = None,
        promotion_prompt: str | None = None,
    ) -> TeamResource:
        """Change a team.

        Sets the fields given and leaves the others as they are; a call without any returns the team unchanged.
        Setting `promotion_prompt` replaces the derived prompt with your own text.

        Needs an organisation admin: another key gets 403 `admin_required`.

        Args:
            team_id: The team's id. 1 to 256 characters.
            org_id: The id of the organisation under which to look. One that the key may not name: 400
                `org_id_not_allowed`. 1 to 256 characters.
            name: Its name. 1 to 256 characters, not blank.
            focus: What it cares about, in plain words. At most 4000 characters.
            promotion_prompt: Your own promotion prompt, in place of the derived one. At most 16000 characters.

        Returns:
            The team as changed.

        Raises:
            OrgIdNotAllowedError: 400 `org_id_not_allowed`: the body named an organisation.
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return self._send(
            _teams_update.request(team_id, org_id, name=name, focus=focus, promotion_prompt=promotion_prompt)
        )

    def regenerate_prompt(self, team_id: str, org_id: str) -> TeamResource:
        """Regenerate the promotion prompt.

        Writes a new `promotion_prompt` from the team's name and focus, in place of the present one. Takes no body;
        each call costs the service a run of a language model.

        Needs an organisation admin: another key gets 403 `admin_required`.

        Args:
            team_id: The team's id. 1 to 256 characters.
            org_id: The id of the organisation under which to look. One that the key may not name: 400
                `org_id_not_allowed`. 1 to 256 characters.

        Returns:
            The team with its new prompt.

        Raises:
            OrgIdNotAllowedError: 400 `org_id_not_allowed`: the body named an organisation.
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return self._send(_teams_regenerate_prompt.request(team_id, org_id))

    @cached_property
    def with_raw_response(self) -> TeamsWithRawResponse:
        """The same methods, giving the response itself: status, headers, attempts, and `parse()` for the result."""
        return TeamsWithRawResponse(with_raw_sender(self))


class TeamsWithRawResponse:
    """The methods of `Teams`, each giving a `RawResponse` of what it gives there."""

    def __init__(self, teams: Teams) -> None:
        self.list = raw(teams.list)
        self.create = raw(teams.create)
        self.get = raw(teams.get)
        self.delete = raw(teams.delete)
        self.update = raw(teams.update)
        self.regenerate_prompt = raw(teams.regenerate_prompt)


class AsyncTeams(AsyncResource):
    """Teams under an organisation, siblings of its roles (core plane)."""

    async def list(self, org_id: str, *, limit: int = 100, offset: int = 0) -> builtins.list[TeamResource]:
        """List the teams of an organisation.

        Returns one page of the organisation's teams, none of an organisation that does not exist. There is no
        total: a page shorter than `limit` is the last one.

        Args:
            org_id: The id of the organisation under which to look. One that the key may not name: 400
                `org_id_not_allowed`. 1 to 256 characters.
            limit: How many items a page holds at most. 1 to 200.
            offset: How many items to skip before the page. An offset beyond the last item gives an empty page. At
                least 0.

        Returns:
            One page of teams.

        Raises:
            OrgIdNotAllowedError: 400 `org_id_not_allowed`: the body named an organisation.
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return await self._send(_teams_list.request(org_id, limit=limit, offset=offset))

    def iter(
        self, org_id: str, *, limit: int = 100, offset: int = 0, max_items: int | None = None
    ) -> AsyncItemIterator[builtins.list[TeamResource], TeamResource]:
        """List the teams of an organisation, one item after the other.

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
                lambda limit, offset: _teams_list.request(org_id, limit=limit, offset=offset),
                lambda page: page,
                None,
                identity=lambda item: item.team_id,
                limit=limit,
                offset=offset,
                max_items=max_items,
            )
        )

    async def create(self, org_id: str, name: str, focus: str) -> TeamResource:
        """Create a team.

        Creates a team under an organisation. The server assigns `team_id`; the promotion prompt is derived from
        name and focus.

        Needs an organisation admin: another key gets 403 `admin_required`.

        Args:
            org_id: The organisation it belongs to. One that the key may not name: 400 `org_id_not_allowed`. 1 to
                256 characters, not blank.
            name: Its name. 1 to 256 characters, not blank.
            focus: What it cares about, in plain words. At most 4000 characters.

        Returns:
            The team created, with its id.

        Raises:
            OrgIdNotAllowedError: 400 `org_id_not_allowed`: the body named an organisation.
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return await self._send(_teams_create.request(org_id, name, focus))

    async def get(self, team_id: str, org_id: str) -> TeamResource:
        """Get a team.

        Returns one team of an organisation.

        Args:
            team_id: The team's id. 1 to 256 characters.
            org_id: The id of the organisation under which to look. One that the key may not name: 400
                `org_id_not_allowed`. 1 to 256 characters.

        Returns:
            The team.

        Raises:
            OrgIdNotAllowedError: 400 `org_id_not_allowed`: the body named an organisation.
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return await self._send(_teams_get.request(team_id, org_id))

    async def delete(self, team_id: str, org_id: str) -> None:
        """Delete a team.

        The record goes, the memories promoted to it stay. A team that is already gone gives 404.

        Needs an organisation admin: another key gets 403 `admin_required`.

        Args:
            team_id: The team's id. 1 to 256 characters.
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
        return await self._send(_teams_delete.request(team_id, org_id))

    async def update(
        self,
        team_id: str,
        org_id: str,
        *,
        name: str | None = None,
        focus: str | None = None,
        promotion_prompt: str | None = None,
    ) -> TeamResource:
        """Change a team.

        Sets the fields given and leaves the others as they are; a call without any returns the team unchanged.
        Setting `promotion_prompt` replaces the derived prompt with your own text.

        Needs an organisation admin: another key gets 403 `admin_required`.

        Args:
            team_id: The team's id. 1 to 256 characters.
            org_id: The id of the organisation under which to look. One that the key may not name: 400
                `org_id_not_allowed`. 1 to 256 characters.
            name: Its name. 1 to 256 characters, not blank.
            focus: What it cares about, in plain words. At most 4000 characters.
            promotion_prompt: Your own promotion prompt, in place of the derived one. At most 16000 characters.

        Returns:
            The team as changed.

        Raises:
            OrgIdNotAllowedError: 400 `org_id_not_allowed`: the body named an organisation.
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return await self._send(
            _teams_update.request(team_id, org_id, name=name, focus=focus, promotion_prompt=promotion_prompt)
        )

    async def regenerate_prompt(self, team_id: str, org_id: str) -> TeamResource:
        """Regenerate the promotion prompt.

        Writes a new `promotion_prompt` from the team's name and focus, in place of the present one. Takes no body;
        each call costs the service a run of a language model.

        Needs an organisation admin: another key gets 403 `admin_required`.

        Args:
            team_id: The team's id. 1 to 256 characters.
            org_id: The id of the organisation under which to look. One that the key may not name: 400
                `org_id_not_allowed`. 1 to 256 characters.

        Returns:
            The team with its new prompt.

        Raises:
            OrgIdNotAllowedError: 400 `org_id_not_allowed`: the body named an organisation.
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return await self._send(_teams_regenerate_prompt.request(team_id, org_id))

    @cached_property
    def with_raw_response(self) -> AsyncTeamsWithRawResponse:
        """The same methods, giving the response itself: status, headers, attempts, and `parse()` for the result."""
        return AsyncTeamsWithRawResponse(with_raw_sender(self))


class AsyncTeamsWithRawResponse:
    """The methods of `AsyncTeams`, each giving a `RawResponse` of what it gives there."""

    def __init__(self, teams: AsyncTeams) -> None:
        self.list = async_raw(teams.list)
        self.create = async_raw(teams.create)
        self.get = async_raw(teams.get)
        self.delete = async_raw(teams.delete)
        self.update = async_raw(teams.update)
        self.regenerate_prompt = async_raw(teams.regenerate_prompt)
