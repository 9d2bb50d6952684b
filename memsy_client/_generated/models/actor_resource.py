from __future__ import annotations

import datetime
from typing import Any

from attrs import define, field

from memsy_client._core import decode, encode
from memsy_client._core.model import Model


@define(weakref_slot=False, getstate_setstate=False)
class ActorResource(Model):
    """Whom memories are about. It is found in the memories, and moves as they come and go.

    Attributes:
        actor_id: Its id, as events name it.
        first_memory_at: When its oldest memory was stored; none where that memory does not say.
        last_memory_at: When its newest memory was stored. Only storing one moves it; it does not say when the actor
            was last seen.
        memory_count: How many memories are about it.
        active_memory_count: How many of them are active.
        scope_levels: The levels at which they are, as of `MemoryScope`.
        role_ids: The roles that its events carried.
        team_ids: The teams that its events carried.
        additional_properties: Fields that the contract does not know, by their names on the wire.
    """

    actor_id: str
    first_memory_at: datetime.datetime | None = None
    last_memory_at: datetime.datetime | None = None
    memory_count: int | None = None
    active_memory_count: int | None = None
    scope_levels: list[str] | None = None
    role_ids: list[str] | None = None
    team_ids: list[str] | None = None
    additional_properties: dict[str, Any] = field(factory=dict[str, Any], kw_only=True)

    @classmethod
    def from_dict(cls, data: Any) -> ActorResource:
        """The model of a JSON object. Raises `MemsyDecodeError`, which says where, when `data` is not one of these."""
        decode.mapping(data)
        self = cls.__new__(cls)
        try:
            self.actor_id = value = data["actor_id"]
            if type(value) is not str:
                decode.type_error(value, "a string", "actor_id")
        except KeyError as missing:
            raise decode.missing_field(missing) from None
        self.first_memory_at = decode.time_or_none(data.get("first_memory_at"), "first_memory_at")
        self.last_memory_at = decode.time_or_none(data.get("last_memory_at"), "last_memory_at")
        self.memory_count = value = data.get("memory_count")
        if type(value) is not int and value is not None:
            decode.type_error(value, "an integer", "memory_count")
        self.active_memory_count = value = data.get("active_memory_count")
        if type(value) is not int and value is not None:
            decode.type_error(value, "an integer", "active_memory_count")
        self.scope_levels = decode.texts_or_none(data.get("scope_levels"), "scope_levels")
        self.role_ids = decode.texts_or_none(data.get("role_ids"), "role_ids")
        self.team_ids = decode.texts_or_none(data.get("team_ids"), "team_ids")
        self.additional_properties = {} if _FIELDS.issuperset(data) else decode.unknown(data, _FIELDS)
        return self

    def to_dict(self) -> dict[str, Any]:
        """The model as a JSON object, by the names on the wire; optional fields that are None are left out."""
        data = dict(self.additional_properties)
        data["actor_id"] = self.actor_id
        if self.first_memory_at is not None:
            data["first_memory_at"] = encode.to_jsonable(self.first_memory_at)
        if self.last_memory_at is not None:
            data["last_memory_at"] = encode.to_jsonable(self.last_memory_at)
        if self.memory_count is not None:
            data["memory_count"] = self.memory_count
        if self.active_memory_count is not None:
            data["active_memory_count"] = self.active_memory_count
        if self.scope_levels is not None:
            data["scope_levels"] = encode.to_jsonable(self.scope_levels)
        if self.role_ids is not None:
            data["role_ids"] = encode.to_jsonable(self.role_ids)
        if self.team_ids is not None:
            data["team_ids"] = encode.to_jsonable(self.team_ids)
        return data


_FIELDS = frozenset(
    {
        "actor_id",
        "first_memory_at",
        "last_memory_at",
        "memory_count",
        "active_memory_count",
        "scope_levels",
        "role_ids",
        "team_ids",
    }
)
