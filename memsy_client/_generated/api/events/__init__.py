"""Browsing the ingested raw events (control plane)."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from memsy_client._core.paging import AsyncItemIterator, ItemIterator, Pages
from memsy_client._core.raw_response import async_raw, raw, with_raw_sender
from memsy_client._core.resource import AsyncResource, SyncResource

from . import events_list as _events_list

if TYPE_CHECKING:
    from ...models.event_item_resource import EventItemResource
    from ...models.event_kind import EventKind
    from ...models.event_list_response import EventListResponse
    from ...models.event_sort import EventSort


class Events(SyncResource):
    """Browsing the ingested raw events (control plane)."""

    def list(
        self,
        *,
        actor_id: str | None = None,
        session_id: str | None = None,
        kind: EventKind | None = None,
        sort: EventSort = "ts_desc",
        limit: int = 50,
        offset: int = 0,
    ) -> EventListResponse:
        """List the ingested events.

        Returns one page of the organisation's raw events that match every filter given, with the number of all
        matches. `event_id` is the tiebreaker of both orders.

        Args:
            actor_id: Only items of this actor. Left out, the whole organisation. 1 to 256 characters.
            session_id: Only events of this conversation. 1 to 256 characters.
            kind: Only events of this kind.
            sort: The order of the items.
            limit: How many items a page holds at most. 1 to 200.
            offset: How many items to skip before the page. An offset beyond the last item gives an empty page. At
                least 0.

        Returns:
            One page of events.

        Raises:
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            SeatRequiredError: 403 `seat_required`: the key's user has no seat.
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return self._send(
            _events_list.request(
                actor_id=actor_id, session_id=session_id, kind=kind, sort=sort, limit=limit, offset=offset
            )
        )

    def iter(
        self,
        *,
        actor_id: str | None = None,
        session_id: str | None = None,
        kind: EventKind | None = None,
        sort: EventSort = "ts_desc",
        limit: int = 50,
        offset: int = 0,
        max_items: int | None = None,
    ) -> ItemIterator[EventListResponse, EventItemResource]:
        """List the ingested events, one item after the other.

        Pages are fetched as they are needed. An item that moved to a later page, because others were added in front
        of it, is given once. The iteration ends with the last page, or with one that brings nothing new. `pages()`
        of it gives whole pages.

        Args:
            actor_id: Only items of this actor. Left out, the whole organisation. 1 to 256 characters.
            session_id: Only events of this conversation. 1 to 256 characters.
            kind: Only events of this kind.
            sort: The order of the items.
            limit: How many items to fetch at a time. 1 to 200.
            offset: How many items to skip. At least 0.
            max_items: How many items to give at most; None for all.

        Yields:
            The items, in the order of the pages.

        Raises:
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            SeatRequiredError: 403 `seat_required`: the key's user has no seat.
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return self._iterate(
            Pages(
                lambda limit, offset: _events_list.request(
                    actor_id=actor_id, session_id=session_id, kind=kind, sort=sort, limit=limit, offset=offset
                ),
                lambda page: page.items,
                lambda page: page.total,
                identity=lambda item: item.event_id,
                limit=limit,
                offset=offset,
                max_items=max_items,
            )
        )

    @cached_property
    def with_raw_response(self) -> EventsWithRawResponse:
        """The same methods, giving the response itself: status, headers, attempts, and `parse()` for the result."""
        return EventsWithRawResponse(with_raw_sender(self))


class EventsWithRawResponse:
    """The methods of `Events`, each giving a `RawResponse` of what it gives there."""

    def __init__(self, events: Events) -> None:
        self.list = raw(events.list)


class AsyncEvents(AsyncResource):
    """Browsing the ingested raw events (control plane)."""

    async def list(
        self,
        *,
        actor_id: str | None = None,
        session_id: str | None = None,
        kind: EventKind | None = None,
        sort: EventSort = "ts_desc",
        limit: int = 50,
        offset: int = 0,
    ) -> EventListResponse:
        """List the ingested events.

        Returns one page of the organisation's raw events that match every filter given, with the number of all
        matches. `event_id` is the tiebreaker of both orders.

        Args:
            actor_id: Only items of this actor. Left out, the whole organisation. 1 to 256 characters.
            session_id: Only events of this conversation. 1 to 256 characters.
            kind: Only events of this kind.
            sort: The order of the items.
            limit: How many items a page holds at most. 1 to 200.
            offset: How many items to skip before the page. An offset beyond the last item gives an empty page. At
                least 0.

        Returns:
            One page of events.

        Raises:
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            SeatRequiredError: 403 `seat_required`: the key's user has no seat.
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return await self._send(
            _events_list.request(
                actor_id=actor_id, session_id=session_id, kind=kind, sort=sort, limit=limit, offset=offset
            )
        )

    def iter(
        self,
        *,
        actor_id: str | None = None,
        session_id: str | None = None,
        kind: EventKind | None = None,
        sort: EventSort = "ts_desc",
        limit: int = 50,
        offset: int = 0,
        max_items: int | None = None,
    ) -> AsyncItemIterator[EventListResponse, EventItemResource]:
        """List the ingested events, one item after the other.

        Pages are fetched as they are needed. An item that moved to a later page, because others were added in front
        of it, is given once. The iteration ends with the last page, or with one that brings nothing new. `pages()`
        of it gives whole pages.

        Args:
            actor_id: Only items of this actor. Left out, the whole organisation. 1 to 256 characters.
            session_id: Only events of this conversation. 1 to 256 characters.
            kind: Only events of this kind.
            sort: The order of the items.
            limit: How many items to fetch at a time. 1 to 200.
            offset: How many items to skip. At least 0.
            max_items: How many items to give at most; None for all.

        Yields:
            The items, in the order of the pages.

        Raises:
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            SeatRequiredError: 403 `seat_required`: the key's user has no seat.
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return self._iterate(
            Pages(
                lambda limit, offset: _events_list.request(
                    actor_id=actor_id, session_id=session_id, kind=kind, sort=sort, limit=limit, offset=offset
                ),
                lambda page: page.items,
                lambda page: page.total,
                identity=lambda item: item.event_id,
                limit=limit,
                offset=offset,
                max_items=max_items,
            )
        )

    @cached_property
    def with_raw_response(self) -> AsyncEventsWithRawResponse:
        """The same methods, giving the response itself: status, headers, attempts, and `parse()` for the result."""
        return AsyncEventsWithRawResponse(with_raw_sender(self))


class AsyncEventsWithRawResponse:
    """The methods of `AsyncEvents`, each giving a `RawResponse` of what it gives there."""

    def __init__(self, events: AsyncEvents) -> None:
        self.list = async_raw(events.list)
