from __future__ import annotations

from typing import Any

from attrs import define, field

from memsy_client._core import decode
from memsy_client._core.decode import Field
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
        self = object.__new__(cls)
        try:
            if len(data) < 8 and dict is type(data):
                data = _ABSENT | data
            self.customer_id = customer_id = data["customer_id"]
            self.email = email = data["email"]
            self.tier = tier = data["tier"]
            self.is_superadmin = is_superadmin = data["is_superadmin"]
            self.org_id = org_id = data["org_id"]
            self.is_billing_admin = is_billing_admin = data["is_billing_admin"]
            self.user_id = user_id = data["user_id"]
            self.org_role = org_role = data["org_role"]
        except decode.UNEXPECTED as error:
            decode.settle(self, data, _FIELDS, error)
        else:
            if not (
                dict is type(data)
                and type(customer_id) is type(email) is type(tier) is type(org_id) is str
                and type(is_superadmin) is type(is_billing_admin) is bool
                and (user_id is None or type(user_id) is str)
                and (org_role is None or type(org_role) is str)
            ):
                decode.settle(self, data, _FIELDS)
            elif len(data) > 8:
                self.additional_properties = decode.unknown(data, _NAMES)
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


_FIELDS = (
    Field("customer_id", decode.text),
    Field("email", decode.text),
    Field("tier", decode.text),
    Field("is_superadmin", decode.boolean),
    Field("org_id", decode.text),
    Field("is_billing_admin", decode.boolean),
    Field("user_id", decode.text, default=None),
    Field("org_role", decode.text, default=None),
)
_NAMES = frozenset(field.name for field in _FIELDS)
_ABSENT = decode.absent(_FIELDS)
