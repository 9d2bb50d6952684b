from __future__ import annotations

import datetime
from typing import Any

from attrs import define, field

from memsy_client._core import decode, encode
from memsy_client._core.decode import Field
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
        self = object.__new__(cls)
        try:
            self.org_id = org_id = data["org_id"]
            self.tier = tier = data["tier"]
            self.period_start = period_start = decode.read_time(data["period_start"])
            self.period_end = period_end = decode.read_time(data["period_end"])
            self.dimensions = _check_dimensions(data["dimensions"])
        except decode.UNEXPECTED as error:
            decode.settle(self, data, _FIELDS, error)
        else:
            if not (
                dict is type(data)
                and type(org_id) is type(tier) is str
                and period_start.tzinfo is not None
                and period_end.tzinfo is not None
            ):
                decode.settle(self, data, _FIELDS)
            elif len(data) > 5:
                self.additional_properties = decode.unknown(data, _NAMES)
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


_check_dimensions = decode.each(UsageDimension.from_dict)
_FIELDS = (
    Field("org_id", decode.text),
    Field("tier", decode.text),
    Field("period_start", decode.time),
    Field("period_end", decode.time),
    Field("dimensions", _check_dimensions, default=list),
)
_NAMES = frozenset(field.name for field in _FIELDS)
