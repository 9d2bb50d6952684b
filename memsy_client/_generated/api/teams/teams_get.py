"""GET /teams/{team_id}"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from memsy_client._core.operation import Call, Operation

if TYPE_CHECKING:
    from ...models.team_resource import TeamResource


def _parse(data: Any) -> TeamResource:
    from ...models.team_resource import TeamResource

    return TeamResource.from_dict(data)


_OPERATION: Operation[TeamResource] = Operation(
    name="teams.get",
    method="GET",
    path="/teams/{team_id}",
    parse=_parse,
    repeatable=True,
    planes=("core",),
)


def request(team_id: str, org_id: str) -> Call[TeamResource]:
    """The call of `teams.get`. Raises `MemsyInputError` for arguments that cannot be sent."""
    return _OPERATION.call(path={"team_id": team_id}, query={"org_id": org_id}, required={"query": ("org_id",)})
