from __future__ import annotations

import datetime
from typing import Any

from attrs import define, field

from memsy_client._core import decode, encode
from memsy_client._core.decode import Field
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
        self = object.__new__(cls)
        try:
            if len(data) < 13 and dict is type(data):
                data = _ABSENT | data
            self.id = id = data["id"]
            self.provider = provider = data["provider"]
            self.status = status = data["status"]
            self.created_at = created_at = decode.read_time(data["created_at"])
            self.display_name = display_name = data["display_name"]
            self.external_account_id = external_account_id = data["external_account_id"]
            self.configured_by_email = configured_by_email = data["configured_by_email"]
            self.scopes = scopes = data["scopes"]
            decode.require_texts(scopes)
            last_sync_at = data["last_sync_at"]
            self.last_sync_at = last_sync_at = None if last_sync_at is None else decode.read_time(last_sync_at)
            next_sync_at = data["next_sync_at"]
            self.next_sync_at = next_sync_at = None if next_sync_at is None else decode.read_time(next_sync_at)
            self.last_error = last_error = data["last_error"]
            self.bucket = bucket = data["bucket"]
            self.region = region = data["region"]
        except decode.UNEXPECTED as error:
            decode.settle(self, data, _FIELDS, error)
        else:
            if not (
                dict is type(data)
                and type(id) is type(provider) is type(status) is str
                and type(scopes) is list
                and (display_name is None or type(display_name) is str)
                and (external_account_id is None or type(external_account_id) is str)
                and (configured_by_email is None or type(configured_by_email) is str)
                and (last_sync_at is None or last_sync_at.tzinfo is not None)
                and (next_sync_at is None or next_sync_at.tzinfo is not None)
                and (last_error is None or type(last_error) is str)
                and created_at.tzinfo is not None
                and (bucket is None or type(bucket) is str)
                and (region is None or type(region) is str)
            ):
                decode.settle(self, data, _FIELDS)
            elif len(data) > 13:
                self.additional_properties = decode.unknown(data, _NAMES)
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


_FIELDS = (
    Field("id", decode.text),
    Field("provider", decode.text),
    Field("status", decode.text),
    Field("created_at", decode.time),
    Field("display_name", decode.text, default=None),
    Field("external_account_id", decode.text, default=None),
    Field("configured_by_email", decode.text, default=None),
    Field("scopes", decode.texts, default=list),
    Field("last_sync_at", decode.time, default=None),
    Field("next_sync_at", decode.time, default=None),
    Field("last_error", decode.text, default=None),
    Field("bucket", decode.text, default=None),
    Field("region", decode.text, default=None),
)
_NAMES = frozenset(field.name for field in _FIELDS)
_ABSENT = decode.absent(_FIELDS)
