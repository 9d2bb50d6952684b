"""Where the official package has other names than this one."""

from __future__ import annotations

#: Its classes that have another name here; fields, order and defaults are the same.
RENAMED = {
    "ApiKeyInfo": "KeyResource",
    "ApiKeyListResponse": "KeyListResponse",
    "BillingSummary": "BillingSummaryResponse",
    "CreateKeyResponse": "KeyCreateResponse",
    "DimensionUsage": "UsageDimension",
    "EventItemResponse": "EventItemResource",
    "Invoice": "InvoiceResource",
    "MemoryScopeInfo": "MemoryScope",
    "ProInterestResponse": "InterestResponse",
    "TimeseriesPoint": "UsageDataPoint",
}

#: Its modules that each hold one of the clients.
CLIENT_MODULES = {
    "memsy.client": "MemsyClient",
    "memsy.async_client": "AsyncMemsyClient",
    "memsy.control": "MemsyControlClient",
    "memsy.async_control": "AsyncMemsyControlClient",
}

#: Names of `memsy.models` that are not among the contract's objects.
FROM_HEADERS = ("RateLimitInfo", "UsageInfo")

#: The contract's vocabularies that stand beside the methods that take them.
BESIDE_METHODS = {"memsy.resources.actors": ("ActorSort",)}
