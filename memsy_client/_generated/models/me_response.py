from __future__ import annotations

from typing import Any

from attrs import define, field

from memsy_client._core import decode
from memsy_client._core.model import Model
from memsy_client._core.usage_and_rate_limit import RateLimitInfo, UsageInfo


@define(weakref_slot=False, getstate_setstate=False)
class MeResponse(Model):
    """Who a key belongs to.

    Attributes:
        customer_id: The customer.
        email: The customer's e-mail address.
        tier: The plan, such as `free` or `pro` (the vocabulary is open).
        is_superadmin: Whether this is an administrator of the service itself.
        org_id: The organisation of the key.
        is_billing_admin: Whether this customer manages the billing.
        user_id: The user, where the key belongs to one.
        org_role: The user's role in the organisation; `org:admin` is what admin operations ask for (the vocabulary
            is open).
        additional_properties: Fields that the contract does not know, by their names on the wire.
    """

    customer_id: str
    email: str
    tier: str
    is_superadmin: bool
    org_id: str
    is_billing_admin: bool
    user_id: str | None = None
    org_role: str | None = None
    _usage: UsageInfo | None = field(default=None, alias="usage", eq=False, repr=False)
    _rate_limit: RateLimitInfo | None = field(default=None, alias="rate_limit", eq=False, repr=False)
    additional_properties: dict[str, Any] = field(factory=dict[str, Any], kw_only=True)

    @classmethod
    def from_dict(cls, data: Any) -> MeResponse:
        """The model of a JSON object. Raises `MemsyDecodeError`, which says where, when `data` is not one of these."""
        decode.mapping(data)
        self = cls.__new__(cls)
        try:
            self.customer_id = value = data["customer_id"]
            if type(value) is not str:
                decode.text(value, "customer_id")
            self.email = value = data["email"]
            if type(value) is not str:
                decode.text(value, "email")
            self.tier = value = data["tier"]
            if type(value) is not str:
                decode.text(value, "tier")
            self.is_superadmin = value = data["is_superadmin"]
            if type(value) is not bool:
                decode.boolean(value, "is_superadmin")
            self.org_id = value = data["org_id"]
            if type(value) is not str:
                decode.text(value, "org_id")
            self.is_billing_admin = value = data["is_billing_admin"]
            if type(value) is not bool:
                decode.boolean(value, "is_billing_admin")
        except KeyError as missing:
            raise decode.missing_field(missing) from None
        self.user_id = value = data.get("user_id")
        if type(value) is not str and value is not None:
            decode.text(value, "user_id")
        self.org_role = value = data.get("org_role")
        if type(value) is not str and value is not None:
            decode.text(value, "org_role")
        self._usage = self._rate_limit = None
        self.additional_properties = {} if _FIELDS.issuperset(data) else decode.unknown(data, _FIELDS)
        return self

    def to_dict(self) -> dict[str, Any]:
        """The model as a JSON object, by the names on the wire; optional fields that are None are left out."""
        data = dict(self.additional_properties)
        data["customer_id"] = self.customer_id
        data["email"] = self.email
        data["tier"] = self.tier
        data["is_superadmin"] = self.is_superadmin
        data["org_id"] = self.org_id
        data["is_billing_admin"] = self.is_billing_admin
        if self.user_id is not None:
            data["user_id"] = self.user_id
        if self.org_role is not None:
            data["org_role"] = self.org_role
        return data


_FIELDS = frozenset(
    {"customer_id", "email", "tier", "is_superadmin", "org_id", "is_billing_admin", "user_id", "org_role"}
)
