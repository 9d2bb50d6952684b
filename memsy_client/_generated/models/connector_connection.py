from __future__ import annotations

from typing import Any

from attrs import define, field

from memsy_client._core import decode
from memsy_client._core.decode import Field
from memsy_client._core.model import Model
from memsy_client._core.usage_and_rate_limit import RateLimitInfo, UsageInfo


@define(weakref_slot=False, getstate_setstate=False)
class ConnectorConnection(Model):
    """A connection that waits for consent.

    Attributes:
        connector_id: The id of the connector.
        authorize_url: Where the end user gives consent, in a browser.
        additional_properties: Fields that the contract does not know, by their names on the wire.
    """

    connector_id: str
    authorize_url: str
    _usage: UsageInfo | None = field(default=None, alias="usage", eq=False, repr=False)
    _rate_limit: RateLimitInfo | None = field(default=None, alias="rate_limit", eq=False, repr=False)
    additional_properties: dict[str, Any] = field(factory=dict[str, Any], kw_only=True)

    @classmethod
    def from_dict(cls, data: Any) -> ConnectorConnection:
        """The model of a JSON object. Raises `MemsyDecodeError`, which says where, when `data` is not one of these."""
        self = object.__new__(cls)
        try:
            self.connector_id = connector_id = data["connector_id"]
            self.authorize_url = authorize_url = data["authorize_url"]
        except decode.UNEXPECTED as error:
            decode.settle(self, data, _FIELDS, error)
        else:
            if not (dict is type(data) and type(connector_id) is type(authorize_url) is str):
                decode.settle(self, data, _FIELDS)
            elif len(data) > 2:
                self.additional_properties = decode.unknown(data, _NAMES)
        return self

    def to_dict(self) -> dict[str, Any]:
        """The model as a JSON object, by the names on the wire; optional fields that are None are left out."""
        data = dict(self.additional_properties)
        data["connector_id"] = self.connector_id
        data["authorize_url"] = self.authorize_url
        return data


_FIELDS = (
    Field("connector_id", decode.text),
    Field("authorize_url", decode.text),
)
_NAMES = frozenset(field.name for field in _FIELDS)
