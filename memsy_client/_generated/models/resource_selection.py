from __future__ import annotations

from typing import Any

from attrs import define, field

from memsy_client._core import decode
from memsy_client._core.decode import Field
from memsy_client._core.model import Model

from .connector_resource_item import ConnectorResourceItem


@define(weakref_slot=False, getstate_setstate=False)
class ResourceSelection(Model):
    """Something to read from.

    Attributes:
        external_id: Its id at the provider. 1 to 1024 characters.
        resource_type: What it is, as in `ConnectorResourceItem`. 1 to 64 characters.
        name: Its name. At most 1024 characters.
        additional_properties: Fields that the contract does not know, by their names on the wire.
    """

    external_id: str
    resource_type: str = "channel"
    name: str | None = None
    additional_properties: dict[str, Any] = field(factory=dict[str, Any], kw_only=True)

    @classmethod
    def from_item(cls, item: ConnectorResourceItem) -> ResourceSelection:
        """The same of an item that the service listed."""
        return cls(
            external_id=item.external_id,
            resource_type=item.resource_type,
            name=item.name,
        )

    @classmethod
    def from_dict(cls, data: Any) -> ResourceSelection:
        """The model of a JSON object. Raises `MemsyDecodeError`, which says where, when `data` is not one of these."""
        self = object.__new__(cls)
        try:
            if len(data) < 3 and dict is type(data):
                data = _ABSENT | data
            self.external_id = external_id = data["external_id"]
            self.resource_type = resource_type = data["resource_type"]
            self.name = name = data["name"]
        except decode.UNEXPECTED as error:
            decode.settle(self, data, _FIELDS, error)
        else:
            if not (
                dict is type(data)
                and type(external_id) is type(resource_type) is str
                and (name is None or type(name) is str)
            ):
                decode.settle(self, data, _FIELDS)
            elif len(data) > 3:
                self.additional_properties = decode.unknown(data, _NAMES)
        return self

    def to_dict(self) -> dict[str, Any]:
        """The model as a JSON object, by the names on the wire; optional fields that are None are left out."""
        data = dict(self.additional_properties)
        data["external_id"] = self.external_id
        data["resource_type"] = self.resource_type
        if self.name is not None:
            data["name"] = self.name
        return data


_FIELDS = (
    Field("external_id", decode.text),
    Field("resource_type", decode.text, default="channel"),
    Field("name", decode.text, default=None),
)
_NAMES = frozenset(field.name for field in _FIELDS)
_ABSENT = decode.absent(_FIELDS)
