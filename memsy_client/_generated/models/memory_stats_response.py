from __future__ import annotations

from typing import Any

from attrs import define, field

from memsy_client._core import decode, encode
from memsy_client._core.decode import Field
from memsy_client._core.model import Model
from memsy_client._core.usage_and_rate_limit import RateLimitInfo, UsageInfo


@define(weakref_slot=False, getstate_setstate=False)
class MemoryStatsResponse(Model):
    """Counts and averages over the memories of an organisation.

    Attributes:
        total: How many memories there are, in every status.
        total_memories: The same as `total`.
        active_memories: How many of them are active.
        by_type: How many there are of each `type`.
        by_kind: How many there are of each `memory_kind`.
        by_status: How many there are of each `status`.
        avg_confidence: The mean confidence, 0-1; 0 when there are none.
        avg_strength: The mean strength, 0.0-5.0; 0 when there are none.
        top_entities: The entities named most, each a free-form object.
        confidence_buckets: How the confidence is distributed, each bucket a free-form object.
        date_range: The dates between which the memories lie, by name, as text; null where there is none.
        additional_properties: Fields that the contract does not know, by their names on the wire.
    """

    total: int = 0
    total_memories: int = 0
    active_memories: int = 0
    by_type: dict[str, int] = field(factory=dict[str, int])
    by_kind: dict[str, int] = field(factory=dict[str, int])
    by_status: dict[str, int] = field(factory=dict[str, int])
    avg_confidence: float = 0.0
    avg_strength: float = 0.0
    top_entities: list[dict[str, Any]] = field(factory=list[dict[str, Any]])
    confidence_buckets: list[dict[str, Any]] | None = None
    date_range: dict[str, str | None] | None = None
    _usage: UsageInfo | None = field(default=None, alias="usage", eq=False, repr=False)
    _rate_limit: RateLimitInfo | None = field(default=None, alias="rate_limit", eq=False, repr=False)
    additional_properties: dict[str, Any] = field(factory=dict[str, Any], kw_only=True)

    @classmethod
    def from_dict(cls, data: Any) -> MemoryStatsResponse:
        """The model of a JSON object. Raises `MemsyDecodeError`, which says where, when `data` is not one of these."""
        self = object.__new__(cls)
        try:
            if len(data) < 11 and dict is type(data):
                data = _ABSENT | data
            self.total = total = data["total"]
            self.total_memories = total_memories = data["total_memories"]
            self.active_memories = active_memories = data["active_memories"]
            self.by_type = _check_by_type(data["by_type"])
            self.by_kind = _check_by_kind(data["by_kind"])
            self.by_status = _check_by_status(data["by_status"])
            self.avg_confidence = avg_confidence = data["avg_confidence"]
            self.avg_strength = avg_strength = data["avg_strength"]
            self.top_entities = _check_top_entities(data["top_entities"])
            confidence_buckets = data["confidence_buckets"]
            self.confidence_buckets = (
                None if confidence_buckets is None else _check_confidence_buckets(confidence_buckets)
            )
            date_range = data["date_range"]
            self.date_range = None if date_range is None else _check_date_range(date_range)
        except decode.UNEXPECTED as error:
            decode.settle(self, data, _FIELDS, error)
        else:
            if not (
                dict is type(data)
                and type(total) is type(total_memories) is type(active_memories) is int
                and (type(avg_confidence) is float or type(avg_confidence) is int)
                and (type(avg_strength) is float or type(avg_strength) is int)
            ):
                decode.settle(self, data, _FIELDS)
            elif len(data) > 11:
                self.additional_properties = decode.unknown(data, _NAMES)
        return self

    def to_dict(self) -> dict[str, Any]:
        """The model as a JSON object, by the names on the wire; optional fields that are None are left out."""
        data = dict(self.additional_properties)
        data["total"] = self.total
        data["total_memories"] = self.total_memories
        data["active_memories"] = self.active_memories
        data["by_type"] = encode.to_jsonable(self.by_type)
        data["by_kind"] = encode.to_jsonable(self.by_kind)
        data["by_status"] = encode.to_jsonable(self.by_status)
        data["avg_confidence"] = self.avg_confidence
        data["avg_strength"] = self.avg_strength
        data["top_entities"] = encode.to_jsonable(self.top_entities)
        if self.confidence_buckets is not None:
            data["confidence_buckets"] = encode.to_jsonable(self.confidence_buckets)
        if self.date_range is not None:
            data["date_range"] = encode.to_jsonable(self.date_range)
        return data


_check_by_type = decode.values(decode.integer)
_check_by_kind = decode.values(decode.integer)
_check_by_status = decode.values(decode.integer)
_check_top_entities = decode.each(decode.mapping)
_check_confidence_buckets = decode.each(decode.mapping)
_check_date_range = decode.values(decode.optional(decode.text))
_FIELDS = (
    Field("total", decode.integer, default=0),
    Field("total_memories", decode.integer, default=0),
    Field("active_memories", decode.integer, default=0),
    Field("by_type", _check_by_type, default=dict),
    Field("by_kind", _check_by_kind, default=dict),
    Field("by_status", _check_by_status, default=dict),
    Field("avg_confidence", decode.number, default=0.0),
    Field("avg_strength", decode.number, default=0.0),
    Field("top_entities", _check_top_entities, default=list),
    Field("confidence_buckets", _check_confidence_buckets, default=None),
    Field("date_range", _check_date_range, default=None),
)
_NAMES = frozenset(field.name for field in _FIELDS)
_ABSENT = decode.absent(_FIELDS)
