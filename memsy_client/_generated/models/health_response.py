from __future__ import annotations

from typing import Any

from attrs import define, field

from memsy_client._core import decode, encode
from memsy_client._core.decode import Field
from memsy_client._core.model import Model
from memsy_client._core.usage_and_rate_limit import RateLimitInfo, UsageInfo


@define(weakref_slot=False, getstate_setstate=False)
class HealthResponse(Model):
    """The health of a plane.

    Attributes:
        status: `ok` when all is well; the vocabulary is open.
        version: The version of the service.
        billing_enabled: Whether this installation bills.
        components: The state of each part of the service by its name, such as `async_memsy`; text as a rule.
        additional_properties: Fields that the contract does not know, by their names on the wire.
    """

    status: str = "unknown"
    version: str = ""
    billing_enabled: bool | None = None
    components: dict[str, Any] | None = None
    _usage: UsageInfo | None = field(default=None, alias="usage", eq=False, repr=False)
    _rate_limit: RateLimitInfo | None = field(default=None, alias="rate_limit", eq=False, repr=False)
    additional_properties: dict[str, Any] = field(factory=dict[str, Any], kw_only=True)

    @classmethod
    def from_dict(cls, data: Any) -> HealthResponse:
        """The model of a JSON object. Raises `MemsyDecodeError`, which says where, when `data` is not one of these."""
        self = object.__new__(cls)
        try:
            if len(data) < 4 and dict is type(data):
                data = _ABSENT | data
            self.status = status = data["status"]
            self.version = version = data["version"]
            self.billing_enabled = billing_enabled = data["billing_enabled"]
            components = data["components"]
            self.components = components if type(components) is dict else None
        except decode.UNEXPECTED as error:
            decode.settle(self, data, _FIELDS, error)
        else:
            if not (
                dict is type(data)
                and type(status) is type(version) is str
                and (billing_enabled is None or type(billing_enabled) is bool)
            ):
                decode.settle(self, data, _FIELDS)
            elif len(data) > 4:
                self.additional_properties = decode.unknown(data, _NAMES)
        return self

    def to_dict(self) -> dict[str, Any]:
        """The model as a JSON object, by the names on the wire; optional fields that are None are left out."""
        data = dict(self.additional_properties)
        data["status"] = self.status
        data["version"] = self.version
        if self.billing_enabled is not None:
            data["billing_enabled"] = self.billing_enabled
        if self.components is not None:
            data["components"] = encode.to_jsonable(self.components)
        return data


_FIELDS = (
    Field("status", decode.text, default="unknown"),
    Field("version", decode.text, default=""),
    Field("billing_enabled", decode.boolean, default=None),
    Field("components", decode.mapping, default=None, is_open=True),
)
_NAMES = frozenset(field.name for field in _FIELDS)
_ABSENT = decode.absent(_FIELDS)
