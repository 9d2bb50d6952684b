"""GET /actors"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from memsy_client._core import encode
from memsy_client._core.operation import Call, Operation

if TYPE_CHECKING:
    from ...models.actor_list_response import ActorListResponse
    from ...models.actor_sort import ActorSort


def _parse(data: Any) -> ActorListResponse:
    from ...models.actor_list_response import ActorListResponse

    return ActorListResponse.from_dict(data)


_OPERATION: Operation[ActorListResponse] = Operation(
    name="actors.list",
    method="GET",
    path="/actors",
    parse=_parse,
    repeatable=True,
    planes=("core",),
)


def request(
    org_id: str | None = None,
    *,
    limit: int = 100,
    offset: int = 0,
    sort: ActorSort = "first_memory_desc",
    q: str | None = None,
) -> Call[ActorListResponse]:
    """The call of `actors.list`. Raises `MemsyInputError` for arguments that cannot be sent."""
    return _OPERATION.call(
        query={
            "org_id": org_id,
            "limit": encode.number("limit", limit),
            "offset": encode.number("offset", offset),
            "sort": sort,
            "q": q,
        }
    )
