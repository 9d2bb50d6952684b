from __future__ import annotations

from typing import Any

from attrs import define, field

from memsy_client._core import decode, encode
from memsy_client._core.decode import Field
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
        self = object.__new__(cls)
        try:
            self.org_id = org_id = data["org_id"]
            self.granularity = granularity = data["granularity"]
            self.data = _check_data(data["data"])
        except decode.UNEXPECTED as error:
            decode.settle(self, data, _FIELDS, error)
        else:
            if not (dict is type(data) and type(org_id) is type(granularity) is str):
                decode.settle(self, data, _FIELDS)
            elif len(data) > 3:
                self.additional_properties = decode.unknown(data, _NAMES)
        return self

    def to_dict(self) -> dict[str, Any]:
        """The model as a JSON object, by the names on the wire; optional fields that are None are left out."""
        data = dict(self.additional_properties)
        data["org_id"] = self.org_id
        data["granularity"] = self.granularity
        data["data"] = encode.to_jsonable(self.data)
        return data


_check_data = decode.each(UsageDataPoint.from_dict)
_FIELDS = (
    Field("org_id", decode.text),
    Field("granularity", decode.text),
    Field("data", _check_data, default=list),
)
_NAMES = frozenset(field.name for field in _FIELDS)
