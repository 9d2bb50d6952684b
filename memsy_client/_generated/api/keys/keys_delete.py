"""DELETE /keys/{key_id}"""

from __future__ import annotations

from memsy_client._core.operation import Call, Operation

_OPERATION: Operation[None] = Operation(
    name="keys.delete",
    method="DELETE",
    path="/keys/{key_id}",
    parse=None,
    repeatable=True,
    planes=("control",),
)


def request(key_id: str) -> Call[None]:
    """The call of `keys.delete`. Raises `MemsyInputError` for arguments that cannot be sent."""
    return _OPERATION.call(path={"key_id": key_id})
