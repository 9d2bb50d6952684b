from __future__ import annotations

from typing import Any

from attrs import define, field

from memsy_client._core import decode
from memsy_client._core.decode import Field
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
        self = object.__new__(cls)
        try:
            if len(data) < 4 and dict is type(data):
                data = _ABSENT | data
            self.external_id = external_id = data["external_id"]
            self.resource_type = resource_type = data["resource_type"]
            self.name = name = data["name"]
            self.selected = selected = data["selected"]
        except decode.UNEXPECTED as error:
            decode.settle(self, data, _FIELDS, error)
        else:
            if not (
                dict is type(data)
                and type(external_id) is type(resource_type) is str
                and type(selected) is bool
                and (name is None or type(name) is str)
            ):
                decode.settle(self, data, _FIELDS)
            elif len(data) > 4:
                self.additional_properties = decode.unknown(data, _NAMES)
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


_FIELDS = (
    Field("external_id", decode.text),
    Field("resource_type", decode.text, default="channel"),
    Field("name", decode.text, default=None),
    Field("selected", decode.boolean, default=False),
)
_NAMES = frozenset(field.name for field in _FIELDS)
_ABSENT = decode.absent(_FIELDS)
