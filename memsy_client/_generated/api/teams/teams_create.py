"""POST /teams"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from memsy_client._core.operation import Call, Operation

if TYPE_CHECKING:
    from ...models.team_resource import TeamResource


def _parse(data: Any) -> TeamResource:
    from ...models.team_resource import TeamResource

    return TeamResource.from_dict(data)


_OPERATION: Operation[TeamResource] = Operation(
    name="teams.create",
    method="POST",
    path="/teams",
    parse=_parse,
    repeatable=False,
    planes=("core",),
)


def request(org_id: str, name: str, focus: str) -> Call[TeamResource]:
    """The call of `teams.create`. Raises `MemsyInputError` for arguments that cannot be sent."""
    return _OPERATION.call(
        body={"org_id": org_id, "name": name, "focus": focus}, required={"body": ("org_id", "name", "focus")}
    )
