from __future__ import annotations

from typing import Any

from attrs import define, field

from memsy_client._core import decode, encode
from memsy_client._core.model import Model


@define(weakref_slot=False, getstate_setstate=False)
class SourceMetadata(Model):
    """The metadata of one source event. Exactly one of `metadata` and `raw` is there.

    Attributes:
        event_id: The id of the event.
        metadata: The metadata, when what was sent is a JSON object.
        raw: The metadata as it was sent, when that is not a JSON object.
        additional_properties: Fields that the contract does not know, by their names on the wire.
    """

    event_id: str
    metadata: dict[str, Any] | None = None
    raw: str | None = None
    additional_properties: dict[str, Any] = field(factory=dict[str, Any], kw_only=True)

    @classmethod
    def from_dict(cls, data: Any) -> SourceMetadata:
        """The model of a JSON object. Raises `MemsyDecodeError`, which says where, when `data` is not one of these."""
        decode.mapping(data)
        self = cls.__new__(cls)
        try:
            self.event_id = value = data["event_id"]
            if type(value) is not str:
                decode.type_error(value, "a string", "event_id")
        except KeyError as missing:
            raise decode.missing_field(missing) from None
        self.metadata = value = data.get("metadata")
        if type(value) is not dict and value is not None:
            decode.type_error(value, "an object", "metadata")
        self.raw = value = data.get("raw")
        if type(value) is not str and value is not None:
            decode.type_error(value, "a string", "raw")
        self.additional_properties = {} if _FIELDS.issuperset(data) else decode.unknown(data, _FIELDS)
        return self

    def to_dict(self) -> dict[str, Any]:
        """The model as a JSON object, by the names on the wire; optional fields that are None are left out."""
        data = dict(self.additional_properties)
        data["event_id"] = self.event_id
        if self.metadata is not None:
            data["metadata"] = encode.to_jsonable(self.metadata)
        if self.raw is not None:
            data["raw"] = self.raw
        return data


_FIELDS = frozenset({"event_id", "metadata", "raw"})
