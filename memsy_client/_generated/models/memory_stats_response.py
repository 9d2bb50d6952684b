from __future__ import annotations

from typing import Any

from attrs import define, field

from memsy_client._core import decode, encode
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
        decode.mapping(data)
        self = cls.__new__(cls)
        try:
            self.total = value = data["total"]
            if type(value) is not int:
                self.total = 0 if value is None else decode.integer(value, "total")
            self.total_memories = value = data["total_memories"]
            if type(value) is not int:
                self.total_memories = 0 if value is None else decode.integer(value, "total_memories")
            self.active_memories = value = data["active_memories"]
            if type(value) is not int:
                self.active_memories = 0 if value is None else decode.integer(value, "active_memories")
            value = data["by_type"]
            self.by_type = {} if value is None else decode.decode_at(value, "by_type", _check_by_type)
            value = data["by_kind"]
            self.by_kind = {} if value is None else decode.decode_at(value, "by_kind", _check_by_kind)
            value = data["by_status"]
            self.by_status = {} if value is None else decode.decode_at(value, "by_status", _check_by_status)
            self.avg_confidence = value = data["avg_confidence"]
            if type(value) is not float and type(value) is not int:
                self.avg_confidence = 0.0 if value is None else decode.number(value, "avg_confidence")
            self.avg_strength = value = data["avg_strength"]
            if type(value) is not float and type(value) is not int:
                self.avg_strength = 0.0 if value is None else decode.number(value, "avg_strength")
            value = data["top_entities"]
            self.top_entities = [] if value is None else decode.decode_at(value, "top_entities", _check_top_entities)
        except KeyError as missing:
            return cls.from_dict(decode.with_nulls(data, missing, _FILLED))
        self.confidence_buckets = decode.decode_at_or_none(
            data.get("confidence_buckets"), "confidence_buckets", _check_confidence_buckets
        )
        self.date_range = decode.decode_at_or_none(data.get("date_range"), "date_range", _check_date_range)
        self._usage = self._rate_limit = None
        self.additional_properties = {} if _FIELDS.issuperset(data) else decode.unknown(data, _FIELDS)
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


_FIELDS = frozenset(
    {
        "total",
        "total_memories",
        "active_memories",
        "by_type",
        "by_kind",
        "by_status",
        "avg_confidence",
        "avg_strength",
        "top_entities",
        "confidence_buckets",
        "date_range",
    }
)
_FILLED = frozenset(
    {
        "total",
        "total_memories",
        "active_memories",
        "by_type",
        "by_kind",
        "by_status",
        "avg_confidence",
        "avg_strength",
        "top_entities",
    }
)
_check_by_type = decode.values(decode.integer)
_check_by_kind = decode.values(decode.integer)
_check_by_status = decode.values(decode.integer)
_check_top_entities = decode.each(decode.mapping)
_check_confidence_buckets = decode.each(decode.mapping)
_check_date_range = decode.values(decode.optional(decode.text))
