from __future__ import annotations

import datetime
from typing import Any

from attrs import define, field

from memsy_client._core import decode, encode
from memsy_client._core.decode import Field
from memsy_client._core.model import Model
from memsy_client._core.usage_and_rate_limit import RateLimitInfo, UsageInfo


@define(weakref_slot=False, getstate_setstate=False)
class RoleResource(Model):
    """A role under an organisation. It is independent of the teams there.

    Attributes:
        role_id: Its id, assigned by the server.
        org_id: The organisation it belongs to.
        name: Its name.
        focus: What it cares about.
        promotion_prompt: What memories are worth promoting to it; derived from name and focus, or set by hand.
        created_at: When it was created.
        updated_at: When it was last changed.
        prompt_meta: How the prompt was made, free-form.
        additional_properties: Fields that the contract does not know, by their names on the wire.
    """

    role_id: str
    org_id: str
    name: str
    focus: str
    promotion_prompt: str
    created_at: datetime.datetime
    updated_at: datetime.datetime
    prompt_meta: dict[str, Any] | None = None
    _usage: UsageInfo | None = field(default=None, alias="usage", eq=False, repr=False)
    _rate_limit: RateLimitInfo | None = field(default=None, alias="rate_limit", eq=False, repr=False)
    additional_properties: dict[str, Any] = field(factory=dict[str, Any], kw_only=True)

    @classmethod
    def from_dict(cls, data: Any) -> RoleResource:
        """The model of a JSON object. Raises `MemsyDecodeError`, which says where, when `data` is not one of these."""
        self = object.__new__(cls)
        try:
            if len(data) < 8 and dict is type(data):
                data = _ABSENT | data
            self.role_id = role_id = data["role_id"]
            self.org_id = org_id = data["org_id"]
            self.name = name = data["name"]
            self.focus = focus = data["focus"]
            self.promotion_prompt = promotion_prompt = data["promotion_prompt"]
            self.created_at = created_at = decode.read_time(data["created_at"])
            self.updated_at = updated_at = decode.read_time(data["updated_at"])
            prompt_meta = data["prompt_meta"]
            self.prompt_meta = prompt_meta if type(prompt_meta) is dict else None
        except decode.UNEXPECTED as error:
            decode.settle(self, data, _FIELDS, error)
        else:
            if not (
                dict is type(data)
                and type(role_id) is type(org_id) is type(name) is type(focus) is type(promotion_prompt) is str
                and created_at.tzinfo is not None
                and updated_at.tzinfo is not None
            ):
                decode.settle(self, data, _FIELDS)
            elif len(data) > 8:
                self.additional_properties = decode.unknown(data, _NAMES)
        return self

    def to_dict(self) -> dict[str, Any]:
        """The model as a JSON object, by the names on the wire; optional fields that are None are left out."""
        data = dict(self.additional_properties)
        data["role_id"] = self.role_id
        data["org_id"] = self.org_id
        data["name"] = self.name
        data["focus"] = self.focus
        data["promotion_prompt"] = self.promotion_prompt
        data["created_at"] = encode.to_jsonable(self.created_at)
        data["updated_at"] = encode.to_jsonable(self.updated_at)
        if self.prompt_meta is not None:
            data["prompt_meta"] = encode.to_jsonable(self.prompt_meta)
        return data


_FIELDS = (
    Field("role_id", decode.text),
    Field("org_id", decode.text),
    Field("name", decode.text),
    Field("focus", decode.text),
    Field("promotion_prompt", decode.text),
    Field("created_at", decode.time),
    Field("updated_at", decode.time),
    Field("prompt_meta", decode.mapping, default=None, is_open=True),
)
_NAMES = frozenset(field.name for field in _FIELDS)
_ABSENT = decode.absent(_FIELDS)
