"""PUT /connectors/{connector_id}/resources"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from memsy_client._core import encode
from memsy_client._core.operation import Call, Operation

if TYPE_CHECKING:
    from ...models.connector import Connector
    from ...models.connector_resource_item import ConnectorResourceItem
    from ...models.resource_selection import ResourceSelection


def _parse(data: Any) -> Connector:
    from ...models.connector import Connector

    return Connector.from_dict(data)


_OPERATION: Operation[Connector] = Operation(
    name="connectors.configure_resources",
    method="PUT",
    path="/connectors/{connector_id}/resources",
    parse=_parse,
    repeatable=True,
    planes=("control",),
)


def request(connector_id: str, resources: Iterable[ResourceSelection | ConnectorResourceItem]) -> Call[Connector]:
    """The call of `connectors.configure_resources`. Raises `MemsyInputError` for arguments that cannot be sent."""
    from ...models.connector_resource_item import ConnectorResourceItem
    from ...models.resource_selection import ResourceSelection

    return _OPERATION.call(
        path={"connector_id": connector_id},
        body={"resources": encode.models("resources", resources, ResourceSelection, ConnectorResourceItem)},
        required={"body": ("resources",)},
    )
