"""GET /connectors/{provider}/status"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from memsy_client._core.operation import Call, Operation

if TYPE_CHECKING:
    from ...models.connector_status import ConnectorStatus


def _parse(data: Any) -> ConnectorStatus:
    from ...models.connector_status import ConnectorStatus

    return ConnectorStatus.from_dict(data)


_OPERATION: Operation[ConnectorStatus] = Operation(
    name="connectors.status",
    method="GET",
    path="/connectors/{provider}/status",
    parse=_parse,
    repeatable=True,
    planes=("control",),
)


def request(provider: str) -> Call[ConnectorStatus]:
    """The call of `connectors.status`. Raises `MemsyInputError` for arguments that cannot be sent."""
    return _OPERATION.call(path={"provider": provider})
