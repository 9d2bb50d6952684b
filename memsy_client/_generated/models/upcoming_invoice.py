from __future__ import annotations

from typing import Any

from attrs import define, field

from memsy_client._core import decode, encode
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
        decode.mapping(data)
        self = cls.__new__(cls)
        try:
            self.amount_due = value = data["amount_due"]
            if type(value) is not int:
                self.amount_due = decode.integer(value, "amount_due")
            self.currency = value = data["currency"]
            if type(value) is not str:
                decode.text(value, "currency")
            self.period_end = decode.decode_at(data["period_end"], "period_end", _check_period_end)
        except KeyError as missing:
            raise decode.missing_field(missing) from None
        self.additional_properties = {} if _FIELDS.issuperset(data) else decode.unknown(data, _FIELDS)
        return self

    def to_dict(self) -> dict[str, Any]:
        """The model as a JSON object, by the names on the wire; optional fields that are None are left out."""
        data = dict(self.additional_properties)
        data["amount_due"] = self.amount_due
        data["currency"] = self.currency
        data["period_end"] = encode.to_jsonable(self.period_end)
        return data


_FIELDS = frozenset({"amount_due", "currency", "period_end"})
_check_period_end = decode.first_of(decode.integer, decode.text)
