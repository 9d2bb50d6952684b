"""Browsing the stored memories, without search by meaning (core plane)."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from memsy_client._core.paging import AsyncItemIterator, ItemIterator, Pages
from memsy_client._core.raw_response import async_raw, raw, with_raw_sender
from memsy_client._core.resource import AsyncResource, SyncResource

from . import memories_get as _memories_get
from . import memories_list as _memories_list
from . import memories_stats as _memories_stats

if TYPE_CHECKING:
    from ...models.memory_item_resource import MemoryItemResource
    from ...models.memory_list_response import MemoryListResponse
    from ...models.memory_sort import MemorySort
    from ...models.memory_stats_response import MemoryStatsResponse
    from ...models.memory_status import MemoryStatus


class Memories(SyncResource):
    """Browsing the stored memories, without search by meaning (core plane)."""

    def list(
        self,
        *,
        actor_id: str | None = None,
        kind: str | None = None,
        type: str | None = None,
        status: MemoryStatus | None = None,
        sort: MemorySort = "observed_at_desc",
        search: str | None = None,
        limit: int = 50,
        offset: int = 0,
    ) -> MemoryListResponse:
        """List memories.

        Returns one page of the organisation's memories that match every filter given, with the number of all
        matches. Only active ones unless `status` says otherwise. `memory_id` is the tiebreaker of every order, so
        that paging neither repeats nor skips.

        Args:
            actor_id: Only items of this actor. Left out, the whole organisation. 1 to 256 characters.
            kind: Only memories of this `memory_kind`: semantic, episodic, procedural, or another (the vocabulary is
                open). 1 to 64 characters.
            type: Only memories of this `type`: fact, preference, norm, decision, event, or another (the vocabulary
                is open). 1 to 64 characters.
            status: Only memories of this status. The service takes `active` when it is left out.
            sort: The order of the items.
            search: Only memories whose text contains this, in upper or lower case. An empty text matches all. At
                most 1000 characters.
            limit: How many items a page holds at most. 1 to 200.
            offset: How many items to skip before the page. An offset beyond the last item gives an empty page. At
                least 0.

        Returns:
            One page of memories.

        Raises:
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return self._send(
            _memories_list.request(
                actor_id=actor_id,
                kind=kind,
                type=type,
                status=status,
                sort=sort,
                search=search,
                limit=limit,
                offset=offset,
            )
        )

    def iter(
        self,
        *,
        actor_id: str | None = None,
        kind: str | None = None,
        type: str | None = None,
        status: MemoryStatus | None = None,
        sort: MemorySort = "observed_at_desc",
        search: str | None = None,
        limit: int = 50,
        offset: int = 0,
        max_items: int | None = None,
    ) -> ItemIterator[MemoryListResponse, MemoryItemResource]:
        """List memories, one item after the other.

        Pages are fetched as they are needed. An item that moved to a later page, because others were added in front
        of it, is given once. The iteration ends with the last page, or with one that brings nothing new. `pages()`
        of it gives whole pages.

        Args:
            actor_id: Only items of this actor. Left out, the whole organisation. 1 to 256 characters.
            kind: Only memories of this `memory_kind`: semantic, episodic, procedural, or another (the vocabulary is
                open). 1 to 64 characters.
            type: Only memories of this `type`: fact, preference, norm, decision, event, or another (the vocabulary
                is open). 1 to 64 characters.
            status: Only memories of this status. The service takes `active` when it is left out.
            sort: The order of the items.
            search: Only memories whose text contains this, in upper or lower case. An empty text matches all. At
                most 1000 characters.
            limit: How many items to fetch at a time. 1 to 200.
            offset: How many items to skip. At least 0.
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
                lambda limit, offset: _memories_list.request(
                    actor_id=actor_id,
                    kind=kind,
                    type=type,
                    status=status,
                    sort=sort,
                    search=search,
                    limit=limit,
                    offset=offset,
                ),
                lambda page: page.items,
                lambda page: page.total,
                identity=lambda item: item.memory_id,
                limit=limit,
                offset=offset,
                max_items=max_items,
            )
        )

    def stats(self) -> MemoryStatsResponse:
        """Count the memories.

        Returns counts and averages over all memories of the organisation, in every status.

        Returns:
            The counts and averages.

        Raises:
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return self._send(_memories_stats.request())

    def get(self, memory_id: str) -> MemoryItemResource:
        """Get a memory.

        Returns one memory in whatever status. Reading it does not raise its strength; only search does.

        Args:
            memory_id: The memory's id. 1 to 256 characters.

        Returns:
            The memory.

        Raises:
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return self._send(_memories_get.request(memory_id))

    @cached_property
    def with_raw_response(self) -> MemoriesWithRawResponse:
        """The same methods, giving the response itself: status, headers, attempts, and `parse()` for the result."""
        return MemoriesWithRawResponse(with_raw_sender(self))


class MemoriesWithRawResponse:
    """The methods of `Memories`, each giving a `RawResponse` of what it gives there."""

    def __init__(self, memories: Memories) -> None:
        self.list = raw(memories.list)
        self.stats = raw(memories.stats)
        self.get = raw(memories.get)


class AsyncMemories(AsyncResource):
    """Browsing the stored memories, without search by meaning (core plane)."""

    async def list(
        self,
        *,
        actor_id: str | None = None,
        kind: str | None = None,
        type: str | None = None,
        status: MemoryStatus | None = None,
        sort: MemorySort = "observed_at_desc",
        search: str | None = None,
        limit: int = 50,
        offset: int = 0,
    ) -> MemoryListResponse:
        """List memories.

        Returns one page of the organisation's memories that match every filter given, with the number of all
        matches. Only active ones unless `status` says otherwise. `memory_id` is the tiebreaker of every order, so
        that paging neither repeats nor skips.

        Args:
            actor_id: Only items of this actor. Left out, the whole organisation. 1 to 256 characters.
            kind: Only memories of this `memory_kind`: semantic, episodic, procedural, or another (the vocabulary is
                open). 1 to 64 characters.
            type: Only memories of this `type`: fact, preference, norm, decision, event, or another (the vocabulary
                is open). 1 to 64 characters.
            status: Only memories of this status. The service takes `active` when it is left out.
            sort: The order of the items.
            search: Only memories whose text contains this, in upper or lower case. An empty text matches all. At
                most 1000 characters.
            limit: How many items a page holds at most. 1 to 200.
            offset: How many items to skip before the page. An offset beyond the last item gives an empty page. At
                least 0.

        Returns:
            One page of memories.

        Raises:
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return await self._send(
            _memories_list.request(
                actor_id=actor_id,
                kind=kind,
                type=type,
                status=status,
                sort=sort,
                search=search,
                limit=limit,
                offset=offset,
            )
        )

    def iter(
        self,
        *,
        actor_id: str | None = None,
        kind: str | None = None,
        type: str | None = None,
        status: MemoryStatus | None = None,
        sort: MemorySort = "observed_at_desc",
        search: str | None = None,
        limit: int = 50,
        offset: int = 0,
        max_items: int | None = None,
    ) -> AsyncItemIterator[MemoryListResponse, MemoryItemResource]:
        """List memories, one item after the other.

        Pages are fetched as they are needed. An item that moved to a later page, because others were added in front
        of it, is given once. The iteration ends with the last page, or with one that brings nothing new. `pages()`
        of it gives whole pages.

        Args:
            actor_id: Only items of this actor. Left out, the whole organisation. 1 to 256 characters.
            kind: Only memories of this `memory_kind`: semantic, episodic, procedural, or another (the vocabulary is
                open). 1 to 64 characters.
            type: Only memories of this `type`: fact, preference, norm, decision, event, or another (the vocabulary
                is open). 1 to 64 characters.
            status: Only memories of this status. The service takes `active` when it is left out.
            sort: The order of the items.
            search: Only memories whose text contains this, in upper or lower case. An empty text matches all. At
                most 1000 characters.
            limit: How many items to fetch at a time. 1 to 200.
            offset: How many items to skip. At least 0.
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
                lambda limit, offset: _memories_list.request(
                    actor_id=actor_id,
                    kind=kind,
                    type=type,
                    status=status,
                    sort=sort,
                    search=search,
                    limit=limit,
                    offset=offset,
                ),
                lambda page: page.items,
                lambda page: page.total,
                identity=lambda item: item.memory_id,
                limit=limit,
                offset=offset,
                max_items=max_items,
            )
        )

    async def stats(self) -> MemoryStatsResponse:
        """Count the memories.

        Returns counts and averages over all memories of the organisation, in every status.

        Returns:
            The counts and averages.

        Raises:
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return await self._send(_memories_stats.request())

    async def get(self, memory_id: str) -> MemoryItemResource:
        """Get a memory.

        Returns one memory in whatever status. Reading it does not raise its strength; only search does.

        Args:
            memory_id: The memory's id. 1 to 256 characters.

        Returns:
            The memory.

        Raises:
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return await self._send(_memories_get.request(memory_id))

    @cached_property
    def with_raw_response(self) -> AsyncMemoriesWithRawResponse:
        """The same methods, giving the response itself: status, headers, attempts, and `parse()` for the result."""
        return AsyncMemoriesWithRawResponse(with_raw_sender(self))


class AsyncMemoriesWithRawResponse:
    """The methods of `AsyncMemories`, each giving a `RawResponse` of what it gives there."""

    def __init__(self, memories: AsyncMemories) -> None:
        self.list = async_raw(memories.list)
        self.stats = async_raw(memories.stats)
        self.get = async_raw(memories.get)
