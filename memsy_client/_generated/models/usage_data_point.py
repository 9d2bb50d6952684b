from __future__ import annotations

from typing import Any

from attrs import define, field

from memsy_client._core import decode
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
        decode.mapping(data)
        self = cls.__new__(cls)
        try:
            self.date = value = data["date"]
            if type(value) is not str:
                decode.text(value, "date")
            self.dimension = value = data["dimension"]
            if type(value) is not str:
                decode.text(value, "dimension")
            self.quantity = value = data["quantity"]
            if type(value) is not int:
                self.quantity = 0 if value is None else decode.integer(value, "quantity")
        except KeyError as missing:
            return cls.from_dict(decode.with_nulls(data, missing, _FILLED))
        self.additional_properties = {} if _FIELDS.issuperset(data) else decode.unknown(data, _FIELDS)
        return self

    def to_dict(self) -> dict[str, Any]:
        """The model as a JSON object, by the names on the wire; optional fields that are None are left out."""
        data = dict(self.additional_properties)
        data["date"] = self.date
        data["dimension"] = self.dimension
        data["quantity"] = self.quantity
        return data


_FIELDS = frozenset({"date", "dimension", "quantity"})
_FILLED = frozenset({"quantity"})
