from __future__ import annotations

from typing import Any

from attrs import define, field

from memsy_client._core import decode, encode
from memsy_client._core.decode import Field
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
        self = object.__new__(cls)
        try:
            if len(data) < 10 and dict is type(data):
                data = _ABSENT | data
            self.tier = tier = data["tier"]
            self.purchased_seats = purchased_seats = data["purchased_seats"]
            self.assigned_seats = assigned_seats = data["assigned_seats"]
            self.available_seats = available_seats = data["available_seats"]
            self.stripe_customer_id = stripe_customer_id = data["stripe_customer_id"]
            payment_method = data["payment_method"]
            self.payment_method = None if payment_method is None else _check_payment_method(payment_method)
            upcoming_invoice = data["upcoming_invoice"]
            self.upcoming_invoice = None if upcoming_invoice is None else _check_upcoming_invoice(upcoming_invoice)
            self.subscription_status = subscription_status = data["subscription_status"]
            self.billing_contact = billing_contact = data["billing_contact"]
            self.stripe_subscription_id = stripe_subscription_id = data["stripe_subscription_id"]
        except decode.UNEXPECTED as error:
            decode.settle(self, data, _FIELDS, error)
        else:
            if not (
                dict is type(data)
                and type(tier) is str
                and type(purchased_seats) is type(assigned_seats) is type(available_seats) is int
                and (stripe_customer_id is None or type(stripe_customer_id) is str)
                and (subscription_status is None or type(subscription_status) is str)
                and (billing_contact is None or type(billing_contact) is str)
                and (stripe_subscription_id is None or type(stripe_subscription_id) is str)
            ):
                decode.settle(self, data, _FIELDS)
            elif len(data) > 10:
                self.additional_properties = decode.unknown(data, _NAMES)
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


_check_payment_method = decode.none_if_empty(PaymentMethod.from_dict)
_check_upcoming_invoice = decode.none_if_empty(UpcomingInvoice.from_dict)
_FIELDS = (
    Field("tier", decode.text),
    Field("purchased_seats", decode.integer),
    Field("assigned_seats", decode.integer),
    Field("available_seats", decode.integer),
    Field("stripe_customer_id", decode.text, default=None),
    Field("payment_method", _check_payment_method, default=None),
    Field("upcoming_invoice", _check_upcoming_invoice, default=None),
    Field("subscription_status", decode.text, default=None),
    Field("billing_contact", decode.text, default=None),
    Field("stripe_subscription_id", decode.text, default=None),
)
_NAMES = frozenset(field.name for field in _FIELDS)
_ABSENT = decode.absent(_FIELDS)
