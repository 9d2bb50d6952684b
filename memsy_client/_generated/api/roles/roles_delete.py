"""DELETE /roles/{role_id}"""

from __future__ import annotations

from memsy_client._core.operation import Call, Operation

_OPERATION: Operation[None] = Operation(
    name="roles.delete",
    method="DELETE",
    path="/roles/{role_id}",
    parse=None,
    repeatable=True,
    planes=("core",),
)


def request(role_id: str, org_id: str) -> Call[None]:
    """The call of `roles.delete`. Raises `MemsyInputError` for arguments that cannot be sent."""
    return _OPERATION.call(path={"role_id": role_id}, query={"org_id": org_id}, required={"query": ("org_id",)})
