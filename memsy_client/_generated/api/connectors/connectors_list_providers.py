"""GET /connectors/providers"""

from __future__ import annotations

from typing import Any

from memsy_client._core import decode
from memsy_client._core.operation import Call, Operation


def _parse(data: Any) -> list[str]:
    return decode.field_or_default(data, "providers", decode.texts, [])


_OPERATION: Operation[list[str]] = Operation(
    name="connectors.list_providers",
    method="GET",
    path="/connectors/providers",
    parse=_parse,
    repeatable=True,
    planes=("control",),
)


def request() -> Call[list[str]]:
    """The call of `connectors.list_providers`. Raises `MemsyInputError` for arguments that cannot be sent."""
    return _OPERATION.call()
