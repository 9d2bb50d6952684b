"""GET /keys/{key_id}/usage"""

from __future__ import annotations

from typing import Any

from memsy_client._core import decode
from memsy_client._core.operation import Call, Operation


def _parse(data: Any) -> list[dict[str, Any]]:
    return decode.field_or_default(data, "usage", decode.each(decode.mapping), [])


_OPERATION: Operation[list[dict[str, Any]]] = Operation(
    name="keys.usage",
    method="GET",
    path="/keys/{key_id}/usage",
    parse=_parse,
    repeatable=True,
    planes=("control",),
)


def request(key_id: str) -> Call[list[dict[str, Any]]]:
    """The call of `keys.usage`. Raises `MemsyInputError` for arguments that cannot be sent."""
    return _OPERATION.call(path={"key_id": key_id})
