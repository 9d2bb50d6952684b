"""POST /connectors/{connector_id}/sync"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from memsy_client._core.operation import Call, Operation

if TYPE_CHECKING:
    from ...models.connector import Connector


def _parse(data: Any) -> Connector:
    from ...models.connector import Connector

    return Connector.from_dict(data)


_OPERATION: Operation[Connector] = Operation(
    name="connectors.sync",
    method="POST",
    path="/connectors/{connector_id}/sync",
    parse=_parse,
    repeatable=False,
    planes=("control",),
)


def request(connector_id: str) -> Call[Connector]:
    """The call of `connectors.sync`. Raises `MemsyInputError` for arguments that cannot be sent."""
    return _OPERATION.call(path={"connector_id": connector_id})
