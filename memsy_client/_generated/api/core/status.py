"""POST /status of the core plane"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from memsy_client._core import encode
from memsy_client._core.operation import Call, Operation

if TYPE_CHECKING:
    from ...models.status_response import StatusResponse


def _parse(data: Any) -> StatusResponse:
    from ...models.status_response import StatusResponse

    return StatusResponse.from_dict(data)


_OPERATION: Operation[StatusResponse] = Operation(
    name="status",
    method="POST",
    path="/status",
    parse=_parse,
    repeatable=True,
    planes=("core",),
)


def request(event_ids: Iterable[str]) -> Call[StatusResponse]:
    """The call of `status`. Raises `MemsyInputError` for arguments that cannot be sent."""
    return _OPERATION.call(body={"event_ids": encode.items("event_ids", event_ids)}, required={"body": ("event_ids",)})
