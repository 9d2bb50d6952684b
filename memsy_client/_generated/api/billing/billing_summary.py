"""GET /billing/summary"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from memsy_client._core.operation import Call, Operation

if TYPE_CHECKING:
    from ...models.billing_summary_response import BillingSummaryResponse


def _parse(data: Any) -> BillingSummaryResponse:
    from ...models.billing_summary_response import BillingSummaryResponse

    return BillingSummaryResponse.from_dict(data)


_OPERATION: Operation[BillingSummaryResponse] = Operation(
    name="billing.summary",
    method="GET",
    path="/billing/summary",
    parse=_parse,
    repeatable=True,
    planes=("control",),
)


def request() -> Call[BillingSummaryResponse]:
    """The call of `billing.summary`. Raises `MemsyInputError` for arguments that cannot be sent."""
    return _OPERATION.call()
