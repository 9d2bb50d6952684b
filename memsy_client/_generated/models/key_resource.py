from __future__ import annotations

import datetime
from typing import Any

from attrs import define, field

from memsy_client._core import decode, encode
from memsy_client._core.decode import Field
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
        self = object.__new__(cls)
        try:
            if len(data) < 8 and dict is type(data):
                data = _ABSENT | data
            self.key_id = key_id = data["key_id"]
            self.prefix = prefix = data["prefix"]
            self.name = name = data["name"]
            self.scopes = scopes = data["scopes"]
            decode.require_texts(scopes)
            self.is_active = is_active = data["is_active"]
            self.created_at = created_at = decode.read_time(data["created_at"])
            last_used_at = data["last_used_at"]
            self.last_used_at = last_used_at = None if last_used_at is None else decode.read_time(last_used_at)
            expires_at = data["expires_at"]
            self.expires_at = expires_at = None if expires_at is None else decode.read_time(expires_at)
        except decode.UNEXPECTED as error:
            decode.settle(self, data, _FIELDS, error)
        else:
            if not (
                dict is type(data)
                and type(key_id) is type(prefix) is type(name) is str
                and type(scopes) is list
                and type(is_active) is bool
                and created_at.tzinfo is not None
                and (last_used_at is None or last_used_at.tzinfo is not None)
                and (expires_at is None or expires_at.tzinfo is not None)
            ):
                decode.settle(self, data, _FIELDS)
            elif len(data) > 8:
                self.additional_properties = decode.unknown(data, _NAMES)
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


_FIELDS = (
    Field("key_id", decode.text),
    Field("prefix", decode.text),
    Field("name", decode.text),
    Field("scopes", decode.texts, default=list),
    Field("is_active", decode.boolean),
    Field("created_at", decode.time),
    Field("last_used_at", decode.time, default=None),
    Field("expires_at", decode.time, default=None),
)
_NAMES = frozenset(field.name for field in _FIELDS)
_ABSENT = decode.absent(_FIELDS)
