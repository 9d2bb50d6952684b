"""GET /connectors/{connector_id}/picker-token"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from memsy_client._core.operation import Call, Operation

if TYPE_CHECKING:
    from ...models.picker_config import PickerConfig


def _parse(data: Any) -> PickerConfig:
    from ...models.picker_config import PickerConfig

    return PickerConfig.from_dict(data)


_OPERATION: Operation[PickerConfig] = Operation(
    name="connectors.picker_config",
    method="GET",
    path="/connectors/{connector_id}/picker-token",
    parse=_parse,
    repeatable=True,
    planes=("control",),
)


def request(connector_id: str) -> Call[PickerConfig]:
    """The call of `connectors.picker_config`. Raises `MemsyInputError` for arguments that cannot be sent."""
    return _OPERATION.call(path={"connector_id": connector_id})
