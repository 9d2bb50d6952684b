from __future__ import annotations

import datetime
from typing import Any

from attrs import define, field

from memsy_client._core import decode, encode
from memsy_client._core.model import Model

from .key_scope import KeyScope


@define(weakref_slot=False, getstate_setstate=False)
class KeyResource(Model):
    """An API key, without its secret.

    Attributes:
        key_id: Its id.
        prefix: The first characters of the secret, to tell keys apart.
        name: Its name.
        scopes: What it may do.
        is_active: Whether it works; false when revoked or expired.
        created_at: When it was created.
        last_used_at: When it was last used; none when never.
        expires_at: When it expires; none when never.
        additional_properties: Fields that the contract does not know, by their names on the wire.
    """

    key_id: str
    prefix: str
    name: str
    scopes: list[KeyScope | str]
    is_active: bool
    created_at: datetime.datetime
    last_used_at: datetime.datetime | None = None
    expires_at: datetime.datetime | None = None
    additional_properties: dict[str, Any] = field(factory=dict[str, Any], kw_only=True)

    @classmethod
    def from_dict(cls, data: Any) -> KeyResource:
        """The model of a JSON object. Raises `MemsyDecodeError`, which says where, when `data` is not one of these."""
        decode.mapping(data)
        self = cls.__new__(cls)
        try:
            self.key_id = value = data["key_id"]
            if type(value) is not str:
                decode.text(value, "key_id")
            self.prefix = value = data["prefix"]
            if type(value) is not str:
                decode.text(value, "prefix")
            self.name = value = data["name"]
            if type(value) is not str:
                decode.text(value, "name")
            value = data["scopes"]
            self.scopes = [] if value is None else decode.texts(value, "scopes")
            self.is_active = value = data["is_active"]
            if type(value) is not bool:
                decode.boolean(value, "is_active")
            self.created_at = decode.time(data["created_at"], "created_at")
        except KeyError as missing:
            return cls.from_dict(decode.with_nulls(data, missing, _FILLED))
        self.last_used_at = decode.time_or_none(data.get("last_used_at"), "last_used_at")
        self.expires_at = decode.time_or_none(data.get("expires_at"), "expires_at")
        self.additional_properties = {} if _FIELDS.issuperset(data) else decode.unknown(data, _FIELDS)
        return self

    def to_dict(self) -> dict[str, Any]:
        """The model as a JSON object, by the names on the wire; optional fields that are None are left out."""
        data = dict(self.additional_properties)
        data["key_id"] = self.key_id
        data["prefix"] = self.prefix
        data["name"] = self.name
        data["scopes"] = encode.to_jsonable(self.scopes)
        data["is_active"] = self.is_active
        data["created_at"] = encode.to_jsonable(self.created_at)
        if self.last_used_at is not None:
            data["last_used_at"] = encode.to_jsonable(self.last_used_at)
        if self.expires_at is not None:
            data["expires_at"] = encode.to_jsonable(self.expires_at)
        return data


_FIELDS = frozenset({"key_id", "prefix", "name", "scopes", "is_active", "created_at", "last_used_at", "expires_at"})
_FILLED = frozenset({"scopes"})
