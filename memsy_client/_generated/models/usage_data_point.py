from __future__ import annotations

from typing import Any

from attrs import define, field

from memsy_client._core import decode
from memsy_client._core.decode import Field
from memsy_client._core.model import Model


@define(weakref_slot=False, getstate_setstate=False)
class UsageDataPoint(Model):
    """The usage of one dimension in one day or hour.

    Attributes:
        date: A day (`2026-01-31`), or when hourly the start of an hour (`2026-01-31T09:00:00+00:00`), in UTC.
        dimension: What is counted, as in `UsageDimension`.
        quantity: How much was used.
        additional_properties: Fields that the contract does not know, by their names on the wire.
    """

    date: str
    dimension: str
    quantity: int = 0
    additional_properties: dict[str, Any] = field(factory=dict[str, Any], kw_only=True)

    @classmethod
    def from_dict(cls, data: Any) -> UsageDataPoint:
        """The model of a JSON object. Raises `MemsyDecodeError`, which says where, when `data` is not one of these."""
        self = object.__new__(cls)
        try:
            self.date = date = data["date"]
            self.dimension = dimension = data["dimension"]
            self.quantity = quantity = data["quantity"]
        except decode.UNEXPECTED as error:
            decode.settle(self, data, _FIELDS, error)
        else:
            if not (dict is type(data) and type(date) is type(dimension) is str and type(quantity) is int):
                decode.settle(self, data, _FIELDS)
            elif len(data) > 3:
                self.additional_properties = decode.unknown(data, _NAMES)
        return self

    def to_dict(self) -> dict[str, Any]:
        """The model as a JSON object, by the names on the wire; optional fields that are None are left out."""
        data = dict(self.additional_properties)
        data["date"] = self.date
        data["dimension"] = self.dimension
        data["quantity"] = self.quantity
        return data


_FIELDS = (
    Field("date", decode.text),
    Field("dimension", decode.text),
    Field("quantity", decode.integer, default=0),
)
_NAMES = frozenset(field.name for field in _FIELDS)
