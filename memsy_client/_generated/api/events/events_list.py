"""GET /console/events"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from memsy_client._core import encode
from memsy_client._core.operation import Call, Operation

if TYPE_CHECKING:
    from ...models.event_kind import EventKind
    from ...models.event_list_response import EventListResponse
    from ...models.event_sort import EventSort


def _parse(data: Any) -> EventListResponse:
    from ...models.event_list_response import EventListResponse

    return EventListResponse.from_dict(data)


_OPERATION: Operation[EventListResponse] = Operation(
    name="events.list",
    method="GET",
    path="/console/events",
    parse=_parse,
    repeatable=True,
    planes=("control",),
)


def request(
    *,
    actor_id: str | None = None,
    session_id: str | None = None,
    kind: EventKind | None = None,
    sort: EventSort = "ts_desc",
    limit: int = 50,
    offset: int = 0,
) -> Call[EventListResponse]:
    """The call of `events.list`. Raises `MemsyInputError` for arguments that cannot be sent."""
    return _OPERATION.call(
        query={
            "actor_id": actor_id,
            "session_id": session_id,
            "kind": kind,
            "sort": sort,
            "limit": encode.number("limit", limit),
            "offset": encode.number("offset", offset),
        }
    )
