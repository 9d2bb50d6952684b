"""The contract's objects and vocabularies, each loaded when it is first asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from memsy_client._core.lazy import load

if TYPE_CHECKING:
    from .actor_list_response import ActorListResponse as ActorListResponse
    from .actor_resource import ActorResource as ActorResource
    from .actor_sort import ActorSort as ActorSort
    from .billing_summary_response import BillingSummaryResponse as BillingSummaryResponse
    from .clear_response import ClearResponse as ClearResponse
    from .connector import Connector as Connector
    from .connector_connection import ConnectorConnection as ConnectorConnection
    from .connector_resource_item import ConnectorResourceItem as ConnectorResourceItem
    from .connector_status import ConnectorStatus as ConnectorStatus
    from .event_item_resource import EventItemResource as EventItemResource
    from .event_kind import EventKind as EventKind
    from .event_list_response import EventListResponse as EventListResponse
    from .event_payload import EventPayload as EventPayload
    from .event_sort import EventSort as EventSort
    from .health_response import HealthResponse as HealthResponse
    from .ingest_response import IngestResponse as IngestResponse
    from .interest_response import InterestResponse as InterestResponse
    from .invoice_resource import InvoiceResource as InvoiceResource
    from .key_create_response import KeyCreateResponse as KeyCreateResponse
    from .key_list_response import KeyListResponse as KeyListResponse
    from .key_resource import KeyResource as KeyResource
    from .key_scope import KeyScope as KeyScope
    from .me_response import MeResponse as MeResponse
    from .memory_item_resource import MemoryItemResource as MemoryItemResource
    from .memory_level import MemoryLevel as MemoryLevel
    from .memory_list_response import MemoryListResponse as MemoryListResponse
    from .memory_scope import MemoryScope as MemoryScope
    from .memory_sort import MemorySort as MemorySort
    from .memory_stats_response import MemoryStatsResponse as MemoryStatsResponse
    from .memory_status import MemoryStatus as MemoryStatus
    from .org_resource import OrgResource as OrgResource
    from .payment_method import PaymentMethod as PaymentMethod
    from .picker_config import PickerConfig as PickerConfig
    from .resource_selection import ResourceSelection as ResourceSelection
    from .role_resource import RoleResource as RoleResource
    from .search_response import SearchResponse as SearchResponse
    from .search_result import SearchResult as SearchResult
    from .search_result_metadata import SearchResultMetadata as SearchResultMetadata
    from .source_event import SourceEvent as SourceEvent
    from .source_metadata import SourceMetadata as SourceMetadata
    from .status_response import StatusResponse as StatusResponse
    from .team_resource import TeamResource as TeamResource
    from .upcoming_invoice import UpcomingInvoice as UpcomingInvoice
    from .usage_data_point import UsageDataPoint as UsageDataPoint
    from .usage_dimension import UsageDimension as UsageDimension
    from .usage_granularity import UsageGranularity as UsageGranularity
    from .usage_summary_response import UsageSummaryResponse as UsageSummaryResponse
    from .usage_timeseries_response import UsageTimeseriesResponse as UsageTimeseriesResponse

__all__ = (
    "ActorListResponse",
    "ActorResource",
    "ActorSort",
    "BillingSummaryResponse",
    "ClearResponse",
    "Connector",
    "ConnectorConnection",
    "ConnectorResourceItem",
    "ConnectorStatus",
    "EventItemResource",
    "EventKind",
    "EventListResponse",
    "EventPayload",
    "EventSort",
    "HealthResponse",
    "IngestResponse",
    "InterestResponse",
    "InvoiceResource",
    "KeyCreateResponse",
    "KeyListResponse",
    "KeyResource",
    "KeyScope",
    "MemoryItemResource",
    "MemoryLevel",
    "MemoryListResponse",
    "MemoryScope",
    "MemorySort",
    "MemoryStatsResponse",
    "MemoryStatus",
    "MeResponse",
    "OrgResource",
    "PaymentMethod",
    "PickerConfig",
    "ResourceSelection",
    "RoleResource",
    "SearchResponse",
    "SearchResult",
    "SearchResultMetadata",
    "SourceEvent",
    "SourceMetadata",
    "StatusResponse",
    "TeamResource",
    "UpcomingInvoice",
    "UsageDataPoint",
    "UsageDimension",
    "UsageGranularity",
    "UsageSummaryResponse",
    "UsageTimeseriesResponse",
)

_MODULES = {
    "ActorListResponse": ".actor_list_response",
    "ActorResource": ".actor_resource",
    "ActorSort": ".actor_sort",
    "BillingSummaryResponse": ".billing_summary_response",
    "ClearResponse": ".clear_response",
    "Connector": ".connector",
    "ConnectorConnection": ".connector_connection",
    "ConnectorResourceItem": ".connector_resource_item",
    "ConnectorStatus": ".connector_status",
    "EventItemResource": ".event_item_resource",
    "EventKind": ".event_kind",
    "EventListResponse": ".event_list_response",
    "EventPayload": ".event_payload",
    "EventSort": ".event_sort",
    "HealthResponse": ".health_response",
    "IngestResponse": ".ingest_response",
    "InterestResponse": ".interest_response",
    "InvoiceResource": ".invoice_resource",
    "KeyCreateResponse": ".key_create_response",
    "KeyListResponse": ".key_list_response",
    "KeyResource": ".key_resource",
    "KeyScope": ".key_scope",
    "MemoryItemResource": ".memory_item_resource",
    "MemoryLevel": ".memory_level",
    "MemoryListResponse": ".memory_list_response",
    "MemoryScope": ".memory_scope",
    "MemorySort": ".memory_sort",
    "MemoryStatsResponse": ".memory_stats_response",
    "MemoryStatus": ".memory_status",
    "MeResponse": ".me_response",
    "OrgResource": ".org_resource",
    "PaymentMethod": ".payment_method",
    "PickerConfig": ".picker_config",
    "ResourceSelection": ".resource_selection",
    "RoleResource": ".role_resource",
    "SearchResponse": ".search_response",
    "SearchResult": ".search_result",
    "SearchResultMetadata": ".search_result_metadata",
    "SourceEvent": ".source_event",
    "SourceMetadata": ".source_metadata",
    "StatusResponse": ".status_response",
    "TeamResource": ".team_resource",
    "UpcomingInvoice": ".upcoming_invoice",
    "UsageDataPoint": ".usage_data_point",
    "UsageDimension": ".usage_dimension",
    "UsageGranularity": ".usage_granularity",
    "UsageSummaryResponse": ".usage_summary_response",
    "UsageTimeseriesResponse": ".usage_timeseries_response",
}


def __getattr__(name: str) -> Any:
    return load(__name__, _MODULES, name)


def __dir__() -> list[str]:
    return sorted(__all__)
