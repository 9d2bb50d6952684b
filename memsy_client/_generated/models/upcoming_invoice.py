from __future__ import annotations

from typing import Any

from attrs import define, field

from memsy_client._core import decode, encode
from memsy_client._core.decode import Field
from memsy_client._core.model import Model


@define(weakref_slot=False, getstate_setstate=False)
class UpcomingInvoice(Model):
    """The next invoice.

    Attributes:
        amount_due: The amount, in the smallest unit of the currency (cents).
        currency: The currency, an ISO 4217 code in lower case.
        period_end: When the period it bills ends, as unix time in seconds, or as a date.
        additional_properties: Fields that the contract does not know, by their names on the wire.
    """

    amount_due: int
    currency: str
    period_end: int | str
    additional_properties: dict[str, Any] = field(factory=dict[str, Any], kw_only=True)

    @classmethod
    def from_dict(cls, data: Any) -> UpcomingInvoice:
        """The model of a JSON object. Raises `MemsyDecodeError`, which says where, when `data` is not one of these."""
        self = object.__new__(cls)
        try:
            self.amount_due = amount_due = data["amount_due"]
            self.currency = currency = data["currency"]
            self.period_end = _check_period_end(data["period_end"])
        except decode.UNEXPECTED as error:
            decode.settle(self, data, _FIELDS, error)
        else:
            if not (dict is type(data) and type(amount_due) is int and type(currency) is str):
                decode.settle(self, data, _FIELDS)
            elif len(data) > 3:
                self.additional_properties = decode.unknown(data, _NAMES)
        return self

    def to_dict(self) -> dict[str, Any]:
        """The model as a JSON object, by the names on the wire; optional fields that are None are left out."""
        data = dict(self.additional_properties)
        data["amount_due"] = self.amount_due
        data["currency"] = self.currency
        data["period_end"] = encode.to_jsonable(self.period_end)
        return data


_check_period_end = decode.first_of(decode.integer, decode.text)
_FIELDS = (
    Field("amount_due", decode.integer),
    Field("currency", decode.text),
    Field("period_end", _check_period_end),
)
_NAMES = frozenset(field.name for field in _FIELDS)
