from __future__ import annotations

from typing import Any

from attrs import define, field

from memsy_client._core import decode, encode
from memsy_client._core.decode import Field
from memsy_client._core.list_model import ListModel
from memsy_client._core.usage_and_rate_limit import RateLimitInfo, UsageInfo

from .memory_item_resource import MemoryItemResource


@define(weakref_slot=False, getstate_setstate=False)
class MemoryListResponse(ListModel[MemoryItemResource]):
    """One page of memories.

    Attributes:
        items: The memories of this page.
        total: How many memories match, on all pages.
        limit: How many a page holds at most.
        offset: How many were skipped before this page.
        additional_properties: Fields that the contract does not know, by their names on the wire.
    """

    _ITEMS = "items"

    items: list[MemoryItemResource] = field(factory=list[MemoryItemResource])
    total: int = 0
    limit: int = 0
    offset: int = 0
    _usage: UsageInfo | None = field(default=None, alias="usage", eq=False, repr=False)
    _rate_limit: RateLimitInfo | None = field(default=None, alias="rate_limit", eq=False, repr=False)
    additional_properties: dict[str, Any] = field(factory=dict[str, Any], kw_only=True)

    @classmethod
    def from_dict(cls, data: Any) -> MemoryListResponse:
        """The model of a JSON object. Raises `MemsyDecodeError`, which says where, when `data` is not one of these."""
        self = object.__new__(cls)
        try:
            self.items = _check_items(data["items"])
            self.total = total = data["total"]
            self.limit = limit = data["limit"]
            self.offset = offset = data["offset"]
        except decode.UNEXPECTED as error:
            decode.settle(self, data, _FIELDS, error)
        else:
            if not (dict is type(data) and type(total) is type(limit) is type(offset) is int):
                decode.settle(self, data, _FIELDS)
            elif len(data) > 4:
                self.additional_properties = decode.unknown(data, _NAMES)
        return self

    def to_dict(self) -> dict[str, Any]:
        """The model as a JSON object, by the names on the wire; optional fields that are None are left out."""
        data = dict(self.additional_properties)
        data["items"] = encode.to_jsonable(self.items)
        data["total"] = self.total
        data["limit"] = self.limit
        data["offset"] = self.offset
        return data


_check_items = decode.each(MemoryItemResource.from_dict)
_FIELDS = (
    Field("items", _check_items, default=list),
    Field("total", decode.integer, default=0),
    Field("limit", decode.integer, default=0),
    Field("offset", decode.integer, default=0),
)
_NAMES = frozenset(field.name for field in _FIELDS)
