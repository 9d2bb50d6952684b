from __future__ import annotations

from typing import Any

from attrs import define, field

from memsy_client._core import decode, encode
from memsy_client._core.model import Model
from memsy_client._core.usage_and_rate_limit import RateLimitInfo, UsageInfo

from .payment_method import PaymentMethod
from .upcoming_invoice import UpcomingInvoice


@define(weakref_slot=False, getstate_setstate=False)
class BillingSummaryResponse(Model):
    """Plan, seats and payment of an organisation.

    Attributes:
        tier: The plan (the vocabulary is open).
        purchased_seats: Seats paid for.
        assigned_seats: Seats in use.
        available_seats: Seats free.
        stripe_customer_id: The customer's id at Stripe.
        payment_method: The card on file, if any.
        upcoming_invoice: The next invoice, if one is coming.
        subscription_status: The state of the subscription, in Stripe's words, such as `active` or `past_due`.
        billing_contact: The e-mail address that gets the invoices.
        stripe_subscription_id: The subscription's id at Stripe.
        additional_properties: Fields that the contract does not know, by their names on the wire.
    """

    tier: str
    purchased_seats: int
    assigned_seats: int
    available_seats: int
    stripe_customer_id: str | None = None
    payment_method: PaymentMethod | None = None
    upcoming_invoice: UpcomingInvoice | None = None
    subscription_status: str | None = None
    billing_contact: str | None = None
    stripe_subscription_id: str | None = None
    _usage: UsageInfo | None = field(default=None, alias="usage", eq=False, repr=False)
    _rate_limit: RateLimitInfo | None = field(default=None, alias="rate_limit", eq=False, repr=False)
    additional_properties: dict[str, Any] = field(factory=dict[str, Any], kw_only=True)

    @classmethod
    def from_dict(cls, data: Any) -> BillingSummaryResponse:
        """The model of a JSON object. Raises `MemsyDecodeError`, which says where, when `data` is not one of these."""
        decode.mapping(data)
        self = cls.__new__(cls)
        try:
            self.tier = value = data["tier"]
            if type(value) is not str:
                decode.text(value, "tier")
            self.purchased_seats = value = data["purchased_seats"]
            if type(value) is not int:
                self.purchased_seats = decode.integer(value, "purchased_seats")
            self.assigned_seats = value = data["assigned_seats"]
            if type(value) is not int:
                self.assigned_seats = decode.integer(value, "assigned_seats")
            self.available_seats = value = data["available_seats"]
            if type(value) is not int:
                self.available_seats = decode.integer(value, "available_seats")
        except KeyError as missing:
            raise decode.missing_field(missing) from None
        self.stripe_customer_id = value = data.get("stripe_customer_id")
        if type(value) is not str and value is not None:
            decode.text(value, "stripe_customer_id")
        self.payment_method = decode.decode_at_or_none(
            decode.none_if_empty(data.get("payment_method")), "payment_method", PaymentMethod.from_dict
        )
        self.upcoming_invoice = decode.decode_at_or_none(
            decode.none_if_empty(data.get("upcoming_invoice")), "upcoming_invoice", UpcomingInvoice.from_dict
        )
        self.subscription_status = value = data.get("subscription_status")
        if type(value) is not str and value is not None:
            decode.text(value, "subscription_status")
        self.billing_contact = value = data.get("billing_contact")
        if type(value) is not str and value is not None:
            decode.text(value, "billing_contact")
        self.stripe_subscription_id = value = data.get("stripe_subscription_id")
        if type(value) is not str and value is not None:
            decode.text(value, "stripe_subscription_id")
        self._usage = self._rate_limit = None
        self.additional_properties = {} if _FIELDS.issuperset(data) else decode.unknown(data, _FIELDS)
        return self

    def to_dict(self) -> dict[str, Any]:
        """The model as a JSON object, by the names on the wire; optional fields that are None are left out."""
        data = dict(self.additional_properties)
        data["tier"] = self.tier
        data["purchased_seats"] = self.purchased_seats
        data["assigned_seats"] = self.assigned_seats
        data["available_seats"] = self.available_seats
        if self.stripe_customer_id is not None:
            data["stripe_customer_id"] = self.stripe_customer_id
        if self.payment_method is not None:
            data["payment_method"] = encode.to_jsonable(self.payment_method)
        if self.upcoming_invoice is not None:
            data["upcoming_invoice"] = encode.to_jsonable(self.upcoming_invoice)
        if self.subscription_status is not None:
            data["subscription_status"] = self.subscription_status
        if self.billing_contact is not None:
            data["billing_contact"] = self.billing_contact
        if self.stripe_subscription_id is not None:
            data["stripe_subscription_id"] = self.stripe_subscription_id
        return data


_FIELDS = frozenset(
    {
        "tier",
        "purchased_seats",
        "assigned_seats",
        "available_seats",
        "stripe_customer_id",
        "payment_method",
        "upcoming_invoice",
        "subscription_status",
        "billing_contact",
        "stripe_subscription_id",
    }
)
