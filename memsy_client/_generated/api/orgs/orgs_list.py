"""GET /orgs"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from memsy_client._core import decode
from memsy_client._core.operation import Call, Operation

if TYPE_CHECKING:
    from ...models.org_resource import OrgResource


def _parse(data: Any) -> list[OrgResource]:
    from ...models.org_resource import OrgResource

    return [] if data is None else decode.each(OrgResource.from_dict)(data)


_OPERATION: Operation[list[OrgResource]] = Operation(
    name="orgs.list",
    method="GET",
    path="/orgs",
    parse=_parse,
    repeatable=True,
    planes=("core",),
)


def request() -> Call[list[OrgResource]]:
    """The call of `orgs.list`. Raises `MemsyInputError` for arguments that cannot be sent."""
    return _OPERATION.call()
