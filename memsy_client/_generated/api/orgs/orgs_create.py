"""POST /orgs"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from memsy_client._core.operation import Call, Operation

if TYPE_CHECKING:
    from ...models.org_resource import OrgResource


def _parse(data: Any) -> OrgResource:
    from ...models.org_resource import OrgResource

    return OrgResource.from_dict(data)


_OPERATION: Operation[OrgResource] = Operation(
    name="orgs.create",
    method="POST",
    path="/orgs",
    parse=_parse,
    repeatable=False,
    planes=("core",),
)


def request(org_id: str, name: str, focus: str) -> Call[OrgResource]:
    """The call of `orgs.create`. Raises `MemsyInputError` for arguments that cannot be sent."""
    return _OPERATION.call(
        body={"org_id": org_id, "name": name, "focus": focus}, required={"body": ("org_id", "name", "focus")}
    )
