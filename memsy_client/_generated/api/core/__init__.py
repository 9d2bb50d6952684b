"""Methods directly on the core client. Events go in, memories come out."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING

from memsy_client._core.raw_response import async_raw, raw, with_raw_sender
from memsy_client._core.resource import AsyncResource, SyncResource

from . import clear as _clear
from . import health as _health
from . import ingest as _ingest
from . import search as _search
from . import status as _status

if TYPE_CHECKING:
    from ...models.clear_response import ClearResponse
    from ...models.event_payload import EventPayload
    from ...models.health_response import HealthResponse
    from ...models.ingest_response import IngestResponse
    from ...models.search_response import SearchResponse
    from ...models.status_response import StatusResponse


class Core(SyncResource):
    """Methods directly on the core client. Events go in, memories come out."""

    def ingest(self, events: Iterable[EventPayload]) -> IngestResponse:
        """Store a batch of events.

        Stores raw events, from which memories are extracted.

        - The answer comes after the raw events are durable. Extraction, embedding and indexing follow; `status`
          tells when they are done. Events are immutable, and search returns memories, never events.
        - Recommended batch: tens to low hundreds of events.
        - A batch with one invalid event is refused whole, with 422.
        - Within a rolling 60 seconds an event with the same `actor_id`, `session_id`, `kind` and `content` is
          stored once; the answer repeats the first `event_id`. This is best effort: a degraded platform may store
          it again.
        - A spent quota is a 429 or a 403, both with `usage_limit_exceeded`.

        Args:
            events: The events to store. 1 to 1000 items.

        Returns:
            The ids of the events, in the order sent.

        Raises:
            OrgIdNotAllowedError: 400 `org_id_not_allowed`: the body named an organisation.
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            UsageLimitExceeded: 429 or 403 `usage_limit_exceeded`: the plan's quota is spent.
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return self._send(_ingest.request(events))

    def search(
        self,
        query: str,
        *,
        actor_id: str | None = None,
        limit: int = 10,
        threshold: float = 0.0,
        include_source_events: bool = False,
        role_ids: Iterable[str] | None = None,
        team_ids: Iterable[str] | None = None,
        session_id: str | None = None,
        exclude_session_id: str | None = None,
    ) -> SearchResponse:
        """Search the memories by meaning.

        Returns the memories nearest to the query, best first.

        - `session_id` restricts to one conversation plus the memories that belong to none; `exclude_session_id` is
          its opposite. An empty one counts as unset; both non-empty at once: 422. A server older than version 0.3.5
          of the official package ignores both and returns unfiltered results.
        - Without reranking (the free plan) good matches score 0.0-0.1; with it, a `threshold` of 0.3-0.5 is
          sensible.
        - Each time a search returns a memory its `strength` rises a little; unused, it decays slowly.

        Args:
            query: What to look for, in plain words. 1 to 8000 characters, not blank.
            actor_id: Only memories of this actor. Left out, the whole organisation is searched. 1 to 256
                characters, not blank.
            limit: How many results to return at most, 1-100.
            threshold: Drop results that score below this. 0.0 drops none. 0 to 1.
            include_source_events: Also return the events from which each memory was made, in `source_events`.
            role_ids: Memories promoted to these roles are eligible too. At most 100 items.
            team_ids: Memories promoted to these teams are eligible too. At most 100 items.
            session_id: Only memories of this conversation, plus those that belong to none. Letters, digits and `_ -
                : . @ /`. At most 256 characters.
            exclude_session_id: All but the memories of this conversation. Letters, digits and `_ - : . @ /`. At
                most 256 characters.

        Returns:
            The results, best first; empty when nothing reaches the threshold.

        Raises:
            OrgIdNotAllowedError: 400 `org_id_not_allowed`: the body named an organisation.
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            UsageLimitExceeded: 429 or 403 `usage_limit_exceeded`: the plan's quota is spent.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return self._send(
            _search.request(
                query,
                actor_id=actor_id,
                limit=limit,
                threshold=threshold,
                include_source_events=include_source_events,
                role_ids=role_ids,
                team_ids=team_ids,
                session_id=session_id,
                exclude_session_id=exclude_session_id,
            )
        )

    def status(self, event_ids: Iterable[str]) -> StatusResponse:
        """Tell how far the processing of events is.

        Ingested events are processed asynchronously. Ask with the ids that `ingest` returned, at most 500 at a
        time; the answer sorts them into completed, failed and pending. Its field names are camelCase on the wire,
        the only place in the API.

        Args:
            event_ids: Ids that `ingest` returned. At most 500 items.

        Returns:
            The ids, sorted by state.

        Raises:
            OrgIdNotAllowedError: 400 `org_id_not_allowed`: the body named an organisation.
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return self._send(_status.request(event_ids))

    def health(self) -> HealthResponse:
        """Tell whether the service is up.

        Exists on both planes with the same shape of answer. It carries the key as every request does, and needs no
        scope.

        Returns:
            The plane is up.

        Raises:
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return self._send(_health.request())

    def clear(self, container_tag: str) -> ClearResponse:
        """Delete everything in a container.

        Deletes the memories of one container and says how many went. The service's reference documents it as a
        stub: expect 501, or 404 from a service that has dropped it.

        Args:
            container_tag: The tag of the container to clear. 1 to 256 characters.

        Returns:
            The container is empty.

        Raises:
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return self._send(_clear.request(container_tag))

    @cached_property
    def with_raw_response(self) -> CoreWithRawResponse:
        """The same methods, giving the response itself: status, headers, attempts, and `parse()` for the result."""
        return CoreWithRawResponse(with_raw_sender(self))


