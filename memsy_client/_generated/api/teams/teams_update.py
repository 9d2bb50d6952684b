"""PATCH /teams/{team_id}"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from memsy_client._core.operation import Call, Operation

if TYPE_CHECKING:
    from ...models.team_resource import TeamResource


def _parse(data: Any) -> TeamResource:
    from ...models.team_resource import TeamResource

    return TeamResource.from_dict(data)


_OPERATION: Operation[TeamResource] = Operation(
    name="teams.update",
    method="PATCH",
    path="/teams/{team_id}",
    parse=_parse,
    repeatable=True,
    planes=("core",),
)


def request(
    team_id: str, org_id: str, *, name: str | None = None, focus: str | None = None, promotion_prompt: str | None = None
) -> Call[TeamResource]:
    """The call of `teams.update`. Raises `MemsyInputError` for arguments that cannot be sent."""
    return _OPERATION.call(
        path={"team_id": team_id},
        query={"org_id": org_id},
        body={},
        optional={"name": name, "focus": focus, "promotion_prompt": promotion_prompt},
        required={"query": ("org_id",)},
    )
