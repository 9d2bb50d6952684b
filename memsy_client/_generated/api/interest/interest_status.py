"""GET /interest/pro/status"""

from __future__ import annotations

from typing import Any

from memsy_client._core import decode
from memsy_client._core.operation import Call, Operation


def _parse(data: Any) -> bool:
    return decode.field_or_default(data, "expressed", decode.boolean, False)


_OPERATION: Operation[bool] = Operation(
    name="interest.status",
    method="GET",
    path="/interest/pro/status",
    parse=_parse,
    repeatable=True,
    planes=("control",),
)


def request() -> Call[bool]:
    """The call of `interest.status`. Raises `MemsyInputError` for arguments that cannot be sent."""
    return _OPERATION.call()
