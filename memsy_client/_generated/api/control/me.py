"""GET /me of the control plane"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from memsy_client._core.operation import Call, Operation

if TYPE_CHECKING:
    from ...models.me_response import MeResponse


def _parse(data: Any) -> MeResponse:
    from ...models.me_response import MeResponse

    return MeResponse.from_dict(data)


_OPERATION: Operation[MeResponse] = Operation(
    name="me",
    method="GET",
    path="/me",
    parse=_parse,
    repeatable=True,
    planes=("control",),
)


def request() -> Call[MeResponse]:
    """The call of `me`. Raises `MemsyInputError` for arguments that cannot be sent."""
    return _OPERATION.call()
