"""Methods directly on the control client."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from memsy_client._core.raw_response import async_raw, raw, with_raw_sender
from memsy_client._core.resource import AsyncResource, SyncResource

from . import health as _health
from . import me as _me

if TYPE_CHECKING:
    from ...models.health_response import HealthResponse
    from ...models.me_response import MeResponse


class Control(SyncResource):
    """Methods directly on the control client."""

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

    def me(self) -> MeResponse:
        """Tell whose key this is.

        Returns the customer, organisation and plan behind the key. Any valid key may ask; it needs no scope.

        Returns:
            Who the key belongs to.

        Raises:
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return self._send(_me.request())

    @cached_property
    def with_raw_response(self) -> ControlWithRawResponse:
        """The same methods, giving the response itself: status, headers, attempts, and `parse()` for the result."""
        return ControlWithRawResponse(with_raw_sender(self))


class ControlWithRawResponse:
    """The methods of `Control`, each giving a `RawResponse` of what it gives there."""

    def __init__(self, control: Control) -> None:
        self.health = raw(control.health)
        self.me = raw(control.me)


class AsyncControl(AsyncResource):
    """Methods directly on the control client."""

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

    async def me(self) -> MeResponse:
        """Tell whose key this is.

        Returns the customer, organisation and plan behind the key. Any valid key may ask; it needs no scope.

        Returns:
            Who the key belongs to.

        Raises:
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return await self._send(_me.request())

    @cached_property
    def with_raw_response(self) -> AsyncControlWithRawResponse:
        """The same methods, giving the response itself: status, headers, attempts, and `parse()` for the result."""
        return AsyncControlWithRawResponse(with_raw_sender(self))


class AsyncControlWithRawResponse:
    """The methods of `AsyncControl`, each giving a `RawResponse` of what it gives there."""

    def __init__(self, control: AsyncControl) -> None:
        self.health = async_raw(control.health)
        self.me = async_raw(control.me)
