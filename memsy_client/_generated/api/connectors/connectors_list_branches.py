"""GET /connectors/{connector_id}/branches"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from memsy_client._core import decode
from memsy_client._core.operation import Call, Operation

if TYPE_CHECKING:
    from ...models.connector_resource_item import ConnectorResourceItem


def _parse(data: Any) -> list[ConnectorResourceItem]:
    from ...models.connector_resource_item import ConnectorResourceItem

    return decode.field_or_default(data, "resources", decode.each(ConnectorResourceItem.from_dict), [])


_OPERATION: Operation[list[ConnectorResourceItem]] = Operation(
    name="connectors.list_branches",
    method="GET",
    path="/connectors/{connector_id}/branches",
    parse=_parse,
    repeatable=True,
    planes=("control",),
)


def request(connector_id: str, repo: str) -> Call[list[ConnectorResourceItem]]:
    """The call of `connectors.list_branches`. Raises `MemsyInputError` for arguments that cannot be sent."""
    return _OPERATION.call(path={"connector_id": connector_id}, query={"repo": repo}, required={"query": ("repo",)})
