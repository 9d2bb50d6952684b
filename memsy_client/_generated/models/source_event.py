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

    event_id: str | None = None
    kind: EventKind | str | None = None
    content: str | None = None
    ts: datetime.datetime | None = None
    additional_properties: dict[str, Any] = field(factory=dict[str, Any], kw_only=True)

    @classmethod
    def from_dict(cls, data: Any) -> SourceEvent:
        """The model of a JSON object. Raises `MemsyDecodeError`, which says where, when `data` is not one of these."""
        decode.mapping(data)
        self = cls.__new__(cls)
        self.event_id = value = data.get("event_id")
        if type(value) is not str and value is not None:
            decode.text(value, "event_id")
        self.kind = value = data.get("kind")
        if type(value) is not str and value is not None:
            decode.text(value, "kind")
        self.content = value = data.get("content")
        if type(value) is not str and value is not None:
            decode.text(value, "content")
        self.ts = decode.time_or_none(data.get("ts"), "ts")
        self.additional_properties = {} if _FIELDS.issuperset(data) else decode.unknown(data, _FIELDS)
        return self

    def to_dict(self) -> dict[str, Any]:
        """The model as a JSON object, by the names on the wire; optional fields that are None are left out."""
        data = dict(self.additional_properties)
        if self.event_id is not None:
            data["event_id"] = self.event_id
        if self.kind is not None:
            data["kind"] = self.kind
        if self.content is not None:
            data["content"] = self.content
        if self.ts is not None:
            data["ts"] = encode.to_jsonable(self.ts)
        return data


_FIELDS = frozenset({"event_id", "kind", "content", "ts"})
