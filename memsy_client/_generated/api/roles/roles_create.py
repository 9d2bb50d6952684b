"""POST /roles"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from memsy_client._core.operation import Call, Operation

if TYPE_CHECKING:
    from ...models.role_resource import RoleResource


def _parse(data: Any) -> RoleResource:
    from ...models.role_resource import RoleResource

    return RoleResource.from_dict(data)


_OPERATION: Operation[RoleResource] = Operation(
    name="roles.create",
    method="POST",
    path="/roles",
    parse=_parse,
    repeatable=False,
    planes=("core",),
)


def request(org_id: str, name: str, focus: str) -> Call[RoleResource]:
    """The call of `roles.create`. Raises `MemsyInputError` for arguments that cannot be sent."""
    return _OPERATION.call(
        body={"org_id": org_id, "name": name, "focus": focus}, required={"body": ("org_id", "name", "focus")}
    )
