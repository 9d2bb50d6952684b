from __future__ import annotations

import datetime
from typing import Any

from attrs import define, field

from memsy_client._core import decode, encode
from memsy_client._core.model import Model

from .event_kind import EventKind


@define(weakref_slot=False, getstate_setstate=False)
class EventPayload(Model):
    """One thing that happened: a message, a tool's answer, an event of the application. NUL characters are stripped
    from every string.

    Attributes:
        actor_id: Who it is about, by an id of your choice, trimmed. 1 to 256 characters, not blank.
        session_id: The conversation it belongs to, by an id of your choice, trimmed. To search by it later, use
            only letters, digits and `_ - : . @ /`: an id with anything else is stored, but a search by it is
            refused. 1 to 256 characters, not blank.
        kind: What the event is.
        content: The text. 1 to 7999 characters, not blank.
        role_id: The role to which memories of it may be promoted. Blank counts as unset. At most 256 characters.
        team_id: The team to which memories of it may be promoted. Blank counts as unset. At most 256 characters.
        ts: When it happened (ISO 8601 with offset). Left out, the server takes the current time. How recent a
            memory counts depends on it.
        metadata: Your own data about the event: a JSON document serialised to a string, at most 4,096 characters.
            Text that is not a JSON object is kept as it is, not refused.
        additional_properties: Fields that the contract does not know, by their names on the wire.
    """

    actor_id: str
    session_id: str
    kind: EventKind
    content: str
    role_id: str | None = None
    team_id: str | None = None
    ts: datetime.datetime | str | None = None
    metadata: str | None = None
    additional_properties: dict[str, Any] = field(factory=dict[str, Any], kw_only=True)

    @classmethod
    def from_dict(cls, data: Any) -> EventPayload:
        """The model of a JSON object. Raises `MemsyDecodeError`, which says where, when `data` is not one of these."""
        decode.mapping(data)
        self = cls.__new__(cls)
        try:
            self.actor_id = value = data["actor_id"]
            if type(value) is not str:
                decode.text(value, "actor_id")
            self.session_id = value = data["session_id"]
            if type(value) is not str:
                decode.text(value, "session_id")
            self.kind = value = data["kind"]
            if type(value) is not str:
                decode.text(value, "kind")
            self.content = value = data["content"]
            if type(value) is not str:
                decode.text(value, "content")
        except KeyError as missing:
            raise decode.missing_field(missing) from None
        self.role_id = value = data.get("role_id")
        if type(value) is not str and value is not None:
            decode.text(value, "role_id")
        self.team_id = value = data.get("team_id")
        if type(value) is not str and value is not None:
            decode.text(value, "team_id")
        self.ts = decode.time_or_none(data.get("ts"), "ts")
        self.metadata = value = data.get("metadata")
        if type(value) is not str and value is not None:
            decode.text(value, "metadata")
        self.additional_properties = {} if _FIELDS.issuperset(data) else decode.unknown(data, _FIELDS)
        return self

    def to_dict(self) -> dict[str, Any]:
        """The model as a JSON object, by the names on the wire; optional fields that are None are left out."""
        data = dict(self.additional_properties)
        data["actor_id"] = self.actor_id
        data["session_id"] = self.session_id
        data["kind"] = self.kind
        data["content"] = self.content
        if self.role_id is not None:
            data["role_id"] = self.role_id
        if self.team_id is not None:
            data["team_id"] = self.team_id
        if self.ts is not None:
            data["ts"] = encode.to_jsonable(encode.time("ts", self.ts))
        if self.metadata is not None:
            data["metadata"] = self.metadata
        return data


_FIELDS = frozenset({"actor_id", "session_id", "kind", "content", "role_id", "team_id", "ts", "metadata"})
