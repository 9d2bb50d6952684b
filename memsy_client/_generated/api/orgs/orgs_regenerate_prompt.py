"""POST /orgs/{org_id}/regenerate-prompt"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from memsy_client._core.operation import Call, Operation

if TYPE_CHECKING:
    from ...models.org_resource import OrgResource


def _parse(data: Any) -> OrgResource:
    from ...models.org_resource import OrgResource

    return OrgResource.from_dict(data)


_OPERATION: Operation[OrgResource] = Operation(
    name="orgs.regenerate_prompt",
    method="POST",
    path="/orgs/{org_id}/regenerate-prompt",
    parse=_parse,
    repeatable=False,
    planes=("core",),
)


def request(org_id: str) -> Call[OrgResource]:
    """The call of `orgs.regenerate_prompt`. Raises `MemsyInputError` for arguments that cannot be sent."""
    return _OPERATION.call(path={"org_id": org_id})
