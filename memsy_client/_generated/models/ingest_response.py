from __future__ import annotations

from typing import Any

from attrs import define, field

from memsy_client._core import decode, encode
from memsy_client._core.decode import Field
from memsy_client._core.model import Model
from memsy_client._core.usage_and_rate_limit import RateLimitInfo, UsageInfo


@define(weakref_slot=False, getstate_setstate=False)
class IngestResponse(Model):
    """What became of a batch of events.

    Attributes:
        event_ids: The id of each event, in the order sent.
        additional_properties: Fields that the contract does not know, by their names on the wire.
    """

    event_ids: list[str]
    _usage: UsageInfo | None = field(default=None, alias="usage", eq=False, repr=False)
    _rate_limit: RateLimitInfo | None = field(default=None, alias="rate_limit", eq=False, repr=False)
    additional_properties: dict[str, Any] = field(factory=dict[str, Any], kw_only=True)

    @classmethod
    def from_dict(cls, data: Any) -> IngestResponse:
        """The model of a JSON object. Raises `MemsyDecodeError`, which says where, when `data` is not one of these."""
        self = object.__new__(cls)
        try:
            self.event_ids = event_ids = data["event_ids"]
            decode.require_texts(event_ids)
        except decode.UNEXPECTED as error:
            decode.settle(self, data, _FIELDS, error)
        else:
            if not (dict is type(data) and type(event_ids) is list):
                decode.settle(self, data, _FIELDS)
            elif len(data) > 1:
                self.additional_properties = decode.unknown(data, _NAMES)
        return self

    def to_dict(self) -> dict[str, Any]:
        """The model as a JSON object, by the names on the wire; optional fields that are None are left out."""
        data = dict(self.additional_properties)
        data["event_ids"] = encode.to_jsonable(self.event_ids)
        return data


_FIELDS = (Field("event_ids", decode.texts),)
_NAMES = frozenset(field.name for field in _FIELDS)
