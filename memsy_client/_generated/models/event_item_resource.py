from __future__ import annotations

import datetime
from typing import Any

from attrs import define, field

from memsy_client._core import decode, encode
from memsy_client._core.model import Model

from .event_kind import EventKind


@define(weakref_slot=False)
class EventItemResource(Model):
    """A raw event as it is stored. Events are immutable.

    Attributes:
        event_id: Its id, as `ingest` returned it.
        org_id: The organisation it is stored in.
        actor_id: Who it is about.
        kind: What the event is. Clients accept unknown kinds here.
        content: Its text.
        ts: When it happened. A time without an offset is read as UTC.
        session_id: The conversation it belongs to.
        metadata: The metadata sent with it, free-form.
        ingested_at: When it was stored. A time without an offset is read as UTC.
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
            value = data["event_id"]
            self.event_id = value if type(value) is str else decode.wrong(value, "a string", "event_id")
            value = data["org_id"]
            self.org_id = value if type(value) is str else decode.wrong(value, "a string", "org_id")
            value = data["actor_id"]
            self.actor_id = value if type(value) is str else decode.wrong(value, "a string", "actor_id")
            value = data["kind"]
            self.kind = value if type(value) is str else decode.wrong(value, "a string", "kind")
            value = data["content"]
            self.content = value if type(value) is str else decode.wrong(value, "a string", "content")
            self.ts = decode.inside(data["ts"], "ts", decode.time)
            self.session_id = (
                value
                if (value := data.get("session_id")) is None or type(value) is str
                else decode.wrong(value, "a string", "session_id")
            )
            self.metadata = (
                value
                if (value := data.get("metadata")) is None or type(value) is dict
                else decode.wrong(value, "an object", "metadata")
            )
            self.ingested_at = decode.inside_or_none(data.get("ingested_at"), "ingested_at", decode.time)
        except KeyError as missing:
            raise decode.absent(missing) from None
        self.additional_properties = decode.unknown(data, _FIELDS)
        return self

    def to_dict(self) -> dict[str, Any]:
        """The model as a JSON object, by the names on the wire; optional fields that are None are left out."""
        data = dict(self.additional_properties)
        data["event_id"] = self.event_id
        data["org_id"] = self.org_id
        data["actor_id"] = self.actor_id
        data["kind"] = self.kind
        data["content"] = self.content
        data["ts"] = encode.plain(self.ts)
        if self.session_id is not None:
            data["session_id"] = self.session_id
        if self.metadata is not None:
            data["metadata"] = encode.plain(self.metadata)
        if self.ingested_at is not None:
            data["ingested_at"] = encode.plain(self.ingested_at)
        return data


_FIELDS = frozenset(
    (
        "event_id",
        "org_id",
        "actor_id",
        "kind",
        "content",
        "ts",
        "session_id",
        "metadata",
        "ingested_at",
    )
)
