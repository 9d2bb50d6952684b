from __future__ import annotations

from typing import Any

from attrs import define, field

from memsy_client._core import decode, encode
from memsy_client._core.model import Model


@define(weakref_slot=False, getstate_setstate=False)
class InvoiceResource(Model):
    """An invoice.

    Attributes:
        id: Its id at Stripe.
        amount_due: The amount, in the smallest unit of the currency (cents).
        amount_paid: What was paid of it, in the smallest unit of the currency (cents).
        currency: The currency, an ISO 4217 code in lower case.
        status: Its state, in Stripe's words, such as `open` or `paid` (the vocabulary is open).
        created: When it was made, as unix time in seconds; some versions of the service write it as text.
        hosted_invoice_url: The web page on which to see and pay it.
        additional_properties: Fields that the contract does not know, by their names on the wire.
    """

    id: str
    amount_due: int
    amount_paid: int
    currency: str
    status: str
    created: str | int
    hosted_invoice_url: str | None = None
    additional_properties: dict[str, Any] = field(factory=dict[str, Any], kw_only=True)

    @classmethod
    def from_dict(cls, data: Any) -> InvoiceResource:
        """The model of a JSON object. Raises `MemsyDecodeError`, which says where, when `data` is not one of these."""
        decode.mapping(data)
        self = cls.__new__(cls)
        try:
            self.id = value = data["id"]
            if type(value) is not str:
                decode.text(value, "id")
            self.amount_due = value = data["amount_due"]
            if type(value) is not int:
                self.amount_due = decode.integer(value, "amount_due")
            self.amount_paid = value = data["amount_paid"]
            if type(value) is not int:
                self.amount_paid = decode.integer(value, "amount_paid")
            self.currency = value = data["currency"]
            if type(value) is not str:
                decode.text(value, "currency")
            self.status = value = data["status"]
            if type(value) is not str:
                decode.text(value, "status")
            self.created = decode.decode_at(data["created"], "created", _check_created)
        except KeyError as missing:
            raise decode.missing_field(missing) from None
        self.hosted_invoice_url = value = data.get("hosted_invoice_url")
        if type(value) is not str and value is not None:
            decode.text(value, "hosted_invoice_url")
        self.additional_properties = {} if _FIELDS.issuperset(data) else decode.unknown(data, _FIELDS)
        return self

    def to_dict(self) -> dict[str, Any]:
        """The model as a JSON object, by the names on the wire; optional fields that are None are left out."""
        data = dict(self.additional_properties)
        data["id"] = self.id
        data["amount_due"] = self.amount_due
        data["amount_paid"] = self.amount_paid
        data["currency"] = self.currency
        data["status"] = self.status
        data["created"] = encode.to_jsonable(self.created)
        if self.hosted_invoice_url is not None:
            data["hosted_invoice_url"] = self.hosted_invoice_url
        return data


_FIELDS = frozenset({"id", "amount_due", "amount_paid", "currency", "status", "created", "hosted_invoice_url"})
_check_created = decode.first_of(decode.text, decode.integer)
