"""Expressing interest in the Pro plan (control plane)."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from memsy_client._core.raw_response import async_raw, raw, with_raw_sender
from memsy_client._core.resource import AsyncResource, SyncResource

from . import interest_express as _interest_express
from . import interest_status as _interest_status

if TYPE_CHECKING:
    from ...models.interest_response import InterestResponse


class Interest(SyncResource):
    """Expressing interest in the Pro plan (control plane)."""

    def express(
        self,
        email: str,
        name: str,
        *,
        company: str | None = None,
        use_case: str | None = None,
        notes: str | None = None,
    ) -> InterestResponse:
        """Express interest in the Pro plan.

        Asks to be contacted about the Pro plan. Any valid key may; it needs no scope.

        Args:
            email: Where to write to. 3 to 320 characters.
            name: Whom to address. 1 to 256 characters, not blank.
            company: The company. At most 256 characters.
            use_case: What Memsy is to be used for. At most 4000 characters.
            notes: Anything else. At most 4000 characters.

        Returns:
            The interest is noted.

        Raises:
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return self._send(_interest_express.request(email, name, company=company, use_case=use_case, notes=notes))

    def status(self) -> bool:
        """Tell whether interest in the Pro plan was expressed.

        Tells whether the key's organisation has expressed interest; clients return the boolean itself. Any valid
        key may ask; it needs no scope.

        Returns:
            Whether interest was expressed.

        Raises:
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return self._send(_interest_status.request())

    @cached_property
    def with_raw_response(self) -> InterestWithRawResponse:
        """The same methods, giving the response itself: status, headers, attempts, and `parse()` for the result."""
        return InterestWithRawResponse(with_raw_sender(self))


class InterestWithRawResponse:
    """The methods of `Interest`, each giving a `RawResponse` of what it gives there."""

    def __init__(self, interest: Interest) -> None:
        self.express = raw(interest.express)
        self.status = raw(interest.status)


class AsyncInterest(AsyncResource):
    """Expressing interest in the Pro plan (control plane)."""

    async def express(
        self,
        email: str,
        name: str,
        *,
        company: str | None = None,
        use_case: str | None = None,
        notes: str | None = None,
    ) -> InterestResponse:
        """Express interest in the Pro plan.

        Asks to be contacted about the Pro plan. Any valid key may; it needs no scope.

        Args:
            email: Where to write to. 3 to 320 characters.
            name: Whom to address. 1 to 256 characters, not blank.
            company: The company. At most 256 characters.
            use_case: What Memsy is to be used for. At most 4000 characters.
            notes: Anything else. At most 4000 characters.

        Returns:
            The interest is noted.

        Raises:
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return await self._send(_interest_express.request(email, name, company=company, use_case=use_case, notes=notes))

    async def status(self) -> bool:
        """Tell whether interest in the Pro plan was expressed.

        Tells whether the key's organisation has expressed interest; clients return the boolean itself. Any valid
        key may ask; it needs no scope.

        Returns:
            Whether interest was expressed.

        Raises:
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return await self._send(_interest_status.request())

    @cached_property
    def with_raw_response(self) -> AsyncInterestWithRawResponse:
        """The same methods, giving the response itself: status, headers, attempts, and `parse()` for the result."""
        return AsyncInterestWithRawResponse(with_raw_sender(self))


class AsyncInterestWithRawResponse:
    """The methods of `AsyncInterest`, each giving a `RawResponse` of what it gives there."""

    def __init__(self, interest: AsyncInterest) -> None:
        self.express = async_raw(interest.express)
        self.status = async_raw(interest.status)
