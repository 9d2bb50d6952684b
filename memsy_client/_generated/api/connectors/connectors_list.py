"""GET /connectors"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from memsy_client._core import decode
from memsy_client._core.operation import Call, Operation

if TYPE_CHECKING:
    from ...models.connector import Connector


def _parse(data: Any) -> list[Connector]:
    from ...models.connector import Connector

    return [] if data is None else decode.each(Connector.from_dict)(data)


_OPERATION: Operation[list[Connector]] = Operation(
    name="connectors.list",
    method="GET",
    path="/connectors",
    parse=_parse,
    repeatable=True,
    planes=("control",),
)


def request() -> Call[list[Connector]]:
    """The call of `connectors.list`. Raises `MemsyInputError` for arguments that cannot be sent."""
    return _OPERATION.call()
