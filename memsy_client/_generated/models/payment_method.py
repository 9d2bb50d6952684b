from __future__ import annotations

from typing import Any

from attrs import define, field

from memsy_client._core import decode
from memsy_client._core.decode import Field
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
        self = object.__new__(cls)
        try:
            self.brand = brand = data["brand"]
            self.last4 = last4 = data["last4"]
            self.exp_month = exp_month = data["exp_month"]
            self.exp_year = exp_year = data["exp_year"]
        except decode.UNEXPECTED as error:
            decode.settle(self, data, _FIELDS, error)
        else:
            if not (
                dict is type(data) and type(brand) is type(last4) is str and type(exp_month) is type(exp_year) is int
            ):
                decode.settle(self, data, _FIELDS)
            elif len(data) > 4:
                self.additional_properties = decode.unknown(data, _NAMES)
        return self

    def to_dict(self) -> dict[str, Any]:
        """The model as a JSON object, by the names on the wire; optional fields that are None are left out."""
        data = dict(self.additional_properties)
        data["brand"] = self.brand
        data["last4"] = self.last4
        data["exp_month"] = self.exp_month
        data["exp_year"] = self.exp_year
        return data


_FIELDS = (
    Field("brand", decode.text),
    Field("last4", decode.text),
    Field("exp_month", decode.integer),
    Field("exp_year", decode.integer),
)
_NAMES = frozenset(field.name for field in _FIELDS)
