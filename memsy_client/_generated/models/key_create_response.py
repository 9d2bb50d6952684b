from __future__ import annotations

from typing import Any

from attrs import define, field

from memsy_client._core import decode, encode
from memsy_client._core.model import Model
from memsy_client._core.usage_and_rate_limit import RateLimitInfo, UsageInfo

from .key_scope import KeyScope


@define(weakref_slot=False, getstate_setstate=False)
class KeyCreateResponse(Model):
    """A new API key, with its secret.

    Attributes:
        key_id: Its id.
        raw_key: The secret, shown this once. Treat it as a password.
        prefix: The first characters of the secret, to tell keys apart.
        name: Its name.
        scopes: What it may do.
        additional_properties: Fields that the contract does not know, by their names on the wire.
    """

    key_id: str
    raw_key: str = field(repr=False)
    prefix: str
    name: str
    scopes: list[KeyScope | str] = field(factory=list[KeyScope | str])
    _usage: UsageInfo | None = field(default=None, alias="usage", eq=False, repr=False)
    _rate_limit: RateLimitInfo | None = field(default=None, alias="rate_limit", eq=False, repr=False)
    additional_properties: dict[str, Any] = field(factory=dict[str, Any], kw_only=True)

    @classmethod
    def from_dict(cls, data: Any) -> KeyCreateResponse:
        """The model of a JSON object. Raises `MemsyDecodeError`, which says where, when `data` is not one of these."""
        decode.mapping(data)
        self = cls.__new__(cls)
        try:
            self.key_id = value = data["key_id"]
            if type(value) is not str:
                decode.text(value, "key_id")
            self.raw_key = value = data["raw_key"]
            if type(value) is not str:
                decode.text(value, "raw_key")
            self.prefix = value = data["prefix"]
            if type(value) is not str:
                decode.text(value, "prefix")
            self.name = value = data["name"]
            if type(value) is not str:
                decode.text(value, "name")
            value = data["scopes"]
            self.scopes = [] if value is None else decode.texts(value, "scopes")
        except KeyError as missing:
            return cls.from_dict(decode.with_nulls(data, missing, _FILLED))
        self._usage = self._rate_limit = None
        self.additional_properties = {} if _FIELDS.issuperset(data) else decode.unknown(data, _FIELDS)
        return self

    def to_dict(self) -> dict[str, Any]:
        """The model as a JSON object, by the names on the wire; optional fields that are None are left out."""
        data = dict(self.additional_properties)
        data["key_id"] = self.key_id
        data["raw_key"] = self.raw_key
        data["prefix"] = self.prefix
        data["name"] = self.name
        data["scopes"] = encode.to_jsonable(self.scopes)
        return data


_FIELDS = frozenset({"key_id", "raw_key", "prefix", "name", "scopes"})
_FILLED = frozenset({"scopes"})
