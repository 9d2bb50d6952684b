"""DELETE /orgs/{org_id}"""

from __future__ import annotations

from memsy_client._core.operation import Call, Operation

_OPERATION: Operation[None] = Operation(
    name="orgs.delete",
    method="DELETE",
    path="/orgs/{org_id}",
    parse=None,
    repeatable=True,
    planes=("core",),
)


def request(org_id: str) -> Call[None]:
    """The call of `orgs.delete`. Raises `MemsyInputError` for arguments that cannot be sent."""
    return _OPERATION.call(path={"org_id": org_id})
