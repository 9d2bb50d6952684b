from __future__ import annotations

import datetime
from typing import Any

from attrs import define, field

from memsy_client._core import decode, encode
from memsy_client._core.decode import Field
from memsy_client._core.model import Model
from memsy_client._core.usage_and_rate_limit import RateLimitInfo, UsageInfo


@define(weakref_slot=False, getstate_setstate=False)
class ActorResource(Model):
    """An actor, as found in the memories at the time of the call.

    Attributes:
        actor_id: Its id, as events name it.
        first_memory_at: When its oldest memory was stored; none when that memory has no time.
        last_memory_at: When its newest memory was stored. Only a new memory moves it, so it is not when the actor
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
    memory_count: int = 0
    active_memory_count: int = 0
    scope_levels: list[str] = field(factory=list[str])
    role_ids: list[str] = field(factory=list[str])
    team_ids: list[str] = field(factory=list[str])
    _usage: UsageInfo | None = field(default=None, alias="usage", eq=False, repr=False)
    _rate_limit: RateLimitInfo | None = field(default=None, alias="rate_limit", eq=False, repr=False)
    additional_properties: dict[str, Any] = field(factory=dict[str, Any], kw_only=True)

    @classmethod
    def from_dict(cls, data: Any) -> ActorResource:
        """The model of a JSON object. Raises `MemsyDecodeError`, which says where, when `data` is not one of these."""
        self = object.__new__(cls)
        try:
            if len(data) < 8 and dict is type(data):
                data = _ABSENT | data
            self.actor_id = actor_id = data["actor_id"]
            first_memory_at = data["first_memory_at"]
            self.first_memory_at = first_memory_at = (
                None if first_memory_at is None else decode.read_time(first_memory_at)
            )
            last_memory_at = data["last_memory_at"]
            self.last_memory_at = last_memory_at = None if last_memory_at is None else decode.read_time(last_memory_at)
            self.memory_count = memory_count = data["memory_count"]
            self.active_memory_count = active_memory_count = data["active_memory_count"]
            self.scope_levels = scope_levels = data["scope_levels"]
            decode.require_texts(scope_levels)
            self.role_ids = role_ids = data["role_ids"]
            decode.require_texts(role_ids)
            self.team_ids = team_ids = data["team_ids"]
            decode.require_texts(team_ids)
        except decode.UNEXPECTED as error:
            decode.settle(self, data, _FIELDS, error)
        else:
            if not (
                dict is type(data)
                and type(actor_id) is str
                and type(memory_count) is type(active_memory_count) is int
                and type(scope_levels) is type(role_ids) is type(team_ids) is list
                and (first_memory_at is None or first_memory_at.tzinfo is not None)
                and (last_memory_at is None or last_memory_at.tzinfo is not None)
            ):
                decode.settle(self, data, _FIELDS)
            elif len(data) > 8:
                self.additional_properties = decode.unknown(data, _NAMES)
        return self

    def to_dict(self) -> dict[str, Any]:
        """The model as a JSON object, by the names on the wire; optional fields that are None are left out."""
        data = dict(self.additional_properties)
        data["actor_id"] = self.actor_id
        if self.first_memory_at is not None:
            data["first_memory_at"] = encode.to_jsonable(self.first_memory_at)
        if self.last_memory_at is not None:
            data["last_memory_at"] = encode.to_jsonable(self.last_memory_at)
        data["memory_count"] = self.memory_count
        data["active_memory_count"] = self.active_memory_count
        data["scope_levels"] = encode.to_jsonable(self.scope_levels)
        data["role_ids"] = encode.to_jsonable(self.role_ids)
        data["team_ids"] = encode.to_jsonable(self.team_ids)
        return data


_FIELDS = (
    Field("actor_id", decode.text),
    Field("first_memory_at", decode.time, default=None),
    Field("last_memory_at", decode.time, default=None),
    Field("memory_count", decode.integer, default=0),
    Field("active_memory_count", decode.integer, default=0),
    Field("scope_levels", decode.texts, default=list),
    Field("role_ids", decode.texts, default=list),
    Field("team_ids", decode.texts, default=list),
)
_NAMES = frozenset(field.name for field in _FIELDS)
_ABSENT = decode.absent(_FIELDS)
