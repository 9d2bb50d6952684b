"""The control plane's objects, as tests build them."""

from memsy import (
    ApiKeyInfo,
    ApiKeyListResponse,
    BillingSummary,
    Connector,
    ConnectorConnection,
    ConnectorResourceItem,
    ConnectorStatus,
    CreateKeyResponse,
    DimensionUsage,
    EventItemResponse,
    EventListResponse,
    Invoice,
    MeResponse,
    PickerConfig,
    ProInterestResponse,
    ResourceSelection,
    TimeseriesPoint,
)

NOW = "2026-01-01T00:00:00Z"

me = MeResponse("cus_1", "ana@example.com", "pro", False, "acme", True, "usr_1", "org:admin")
assert (me.org_id, me.org_role) == ("acme", "org:admin")
assert DimensionUsage("api_calls", 3).limit is None
assert DimensionUsage("api_calls", 3, 10, 0.5).overage_rate == 0.5
assert TimeseriesPoint("2026-01-01", "api_calls", 3).quantity == 3

key = ApiKeyInfo("k1", "msy_abc", "ci", ["read"], True, NOW)
assert ApiKeyListResponse([key], 10, 1).keys[0].expires_at is None
assert CreateKeyResponse("k1", "msy_abcdef", "msy_abc", "ci", ["read"]).raw_key == "msy_abcdef"

assert BillingSummary("pro", 5, 2, 3).payment_method is None
assert Invoice("in_1", 1000, 1000, "usd", "paid", "1760000000").hosted_invoice_url is None
assert Invoice.from_dict(Invoice("in_1", 1000, 0, "usd", "open", 1760000000).to_dict()).created == 1760000000

event = EventItemResponse("e1", "acme", "ana", "user_message", "Hello.", NOW)
assert EventListResponse([event], 1, 50, 0).items[0].session_id is None
assert ProInterestResponse("Thank you.").message == "Thank you."

s3 = Connector("c1", "s3", "active", "Files", "1234", "ana@example.com", [], NOW, NOW, None, NOW, "bucket", "eu-west-1")
assert (s3.scopes, s3.created_at, s3.bucket, s3.region) == ([], NOW, "bucket", "eu-west-1")
slack = Connector.from_dict({"id": "c2", "provider": "slack", "status": "pending", "created_at": NOW})
assert (slack.scopes, slack.bucket, slack.last_error) == ([], None, None)
assert ConnectorConnection("c2", "https://example.com/consent").connector_id == "c2"
assert ConnectorStatus(True, "Acme").connected
item = ConnectorResourceItem("C1", "channel", "general", True)
assert ConnectorResourceItem("C1").resource_type == "channel"
assert ResourceSelection("C1").to_dict() == {"external_id": "C1", "resource_type": "channel"}
assert ResourceSelection.from_item(item) == ResourceSelection("C1", "channel", "general")
picker = PickerConfig("ya29.secret", 3599, "AIza", "app-1")
assert "ya29.secret" not in repr(picker)
assert PickerConfig.from_dict({**picker.to_dict(), "expires_in": "3599"}).expires_in == 3599
