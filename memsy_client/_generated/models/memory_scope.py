from __future__ import annotations

from typing import Any

from attrs import define, field

from memsy_client._core import decode
from memsy_client._core.decode import Field
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
        self = object.__new__(cls)
        try:
            if len(data) < 4 and dict is type(data):
                data = _ABSENT | data
            self.level = level = data["level"]
            self.actor_id = actor_id = data["actor_id"]
            self.team_id = team_id = data["team_id"]
            self.role_id = role_id = data["role_id"]
        except decode.UNEXPECTED as error:
            decode.settle(self, data, _FIELDS, error)
        else:
            if not (
                dict is type(data)
                and type(level) is str
                and (actor_id is None or type(actor_id) is str)
                and (team_id is None or type(team_id) is str)
                and (role_id is None or type(role_id) is str)
            ):
                decode.settle(self, data, _FIELDS)
            elif len(data) > 4:
                self.additional_properties = decode.unknown(data, _NAMES)
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


_FIELDS = (
    Field("level", decode.text),
    Field("actor_id", decode.text, default=None),
    Field("team_id", decode.text, default=None),
    Field("role_id", decode.text, default=None),
)
_NAMES = frozenset(field.name for field in _FIELDS)
_ABSENT = decode.absent(_FIELDS)
