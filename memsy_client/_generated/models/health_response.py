from __future__ import annotations

from typing import Any

from attrs import define, field

from memsy_client._core import decode, encode
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
        decode.mapping(data)
        self = cls.__new__(cls)
        try:
            self.status = value = data["status"]
            if type(value) is not str:
                self.status = "unknown" if value is None else decode.text(value, "status")
            self.version = value = data["version"]
            if type(value) is not str:
                self.version = "" if value is None else decode.text(value, "version")
        except KeyError as missing:
            return cls.from_dict(decode.with_nulls(data, missing, _FILLED))
        self.billing_enabled = value = data.get("billing_enabled")
        if type(value) is not bool and value is not None:
            decode.boolean(value, "billing_enabled")
        value = data.get("components")
        self.components = value if type(value) is dict else None
        self._usage = self._rate_limit = None
        self.additional_properties = {} if _FIELDS.issuperset(data) else decode.unknown(data, _FIELDS)
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


_FIELDS = frozenset({"status", "version", "billing_enabled", "components"})
_FILLED = frozenset({"status", "version"})
