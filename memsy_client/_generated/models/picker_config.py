from __future__ import annotations

from typing import Any

from attrs import define, field

from memsy_client._core import decode
from memsy_client._core.decode import Field
from memsy_client._core.model import Model
from memsy_client._core.usage_and_rate_limit import RateLimitInfo, UsageInfo


@define(weakref_slot=False, getstate_setstate=False)
class PickerConfig(Model):
    """What the Google Picker needs.

    Attributes:
        access_token: A live token of the owner. Treat it as a password.
        expires_in: Seconds until the token expires.
        api_key: The browser key of the picker.
        app_id: The id of the application.
        additional_properties: Fields that the contract does not know, by their names on the wire.
    """

    access_token: str = field(repr=False)
    expires_in: int
    api_key: str
    app_id: str
    _usage: UsageInfo | None = field(default=None, alias="usage", eq=False, repr=False)
    _rate_limit: RateLimitInfo | None = field(default=None, alias="rate_limit", eq=False, repr=False)
    additional_properties: dict[str, Any] = field(factory=dict[str, Any], kw_only=True)

    @classmethod
    def from_dict(cls, data: Any) -> PickerConfig:
        """The model of a JSON object. Raises `MemsyDecodeError`, which says where, when `data` is not one of these."""
        self = object.__new__(cls)
        try:
            self.access_token = access_token = data["access_token"]
            self.expires_in = expires_in = data["expires_in"]
            self.api_key = api_key = data["api_key"]
            self.app_id = app_id = data["app_id"]
        except decode.UNEXPECTED as error:
            decode.settle(self, data, _FIELDS, error)
        else:
            if not (
                dict is type(data)
                and type(access_token) is type(api_key) is type(app_id) is str
                and type(expires_in) is int
            ):
                decode.settle(self, data, _FIELDS)
            elif len(data) > 4:
                self.additional_properties = decode.unknown(data, _NAMES)
        return self

    def to_dict(self) -> dict[str, Any]:
        """The model as a JSON object, by the names on the wire; optional fields that are None are left out."""
        data = dict(self.additional_properties)
        data["access_token"] = self.access_token
        data["expires_in"] = self.expires_in
        data["api_key"] = self.api_key
        data["app_id"] = self.app_id
        return data


_FIELDS = (
    Field("access_token", decode.text),
    Field("expires_in", decode.integer_or_digits),
    Field("api_key", decode.text),
    Field("app_id", decode.text),
)
_NAMES = frozenset(field.name for field in _FIELDS)
