from __future__ import annotations

from typing import Any

from attrs import define, field

from memsy_client._core import decode
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
        decode.mapping(data)
        self = cls.__new__(cls)
        try:
            self.dimension = value = data["dimension"]
            if type(value) is not str:
                decode.text(value, "dimension")
            self.used = value = data["used"]
            if type(value) is not int:
                self.used = 0 if value is None else decode.integer(value, "used")
        except KeyError as missing:
            return cls.from_dict(decode.with_nulls(data, missing, _FILLED))
        self.limit = value = data.get("limit")
        if type(value) is not int and value is not None:
            self.limit = decode.integer(value, "limit")
        self.overage_rate = value = data.get("overage_rate")
        if type(value) is not float and type(value) is not int and value is not None:
            decode.number(value, "overage_rate")
        self.additional_properties = {} if _FIELDS.issuperset(data) else decode.unknown(data, _FIELDS)
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


_FIELDS = frozenset({"dimension", "used", "limit", "overage_rate"})
_FILLED = frozenset({"used"})
