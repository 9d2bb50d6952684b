"""GET /usage/timeseries"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from memsy_client._core import encode
from memsy_client._core.operation import Call, Operation

if TYPE_CHECKING:
    from ...models.usage_granularity import UsageGranularity
    from ...models.usage_timeseries_response import UsageTimeseriesResponse


def _parse(data: Any) -> UsageTimeseriesResponse:
    from ...models.usage_timeseries_response import UsageTimeseriesResponse

    return UsageTimeseriesResponse.from_dict(data)


_OPERATION: Operation[UsageTimeseriesResponse] = Operation(
    name="usage.timeseries",
    method="GET",
    path="/usage/timeseries",
    parse=_parse,
    repeatable=True,
    planes=("control",),
)


def request(
    *,
    dimension: str | None = None,
    granularity: UsageGranularity = "daily",
    period_start: datetime.datetime | str | datetime.date | None = None,
    period_end: datetime.datetime | str | datetime.date | None = None,
) -> Call[UsageTimeseriesResponse]:
    """The call of `usage.timeseries`. Raises `MemsyInputError` for arguments that cannot be sent."""
    return _OPERATION.call(
        query={
            "dimension": dimension,
            "granularity": granularity,
            "period_start": encode.time("period_start", period_start),
            "period_end": encode.time("period_end", period_end),
        }
    )
