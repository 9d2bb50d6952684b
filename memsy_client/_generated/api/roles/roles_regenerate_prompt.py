"""POST /roles/{role_id}/regenerate-prompt"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from memsy_client._core.operation import Call, Operation

if TYPE_CHECKING:
    from ...models.role_resource import RoleResource


def _parse(data: Any) -> RoleResource:
    from ...models.role_resource import RoleResource

    return RoleResource.from_dict(data)


_OPERATION: Operation[RoleResource] = Operation(
    name="roles.regenerate_prompt",
    method="POST",
    path="/roles/{role_id}/regenerate-prompt",
    parse=_parse,
    repeatable=False,
    planes=("core",),
)


def request(role_id: str, org_id: str) -> Call[RoleResource]:
    """The call of `roles.regenerate_prompt`. Raises `MemsyInputError` for arguments that cannot be sent."""
    return _OPERATION.call(path={"role_id": role_id}, query={"org_id": org_id}, required={"query": ("org_id",)})
