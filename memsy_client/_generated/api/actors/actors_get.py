"""GET /actors/{actor_id}"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from memsy_client._core.operation import Call, Operation

if TYPE_CHECKING:
    from ...models.actor_resource import ActorResource


def _parse(data: Any) -> ActorResource:
    from ...models.actor_resource import ActorResource

    return ActorResource.from_dict(data)


_OPERATION: Operation[ActorResource] = Operation(
    name="actors.get",
    method="GET",
    path="/actors/{actor_id}",
    parse=_parse,
    repeatable=True,
    planes=("core",),
)


def request(actor_id: str, org_id: str | None = None) -> Call[ActorResource]:
    """The call of `actors.get`. Raises `MemsyInputError` for arguments that cannot be sent."""
    return _OPERATION.call(path={"actor_id": actor_id}, query={"org_id": org_id})
