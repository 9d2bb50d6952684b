from __future__ import annotations

import datetime
from typing import Any

from attrs import define, field

from memsy_client._core import decode, encode
from memsy_client._core.model import Model
from memsy_client._core.usage_and_rate_limit import RateLimitInfo, UsageInfo


@define(weakref_slot=False, getstate_setstate=False)
class Connector(Model):
    """A connection from which Memsy reads.

    Attributes:
        id: Its id.
        provider: The provider, by its slug (the vocabulary is open).
        status: `pending` until it is authorised and something is selected, then `active`; the vocabulary is open.
        display_name: The name of the account at the provider.
        external_account_id: The id of the account at the provider.
        configured_by_email: The e-mail address of who connected it.
        scopes: What the provider granted, in the provider's words; not the scopes of API keys.
        last_sync_at: When it was last read.
        next_sync_at: When it will be read next.
        last_error: What went wrong in the last sync.
        created_at: When it was made.
        bucket: The bucket (S3 only).
        region: The region of the bucket (S3 only).
        additional_properties: Fields that the contract does not know, by their names on the wire.
    """

    id: str
    provider: str
    status: str
    display_name: str | None
    external_account_id: str | None
    configured_by_email: str | None
    scopes: list[str]
    last_sync_at: datetime.datetime | None
    next_sync_at: datetime.datetime | None
    last_error: str | None
    created_at: datetime.datetime
    bucket: str | None = None
    region: str | None = None
    _usage: UsageInfo | None = field(default=None, alias="usage", eq=False, repr=False)
    _rate_limit: RateLimitInfo | None = field(default=None, alias="rate_limit", eq=False, repr=False)
    additional_properties: dict[str, Any] = field(factory=dict[str, Any], kw_only=True)

    @classmethod
    def from_dict(cls, data: Any) -> Connector:
        """The model of a JSON object. Raises `MemsyDecodeError`, which says where, when `data` is not one of these."""
        decode.mapping(data)
        self = cls.__new__(cls)
        try:
            self.id = value = data["id"]
            if type(value) is not str:
                decode.text(value, "id")
            self.provider = value = data["provider"]
            if type(value) is not str:
                decode.text(value, "provider")
            self.status = value = data["status"]
            if type(value) is not str:
                decode.text(value, "status")
            self.created_at = decode.time(data["created_at"], "created_at")
        except KeyError as missing:
            raise decode.missing_field(missing) from None
        self.display_name = value = data.get("display_name")
        if type(value) is not str and value is not None:
            decode.text(value, "display_name")
        self.external_account_id = value = data.get("external_account_id")
        if type(value) is not str and value is not None:
            decode.text(value, "external_account_id")
        self.configured_by_email = value = data.get("configured_by_email")
        if type(value) is not str and value is not None:
            decode.text(value, "configured_by_email")
        value = data.get("scopes")
        self.scopes = [] if value is None else decode.texts(value, "scopes")
        self.last_sync_at = decode.time_or_none(data.get("last_sync_at"), "last_sync_at")
        self.next_sync_at = decode.time_or_none(data.get("next_sync_at"), "next_sync_at")
        self.last_error = value = data.get("last_error")
        if type(value) is not str and value is not None:
            decode.text(value, "last_error")
        self.bucket = value = data.get("bucket")
        if type(value) is not str and value is not None:
            decode.text(value, "bucket")
        self.region = value = data.get("region")
        if type(value) is not str and value is not None:
            decode.text(value, "region")
        self._usage = self._rate_limit = None
        self.additional_properties = {} if _FIELDS.issuperset(data) else decode.unknown(data, _FIELDS)
        return self

    def to_dict(self) -> dict[str, Any]:
        """The model as a JSON object, by the names on the wire; optional fields that are None are left out."""
        data = dict(self.additional_properties)
        data["id"] = self.id
        data["provider"] = self.provider
        data["status"] = self.status
        if self.display_name is not None:
            data["display_name"] = self.display_name
        if self.external_account_id is not None:
            data["external_account_id"] = self.external_account_id
        if self.configured_by_email is not None:
            data["configured_by_email"] = self.configured_by_email
        data["scopes"] = encode.to_jsonable(self.scopes)
        if self.last_sync_at is not None:
            data["last_sync_at"] = encode.to_jsonable(self.last_sync_at)
        if self.next_sync_at is not None:
            data["next_sync_at"] = encode.to_jsonable(self.next_sync_at)
        if self.last_error is not None:
            data["last_error"] = self.last_error
        data["created_at"] = encode.to_jsonable(self.created_at)
        if self.bucket is not None:
            data["bucket"] = self.bucket
        if self.region is not None:
            data["region"] = self.region
        return data


_FIELDS = frozenset(
    {
        "id",
        "provider",
        "status",
        "display_name",
        "external_account_id",
        "configured_by_email",
        "scopes",
        "last_sync_at",
        "next_sync_at",
        "last_error",
        "created_at",
        "bucket",
        "region",
    }
)
