"""GET /console/memories/stats"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from memsy_client._core.operation import Call, Operation

if TYPE_CHECKING:
    from ...models.memory_stats_response import MemoryStatsResponse


def _parse(data: Any) -> MemoryStatsResponse:
    from ...models.memory_stats_response import MemoryStatsResponse

    return MemoryStatsResponse.from_dict(data)


_OPERATION: Operation[MemoryStatsResponse] = Operation(
    name="memories.stats",
    method="GET",
    path="/console/memories/stats",
    parse=_parse,
    repeatable=True,
    planes=("core",),
)


def request() -> Call[MemoryStatsResponse]:
    """The call of `memories.stats`. Raises `MemsyInputError` for arguments that cannot be sent."""
    return _OPERATION.call()
