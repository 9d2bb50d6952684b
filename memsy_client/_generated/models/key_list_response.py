from __future__ import annotations

from typing import Any

from attrs import define, field

from memsy_client._core import decode, encode
from memsy_client._core.decode import Field
from memsy_client._core.list_model import ListModel
from memsy_client._core.usage_and_rate_limit import RateLimitInfo, UsageInfo

from .key_resource import KeyResource


@define(weakref_slot=False, getstate_setstate=False)
class KeyListResponse(ListModel[KeyResource]):
    """The API keys of an organisation.

    Attributes:
        keys: The keys.
        max_keys: How many active keys the plan allows.
        active_count: How many keys are active.
        additional_properties: Fields that the contract does not know, by their names on the wire.
    """

    _ITEMS = "keys"

    keys: list[KeyResource]
    max_keys: int
    active_count: int
    _usage: UsageInfo | None = field(default=None, alias="usage", eq=False, repr=False)
    _rate_limit: RateLimitInfo | None = field(default=None, alias="rate_limit", eq=False, repr=False)
    additional_properties: dict[str, Any] = field(factory=dict[str, Any], kw_only=True)

    @classmethod
    def from_dict(cls, data: Any) -> KeyListResponse:
        """The model of a JSON object. Raises `MemsyDecodeError`, which says where, when `data` is not one of these."""
        self = object.__new__(cls)
        try:
            self.keys = _check_keys(data["keys"])
            self.max_keys = max_keys = data["max_keys"]
            self.active_count = active_count = data["active_count"]
        except decode.UNEXPECTED as error:
            decode.settle(self, data, _FIELDS, error)
        else:
            if not (dict is type(data) and type(max_keys) is type(active_count) is int):
                decode.settle(self, data, _FIELDS)
            elif len(data) > 3:
                self.additional_properties = decode.unknown(data, _NAMES)
        return self

    def to_dict(self) -> dict[str, Any]:
        """The model as a JSON object, by the names on the wire; optional fields that are None are left out."""
        data = dict(self.additional_properties)
        data["keys"] = encode.to_jsonable(self.keys)
        data["max_keys"] = self.max_keys
        data["active_count"] = self.active_count
        return data


_check_keys = decode.each(KeyResource.from_dict)
_FIELDS = (
    Field("keys", _check_keys, default=list),
    Field("max_keys", decode.integer),
    Field("active_count", decode.integer),
)
_NAMES = frozenset(field.name for field in _FIELDS)
