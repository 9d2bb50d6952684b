from __future__ import annotations

from typing import Any

from attrs import define, field

from memsy_client._core import decode, encode
from memsy_client._core.model import Model
from memsy_client._core.usage_and_rate_limit import RateLimitInfo, UsageInfo


@define(weakref_slot=False, getstate_setstate=False)
class StatusResponse(Model):
    """The state of the events asked about.

    Attributes:
        completed_ids: Processed; their memories can be found.
        failed_ids: Processing failed for good.
        pending_ids: Not processed yet.
        total: How many events were asked about.
        statuses: The state of each event by its id, as the service words it (the vocabulary is open).
        additional_properties: Fields that the contract does not know, by their names on the wire.
    """

    completed_ids: list[str] = field(factory=list[str])
    failed_ids: list[str] = field(factory=list[str])
    pending_ids: list[str] = field(factory=list[str])
    total: int = 0
    statuses: dict[str, str] | None = None
    _usage: UsageInfo | None = field(default=None, alias="usage", eq=False, repr=False)
    _rate_limit: RateLimitInfo | None = field(default=None, alias="rate_limit", eq=False, repr=False)
    additional_properties: dict[str, Any] = field(factory=dict[str, Any], kw_only=True)

    @classmethod
    def from_dict(cls, data: Any) -> StatusResponse:
        """The model of a JSON object. Raises `MemsyDecodeError`, which says where, when `data` is not one of these."""
        decode.mapping(data)
        self = cls.__new__(cls)
        try:
            value = data["completedIds"]
            self.completed_ids = [] if value is None else decode.texts(value, "completedIds")
            value = data["failedIds"]
            self.failed_ids = [] if value is None else decode.texts(value, "failedIds")
            value = data["pendingIds"]
            self.pending_ids = [] if value is None else decode.texts(value, "pendingIds")
            self.total = value = data["total"]
            if type(value) is not int:
                self.total = 0 if value is None else decode.integer(value, "total")
        except KeyError as missing:
            return cls.from_dict(decode.with_nulls(data, missing, _FILLED))
        self.statuses = decode.decode_at_or_none(data.get("statuses"), "statuses", decode.text_values)
        self._usage = self._rate_limit = None
        self.additional_properties = {} if _FIELDS.issuperset(data) else decode.unknown(data, _FIELDS)
        return self

    def to_dict(self) -> dict[str, Any]:
        """The model as a JSON object, by the names on the wire; optional fields that are None are left out."""
        data = dict(self.additional_properties)
        data["completedIds"] = encode.to_jsonable(self.completed_ids)
        data["failedIds"] = encode.to_jsonable(self.failed_ids)
        data["pendingIds"] = encode.to_jsonable(self.pending_ids)
        data["total"] = self.total
        if self.statuses is not None:
            data["statuses"] = encode.to_jsonable(self.statuses)
        return data


_FIELDS = frozenset({"completedIds", "failedIds", "pendingIds", "total", "statuses"})
_FILLED = frozenset({"completedIds", "failedIds", "pendingIds", "total"})
