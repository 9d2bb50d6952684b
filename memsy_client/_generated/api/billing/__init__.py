"""Seats, payment and invoices (control plane, organisation admins)."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from memsy_client._core.raw_response import async_raw, raw, with_raw_sender
from memsy_client._core.resource import AsyncResource, SyncResource

from . import billing_invoices as _billing_invoices
from . import billing_summary as _billing_summary

if TYPE_CHECKING:
    from ...models.billing_summary_response import BillingSummaryResponse
    from ...models.invoice_resource import InvoiceResource


class Billing(SyncResource):
    """Seats, payment and invoices (control plane, organisation admins)."""

    def summary(self) -> BillingSummaryResponse:
        """Sum up plan, seats and payment.

        Returns the plan, its seats, the payment method and the invoice to come. Where billing is not enabled: 403
        `billing_not_enabled`.

        Needs an organisation admin: another key gets 403 `admin_required`.

        Returns:
            The state of the billing.

        Raises:
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            BillingNotEnabledError: 403 `billing_not_enabled`.
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return self._send(_billing_summary.request())

    def invoices(self) -> list[InvoiceResource]:
        """List the invoices.

        Returns the organisation's invoices, newest first. Where billing is not enabled: an empty list, or 403
        `billing_not_enabled`.

        Needs an organisation admin: another key gets 403 `admin_required`.

        Returns:
            The invoices, newest first.

        Raises:
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            BillingNotEnabledError: 403 `billing_not_enabled`.
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return self._send(_billing_invoices.request())

    @cached_property
    def with_raw_response(self) -> BillingWithRawResponse:
        """The same methods, giving the response itself: status, headers, attempts, and `parse()` for the result."""
        return BillingWithRawResponse(with_raw_sender(self))


class BillingWithRawResponse:
    """The methods of `Billing`, each giving a `RawResponse` of what it gives there."""

    def __init__(self, billing: Billing) -> None:
        self.summary = raw(billing.summary)
        self.invoices = raw(billing.invoices)


class AsyncBilling(AsyncResource):
    """Seats, payment and invoices (control plane, organisation admins)."""

    async def summary(self) -> BillingSummaryResponse:
        """Sum up plan, seats and payment.

        Returns the plan, its seats, the payment method and the invoice to come. Where billing is not enabled: 403
        `billing_not_enabled`.

        Needs an organisation admin: another key gets 403 `admin_required`.

        Returns:
            The state of the billing.

        Raises:
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            BillingNotEnabledError: 403 `billing_not_enabled`.
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return await self._send(_billing_summary.request())

    async def invoices(self) -> list[InvoiceResource]:
        """List the invoices.

        Returns the organisation's invoices, newest first. Where billing is not enabled: an empty list, or 403
        `billing_not_enabled`.

        Needs an organisation admin: another key gets 403 `admin_required`.

        Returns:
            The invoices, newest first.

        Raises:
            AuthenticationError: 401: the key is missing, wrong, expired or revoked.
            AuthorizationError: 403: the key is known but may not do this (`wrong_scope`, `insufficient_scope`,
                `admin_required`, …).
            BillingNotEnabledError: 403 `billing_not_enabled`.
            RateLimitExceeded: 429: too many requests.
            MemsyError: The base of every failure; nothing else is raised.
        """
        return await self._send(_billing_invoices.request())

    @cached_property
    def with_raw_response(self) -> AsyncBillingWithRawResponse:
        """The same methods, giving the response itself: status, headers, attempts, and `parse()` for the result."""
        return AsyncBillingWithRawResponse(with_raw_sender(self))


class AsyncBillingWithRawResponse:
    """The methods of `AsyncBilling`, each giving a `RawResponse` of what it gives there."""

    def __init__(self, billing: AsyncBilling) -> None:
        self.summary = async_raw(billing.summary)
        self.invoices = async_raw(billing.invoices)
