from __future__ import annotations

from typing import Any

from attrs import define, field

from memsy_client._core import decode
from memsy_client._core.decode import Field
from memsy_client._core.model import Model
from memsy_client._core.usage_and_rate_limit import RateLimitInfo, UsageInfo


@define(weakref_slot=False, getstate_setstate=False)
class ConnectorStatus(Model):
    """Whether a provider is connected. It holds no ids.

    Attributes:
        connected: Whether there is a connection.
        display_name: The name of the account at the provider.
        additional_properties: Fields that the contract does not know, by their names on the wire.
    """

    connected: bool = False
    display_name: str | None = None
    _usage: UsageInfo | None = field(default=None, alias="usage", eq=False, repr=False)
    _rate_limit: RateLimitInfo | None = field(default=None, alias="rate_limit", eq=False, repr=False)
    additional_properties: dict[str, Any] = field(factory=dict[str, Any], kw_only=True)

    @classmethod
    def from_dict(cls, data: Any) -> ConnectorStatus:
        """The model of a JSON object. Raises `MemsyDecodeError`, which says where, when `data` is not one of these."""
        self = object.__new__(cls)
        try:
            if len(data) < 2 and dict is type(data):
                data = _ABSENT | data
            self.connected = connected = data["connected"]
            self.display_name = display_name = data["display_name"]
        except decode.UNEXPECTED as error:
            decode.settle(self, data, _FIELDS, error)
        else:
            if not (
                dict is type(data) and type(connected) is bool and (display_name is None or type(display_name) is str)
            ):
                decode.settle(self, data, _FIELDS)
            elif len(data) > 2:
                self.additional_properties = decode.unknown(data, _NAMES)
        return self

    def to_dict(self) -> dict[str, Any]:
        """The model as a JSON object, by the names on the wire; optional fields that are None are left out."""
        data = dict(self.additional_properties)
        data["connected"] = self.connected
        if self.display_name is not None:
            data["display_name"] = self.display_name
        return data


_FIELDS = (
    Field("connected", decode.boolean, default=False),
    Field("display_name", decode.text, default=None),
)
_NAMES = frozenset(field.name for field in _FIELDS)
_ABSENT = decode.absent(_FIELDS)