class CoreWithRawResponse:
    """The methods of `Core`, each giving a `RawResponse` of what it gives there."""

    def __init__(self, core: Core) -> None:
        self.ingest = raw(core.ingest)
        self.search = raw(core.search)
        self.status = raw(core.status)
        self.health = raw(core.health)
        self.clear = raw(core.clear)


class AsyncCore(AsyncResource):
    """Methods directly on the core client. Events go in, memories come out."""

    async def ingest(self, events: Iterable[EventPayload]) -> IngestResponse:
        """Store a batch of events.

        Stores raw events, from which memories are extracted.

        - The answer comes after the raw events are durable. Extraction, embedding and indexing follow; `status`
          tells when they are done. Events are immutable, and search returns memories, never events.
        - Recommended batch: tens to low hundreds of events.
        - A batch with one invalid event is refused whole, with 422.
        - Within a rolling 60 seconds an event with the same `actor_id`, `session_id`, `kind` and `content` is
          stored once; the answer repeats the first `event_id`. This is best effort: a degraded platform may store
          it again.
        - A spent quota is a 429 or a 403, both with `usage_limit_exceeded`.

        Args:
            events: The events to store. 1 to 1000 items.

        Returns:
            The ids of the events, in the order sent.

        Raises:
            OrgIdNotAllowedError: 400 `org_id_not_allowed`: the body named an organisation.
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            UsageLimitExceeded: 429 or 403 `usage_limit_exceeded`: the plan's quota is spent.
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return await self._send(_ingest.request(events))

    async def search(
        self,
        query: str,
        *,
        actor_id: str | None = None,
        limit: int = 10,
        threshold: float = 0.0,
        include_source_events: bool = False,
        role_ids: Iterable[str] | None = None,
        team_ids: Iterable[str] | None = None,
        session_id: str | None = None,
        exclude_session_id: str | None = None,
    ) -> SearchResponse:
        """Search the memories by meaning.

        Returns the memories nearest to the query, best first.

        - `session_id` restricts to one conversation plus the memories that belong to none; `exclude_session_id` is
          its opposite. An empty one counts as unset; both non-empty at once: 422. A server older than version 0.3.5
          of the official package ignores both and returns unfiltered results.
        - Without reranking (the free plan) good matches score 0.0-0.1; with it, a `threshold` of 0.3-0.5 is
          sensible.
        - Each time a search returns a memory its `strength` rises a little; unused, it decays slowly.

        Args:
            query: What to look for, in plain words. 1 to 8000 characters, not blank.
            actor_id: Only memories of this actor. Left out, the whole organisation is searched. 1 to 256
                characters, not blank.
            limit: How many results to return at most, 1-100.
            threshold: Drop results that score below this. 0.0 drops none. 0 to 1.
            include_source_events: Also return the events from which each memory was made, in `source_events`.
            role_ids: Memories promoted to these roles are eligible too. At most 100 items.
            team_ids: Memories promoted to these teams are eligible too. At most 100 items.
            session_id: Only memories of this conversation, plus those that belong to none. Letters, digits and `_ -
                : . @ /`. At most 256 characters.
            exclude_session_id: All but the memories of this conversation. Letters, digits and `_ - : . @ /`. At
                most 256 characters.

        Returns:
            The results, best first; empty when nothing reaches the threshold.

        Raises:
            OrgIdNotAllowedError: 400 `org_id_not_allowed`: the body named an organisation.
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            UsageLimitExceeded: 429 or 403 `usage_limit_exceeded`: the plan's quota is spent.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return await self._send(
            _search.request(
                query,
                actor_id=actor_id,
                limit=limit,
                threshold=threshold,
                include_source_events=include_source_events,
                role_ids=role_ids,
                team_ids=team_ids,
                session_id=session_id,
                exclude_session_id=exclude_session_id,
            )
        )

    async def status(self, event_ids: Iterable[str]) -> StatusResponse:
        """Tell how far the processing of events is.

        Ingested events are processed asynchronously. Ask with the ids that `ingest` returned, at most 500 at a
        time; the answer sorts them into completed, failed and pending. Its field names are camelCase on the wire,
        the only place in the API.

        Args:
            event_ids: Ids that `ingest` returned. At most 500 items.

        Returns:
            The ids, sorted by state.

        Raises:
            OrgIdNotAllowedError: 400 `org_id_not_allowed`: the body named an organisation.
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return await self._send(_status.request(event_ids))

    async def health(self) -> HealthResponse:
        """Tell whether the service is up.

        Exists on both planes with the same shape of answer. It carries the key as every request does, and needs no
        scope.

        Returns:
            The plane is up.

        Raises:
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return await self._send(_health.request())

    async def clear(self, container_tag: str) -> ClearResponse:
        """Delete everything in a container.

        Deletes the memories of one container and says how many went. The service's reference documents it as a
        stub: expect 501, or 404 from a service that has dropped it.

        Args:
            container_tag: The tag of the container to clear. 1 to 256 characters.

        Returns:
            The container is empty.

        Raises:
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return await self._send(_clear.request(container_tag))

    @cached_property
    def with_raw_response(self) -> AsyncCoreWithRawResponse:
        """The same methods, giving the response itself: status, headers, attempts, and `parse()` for the result."""
        return AsyncCoreWithRawResponse(with_raw_sender(self))


class AsyncCoreWithRawResponse:
    """The methods of `AsyncCore`, each giving a `RawResponse` of what it gives there."""

    def __init__(self, core: AsyncCore) -> None:
        self.ingest = async_raw(core.ingest)
        self.search = async_raw(core.search)
        self.status = async_raw(core.status)
        self.health = async_raw(core.health)
        self.clear = async_raw(core.clear)
