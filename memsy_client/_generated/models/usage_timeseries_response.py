from __future__ import annotations

from typing import Any

from attrs import define, field

from memsy_client._core import decode, encode
from memsy_client._core.list_model import ListModel
from memsy_client._core.usage_and_rate_limit import RateLimitInfo, UsageInfo

from .usage_data_point import UsageDataPoint
from .usage_granularity import UsageGranularity


@define(weakref_slot=False, getstate_setstate=False)
class UsageTimeseriesResponse(ListModel[UsageDataPoint]):
    """The usage over time.

    Attributes:
        org_id: The organisation.
        granularity: The width of a data point.
        data: The data points, oldest first.
        additional_properties: Fields that the contract does not know, by their names on the wire.
    """

    _ITEMS = "data"

    org_id: str
    granularity: UsageGranularity | str
    data: list[UsageDataPoint] = field(factory=list[UsageDataPoint])
    _usage: UsageInfo | None = field(default=None, alias="usage", eq=False, repr=False)
    _rate_limit: RateLimitInfo | None = field(default=None, alias="rate_limit", eq=False, repr=False)
    additional_properties: dict[str, Any] = field(factory=dict[str, Any], kw_only=True)

    @classmethod
    def from_dict(cls, data: Any) -> UsageTimeseriesResponse:
        """The model of a JSON object. Raises `MemsyDecodeError`, which says where, when `data` is not one of these."""
        decode.mapping(data)
        self = cls.__new__(cls)
        try:
            self.org_id = value = data["org_id"]
            if type(value) is not str:
                decode.text(value, "org_id")
            self.granularity = value = data["granularity"]
            if type(value) is not str:
                decode.text(value, "granularity")
            value = data["data"]
            self.data = [] if value is None else decode.decode_at(value, "data", _check_data)
        except KeyError as missing:
            return cls.from_dict(decode.with_nulls(data, missing, _FILLED))
        self._usage = self._rate_limit = None
        self.additional_properties = {} if _FIELDS.issuperset(data) else decode.unknown(data, _FIELDS)
        return self

    def to_dict(self) -> dict[str, Any]:
        """The model as a JSON object, by the names on the wire; optional fields that are None are left out."""
        data = dict(self.additional_properties)
        data["org_id"] = self.org_id
        data["granularity"] = self.granularity
        data["data"] = encode.to_jsonable(self.data)
        return data


_FIELDS = frozenset({"org_id", "granularity", "data"})
_FILLED = frozenset({"data"})
_check_data = decode.each(UsageDataPoint.from_dict)
