from __future__ import annotations

from typing import Any

from attrs import define, field

from memsy_client._core import decode
from memsy_client._core.model import Model


@define(weakref_slot=False, getstate_setstate=False)
class ConnectorResourceItem(Model):
    """Something that a connection can read.

    Attributes:
        external_id: Its id at the provider, such as `acme/app` or `acme/app#main`.
        resource_type: What it is: channel, bucket, workspace, repo, branch, default_branch, folder, file, or
            another (the vocabulary is open).
        name: Its name.
        selected: Whether it is selected.
        additional_properties: Fields that the contract does not know, by their names on the wire.
    """

    external_id: str
    resource_type: str = "channel"
    name: str | None = None
    selected: bool = False
    additional_properties: dict[str, Any] = field(factory=dict[str, Any], kw_only=True)

    @classmethod
    def from_dict(cls, data: Any) -> ConnectorResourceItem:
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
        self.selected = value = data.get("selected")
        if type(value) is not bool:
            self.selected = False if value is None else decode.boolean(value, "selected")
        self.additional_properties = {} if _FIELDS.issuperset(data) else decode.unknown(data, _FIELDS)
        return self

    def to_dict(self) -> dict[str, Any]:
        """The model as a JSON object, by the names on the wire; optional fields that are None are left out."""
        data = dict(self.additional_properties)
        data["external_id"] = self.external_id
        data["resource_type"] = self.resource_type
        if self.name is not None:
            data["name"] = self.name
        data["selected"] = self.selected
        return data


_FIELDS = frozenset({"external_id", "resource_type", "name", "selected"})
