"""GET /roles"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from memsy_client._core import decode, encode
from memsy_client._core.operation import Call, Operation

if TYPE_CHECKING:
    from ...models.role_resource import RoleResource


def _parse(data: Any) -> list[RoleResource]:
    from ...models.role_resource import RoleResource

    return [] if data is None else decode.each(RoleResource.from_dict)(data)


_OPERATION: Operation[list[RoleResource]] = Operation(
    name="roles.list",
    method="GET",
    path="/roles",
    parse=_parse,
    repeatable=True,
    planes=("core",),
)


def request(org_id: str, *, limit: int = 100, offset: int = 0) -> Call[list[RoleResource]]:
    """The call of `roles.list`. Raises `MemsyInputError` for arguments that cannot be sent."""
    return _OPERATION.call(
        query={"org_id": org_id, "limit": encode.number("limit", limit), "offset": encode.number("offset", offset)},
        required={"query": ("org_id",)},
    )
