from __future__ import annotations

import datetime
from typing import Any

from attrs import define, field

from memsy_client._core import decode, encode
from memsy_client._core.decode import Field
from memsy_client._core.model import Model

from .event_kind import EventKind


@define(weakref_slot=False, getstate_setstate=False)
class EventItemResource(Model):
    """A raw event as it is stored. Events are immutable.

    Attributes:
        event_id: Its id, as `ingest` returned it.
        org_id: The organisation it is stored in.
        actor_id: Who it is about.
        kind: What the event is. Clients accept unknown kinds here.
        content: Its text.
        ts: When it happened.
        session_id: The conversation it belongs to.
        metadata: The metadata sent with it, free-form.
        ingested_at: When it was stored.
        additional_properties: Fields that the contract does not know, by their names on the wire.
    """

    event_id: str
    org_id: str
    actor_id: str
    kind: EventKind | str
    content: str
    ts: datetime.datetime
    session_id: str | None = None
    metadata: dict[str, Any] | None = None
    ingested_at: datetime.datetime | None = None
    additional_properties: dict[str, Any] = field(factory=dict[str, Any], kw_only=True)

    @classmethod
    def from_dict(cls, data: Any) -> EventItemResource:
        """The model of a JSON object. Raises `MemsyDecodeError`, which says where, when `data` is not one of these."""
        self = object.__new__(cls)
        try:
            if len(data) < 9 and dict is type(data):
                data = _ABSENT | data
            self.event_id = event_id = data["event_id"]
            self.org_id = org_id = data["org_id"]
            self.actor_id = actor_id = data["actor_id"]
            self.kind = kind = data["kind"]
            self.content = content = data["content"]
            self.ts = ts = decode.read_time(data["ts"])
            self.session_id = session_id = data["session_id"]
            metadata = data["metadata"]
            self.metadata = metadata if type(metadata) is dict else None
            ingested_at = data["ingested_at"]
            self.ingested_at = ingested_at = None if ingested_at is None else decode.read_time(ingested_at)
        except decode.UNEXPECTED as error:
            decode.settle(self, data, _FIELDS, error)
        else:
            if not (
                dict is type(data)
                and type(event_id) is type(org_id) is type(actor_id) is type(kind) is type(content) is str
                and ts.tzinfo is not None
                and (session_id is None or type(session_id) is str)
                and (ingested_at is None or ingested_at.tzinfo is not None)
            ):
                decode.settle(self, data, _FIELDS)
            elif len(data) > 9:
                self.additional_properties = decode.unknown(data, _NAMES)
        return self

    def to_dict(self) -> dict[str, Any]:
        """The model as a JSON object, by the names on the wire; optional fields that are None are left out."""
        data = dict(self.additional_properties)
        data["event_id"] = self.event_id
        data["org_id"] = self.org_id
        data["actor_id"] = self.actor_id
        data["kind"] = self.kind
        data["content"] = self.content
        data["ts"] = encode.to_jsonable(self.ts)
        if self.session_id is not None:
            data["session_id"] = self.session_id
        if self.metadata is not None:
            data["metadata"] = encode.to_jsonable(self.metadata)
        if self.ingested_at is not None:
            data["ingested_at"] = encode.to_jsonable(self.ingested_at)
        return data


_FIELDS = (
    Field("event_id", decode.text),
    Field("org_id", decode.text),
    Field("actor_id", decode.text),
    Field("kind", decode.text),
    Field("content", decode.text),
    Field("ts", decode.time),
    Field("session_id", decode.text, default=None),
    Field("metadata", decode.mapping, default=None, is_open=True),
    Field("ingested_at", decode.time, default=None),
)
_NAMES = frozenset(field.name for field in _FIELDS)
_ABSENT = decode.absent(_FIELDS)
