"""GET /keys"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from memsy_client._core.operation import Call, Operation

if TYPE_CHECKING:
    from ...models.key_list_response import KeyListResponse


def _parse(data: Any) -> KeyListResponse:
    from ...models.key_list_response import KeyListResponse

    return KeyListResponse.from_dict(data)


_OPERATION: Operation[KeyListResponse] = Operation(
    name="keys.list",
    method="GET",
    path="/keys",
    parse=_parse,
    repeatable=True,
    planes=("control",),
)


def request() -> Call[KeyListResponse]:
    """The call of `keys.list`. Raises `MemsyInputError` for arguments that cannot be sent."""
    return _OPERATION.call()
