"""What each plane's clients have: the methods of the plane itself and its sub-resources."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from memsy_client._core.lazy import import_lock
from memsy_client._core.raw_response import with_raw_sender

from .api.control import AsyncControl, AsyncControlWithRawResponse, Control, ControlWithRawResponse
from .api.core import AsyncCore, AsyncCoreWithRawResponse, Core, CoreWithRawResponse

if TYPE_CHECKING:
    from .api.actors import Actors, ActorsWithRawResponse, AsyncActors, AsyncActorsWithRawResponse
    from .api.billing import AsyncBilling, AsyncBillingWithRawResponse, Billing, BillingWithRawResponse
    from .api.connectors import AsyncConnectors, AsyncConnectorsWithRawResponse, Connectors, ConnectorsWithRawResponse
    from .api.events import AsyncEvents, AsyncEventsWithRawResponse, Events, EventsWithRawResponse
    from .api.interest import AsyncInterest, AsyncInterestWithRawResponse, Interest, InterestWithRawResponse
    from .api.keys import AsyncKeys, AsyncKeysWithRawResponse, Keys, KeysWithRawResponse
    from .api.memories import AsyncMemories, AsyncMemoriesWithRawResponse, Memories, MemoriesWithRawResponse
    from .api.orgs import AsyncOrgs, AsyncOrgsWithRawResponse, Orgs, OrgsWithRawResponse
    from .api.roles import AsyncRoles, AsyncRolesWithRawResponse, Roles, RolesWithRawResponse
    from .api.teams import AsyncTeams, AsyncTeamsWithRawResponse, Teams, TeamsWithRawResponse
    from .api.usage import AsyncUsage, AsyncUsageWithRawResponse, Usage, UsageWithRawResponse


class CoreMethods(Core):
    """The methods and sub-resources of a client of the core plane."""

    @cached_property
    def orgs(self) -> Orgs:
        """Organisations, the top of the hierarchy (core plane)."""
        with import_lock:
            from .api.orgs import Orgs
        return Orgs(self._sender)

    @cached_property
    def roles(self) -> Roles:
        """Roles under an organisation, siblings of its teams (core plane)."""
        with import_lock:
            from .api.roles import Roles
        return Roles(self._sender)

    @cached_property
    def teams(self) -> Teams:
        """Teams under an organisation, siblings of its roles (core plane)."""
        with import_lock:
            from .api.teams import Teams
        return Teams(self._sender)

    @cached_property
    def memories(self) -> Memories:
        """Browsing the stored memories, without search by meaning (core plane)."""
        with import_lock:
            from .api.memories import Memories
        return Memories(self._sender)

    @cached_property
    def actors(self) -> Actors:
        """Who the memories are about, found in the memories themselves (core plane)."""
        with import_lock:
            from .api.actors import Actors
        return Actors(self._sender)

    @cached_property
    def with_raw_response(self) -> CoreMethodsWithRawResponse:
        """The same methods, giving the response itself: status, headers, attempts, and `parse()` for the result."""
        return CoreMethodsWithRawResponse(with_raw_sender(self))


class CoreMethodsWithRawResponse(CoreWithRawResponse):
    """The methods of `CoreMethods`, each giving a `RawResponse` of what it gives there."""

    def __init__(self, client: CoreMethods) -> None:
        super().__init__(client)
        self._client = client

    @cached_property
    def orgs(self) -> OrgsWithRawResponse:
        """Organisations, the top of the hierarchy (core plane)."""
        return self._client.orgs.with_raw_response

    @cached_property
    def roles(self) -> RolesWithRawResponse:
        """Roles under an organisation, siblings of its teams (core plane)."""
        return self._client.roles.with_raw_response

    @cached_property
    def teams(self) -> TeamsWithRawResponse:
        """Teams under an organisation, siblings of its roles (core plane)."""
        return self._client.teams.with_raw_response

    @cached_property
    def memories(self) -> MemoriesWithRawResponse:
        """Browsing the stored memories, without search by meaning (core plane)."""
        return self._client.memories.with_raw_response

    @cached_property
    def actors(self) -> ActorsWithRawResponse:
        """Who the memories are about, found in the memories themselves (core plane)."""
        return self._client.actors.with_raw_response


class AsyncCoreMethods(AsyncCore):
    """The methods and sub-resources of an asynchronous client of the core plane."""

    @cached_property
    def orgs(self) -> AsyncOrgs:
        """Organisations, the top of the hierarchy (core plane)."""
        with import_lock:
            from .api.orgs import AsyncOrgs
        return AsyncOrgs(self._sender)

    @cached_property
    def roles(self) -> AsyncRoles:
        """Roles under an organisation, siblings of its teams (core plane)."""
        with import_lock:
            from .api.roles import AsyncRoles
        return AsyncRoles(self._sender)

    @cached_property
    def teams(self) -> AsyncTeams:
        """Teams under an organisation, siblings of its roles (core plane)."""
        with import_lock:
            from .api.teams import AsyncTeams
        return AsyncTeams(self._sender)

    @cached_property
    def memories(self) -> AsyncMemories:
        """Browsing the stored memories, without search by meaning (core plane)."""
        with import_lock:
            from .api.memories import AsyncMemories
        return AsyncMemories(self._sender)

    @cached_property
    def actors(self) -> AsyncActors:
        """Who the memories are about, found in the memories themselves (core plane)."""
        with import_lock:
            from .api.actors import AsyncActors
        return AsyncActors(self._sender)

    @cached_property
    def with_raw_response(self) -> AsyncCoreMethodsWithRawResponse:
        """The same methods, giving the response itself: status, headers, attempts, and `parse()` for the result."""
        return AsyncCoreMethodsWithRawResponse(with_raw_sender(self))


class AsyncCoreMethodsWithRawResponse(AsyncCoreWithRawResponse):
    """The methods of `AsyncCoreMethods`, each giving a `RawResponse` of what it gives there."""

    def __init__(self, client: AsyncCoreMethods) -> None:
        super().__init__(client)
        self._client = client

    @cached_property
    def orgs(self) -> AsyncOrgsWithRawResponse:
        """Organisations, the top of the hierarchy (core plane)."""
        return self._client.orgs.with_raw_response

    @cached_property
    def roles(self) -> AsyncRolesWithRawResponse:
        """Roles under an organisation, siblings of its teams (core plane)."""
        return self._client.roles.with_raw_response

    @cached_property
    def teams(self) -> AsyncTeamsWithRawResponse:
        """Teams under an organisation, siblings of its roles (core plane)."""
        return self._client.teams.with_raw_response

    @cached_property
    def memories(self) -> AsyncMemoriesWithRawResponse:
        """Browsing the stored memories, without search by meaning (core plane)."""
        return self._client.memories.with_raw_response

    @cached_property
    def actors(self) -> AsyncActorsWithRawResponse:
        """Who the memories are about, found in the memories themselves (core plane)."""
        return self._client.actors.with_raw_response


class ControlMethods(Control):
    """The methods and sub-resources of a client of the control plane."""

    @cached_property
    def usage(self) -> Usage:
        """What the organisation used of its plan (control plane, organisation admins)."""
        with import_lock:
            from .api.usage import Usage
        return Usage(self._sender)

    @cached_property
    def billing(self) -> Billing:
        """Seats, payment and invoices (control plane, organisation admins)."""
        with import_lock:
            from .api.billing import Billing
        return Billing(self._sender)

    @cached_property
    def keys(self) -> Keys:
        """API keys (control plane, organisation admins)."""
        with import_lock:
            from .api.keys import Keys
        return Keys(self._sender)

    @cached_property
    def events(self) -> Events:
        """Browsing the ingested raw events (control plane)."""
        with import_lock:
            from .api.events import Events
        return Events(self._sender)

    @cached_property
    def connectors(self) -> Connectors:
        """Connections from which Memsy reads by itself, such as Slack, Google Drive or S3 (control plane)."""
        with import_lock:
            from .api.connectors import Connectors
        return Connectors(self._sender)

    @cached_property
    def interest(self) -> Interest:
        """Expressing interest in the Pro plan (control plane)."""
        with import_lock:
            from .api.interest import Interest
        return Interest(self._sender)

    @cached_property
    def with_raw_response(self) -> ControlMethodsWithRawResponse:
        """The same methods, giving the response itself: status, headers, attempts, and `parse()` for the result."""
        return ControlMethodsWithRawResponse(with_raw_sender(self))


class ControlMethodsWithRawResponse(ControlWithRawResponse):
    """The methods of `ControlMethods`, each giving a `RawResponse` of what it gives there."""

    def __init__(self, client: ControlMethods) -> None:
        super().__init__(client)
        self._client = client

    @cached_property
    def usage(self) -> UsageWithRawResponse:
        """What the organisation used of its plan (control plane, organisation admins)."""
        return self._client.usage.with_raw_response

    @cached_property
    def billing(self) -> BillingWithRawResponse:
        """Seats, payment and invoices (control plane, organisation admins)."""
        return self._client.billing.with_raw_response

    @cached_property
    def keys(self) -> KeysWithRawResponse:
        """API keys (control plane, organisation admins)."""
        return self._client.keys.with_raw_response

    @cached_property
    def events(self) -> EventsWithRawResponse:
        """Browsing the ingested raw events (control plane)."""
        return self._client.events.with_raw_response

    @cached_property
    def connectors(self) -> ConnectorsWithRawResponse:
        """Connections from which Memsy reads by itself, such as Slack, Google Drive or S3 (control plane)."""
        return self._client.connectors.with_raw_response

    @cached_property
    def interest(self) -> InterestWithRawResponse:
        """Expressing interest in the Pro plan (control plane)."""
        return self._client.interest.with_raw_response


class AsyncControlMethods(AsyncControl):
    """The methods and sub-resources of an asynchronous client of the control plane."""

    @cached_property
    def usage(self) -> AsyncUsage:
        """What the organisation used of its plan (control plane, organisation admins)."""
        with import_lock:
            from .api.usage import AsyncUsage
        return AsyncUsage(self._sender)

    @cached_property
    def billing(self) -> AsyncBilling:
        """Seats, payment and invoices (control plane, organisation admins)."""
        with import_lock:
            from .api.billing import AsyncBilling
        return AsyncBilling(self._sender)

    @cached_property
    def keys(self) -> AsyncKeys:
        """API keys (control plane, organisation admins)."""
        with import_lock:
            from .api.keys import AsyncKeys
        return AsyncKeys(self._sender)

    @cached_property
    def events(self) -> AsyncEvents:
        """Browsing the ingested raw events (control plane)."""
        with import_lock:
            from .api.events import AsyncEvents
        return AsyncEvents(self._sender)

    @cached_property
    def connectors(self) -> AsyncConnectors:
        """Connections from which Memsy reads by itself, such as Slack, Google Drive or S3 (control plane)."""
        with import_lock:
            from .api.connectors import AsyncConnectors
        return AsyncConnectors(self._sender)

    @cached_property
    def interest(self) -> AsyncInterest:
        """Expressing interest in the Pro plan (control plane)."""
        with import_lock:
            from .api.interest import AsyncInterest
        return AsyncInterest(self._sender)

    @cached_property
    def with_raw_response(self) -> AsyncControlMethodsWithRawResponse:
        """The same methods, giving the response itself: status, headers, attempts, and `parse()` for the result."""
        return AsyncControlMethodsWithRawResponse(with_raw_sender(self))


class AsyncControlMethodsWithRawResponse(AsyncControlWithRawResponse):
    """The methods of `AsyncControlMethods`, each giving a `RawResponse` of what it gives there."""

    def __init__(self, client: AsyncControlMethods) -> None:
        super().__init__(client)
        self._client = client

    @cached_property
    def usage(self) -> AsyncUsageWithRawResponse:
        """What the organisation used of its plan (control plane, organisation admins)."""
        return self._client.usage.with_raw_response

    @cached_property
    def billing(self) -> AsyncBillingWithRawResponse:
        """Seats, payment and invoices (control plane, organisation admins)."""
        return self._client.billing.with_raw_response

    @cached_property
    def keys(self) -> AsyncKeysWithRawResponse:
        """API keys (control plane, organisation admins)."""
        return self._client.keys.with_raw_response

    @cached_property
    def events(self) -> AsyncEventsWithRawResponse:
        """Browsing the ingested raw events (control plane)."""
        return self._client.events.with_raw_response

    @cached_property
    def connectors(self) -> AsyncConnectorsWithRawResponse:
        """Connections from which Memsy reads by itself, such as Slack, Google Drive or S3 (control plane)."""
        return self._client.connectors.with_raw_response

    @cached_property
    def interest(self) -> AsyncInterestWithRawResponse:
        """Expressing interest in the Pro plan (control plane)."""
        return self._client.interest.with_raw_response
