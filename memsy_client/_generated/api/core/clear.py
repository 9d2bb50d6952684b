"""DELETE /clear/{container_tag} of the core plane"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from memsy_client._core.operation import Call, Operation

if TYPE_CHECKING:
    from ...models.clear_response import ClearResponse


def _parse(data: Any) -> ClearResponse:
    from ...models.clear_response import ClearResponse

    return ClearResponse.from_dict(data)


_OPERATION: Operation[ClearResponse] = Operation(
    name="clear",
    method="DELETE",
    path="/clear/{container_tag}",
    parse=_parse,
    repeatable=True,
    planes=("core",),
)


def request(container_tag: str) -> Call[ClearResponse]:
    """The call of `clear`. Raises `MemsyInputError` for arguments that cannot be sent."""
    return _OPERATION.call(path={"container_tag": container_tag})
