from __future__ import annotations

import datetime
from typing import Any

from attrs import define, field

from memsy_client._core import decode, encode
from memsy_client._core.decode import Field
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
        self = object.__new__(cls)
        try:
            if len(data) < 4 and dict is type(data):
                data = _ABSENT | data
            self.event_id = event_id = data["event_id"]
            self.kind = kind = data["kind"]
            self.content = content = data["content"]
            ts = data["ts"]
            self.ts = ts = None if ts is None else decode.read_time(ts)
        except decode.UNEXPECTED as error:
            decode.settle(self, data, _FIELDS, error)
        else:
            if not (
                dict is type(data)
                and (event_id is None or type(event_id) is str)
                and (kind is None or type(kind) is str)
                and (content is None or type(content) is str)
                and (ts is None or ts.tzinfo is not None)
            ):
                decode.settle(self, data, _FIELDS)
            elif len(data) > 4:
                self.additional_properties = decode.unknown(data, _NAMES)
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


_FIELDS = (
    Field("event_id", decode.text, default=None),
    Field("kind", decode.text, default=None),
    Field("content", decode.text, default=None),
    Field("ts", decode.time, default=None),
)
_NAMES = frozenset(field.name for field in _FIELDS)
_ABSENT = decode.absent(_FIELDS)
