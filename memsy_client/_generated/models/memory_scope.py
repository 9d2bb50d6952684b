from __future__ import annotations

from typing import Any

from attrs import define, field

from memsy_client._core import decode
from memsy_client._core.model import Model

from .memory_level import MemoryLevel


@define(weakref_slot=False, getstate_setstate=False)
class MemoryScope(Model):
    """Whom a memory belongs to. The ids that apply to its level are there.

    Attributes:
        level: How far up the hierarchy it belongs. Clients accept unknown levels.
        actor_id: The actor.
        team_id: The team.
        role_id: The role.
        additional_properties: Fields that the contract does not know, by their names on the wire.
    """

    level: MemoryLevel | str
    actor_id: str | None = None
    team_id: str | None = None
    role_id: str | None = None
    additional_properties: dict[str, Any] = field(factory=dict[str, Any], kw_only=True)

    @classmethod
    def from_dict(cls, data: Any) -> MemoryScope:
        """The model of a JSON object. Raises `MemsyDecodeError`, which says where, when `data` is not one of these."""
        decode.mapping(data)
        self = cls.__new__(cls)
        try:
            self.level = value = data["level"]
            if type(value) is not str:
                decode.text(value, "level")
        except KeyError as missing:
            raise decode.missing_field(missing) from None
        self.actor_id = value = data.get("actor_id")
        if type(value) is not str and value is not None:
            decode.text(value, "actor_id")
        self.team_id = value = data.get("team_id")
        if type(value) is not str and value is not None:
            decode.text(value, "team_id")
        self.role_id = value = data.get("role_id")
        if type(value) is not str and value is not None:
            decode.text(value, "role_id")
        self.additional_properties = {} if _FIELDS.issuperset(data) else decode.unknown(data, _FIELDS)
        return self

    def to_dict(self) -> dict[str, Any]:
        """The model as a JSON object, by the names on the wire; optional fields that are None are left out."""
        data = dict(self.additional_properties)
        data["level"] = self.level
        if self.actor_id is not None:
            data["actor_id"] = self.actor_id
        if self.team_id is not None:
            data["team_id"] = self.team_id
        if self.role_id is not None:
            data["role_id"] = self.role_id
        return data


_FIELDS = frozenset({"level", "actor_id", "team_id", "role_id"})
