from __future__ import annotations

import datetime
from typing import Any

from attrs import define, field

from memsy_client._core import decode, encode
from memsy_client._core.model import Model
from memsy_client._core.usage_and_rate_limit import RateLimitInfo, UsageInfo

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
    dimensions: list[UsageDimension] = field(factory=list[UsageDimension])
    _usage: UsageInfo | None = field(default=None, alias="usage", eq=False, repr=False)
    _rate_limit: RateLimitInfo | None = field(default=None, alias="rate_limit", eq=False, repr=False)
    additional_properties: dict[str, Any] = field(factory=dict[str, Any], kw_only=True)

    @classmethod
    def from_dict(cls, data: Any) -> UsageSummaryResponse:
        """The model of a JSON object. Raises `MemsyDecodeError`, which says where, when `data` is not one of these."""
        decode.mapping(data)
        self = cls.__new__(cls)
        try:
            self.org_id = value = data["org_id"]
            if type(value) is not str:
                decode.text(value, "org_id")
            self.tier = value = data["tier"]
            if type(value) is not str:
                decode.text(value, "tier")
            self.period_start = decode.time(data["period_start"], "period_start")
            self.period_end = decode.time(data["period_end"], "period_end")
            value = data["dimensions"]
            self.dimensions = [] if value is None else decode.decode_at(value, "dimensions", _check_dimensions)
        except KeyError as missing:
            return cls.from_dict(decode.with_nulls(data, missing, _FILLED))
        self._usage = self._rate_limit = None
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
_FILLED = frozenset({"dimensions"})
_check_dimensions = decode.each(UsageDimension.from_dict)
