from __future__ import annotations

from typing import Any

from attrs import define, field

from memsy_client._core import decode
from memsy_client._core.model import Model


@define(weakref_slot=False, getstate_setstate=False)
class PaymentMethod(Model):
    """A card on file.

    Attributes:
        brand: The brand of the card, such as `visa`.
        last4: The last four digits, as text.
        exp_month: The month in which it expires, 1-12.
        exp_year: The year in which it expires, four digits.
        additional_properties: Fields that the contract does not know, by their names on the wire.
    """

    brand: str
    last4: str
    exp_month: int
    exp_year: int
    additional_properties: dict[str, Any] = field(factory=dict[str, Any], kw_only=True)

    @classmethod
    def from_dict(cls, data: Any) -> PaymentMethod:
        """The model of a JSON object. Raises `MemsyDecodeError`, which says where, when `data` is not one of these."""
        decode.mapping(data)
        self = cls.__new__(cls)
        try:
            self.brand = value = data["brand"]
            if type(value) is not str:
                decode.text(value, "brand")
            self.last4 = value = data["last4"]
            if type(value) is not str:
                decode.text(value, "last4")
            self.exp_month = value = data["exp_month"]
            if type(value) is not int:
                self.exp_month = decode.integer(value, "exp_month")
            self.exp_year = value = data["exp_year"]
            if type(value) is not int:
                self.exp_year = decode.integer(value, "exp_year")
        except KeyError as missing:
            raise decode.missing_field(missing) from None
        self.additional_properties = {} if _FIELDS.issuperset(data) else decode.unknown(data, _FIELDS)
        return self

    def to_dict(self) -> dict[str, Any]:
        """The model as a JSON object, by the names on the wire; optional fields that are None are left out."""
        data = dict(self.additional_properties)
        data["brand"] = self.brand
        data["last4"] = self.last4
        data["exp_month"] = self.exp_month
        data["exp_year"] = self.exp_year
        return data


_FIELDS = frozenset({"brand", "last4", "exp_month", "exp_year"})
