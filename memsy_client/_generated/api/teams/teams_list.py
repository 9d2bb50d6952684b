"""GET /teams"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from memsy_client._core import decode, encode
from memsy_client._core.operation import Call, Operation

if TYPE_CHECKING:
    from ...models.team_resource import TeamResource


def _parse(data: Any) -> list[TeamResource]:
    from ...models.team_resource import TeamResource

    return [] if data is None else decode.each(TeamResource.from_dict)(data)


_OPERATION: Operation[list[TeamResource]] = Operation(
    name="teams.list",
    method="GET",
    path="/teams",
    parse=_parse,
    repeatable=True,
    planes=("core",),
)


def request(org_id: str, *, limit: int = 100, offset: int = 0) -> Call[list[TeamResource]]:
    """The call of `teams.list`. Raises `MemsyInputError` for arguments that cannot be sent."""
    return _OPERATION.call(
        query={"org_id": org_id, "limit": encode.number("limit", limit), "offset": encode.number("offset", offset)},
        required={"query": ("org_id",)},
    )
