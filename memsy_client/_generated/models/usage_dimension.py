from __future__ import annotations

from typing import Any

from attrs import define, field

from memsy_client._core import decode
from memsy_client._core.decode import Field
from memsy_client._core.model import Model


@define(weakref_slot=False, getstate_setstate=False)
class UsageDimension(Model):
    """The usage in one dimension of the plan.

    Attributes:
        dimension: What is counted: `api_calls`, `events_ingested`, `memory_stored`, `llm_tokens`, `search_queries`,
            or another (the vocabulary is open).
        used: How much was used.
        limit: How much the plan holds; none when it is unlimited.
        overage_rate: The price of a unit beyond the limit, in the plan's currency; none where there is no overage.
        additional_properties: Fields that the contract does not know, by their names on the wire.
    """

    dimension: str
    used: int = 0
    limit: int | None = None
    overage_rate: float | None = None
    additional_properties: dict[str, Any] = field(factory=dict[str, Any], kw_only=True)

    @classmethod
    def from_dict(cls, data: Any) -> UsageDimension:
        """The model of a JSON object. Raises `MemsyDecodeError`, which says where, when `data` is not one of these."""
        self = object.__new__(cls)
        try:
            if len(data) < 4 and dict is type(data):
                data = _ABSENT | data
            self.dimension = dimension = data["dimension"]
            self.used = used = data["used"]
            self.limit = limit = data["limit"]
            self.overage_rate = overage_rate = data["overage_rate"]
        except decode.UNEXPECTED as error:
            decode.settle(self, data, _FIELDS, error)
        else:
            if not (
                dict is type(data)
                and type(dimension) is str
                and type(used) is int
                and (limit is None or type(limit) is int)
                and (overage_rate is None or type(overage_rate) is float or type(overage_rate) is int)
            ):
                decode.settle(self, data, _FIELDS)
            elif len(data) > 4:
                self.additional_properties = decode.unknown(data, _NAMES)
        return self

    def to_dict(self) -> dict[str, Any]:
        """The model as a JSON object, by the names on the wire; optional fields that are None are left out."""
        data = dict(self.additional_properties)
        data["dimension"] = self.dimension
        data["used"] = self.used
        if self.limit is not None:
            data["limit"] = self.limit
        if self.overage_rate is not None:
            data["overage_rate"] = self.overage_rate
        return data


_FIELDS = (
    Field("dimension", decode.text),
    Field("used", decode.integer, default=0),
    Field("limit", decode.integer, default=None),
    Field("overage_rate", decode.number, default=None),
)
_NAMES = frozenset(field.name for field in _FIELDS)
_ABSENT = decode.absent(_FIELDS)
