"""GET /health of the core plane"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from memsy_client._core.operation import Call, Operation

if TYPE_CHECKING:
    from ...models.health_response import HealthResponse


def _parse(data: Any) -> HealthResponse:
    from ...models.health_response import HealthResponse

    return HealthResponse.from_dict(data)


_OPERATION: Operation[HealthResponse] = Operation(
    name="health",
    method="GET",
    path="/health",
    parse=_parse,
    repeatable=True,
    planes=("core", "control"),
)


def request() -> Call[HealthResponse]:
    """The call of `health`. Raises `MemsyInputError` for arguments that cannot be sent."""
    return _OPERATION.call()
