"""GET /usage/summary"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from memsy_client._core.operation import Call, Operation

if TYPE_CHECKING:
    from ...models.usage_summary_response import UsageSummaryResponse


def _parse(data: Any) -> UsageSummaryResponse:
    from ...models.usage_summary_response import UsageSummaryResponse

    return UsageSummaryResponse.from_dict(data)


_OPERATION: Operation[UsageSummaryResponse] = Operation(
    name="usage.summary",
    method="GET",
    path="/usage/summary",
    parse=_parse,
    repeatable=True,
    planes=("control",),
)


def request() -> Call[UsageSummaryResponse]:
    """The call of `usage.summary`. Raises `MemsyInputError` for arguments that cannot be sent."""
    return _OPERATION.call()
