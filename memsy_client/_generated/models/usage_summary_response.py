from __future__ import annotations

import datetime
from typing import Any

from attrs import define, field

from memsy_client._core import decode, encode
from memsy_client._core.model import Model

from .usage_dimension import UsageDimension


@define(weakref_slot=False, getstate_setstate=False)
class UsageSummaryResponse(Model):
    """The usage of the present billing period.

    Attributes:
        org_id: The organisation.
        tier: Its plan (the vocabulary is open).
        period_start: When the billing period began.
        period_end: When the billing period ends.
        dimensions: The usage in each dimension of the plan.
        additional_properties: Fields that the contract does not know, by their names on the wire.
    """

    org_id: str
    tier: str
    period_start: datetime.datetime
    period_end: datetime.datetime
    dimensions: list[UsageDimension]
    additional_properties: dict[str, Any] = field(factory=dict[str, Any], kw_only=True)

    @classmethod
    def from_dict(cls, data: Any) -> UsageSummaryResponse:
        """The model of a JSON object. Raises `MemsyDecodeError`, which says where, when `data` is not one of these."""
        decode.mapping(data)
        self = cls.__new__(cls)
        try:
            self.org_id = value = data["org_id"]
            if type(value) is not str:
                decode.type_error(value, "a string", "org_id")
            self.tier = value = data["tier"]
            if type(value) is not str:
                decode.type_error(value, "a string", "tier")
            self.period_start = decode.time(data["period_start"], "period_start")
            self.period_end = decode.time(data["period_end"], "period_end")
            self.dimensions = decode.decode_at(data["dimensions"], "dimensions", _check_dimensions)
        except KeyError as missing:
            raise decode.missing_field(missing) from None
        self.additional_properties = {} if _FIELDS.issuperset(data) else decode.unknown(data, _FIELDS)
        return self

    def to_dict(self) -> dict[str, Any]:
        """The model as a JSON object, by the names on the wire; optional fields that are None are left out."""
        data = dict(self.additional_properties)
        data["org_id"] = self.org_id
        data["tier"] = self.tier
        data["period_start"] = encode.to_jsonable(self.period_start)
        data["period_end"] = encode.to_jsonable(self.period_end)
        data["dimensions"] = encode.to_jsonable(self.dimensions)
        return data


_FIELDS = frozenset({"org_id", "tier", "period_start", "period_end", "dimensions"})
_check_dimensions = decode.each(UsageDimension.from_dict)
