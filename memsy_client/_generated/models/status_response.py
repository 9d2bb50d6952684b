from __future__ import annotations

from typing import Any

from attrs import define, field

from memsy_client._core import decode, encode
from memsy_client._core.decode import Field
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
        self = object.__new__(cls)
        try:
            if len(data) < 5 and dict is type(data):
                data = _ABSENT | data
            self.completed_ids = completed_ids = data["completedIds"]
            decode.require_texts(completed_ids)
            self.failed_ids = failed_ids = data["failedIds"]
            decode.require_texts(failed_ids)
            self.pending_ids = pending_ids = data["pendingIds"]
            decode.require_texts(pending_ids)
            self.total = total = data["total"]
            statuses = data["statuses"]
            self.statuses = None if statuses is None else decode.text_values(statuses)
        except decode.UNEXPECTED as error:
            decode.settle(self, data, _FIELDS, error)
        else:
            if not (
                dict is type(data)
                and type(completed_ids) is type(failed_ids) is type(pending_ids) is list
                and type(total) is int
            ):
                decode.settle(self, data, _FIELDS)
            elif len(data) > 5:
                self.additional_properties = decode.unknown(data, _NAMES)
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


_FIELDS = (
    Field("completedIds", decode.texts, default=list, attribute="completed_ids"),
    Field("failedIds", decode.texts, default=list, attribute="failed_ids"),
    Field("pendingIds", decode.texts, default=list, attribute="pending_ids"),
    Field("total", decode.integer, default=0),
    Field("statuses", decode.text_values, default=None),
)
_NAMES = frozenset(field.name for field in _FIELDS)
_ABSENT = decode.absent(_FIELDS)
