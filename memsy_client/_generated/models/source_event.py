from __future__ import annotations

import datetime
from typing import Any

from attrs import define, field

from memsy_client._core import decode, encode
from memsy_client._core.model import Model

from .event_kind import EventKind


@define(weakref_slot=False, getstate_setstate=False)
class SourceEvent(Model):
    """An event from which a memory was made.

    Attributes:
        event_id: The id of the event.
        kind: What the event is. Clients accept unknown kinds here.
        content: Its text.
        ts: When it happened.
        additional_properties: Fields that the contract does not know, by their names on the wire.
    """

    event_id: str
    kind: EventKind | str
    content: str
    ts: datetime.datetime | None = None
    additional_properties: dict[str, Any] = field(factory=dict[str, Any], kw_only=True)

    @classmethod
    def from_dict(cls, data: Any) -> SourceEvent:
        """The model of a JSON object. Raises `MemsyDecodeError`, which says where, when `data` is not one of these."""
        decode.mapping(data)
        self = cls.__new__(cls)
        try:
            self.event_id = value = data["event_id"]
            if type(value) is not str:
                decode.type_error(value, "a string", "event_id")
            self.kind = value = data["kind"]
            if type(value) is not str:
                decode.type_error(value, "a string", "kind")
            self.content = value = data["content"]
            if type(value) is not str:
                decode.type_error(value, "a string", "content")
        except KeyError as missing:
            raise decode.missing_field(missing) from None
        self.ts = decode.time_or_none(data.get("ts"), "ts")
        self.additional_properties = {} if _FIELDS.issuperset(data) else decode.unknown(data, _FIELDS)
        return self

    def to_dict(self) -> dict[str, Any]:
        """The model as a JSON object, by the names on the wire; optional fields that are None are left out."""
        data = dict(self.additional_properties)
        data["event_id"] = self.event_id
        data["kind"] = self.kind
        data["content"] = self.content
        if self.ts is not None:
            data["ts"] = encode.to_jsonable(self.ts)
        return data


_FIELDS = frozenset({"event_id", "kind", "content", "ts"})
