"""PATCH /roles/{role_id}"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from memsy_client._core.operation import Call, Operation

if TYPE_CHECKING:
    from ...models.role_resource import RoleResource


def _parse(data: Any) -> RoleResource:
    from ...models.role_resource import RoleResource

    return RoleResource.from_dict(data)


_OPERATION: Operation[RoleResource] = Operation(
    name="roles.update",
    method="PATCH",
    path="/roles/{role_id}",
    parse=_parse,
    repeatable=True,
    planes=("core",),
)


def request(
    role_id: str, org_id: str, *, name: str | None = None, focus: str | None = None, promotion_prompt: str | None = None
) -> Call[RoleResource]:
    """The call of `roles.update`. Raises `MemsyInputError` for arguments that cannot be sent."""
    return _OPERATION.call(
        path={"role_id": role_id},
        query={"org_id": org_id},
        body={},
        optional={"name": name, "focus": focus, "promotion_prompt": promotion_prompt},
        required={"query": ("org_id",)},
    )
