from __future__ import annotations

from typing import Any

from attrs import define, field

from memsy_client._core import decode
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
        decode.mapping(data)
        self = cls.__new__(cls)
        try:
            self.external_id = value = data["external_id"]
            if type(value) is not str:
                decode.text(value, "external_id")
        except KeyError as missing:
            raise decode.missing_field(missing) from None
        self.resource_type = value = data.get("resource_type")
        if type(value) is not str:
            self.resource_type = "channel" if value is None else decode.text(value, "resource_type")
        self.name = value = data.get("name")
        if type(value) is not str and value is not None:
            decode.text(value, "name")
        self.additional_properties = {} if _FIELDS.issuperset(data) else decode.unknown(data, _FIELDS)
        return self

    def to_dict(self) -> dict[str, Any]:
        """The model as a JSON object, by the names on the wire; optional fields that are None are left out."""
        data = dict(self.additional_properties)
        data["external_id"] = self.external_id
        data["resource_type"] = self.resource_type
        if self.name is not None:
            data["name"] = self.name
        return data


_FIELDS = frozenset({"external_id", "resource_type", "name"})
