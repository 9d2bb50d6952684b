"""Who the memories are about, found in the memories themselves (core plane)."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from memsy_client._core.paging import AsyncItemIterator, ItemIterator, Pages
from memsy_client._core.raw_response import async_raw, raw, with_raw_sender
from memsy_client._core.resource import AsyncResource, SyncResource

from . import actors_get as _actors_get
from . import actors_list as _actors_list

if TYPE_CHECKING:
    from ...models.actor_list_response import ActorListResponse
    from ...models.actor_resource import ActorResource
    from ...models.actor_sort import ActorSort


class Actors(SyncResource):
    """Who the memories are about, found in the memories themselves (core plane)."""

    def list(
        self,
        org_id: str | None = None,
        *,
        limit: int = 100,
        offset: int = 0,
        sort: ActorSort = "first_memory_desc",
        q: str | None = None,
    ) -> ActorListResponse:
        """List the actors.

        Returns one page of the actors of an organisation, with the number of all that match. An actor is not a
        stored record: the service finds them in the memories at each call, so that one whose events left no memory
        does not exist.

        Args:
            org_id: The organisation. Left out, that of the key; another than that one gives 403. 1 to 256
                characters.
            limit: How many items a page holds at most. 1 to 500.
            offset: How many items to skip before the page. An offset beyond the last item gives an empty page. At
                least 0.
            sort: The order of the items. There is none by number of memories, which may be too low.
            q: Only actors whose id contains this, in upper or lower case. At most 256 characters.

        Returns:
            One page of actors.

        Raises:
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return self._send(_actors_list.request(org_id, limit=limit, offset=offset, sort=sort, q=q))

    def iter(
        self,
        org_id: str | None = None,
        *,
        limit: int = 100,
        offset: int = 0,
        sort: ActorSort = "first_memory_desc",
        q: str | None = None,
        max_items: int | None = None,
    ) -> ItemIterator[ActorListResponse, ActorResource]:
        """List the actors, one item after the other.

        Pages are fetched as they are needed. An item that moved to a later page, because others were added in front
        of it, is given once. The iteration ends with the last page, or with one that brings nothing new. `pages()`
        of it gives whole pages.

        Args:
            org_id: The organisation. Left out, that of the key; another than that one gives 403. 1 to 256
                characters.
            limit: How many items to fetch at a time. 1 to 500.
            offset: How many items to skip. At least 0.
            sort: The order of the items. There is none by number of memories, which may be too low.
            q: Only actors whose id contains this, in upper or lower case. At most 256 characters.
            max_items: How many items to give at most; None for all.

        Yields:
            The items, in the order of the pages.

        Raises:
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return self._iterate(
            Pages(
                lambda limit, offset: _actors_list.request(org_id, limit=limit, offset=offset, sort=sort, q=q),
                lambda page: page.items,
                lambda page: page.total,
                identity=lambda item: item.actor_id,
                limit=limit,
                offset=offset,
                max_items=max_items,
            )
        )

    def get(self, actor_id: str, org_id: str | None = None) -> ActorResource:
        """Get an actor.

        Returns one actor; 404 when no memory is about it.

        Args:
            actor_id: The actor's id. Ids made by connectors have structure, such as
                `slack:T0B7FKNKKTR:U0B7TN132E9`. 1 to 256 characters.
            org_id: The organisation. Left out, that of the key; another than that one gives 403. 1 to 256
                characters.

        Returns:
            The actor.

        Raises:
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return self._send(_actors_get.request(actor_id, org_id))

    @cached_property
    def with_raw_response(self) -> ActorsWithRawResponse:
        """The same methods, giving the response itself: status, headers, attempts, and `parse()` for the result."""
        return ActorsWithRawResponse(with_raw_sender(self))


class ActorsWithRawResponse:
    """The methods of `Actors`, each giving a `RawResponse` of what it gives there."""

    def __init__(self, actors: Actors) -> None:
        self.list = raw(actors.list)
        self.get = raw(actors.get)


class AsyncActors(AsyncResource):
    """Who the memories are about, found in the memories themselves (core plane)."""

    async def list(
        self,
        org_id: str | None = None,
        *,
        limit: int = 100,
        offset: int = 0,
        sort: ActorSort = "first_memory_desc",
        q: str | None = None,
    ) -> ActorListResponse:
        """List the actors.

        Returns one page of the actors of an organisation, with the number of all that match. An actor is not a
        stored record: the service finds them in the memories at each call, so that one whose events left no memory
        does not exist.

        Args:
            org_id: The organisation. Left out, that of the key; another than that one gives 403. 1 to 256
                characters.
            limit: How many items a page holds at most. 1 to 500.
            offset: How many items to skip before the page. An offset beyond the last item gives an empty page. At
                least 0.
            sort: The order of the items. There is none by number of memories, which may be too low.
            q: Only actors whose id contains this, in upper or lower case. At most 256 characters.

        Returns:
            One page of actors.

        Raises:
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return await self._send(_actors_list.request(org_id, limit=limit, offset=offset, sort=sort, q=q))

    def iter(
        self,
        org_id: str | None = None,
        *,
        limit: int = 100,
        offset: int = 0,
        sort: ActorSort = "first_memory_desc",
        q: str | None = None,
        max_items: int | None = None,
    ) -> AsyncItemIterator[ActorListResponse, ActorResource]:
        """List the actors, one item after the other.

        Pages are fetched as they are needed. An item that moved to a later page, because others were added in front
        of it, is given once. The iteration ends with the last page, or with one that brings nothing new. `pages()`
        of it gives whole pages.

        Args:
            org_id: The organisation. Left out, that of the key; another than that one gives 403. 1 to 256
                characters.
            limit: How many items to fetch at a time. 1 to 500.
            offset: How many items to skip. At least 0.
            sort: The order of the items. There is none by number of memories, which may be too low.
            q: Only actors whose id contains this, in upper or lower case. At most 256 characters.
            max_items: How many items to give at most; None for all.

        Yields:
            The items, in the order of the pages.

        Raises:
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return self._iterate(
            Pages(
                lambda limit, offset: _actors_list.request(org_id, limit=limit, offset=offset, sort=sort, q=q),
                lambda page: page.items,
                lambda page: page.total,
                identity=lambda item: item.actor_id,
                limit=limit,
                offset=offset,
                max_items=max_items,
            )
        )

    async def get(self, actor_id: str, org_id: str | None = None) -> ActorResource:
        """Get an actor.

        Returns one actor; 404 when no memory is about it.

        Args:
            actor_id: The actor's id. Ids made by connectors have structure, such as
                `slack:T0B7FKNKKTR:U0B7TN132E9`. 1 to 256 characters.
            org_id: The organisation. Left out, that of the key; another than that one gives 403. 1 to 256
                characters.

        Returns:
            The actor.

        Raises:
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return await self._send(_actors_get.request(actor_id, org_id))

    @cached_property
    def with_raw_response(self) -> AsyncActorsWithRawResponse:
        """The same methods, giving the response itself: status, headers, attempts, and `parse()` for the result."""
        return AsyncActorsWithRawResponse(with_raw_sender(self))


class AsyncActorsWithRawResponse:
    """The methods of `AsyncActors`, each giving a `RawResponse` of what it gives there."""

    def __init__(self, actors: AsyncActors) -> None:
        self.list = async_raw(actors.list)
        self.get = async_raw(actors.get)
