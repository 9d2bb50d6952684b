"""DELETE /teams/{team_id}"""

from __future__ import annotations

from memsy_client._core.operation import Call, Operation

_OPERATION: Operation[None] = Operation(
    name="teams.delete",
    method="DELETE",
    path="/teams/{team_id}",
    parse=None,
    repeatable=True,
    planes=("core",),
)


def request(team_id: str, org_id: str) -> Call[None]:
    """The call of `teams.delete`. Raises `MemsyInputError` for arguments that cannot be sent."""
    return _OPERATION.call(path={"team_id": team_id}, query={"org_id": org_id}, required={"query": ("org_id",)})
