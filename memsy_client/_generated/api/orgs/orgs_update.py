"""PATCH /orgs/{org_id}"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from memsy_client._core.operation import Call, Operation

if TYPE_CHECKING:
    from ...models.org_resource import OrgResource


def _parse(data: Any) -> OrgResource:
    from ...models.org_resource import OrgResource

    return OrgResource.from_dict(data)


_OPERATION: Operation[OrgResource] = Operation(
    name="orgs.update",
    method="PATCH",
    path="/orgs/{org_id}",
    parse=_parse,
    repeatable=True,
    planes=("core",),
)


def request(
    org_id: str, *, name: str | None = None, focus: str | None = None, promotion_prompt: str | None = None
) -> Call[OrgResource]:
    """The call of `orgs.update`. Raises `MemsyInputError` for arguments that cannot be sent."""
    return _OPERATION.call(
        path={"org_id": org_id}, body={}, optional={"name": name, "focus": focus, "promotion_prompt": promotion_prompt}
    )
