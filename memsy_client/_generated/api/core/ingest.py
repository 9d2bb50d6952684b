"""POST /ingest of the core plane"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from memsy_client._core import encode
from memsy_client._core.operation import Call, Operation

if TYPE_CHECKING:
    from ...models.event_payload import EventPayload
    from ...models.ingest_response import IngestResponse


def _parse(data: Any) -> IngestResponse:
    from ...models.ingest_response import IngestResponse

    return IngestResponse.from_dict(data)


_OPERATION: Operation[IngestResponse] = Operation(
    name="ingest",
    method="POST",
    path="/ingest",
    parse=_parse,
    repeatable=False,
    planes=("core",),
)


def request(events: Iterable[EventPayload]) -> Call[IngestResponse]:
    """The call of `ingest`. Raises `MemsyInputError` for arguments that cannot be sent."""
    from ...models.event_payload import EventPayload

    return _OPERATION.call(
        body={"events": encode.models("events", events, EventPayload)}, required={"body": ("events",)}
    )
