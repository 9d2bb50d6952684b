"""POST /connectors/{provider}/connect"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from memsy_client._core.operation import Call, Operation

if TYPE_CHECKING:
    from ...models.connector_connection import ConnectorConnection


def _parse(data: Any) -> ConnectorConnection:
    from ...models.connector_connection import ConnectorConnection

    return ConnectorConnection.from_dict(data)


_OPERATION: Operation[ConnectorConnection] = Operation(
    name="connectors.create",
    method="POST",
    path="/connectors/{provider}/connect",
    parse=_parse,
    repeatable=False,
    planes=("control",),
)


def request(provider: str) -> Call[ConnectorConnection]:
    """The call of `connectors.create`. Raises `MemsyInputError` for arguments that cannot be sent."""
    return _OPERATION.call(path={"provider": provider})
