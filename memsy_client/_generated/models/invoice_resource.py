from __future__ import annotations

from typing import Any

from attrs import define, field

from memsy_client._core import decode, encode
from memsy_client._core.decode import Field
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
        self = object.__new__(cls)
        try:
            if len(data) < 7 and dict is type(data):
                data = _ABSENT | data
            self.id = id = data["id"]
            self.amount_due = amount_due = data["amount_due"]
            self.amount_paid = amount_paid = data["amount_paid"]
            self.currency = currency = data["currency"]
            self.status = status = data["status"]
            self.created = _check_created(data["created"])
            self.hosted_invoice_url = hosted_invoice_url = data["hosted_invoice_url"]
        except decode.UNEXPECTED as error:
            decode.settle(self, data, _FIELDS, error)
        else:
            if not (
                dict is type(data)
                and type(id) is type(currency) is type(status) is str
                and type(amount_due) is type(amount_paid) is int
                and (hosted_invoice_url is None or type(hosted_invoice_url) is str)
            ):
                decode.settle(self, data, _FIELDS)
            elif len(data) > 7:
                self.additional_properties = decode.unknown(data, _NAMES)
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


_check_created = decode.first_of(decode.text, decode.integer)
_FIELDS = (
    Field("id", decode.text),
    Field("amount_due", decode.integer),
    Field("amount_paid", decode.integer),
    Field("currency", decode.text),
    Field("status", decode.text),
    Field("created", _check_created),
    Field("hosted_invoice_url", decode.text, default=None),
)
_NAMES = frozenset(field.name for field in _FIELDS)
_ABSENT = decode.absent(_FIELDS)
