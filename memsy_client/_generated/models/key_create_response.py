from __future__ import annotations

from typing import Any

from attrs import define, field

from memsy_client._core import decode, encode
from memsy_client._core.decode import Field
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
        self = object.__new__(cls)
        try:
            self.key_id = key_id = data["key_id"]
            self.raw_key = raw_key = data["raw_key"]
            self.prefix = prefix = data["prefix"]
            self.name = name = data["name"]
            self.scopes = scopes = data["scopes"]
            decode.require_texts(scopes)
        except decode.UNEXPECTED as error:
            decode.settle(self, data, _FIELDS, error)
        else:
            if not (
                dict is type(data)
                and type(key_id) is type(raw_key) is type(prefix) is type(name) is str
                and type(scopes) is list
            ):
                decode.settle(self, data, _FIELDS)
            elif len(data) > 5:
                self.additional_properties = decode.unknown(data, _NAMES)
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


_FIELDS = (
    Field("key_id", decode.text),
    Field("raw_key", decode.text),
    Field("prefix", decode.text),
    Field("name", decode.text),
    Field("scopes", decode.texts, default=list),
)
_NAMES = frozenset(field.name for field in _FIELDS)
