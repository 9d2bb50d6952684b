from __future__ import annotations

from typing import Any

from attrs import define, field

from memsy_client._core import decode, encode
from memsy_client._core.list_model import ListModel
from memsy_client._core.usage_and_rate_limit import RateLimitInfo, UsageInfo

from .event_item_resource import EventItemResource


@define(weakref_slot=False, getstate_setstate=False)
class EventListResponse(ListModel[EventItemResource]):
    """One page of events.

    Attributes:
        items: The events of this page.
        total: How many events match, on all pages.
        limit: How many a page holds at most.
        offset: How many were skipped before this page.
        additional_properties: Fields that the contract does not know, by their names on the wire.
    """

    _ITEMS = "items"

    items: list[EventItemResource] = field(factory=list[EventItemResource])
    total: int = 0
    limit: int = 0
    offset: int = 0
    _usage: UsageInfo | None = field(default=None, alias="usage", eq=False, repr=False)
    _rate_limit: RateLimitInfo | None = field(default=None, alias="rate_limit", eq=False, repr=False)
    additional_properties: dict[str, Any] = field(factory=dict[str, Any], kw_only=True)

    @classmethod
    def from_dict(cls, data: Any) -> EventListResponse:
        """The model of a JSON object. Raises `MemsyDecodeError`, which says where, when `data` is not one of these."""
        decode.mapping(data)
        self = cls.__new__(cls)
        try:
            value = data["items"]
            self.items = [] if value is None else decode.decode_at(value, "items", _check_items)
            self.total = value = data["total"]
            if type(value) is not int:
                self.total = 0 if value is None else decode.integer(value, "total")
            self.limit = value = data["limit"]
            if type(value) is not int:
                self.limit = 0 if value is None else decode.integer(value, "limit")
            self.offset = value = data["offset"]
            if type(value) is not int:
                self.offset = 0 if value is None else decode.integer(value, "offset")
        except KeyError as missing:
            return cls.from_dict(decode.with_nulls(data, missing, _FILLED))
        self._usage = self._rate_limit = None
        self.additional_properties = {} if _FIELDS.issuperset(data) else decode.unknown(data, _FIELDS)
        return self

    def to_dict(self) -> dict[str, Any]:
        """The model as a JSON object, by the names on the wire; optional fields that are None are left out."""
        data = dict(self.additional_properties)
        data["items"] = encode.to_jsonable(self.items)
        data["total"] = self.total
        data["limit"] = self.limit
        data["offset"] = self.offset
        return data


_FIELDS = frozenset({"items", "total", "limit", "offset"})
_FILLED = frozenset({"items", "total", "limit", "offset"})
_check_items = decode.each(EventItemResource.from_dict)
