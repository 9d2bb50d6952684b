from __future__ import annotations

import datetime
from typing import Any

from attrs import define, field

from memsy_client._core import decode, encode
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
        decode.mapping(data)
        self = cls.__new__(cls)
        try:
            self.event_id = value = data["event_id"]
            if type(value) is not str:
                decode.text(value, "event_id")
            self.org_id = value = data["org_id"]
            if type(value) is not str:
                decode.text(value, "org_id")
            self.actor_id = value = data["actor_id"]
            if type(value) is not str:
                decode.text(value, "actor_id")
            self.kind = value = data["kind"]
            if type(value) is not str:
                decode.text(value, "kind")
            self.content = value = data["content"]
            if type(value) is not str:
                decode.text(value, "content")
            self.ts = decode.time(data["ts"], "ts")
        except KeyError as missing:
            raise decode.missing_field(missing) from None
        self.session_id = value = data.get("session_id")
        if type(value) is not str and value is not None:
            decode.text(value, "session_id")
        value = data.get("metadata")
        self.metadata = value if type(value) is dict else None
        self.ingested_at = decode.time_or_none(data.get("ingested_at"), "ingested_at")
        self.additional_properties = {} if _FIELDS.issuperset(data) else decode.unknown(data, _FIELDS)
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


_FIELDS = frozenset(
    {"event_id", "org_id", "actor_id", "kind", "content", "ts", "session_id", "metadata", "ingested_at"}
)
