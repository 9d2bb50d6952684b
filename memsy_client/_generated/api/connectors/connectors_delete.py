"""DELETE /connectors/{connector_id}"""

from __future__ import annotations

from memsy_client._core.operation import Call, Operation

_OPERATION: Operation[None] = Operation(
    name="connectors.delete",
    method="DELETE",
    path="/connectors/{connector_id}",
    parse=None,
    repeatable=True,
    planes=("control",),
)


def request(connector_id: str) -> Call[None]:
    """The call of `connectors.delete`. Raises `MemsyInputError` for arguments that cannot be sent."""
    return _OPERATION.call(path={"connector_id": connector_id})
