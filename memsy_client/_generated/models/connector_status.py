from __future__ import annotations

from typing import Any

from attrs import define, field

from memsy_client._core import decode
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
        decode.mapping(data)
        self = cls.__new__(cls)
        try:
            self.connected = value = data["connected"]
            if type(value) is not bool:
                self.connected = False if value is None else decode.boolean(value, "connected")
        except KeyError as missing:
            return cls.from_dict(decode.with_nulls(data, missing, _FILLED))
        self.display_name = value = data.get("display_name")
        if type(value) is not str and value is not None:
            decode.text(value, "display_name")
        self._usage = self._rate_limit = None
        self.additional_properties = {} if _FIELDS.issuperset(data) else decode.unknown(data, _FIELDS)
        return self

    def to_dict(self) -> dict[str, Any]:
        """The model as a JSON object, by the names on the wire; optional fields that are None are left out."""
        data = dict(self.additional_properties)
        data["connected"] = self.connected
        if self.display_name is not None:
            data["display_name"] = self.display_name
        return data


_FIELDS = frozenset({"connected", "display_name"})
_FILLED = frozenset({"connected"})
