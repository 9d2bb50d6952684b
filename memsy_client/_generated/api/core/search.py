"""POST /search of the core plane"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from memsy_client._core import encode
from memsy_client._core.operation import Call, Operation

if TYPE_CHECKING:
    from ...models.search_response import SearchResponse


def _parse(data: Any) -> SearchResponse:
    from ...models.search_response import SearchResponse

    return SearchResponse.from_dict(data)


_OPERATION: Operation[SearchResponse] = Operation(
    name="search",
    method="POST",
    path="/search",
    parse=_parse,
    repeatable=True,
    planes=("core",),
)


def request(
    query: str,
    *,
    actor_id: str | None = None,
    limit: int = 10,
    threshold: float = 0.0,
    include_source_events: bool = False,
    role_ids: Iterable[str] | None = None,
    team_ids: Iterable[str] | None = None,
    session_id: str | None = None,
    exclude_session_id: str | None = None,
) -> Call[SearchResponse]:
    """The call of `search`. Raises `MemsyInputError` for arguments that cannot be sent."""
    return _OPERATION.call(
        body={"query": query},
        optional={
            "actor_id": actor_id,
            "limit": encode.number("limit", limit),
            "threshold": encode.number("threshold", threshold),
            "include_source_events": include_source_events,
            "role_ids": encode.items("role_ids", role_ids) or None,
            "team_ids": encode.items("team_ids", team_ids) or None,
            "session_id": session_id,
            "exclude_session_id": exclude_session_id,
        },
        required={"body": ("query",)},
    )
