from __future__ import annotations

import datetime
from typing import Any

from attrs import define, field

from memsy_client._core import decode, encode
from memsy_client._core.decode import Field
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
        self = object.__new__(cls)
        try:
            if len(data) < 8 and dict is type(data):
                data = _ABSENT | data
            self.actor_id = actor_id = data["actor_id"]
            self.session_id = session_id = data["session_id"]
            self.kind = kind = data["kind"]
            self.content = content = data["content"]
            self.role_id = role_id = data["role_id"]
            self.team_id = team_id = data["team_id"]
            ts = data["ts"]
            self.ts = ts = None if ts is None else decode.read_time(ts)
            self.metadata = metadata = data["metadata"]
        except decode.UNEXPECTED as error:
            decode.settle(self, data, _FIELDS, error)
        else:
            if not (
                dict is type(data)
                and type(actor_id) is type(session_id) is type(kind) is type(content) is str
                and (role_id is None or type(role_id) is str)
                and (team_id is None or type(team_id) is str)
                and (ts is None or ts.tzinfo is not None)
                and (metadata is None or type(metadata) is str)
            ):
                decode.settle(self, data, _FIELDS)
            elif len(data) > 8:
                self.additional_properties = decode.unknown(data, _NAMES)
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


_FIELDS = (
    Field("actor_id", decode.text),
    Field("session_id", decode.text),
    Field("kind", decode.text),
    Field("content", decode.text),
    Field("role_id", decode.text, default=None),
    Field("team_id", decode.text, default=None),
    Field("ts", decode.time, default=None),
    Field("metadata", decode.text, default=None),
)
_NAMES = frozenset(field.name for field in _FIELDS)
_ABSENT = decode.absent(_FIELDS)
