"""GET /console/memories"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from memsy_client._core import encode
from memsy_client._core.operation import Call, Operation

if TYPE_CHECKING:
    from ...models.memory_list_response import MemoryListResponse
    from ...models.memory_sort import MemorySort
    from ...models.memory_status import MemoryStatus


def _parse(data: Any) -> MemoryListResponse:
    from ...models.memory_list_response import MemoryListResponse

    return MemoryListResponse.from_dict(data)


_OPERATION: Operation[MemoryListResponse] = Operation(
    name="memories.list",
    method="GET",
    path="/console/memories",
    parse=_parse,
    repeatable=True,
    planes=("core",),
)


def request(
    *,
    actor_id: str | None = None,
    kind: str | None = None,
    type: str | None = None,
    status: MemoryStatus | None = None,
    sort: MemorySort = "observed_at_desc",
    search: str | None = None,
    limit: int = 50,
    offset: int = 0,
) -> Call[MemoryListResponse]:
    """The call of `memories.list`. Raises `MemsyInputError` for arguments that cannot be sent."""
    return _OPERATION.call(
        query={
            "actor_id": actor_id,
            "kind": kind,
            "type": type,
            "status": status,
            "sort": sort,
            "search": search,
            "limit": encode.number("limit", limit),
            "offset": encode.number("offset", offset),
        }
    )
