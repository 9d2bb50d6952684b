"""GET /console/memories/{memory_id}"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from memsy_client._core.operation import Call, Operation

if TYPE_CHECKING:
    from ...models.memory_item_resource import MemoryItemResource


def _parse(data: Any) -> MemoryItemResource:
    from ...models.memory_item_resource import MemoryItemResource

    return MemoryItemResource.from_dict(data)


_OPERATION: Operation[MemoryItemResource] = Operation(
    name="memories.get",
    method="GET",
    path="/console/memories/{memory_id}",
    parse=_parse,
    repeatable=True,
    planes=("core",),
)


def request(memory_id: str) -> Call[MemoryItemResource]:
    """The call of `memories.get`. Raises `MemsyInputError` for arguments that cannot be sent."""
    return _OPERATION.call(path={"memory_id": memory_id})
