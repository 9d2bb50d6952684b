from __future__ import annotations

from typing import Any

from attrs import define, field

from memsy_client._core import decode, encode
from memsy_client._core.model import Model


@define(weakref_slot=False, getstate_setstate=False)
class HealthResponse(Model):
    """The health of a plane.

    Attributes:
        status: `ok` when all is well; the vocabulary is open.
        version: The version of the service.
        billing_enabled: Whether this installation bills.
        components: The state of each part of the service by its name.
        additional_properties: Fields that the contract does not know, by their names on the wire.
    """

    status: str
    version: str
    billing_enabled: bool | None = None
    components: dict[str, str] | None = None
    additional_properties: dict[str, Any] = field(factory=dict[str, Any], kw_only=True)

    @classmethod
    def from_dict(cls, data: Any) -> HealthResponse:
        """The model of a JSON object. Raises `MemsyDecodeError`, which says where, when `data` is not one of these."""
        decode.mapping(data)
        self = cls.__new__(cls)
        try:
            self.status = value = data["status"]
            if type(value) is not str:
                decode.type_error(value, "a string", "status")
            self.version = value = data["version"]
            if type(value) is not str:
                decode.type_error(value, "a string", "version")
        except KeyError as missing:
            raise decode.missing_field(missing) from None
        self.billing_enabled = value = data.get("billing_enabled")
        if type(value) is not bool and value is not None:
            decode.type_error(value, "a boolean", "billing_enabled")
        self.components = decode.decode_at_or_none(data.get("components"), "components", decode.text_values)
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
