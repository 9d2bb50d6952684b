from __future__ import annotations

import datetime
from typing import Any

from attrs import define, field

from memsy_client._core import decode, encode
from memsy_client._core.model import Model
from memsy_client._core.usage_and_rate_limit import RateLimitInfo, UsageInfo


@define(weakref_slot=False, getstate_setstate=False)
class OrgResource(Model):
    """An organisation. Memories are promoted from actor to role to team to organisation; each level's promotion prompt
    says what matters there.

    Attributes:
        org_id: Its id.
        name: Its name.
        focus: What it cares about.
        promotion_prompt: What memories are worth promoting to it; derived from name and focus, or set by hand.
        created_at: When it was created.
        updated_at: When it was last changed.
        prompt_meta: How the prompt was made, free-form.
        additional_properties: Fields that the contract does not know, by their names on the wire.
    """

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
    def from_dict(cls, data: Any) -> OrgResource:
        """The model of a JSON object. Raises `MemsyDecodeError`, which says where, when `data` is not one of these."""
        decode.mapping(data)
        self = cls.__new__(cls)
        try:
            self.org_id = value = data["org_id"]
            if type(value) is not str:
                decode.text(value, "org_id")
            self.name = value = data["name"]
            if type(value) is not str:
                decode.text(value, "name")
            self.focus = value = data["focus"]
            if type(value) is not str:
                decode.text(value, "focus")
            self.promotion_prompt = value = data["promotion_prompt"]
            if type(value) is not str:
                decode.text(value, "promotion_prompt")
            self.created_at = decode.time(data["created_at"], "created_at")
            self.updated_at = decode.time(data["updated_at"], "updated_at")
        except KeyError as missing:
            raise decode.missing_field(missing) from None
        value = data.get("prompt_meta")
        self.prompt_meta = value if type(value) is dict else None
        self._usage = self._rate_limit = None
        self.additional_properties = {} if _FIELDS.issuperset(data) else decode.unknown(data, _FIELDS)
        return self

    def to_dict(self) -> dict[str, Any]:
        """The model as a JSON object, by the names on the wire; optional fields that are None are left out."""
        data = dict(self.additional_properties)
        data["org_id"] = self.org_id
        data["name"] = self.name
        data["focus"] = self.focus
        data["promotion_prompt"] = self.promotion_prompt
        data["created_at"] = encode.to_jsonable(self.created_at)
        data["updated_at"] = encode.to_jsonable(self.updated_at)
        if self.prompt_meta is not None:
            data["prompt_meta"] = encode.to_jsonable(self.prompt_meta)
        return data


_FIELDS = frozenset({"org_id", "name", "focus", "promotion_prompt", "created_at", "updated_at", "prompt_meta"})
